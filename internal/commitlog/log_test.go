package commitlog

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"goddard/internal/message"
	"goddard/internal/mq"
	"goddard/internal/vfs"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const testFileSize = 8 << 10

var host = netip.MustParseAddrPort("127.0.0.1:10911")

// encoded returns the stored form of a message with a body.
func encoded(body string) []byte {
	m := message.Message{Topic: "t", BornHost: host, StoreHost: host, Body: []byte(body)}
	return m.AppendWithCRC(nil)
}

// testLog is a log that remembers what became visible.
type testLog struct {
	*Log
	visible []string
	offset  atomic.Int64
}

func open(t testing.TB, fsys vfs.FS, mode FlushMode) *testLog {
	t.Helper()
	l, err := tryOpen(fsys, mode)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func tryOpen(fsys vfs.FS, mode FlushMode) (*testLog, error) {
	tl := &testLog{}
	if err := fsys.MkdirAll("data"); err != nil {
		return nil, err
	}
	l, err := Open(Options{
		FS: fsys, Dir: "data/commitlog", Mark: "data/mark", FileSize: testFileSize, Flush: mode, TailBytes: 4 << 10, AllocateAhead: 4 << 10,
		NextOffset: func(_ uint32, n int32) mq.QueueOffset { return mq.QueueOffset(tl.offset.Add(int64(n)) - int64(n)) },
		Confirmed:  func(rec []byte, at mq.LogOffset) { _ = tl.see(rec, at) },
	}, tl.see)
	tl.Log = l
	return tl, err
}

func (l *testLog) see(rec []byte, _ mq.LogOffset) error {
	m, _, err := message.Parse(rec)
	if err != nil {
		return err
	}
	l.visible = append(l.visible, string(m.Body))
	return nil
}

func (l *testLog) append(bodies ...string) error {
	records := make([]Record, len(bodies))
	for i, b := range bodies {
		records[i] = Record{Bytes: encoded(b), Count: 1}
	}
	return l.Append(records)
}

func closeLog(t testing.TB, l *testLog) {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

func wantVisible(t testing.TB, l *testLog, want ...string) {
	t.Helper()
	if fmt.Sprint(l.visible) != fmt.Sprint(want) {
		t.Errorf("visible: %v, want %v", l.visible, want)
	}
}

func TestAppendedRecordsAreVisibleAndSurvive(t *testing.T) {
	fsys := vfs.NewMem()
	l := open(t, fsys, Async)
	if err := l.append("a", "b"); err != nil {
		t.Fatal(err)
	}
	wantVisible(t, l, "a", "b")
	closeLog(t, l)
	again := open(t, fsys, Async)
	wantVisible(t, again, "a", "b")
	closeLog(t, again)
}

func TestRecordsRollToTheNextFile(t *testing.T) {
	fsys := vfs.NewMem()
	l := open(t, fsys, Async)
	var want []string
	for i := range 40 {
		body := fmt.Sprintf("%04d%s", i, bytes.Repeat([]byte("x"), 700))
		want = append(want, body)
		if err := l.append(body); err != nil {
			t.Fatal(err)
		}
	}
	names, err := fsys.ReadDir("data/commitlog")
	if err != nil || len(names) < 4 {
		t.Fatalf("files: %v, %v", names, err)
	}
	closeLog(t, l)
	again := open(t, fsys, Async)
	wantVisible(t, again, want...)
	closeLog(t, again)
}

func TestReadsFromMemoryAndFromFilesAgree(t *testing.T) {
	l := open(t, vfs.NewMem(), Async)
	records := make([]Record, 60)
	for i := range records {
		records[i] = Record{Bytes: encoded(fmt.Sprintf("%d%s", i, bytes.Repeat([]byte("y"), 300))), Count: 1}
	}
	if err := l.Append(records); err != nil {
		t.Fatal(err)
	}
	hot := 0
	for i, r := range records {
		if l.InTail(r.Position) {
			hot++
		}
		rec, err := l.Record(r.Position)
		if err != nil {
			t.Fatal(err)
		}
		if m, _, _ := message.Parse(rec); !bytes.HasPrefix(m.Body, fmt.Append(nil, i)) || m.QueueOffset != mq.QueueOffset(i) {
			t.Errorf("record %d is %.10s", i, m.Body)
		}
	}
	if hot == 0 || hot == len(records) {
		t.Errorf("%d of %d records are in memory", hot, len(records))
	}
	if _, err := l.Record(l.Written()); !errors.Is(err, ErrGone) {
		t.Errorf("a record after the end: %v", err)
	}
	closeLog(t, l)
}

func TestATornTailIsCutAndZeroed(t *testing.T) {
	fsys := vfs.NewMem()
	l := open(t, fsys, Async)
	if err := l.append("kept"); err != nil {
		t.Fatal(err)
	}
	closeLog(t, l)
	l = open(t, fsys, Async)
	if err := l.append("torn", "lost"); err != nil {
		t.Fatal(err)
	}
	torn := fsys.Crash(func(_ string, i, n, size int) int { return size - 5 })
	l2 := open(t, torn, Async)
	if len(l2.visible) == 0 || l2.visible[0] != "kept" || len(l2.visible) > 2 {
		t.Errorf("visible after the crash: %v", l2.visible)
	}
	end := int64(l2.Written())
	b, err := vfs.ReadFile(torn, "data/commitlog/"+fileName(0))
	if err != nil || len(bytes.Trim(b[end:], "\x00")) > 0 {
		t.Errorf("bytes after the end are left: %v", err)
	}
	closeLog(t, l2)
	closeLog(t, l)
}

func TestDamageBelowTheMarkIsReportedNotCut(t *testing.T) {
	fsys := vfs.NewMem()
	l := open(t, fsys, Async)
	if err := l.append("one", "two", "three"); err != nil {
		t.Fatal(err)
	}
	closeLog(t, l)
	name := "data/commitlog/" + fileName(0)
	f, err := fsys.Open(name, os.O_RDWR)
	if err != nil {
		t.Fatal(err)
	}
	at := int64(len(encoded("one"))) + 80
	if _, err := f.WriteAt([]byte{0xFF}, at); err != nil {
		t.Fatal(err)
	}
	before, _ := vfs.ReadFile(fsys, name)
	_, err = tryOpen(fsys, Async)
	damaged, ok := errors.AsType[*DamagedError](err)
	if !ok || damaged.At != mq.LogOffset(len(encoded("one"))) {
		t.Fatalf("Open = %v", err)
	}
	if after, _ := vfs.ReadFile(fsys, name); !bytes.Equal(before, after) {
		t.Error("the damaged file was changed")
	}
}

func TestSynchronousFlushShowsNothingBeforeTheDiskHasIt(t *testing.T) {
	fsys := vfs.NewMem()
	l := open(t, fsys, Sync)
	if err := l.append("a"); err != nil {
		t.Fatal(err)
	}
	wantVisible(t, l)
	done := make(chan error, 1)
	l.WhenSynced(l.Written(), func(err error) { done <- err })
	l.Start()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	wantVisible(t, l, "a")
	after := open(t, fsys.Crash(vfs.NothingUnsynced), Sync)
	wantVisible(t, after, "a")
	closeLog(t, after)
	closeLog(t, l)
}

func TestAFailedSyncIsFinal(t *testing.T) {
	fsys := vfs.NewMem()
	l := open(t, fsys, Sync)
	if err := l.append("a"); err != nil {
		t.Fatal(err)
	}
	fsys.SetFault(func(op vfs.Op, _ string) error {
		if op == vfs.OpSync {
			return syscall.EIO
		}
		return nil
	})
	done := make(chan error, 1)
	l.WhenSynced(l.Written(), func(err error) { done <- err })
	l.Start()
	if err := <-done; mq.CodeOf(err) != mq.CodeUnavailable {
		t.Errorf("the waiter got %v", err)
	}
	fsys.SetFault(nil) // the disk heals: it does not matter any more
	if err := l.append("b"); mq.CodeOf(err) != mq.CodeUnavailable || !errors.Is(err, syscall.EIO) {
		t.Errorf("append after a failed sync: %v", err)
	}
	l.WhenSynced(l.Written(), func(err error) { done <- err })
	if err := <-done; err == nil {
		t.Error("a later waiter was told that all is well")
	}
	wantVisible(t, l)
	if err := l.Close(); !errors.Is(err, syscall.EIO) {
		t.Errorf("Close = %v", err)
	}
}

func TestAFailedWriteIsFinal(t *testing.T) {
	fsys := vfs.NewMem()
	l := open(t, fsys, Async)
	fsys.SetFault(func(op vfs.Op, name string) error {
		if op == vfs.OpWrite && filepath.Dir(name) == "data/commitlog" {
			return syscall.EIO
		}
		return nil
	})
	for range 2 {
		if err := l.append("a"); mq.CodeOf(err) != mq.CodeUnavailable {
			t.Errorf("append: %v", err)
		}
	}
	wantVisible(t, l)
	if err := l.Close(); err == nil {
		t.Error("Close hides the error")
	}
}

func TestAFullDiskRefusesAndRecovers(t *testing.T) {
	fsys := vfs.NewMem()
	l := open(t, fsys, Async)
	fsys.SetFree(10, 1<<30)
	if err := l.append("no room"); mq.CodeOf(err) != mq.CodeUnavailable || !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("append on a full disk: %v", err)
	}
	fsys.SetFree(1<<30, 1<<30)
	if err := l.append("room"); err != nil {
		t.Errorf("append when there is room again: %v", err)
	}
	wantVisible(t, l, "room")
	closeLog(t, l)
}

func TestFilesOfAnotherSizeAreRefused(t *testing.T) {
	fsys := vfs.NewMem()
	if err := fsys.MkdirAll("data/commitlog"); err != nil {
		t.Fatal(err)
	}
	if err := vfs.WriteFile(fsys, "data/commitlog/"+fileName(0), make([]byte, 4096)); err != nil {
		t.Fatal(err)
	}
	if _, err := tryOpen(fsys, Async); err == nil {
		t.Error("a file of another size is taken")
	}
}

func TestConcurrentAppendsAndReads(t *testing.T) {
	l := open(t, vfs.NewMem(), Async)
	l.Start()
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 100 {
				r := []Record{{Bytes: encoded(fmt.Sprintf("%d-%d", w, i)), Count: 1}}
				if err := l.Append(r); err != nil {
					t.Error(err)
					return
				}
				rec, err := l.Record(r[0].Position)
				if m, _, _ := message.Parse(rec); err != nil || string(m.Body) != fmt.Sprintf("%d-%d", w, i) {
					t.Errorf("read %q, %v", m.Body, err)
				}
			}
		})
	}
	wg.Wait()
	if len(l.visible) != 800 {
		t.Errorf("%d records are visible", len(l.visible))
	}
	closeLog(t, l)
}

// TestNothingAcknowledgedIsLost appends at random, cuts the power at random
// with any part of the unsynced writes left, and looks at what is there.
func TestNothingAcknowledgedIsLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fsys := vfs.NewMem()
		mode := rapid.SampledFrom([]FlushMode{Async, Sync}).Draw(t, "flush")
		var sent []string // in order
		durable := 0      // of sent
		for range rapid.IntRange(1, 5).Draw(t, "lives") {
			l, err := tryOpen(fsys, mode)
			if err != nil {
				t.Fatal(err)
			}
			if len(l.visible) < durable || len(l.visible) > len(sent) || fmt.Sprint(l.visible) != fmt.Sprint(sent[:len(l.visible)]) {
				t.Fatalf("after a power cut: %d records, of %d sent and %d on the disk", len(l.visible), len(sent), durable)
			}
			sent = sent[:len(l.visible)]
			durable = len(sent) // opening syncs
			for range rapid.IntRange(0, 20).Draw(t, "appends") {
				body := fmt.Sprintf("%d:%s", len(sent), bytes.Repeat([]byte("z"), rapid.IntRange(1, 900).Draw(t, "size")))
				if err := l.append(body); err != nil {
					t.Fatal(err)
				}
				sent = append(sent, body)
				if rapid.IntRange(0, 4).Draw(t, "sync") == 0 {
					if err := l.flushOnce(); err != nil {
						t.Fatal(err)
					}
					durable = len(sent)
				}
			}
			seed := rapid.Uint64().Draw(t, "survival")
			next := fsys.Crash(func(_ string, i, _, size int) int {
				seed = seed*6364136223846793005 + 1442695040888963407
				return int(seed>>33) % (size + 1)
			})
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			fsys = next
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	for _, n := range []int{1, 64} {
		b.Run(fmt.Sprintf("%dx128B", n), func(b *testing.B) {
			l, err := Open(Options{
				FS: vfs.OS(), Dir: filepath.Join(b.TempDir(), "commitlog"), FlushInterval: time.Hour,
				NextOffset: func(uint32, int32) mq.QueueOffset { return 0 },
			}, func([]byte, mq.LogOffset) error { return nil })
			if err != nil {
				b.Fatal(err)
			}
			records := make([]Record, n)
			rec := encoded(string(make([]byte, 128)))
			b.SetBytes(int64(n * len(rec)))
			b.ReportAllocs()
			for b.Loop() {
				for i := range records {
					records[i] = Record{Bytes: rec, Count: 1}
				}
				if err := l.Append(records); err != nil {
					b.Fatal(err)
				}
			}
			if err := l.Close(); err != nil {
				b.Fatal(err)
			}
		})
	}
}
