package broker

import (
	"context"
	"fmt"
	"net/netip"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"goddard/internal/commitlog"
	"goddard/internal/message"
	"goddard/internal/mq"
	"goddard/internal/store"
	"goddard/internal/vfs"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var host = netip.MustParseAddrPort("127.0.0.1:10911")

func startBroker(t *testing.T, fsys vfs.FS, mode commitlog.FlushMode) *Broker {
	t.Helper()
	b, err := Open(context.Background(), Options{
		Cluster: "DefaultCluster", Name: "broker-a", FS: fsys, Dir: "data", FileSize: 4 << 20, Flush: mode, PropertyCRC: true,
		AutoCreateTopic: true, AutoCreateGroup: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Start(host); err != nil {
		t.Fatal(err)
	}
	return b
}

func newDisk(t *testing.T) *vfs.Mem {
	t.Helper()
	fsys := vfs.NewMem()
	if err := fsys.MkdirAll("data"); err != nil {
		t.Fatal(err)
	}
	return fsys
}

func closeBroker(t *testing.T, b *Broker) {
	t.Helper()
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}

// sendOne stores a message, and the topics that it needs.
func sendOne(t *testing.T, b *Broker, s Send) SendResult {
	t.Helper()
	if s.Template == "" {
		s.Template, s.TemplateQueues = mq.TopicTemplate, 1
	}
	if s.Body == nil {
		s.Body = []byte("body")
	}
	batch := b.NewSendBatch()
	err := batch.Add(&s)
	for missing, ok := asMissing(err); ok; missing, ok = asMissing(err) {
		if err := b.Create(missing); err != nil {
			t.Fatal(err)
		}
		err = batch.Add(&s)
	}
	if err != nil {
		t.Fatal(err)
	}
	results := make(chan SendResult, 1)
	batch.Store(func(_ int, r SendResult, err error) {
		if err != nil {
			t.Error(err)
		}
		r.MessageIDs = nil
		results <- r
	})
	return <-results
}

// messages returns what a queue holds.
func messages(t *testing.T, b *Broker, topic mq.Topic) []message.Message {
	t.Helper()
	_, rec := b.store.Fetch(store.Fetch{Topic: topic, Max: 32}, nil)
	var found []message.Message
	for len(rec) > 0 {
		m, n, err := message.Parse(rec)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, m)
		rec = rec[n:]
	}
	return found
}

func TestDelayedMessagesComeOnTimeAlsoAfterACrash(t *testing.T) {
	for _, mode := range []commitlog.FlushMode{commitlog.Async, commitlog.Sync} {
		synctest.Test(t, func(t *testing.T) {
			fsys := newDisk(t)
			b := startBroker(t, fsys, mode)
			for level := 1; level <= 3; level++ { // 1 s, 5 s, 10 s
				sendOne(t, b, Send{Topic: "t", MaxReconsume: -1, Properties: fmt.Appendf(nil, "DELAY\x01%d\x02", level)})
			}
			time.Sleep(999 * time.Millisecond) // of the bubble's clock
			synctest.Wait()
			if got := len(messages(t, b, "t")); got != 0 {
				t.Errorf("%d messages came early", got)
			}
			time.Sleep(10 * time.Millisecond)
			synctest.Wait()
			got := messages(t, b, "t")
			if len(got) != 1 {
				t.Fatalf("%d messages came, want the first", len(got))
			}
			if v, _ := got[0].Properties.Get(message.PropertyRealTopic); string(v) != "t" {
				t.Errorf("properties: %q", got[0].Properties)
			}
			crashed := fsys.Crash(vfs.Everything) // the process is killed
			closeBroker(t, b)
			time.Sleep(5 * time.Second) // nobody is there when the second is due
			b = startBroker(t, crashed, mode)
			time.Sleep(5 * time.Second)
			synctest.Wait()
			if got := len(messages(t, b, "t")); got != 3 {
				t.Errorf("%d messages came in all, want 3", got)
			}
			closeBroker(t, b)
		})
	}
}

func TestFailedMessagesComeAgainAndEndAsDeadLetters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := startBroker(t, newDisk(t), commitlog.Async)
		defer closeBroker(t, b)
		sendOne(t, b, Send{Topic: "t", MaxReconsume: -1})
		first := messages(t, b, "t")[0]
		if err := b.SendBack(&SendBack{Group: "g", Position: first.Position, MaxReconsume: 1}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10*time.Second + 10*time.Millisecond) // level 3
		synctest.Wait()
		again := messages(t, b, mq.RetryTopic("g"))
		if len(again) != 1 || again[0].ReconsumeTimes != 1 {
			t.Fatalf("again: %+v", again)
		}
		for name, want := range map[string]string{
			message.PropertyRetryTopic: "t", message.PropertyOriginMessageID: message.OffsetID(host, first.Position),
		} {
			if got, _ := again[0].Properties.Get(name); string(got) != want {
				t.Errorf("%s = %q, want %q", name, got, want)
			}
		}
		if err := b.SendBack(&SendBack{Group: "g", Position: again[0].Position, MaxReconsume: 1}); err != nil {
			t.Fatal(err)
		}
		if dead := messages(t, b, mq.DeadLetterTopic("g")); len(dead) != 1 || string(dead[0].Body) != "body" {
			t.Errorf("dead letters: %+v", dead)
		}
		if err := b.SendBack(&SendBack{Group: "g", Position: 1 << 40, MaxReconsume: 1}); err == nil {
			t.Error("a message that does not exist can be given back")
		}
	})
}

func TestAnOrderedConsumerThatGivesUpStoresADeadLetter(t *testing.T) {
	b := startBroker(t, newDisk(t), commitlog.Async)
	defer closeBroker(t, b)
	if err := b.EnsureGroup("g"); err != nil {
		t.Fatal(err)
	}
	retry := mq.RetryTopic("g")
	sendOne(t, b, Send{Topic: retry, MaxReconsume: 3, ReconsumeTimes: 3})
	if len(messages(t, b, retry)) != 1 {
		t.Error("the third attempt is not a retry")
	}
	sendOne(t, b, Send{Topic: retry, MaxReconsume: 3, ReconsumeTimes: 4})
	b.LockQueues("g", "c", []mq.Queue{{Topic: "t"}})
	sendOne(t, b, Send{Topic: retry, MaxReconsume: 3})
	if got := len(messages(t, b, mq.DeadLetterTopic("g"))); got != 2 {
		t.Errorf("%d dead letters, want 2", got)
	}
}

func TestHeldPullsAreWokenOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := startBroker(t, newDisk(t), commitlog.Async)
		defer closeBroker(t, b)
		sendOne(t, b, Send{Topic: "t", MaxReconsume: -1})
		if err := b.EnsureGroup("g"); err != nil {
			t.Fatal(err)
		}
		hold := func(offset mq.QueueOffset, tag string, d time.Duration) *atomic.Int32 {
			p, _, err := b.PreparePull(&Pull{Group: "g", Topic: "t", Offset: offset, Max: 1, Subscription: &mq.Subscription{Expression: tag}})
			if err != nil {
				t.Fatal(err)
			}
			woken := new(atomic.Int32)
			b.Hold(p, d, func() { woken.Add(1) })
			return woken
		}
		there := hold(0, "*", time.Hour)
		next, tagged, later, expires := hold(1, "*", time.Hour), hold(1, "a", time.Hour), hold(9, "*", time.Hour), hold(9, "*", time.Second)
		sendOne(t, b, Send{Topic: "t", MaxReconsume: -1, Properties: []byte("TAGS\x01b\x02")})
		synctest.Wait()
		if there.Load() != 1 || next.Load() != 1 || tagged.Load() != 0 || later.Load() != 0 || expires.Load() != 0 {
			t.Errorf("woken: %d %d %d %d %d", there.Load(), next.Load(), tagged.Load(), later.Load(), expires.Load())
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if expires.Load() != 1 || tagged.Load() != 0 {
			t.Errorf("after a second: %d, %d", expires.Load(), tagged.Load())
		}
		time.Sleep(maxHold)
		synctest.Wait()
		if next.Load() != 1 || tagged.Load() != 1 || later.Load() != 1 || b.held.waiting.Load() != 0 || len(b.held.byQueue) != 0 {
			t.Errorf("in the end: %d %d %d, %d left", next.Load(), tagged.Load(), later.Load(), b.held.waiting.Load())
		}
	})
}

func BenchmarkSend(b *testing.B) {
	fsys := vfs.OS()
	br, err := Open(context.Background(), Options{Cluster: "c", Name: "n", FS: fsys, Dir: b.TempDir(), AutoCreateTopic: true, PropertyCRC: true})
	if err != nil {
		b.Fatal(err)
	}
	if err := br.Start(host); err != nil {
		b.Fatal(err)
	}
	defer br.Close()
	s := Send{Topic: mq.TopicBenchmark, BornHost: host, MaxReconsume: -1, Properties: []byte("UNIQ_KEY\x01FD000000000000000000000000000002476030946E09785EEF810B1C\x02"), Body: make([]byte, 128)}
	batch := br.NewSendBatch()
	b.ReportAllocs()
	for b.Loop() {
		for range 64 {
			if err := batch.Add(&s); err != nil {
				b.Fatal(err)
			}
		}
		batch.Store(func(int, SendResult, error) {})
		batch.Reset()
	}
}
