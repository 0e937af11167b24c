package conformance

import (
	"bytes"
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/rocketmq-client-go/v2/primitive"
	"github.com/apache/rocketmq-client-go/v2/producer"
)

// byID reads a topic and finds messages by the IDs that the client gave them.
func byID(t *testing.T, topic string) map[string]*primitive.MessageExt {
	t.Helper()
	all := read(t, topic)
	found := make(map[string]*primitive.MessageExt, len(all))
	for _, m := range all {
		found[m.MsgId] = m
	}
	if len(found) != len(all) {
		t.Errorf("%d messages have %d IDs", len(all), len(found))
	}
	return found
}

// wantAt says whether a message is where the acknowledgement says.
func wantAt(t *testing.T, m *primitive.MessageExt, result *primitive.SendResult) {
	t.Helper()
	switch {
	case m == nil:
		t.Errorf("%s is not there", result.MsgID)
	case m.Queue.QueueId != result.MessageQueue.QueueId || m.QueueOffset != result.QueueOffset || m.OffsetMsgId != result.OffsetMsgID:
		t.Errorf("%s is in queue %d at %d under %s, not in queue %d at %d under %s", result.MsgID,
			m.Queue.QueueId, m.QueueOffset, m.OffsetMsgId, result.MessageQueue.QueueId, result.QueueOffset, result.OffsetMsgID)
	}
}

func TestSyncSends(t *testing.T) {
	t.Parallel()
	topic := newTopic(t, 4)
	p := newProducer(t)
	var results []*primitive.SendResult
	for range 40 {
		results = append(results, send(t, p, primitive.NewMessage(topic, []byte(unique("sync")))))
	}
	stored := byID(t, topic)
	perQueue := make(map[int]int64)
	for _, r := range results {
		wantAt(t, stored[r.MsgID], r)
		if r.TransactionID != r.MsgID {
			t.Errorf("transaction ID %s of message %s", r.TransactionID, r.MsgID)
		}
		if next := perQueue[r.MessageQueue.QueueId]; r.QueueOffset != next {
			t.Errorf("queue %d: offset %d after %d", r.MessageQueue.QueueId, r.QueueOffset, next-1)
		}
		perQueue[r.MessageQueue.QueueId]++
	}
	if len(perQueue) != 4 {
		t.Errorf("the messages went to %d queues", len(perQueue))
	}
}

// The first send to a topic that nobody created creates it, with the four
// queues that the client always asks for.
func TestTopicsAreCreatedBySends(t *testing.T) {
	t.Parallel()
	topic := unique("new")
	p := newProducer(t)
	sent := sendMany(t, p, topic, "a", 10)
	if n := len(queues(t, topic)); n != 4 {
		t.Errorf("the topic has %d queues, want 4", n)
	}
	var got []string
	for _, m := range read(t, topic) {
		got = append(got, string(m.Body))
	}
	sameBodies(t, "the topic", got, sent)
}

func TestAsyncSends(t *testing.T) {
	t.Parallel()
	topic := newTopic(t, 4)
	p := newProducer(t)
	const n = 200
	results := make(chan *primitive.SendResult, n)
	for range n {
		err := p.SendAsync(t.Context(), func(_ context.Context, r *primitive.SendResult, err error) {
			if err != nil {
				t.Errorf("send: %v", err)
			}
			results <- r
		}, primitive.NewMessage(topic, []byte(unique("async"))))
		if err != nil {
			t.Fatal(err)
		}
	}
	var acknowledged []*primitive.SendResult
	for range n {
		select {
		case r := <-results:
			acknowledged = append(acknowledged, r)
		case <-time.After(soon):
			t.Fatalf("%d of %d sends were acknowledged", len(acknowledged), n)
		}
	}
	stored := byID(t, topic)
	for _, r := range acknowledged {
		if r != nil {
			wantAt(t, stored[r.MsgID], r)
		}
	}
	if len(stored) != n {
		t.Errorf("%d messages are stored", len(stored))
	}
}

// The client does not say that it wants no answer, so that the broker
// answers, and drops what comes.
func TestOneWaySends(t *testing.T) {
	t.Parallel()
	topic := newTopic(t, 4)
	p := newProducer(t)
	var in inbox
	group := unique("group")
	consume(t, group, topic, "*", &in)
	awaitAssigned(t, group, topic)
	var sent []string
	for range 20 {
		body := unique("one way")
		if err := p.SendOneWay(t.Context(), primitive.NewMessage(topic, []byte(body))); err != nil {
			t.Fatal(err)
		}
		sent = append(sent, body)
	}
	in.await(t, len(sent))
	sent = append(sent, sendMany(t, p, topic, "then a call", 4)...)
	in.awaitMarks(t, sendMarks(t, topic, ""))
	sameBodies(t, "the group", in.bodies(), sent)
}

// A batch goes to one queue, at consecutive offsets. Its messages have no
// property of their own: the client encodes none.
func TestBatchSends(t *testing.T) {
	t.Parallel()
	topic := newTopic(t, 4)
	p := newProducer(t)
	var batch []*primitive.Message
	var sent []string
	for range 16 {
		body := unique("batch")
		sent = append(sent, body)
		batch = append(batch, primitive.NewMessage(topic, []byte(body)))
	}
	result, err := p.SendSync(t.Context(), batch...)
	if err != nil {
		t.Fatal(err)
	}
	ids := strings.Split(result.OffsetMsgID, ",")
	if result.Status != primitive.SendOK || len(ids) != len(batch) {
		t.Fatalf("status %d with the IDs %q", result.Status, ids)
	}
	stored := read(t, topic)
	var got []string
	for i, m := range stored {
		got = append(got, string(m.Body))
		if i >= len(ids) || m.Queue.QueueId != result.MessageQueue.QueueId || m.QueueOffset != result.QueueOffset+int64(i) ||
			m.OffsetMsgId != ids[i] {
			t.Errorf("message %d is in queue %d at %d under %s", i, m.Queue.QueueId, m.QueueOffset, m.OffsetMsgId)
		}
	}
	if !slices.Equal(got, sent) {
		t.Errorf("stored:\n%q\nsent:\n%q", got, sent)
	}
}

func TestDelayedSends(t *testing.T) {
	t.Parallel()
	topic := newTopic(t, 4)
	p := newProducer(t)
	var in inbox
	group := unique("group")
	consume(t, group, topic, "*", &in)
	awaitAssigned(t, group, topic)

	delays := map[string]time.Duration{}
	for level, delay := range map[int]time.Duration{1: time.Second, 2: 5 * time.Second, 3: 10 * time.Second} {
		body := unique("delayed")
		delays[body] = delay
		send(t, p, primitive.NewMessage(topic, []byte(body)).WithDelayTimeLevel(level))
	}
	in.await(t, len(delays))
	for _, m := range in.all() {
		took := time.Duration(m.StoreTimestamp-m.BornTimestamp) * time.Millisecond
		if delay := delays[string(m.Body)]; took < delay-100*time.Millisecond || took > delay+5*time.Second {
			t.Errorf("%s: stored again after %v, want %v", m.Body, took, delay)
		}
	}
}

// What a producer puts into a message comes out of it.
func TestMessagesAreUnchanged(t *testing.T) {
	t.Parallel()
	topic := newTopic(t, 2)
	p := newProducer(t)
	noise := make([]byte, 1<<20)
	for i := range noise {
		noise[i] = byte(rand.Uint32())
	}
	tests := map[string]*primitive.Message{
		"keys":            primitive.NewMessage(topic, []byte("keys")).WithKeys([]string{"order-1", "customer-7"}).WithTag("tag"),
		"sharding key":    primitive.NewMessage(topic, []byte("sharding key")).WithShardingKey("customer-7"),
		"unicode":         primitive.NewMessage(topic, []byte("κόσμε 世界 🛒")).WithTag("標籤").WithKeys([]string{"ключ"}),
		"bytes":           primitive.NewMessage(topic, []byte{0, 1, 2, 0xff, 0xfe, '\n'}),
		"compressed":      primitive.NewMessage(topic, bytes.Repeat([]byte("order "), 100_000)),
		"a MiB of noise":  primitive.NewMessage(topic, noise),
		"properties":      primitive.NewMessage(topic, []byte("properties")),
		"user flag":       {Topic: topic, Body: []byte("user flag"), Flag: 42},
		"many properties": primitive.NewMessage(topic, []byte("many properties")),
	}
	tests["properties"].WithProperties(map[string]string{"trace parent": "a=b,\"c\" {d}", "größe": "10 €", "n": "1"})
	for range 200 {
		tests["many properties"].WithProperty(unique("property"), unique("value"))
	}

	results := make(map[string]*primitive.SendResult)
	for name, m := range tests {
		results[name] = send(t, p, m)
	}
	stored := byID(t, topic)
	for name, m := range tests {
		got := stored[results[name].MsgID]
		if got == nil {
			t.Errorf("%s: lost", name)
			continue
		}
		if !bytes.Equal(got.Body, m.Body) {
			t.Errorf("%s: body of %d bytes %.20q, want %d bytes %.20q", name, len(got.Body), got.Body, len(m.Body), m.Body)
		}
		if got.Flag != m.Flag || got.Topic != topic {
			t.Errorf("%s: flag %d, topic %s", name, got.Flag, got.Topic)
		}
		for key, value := range m.GetProperties() {
			if got.GetProperty(key) != value {
				t.Errorf("%s: property %q is %q, want %q", name, key, got.GetProperty(key), value)
			}
		}
	}
}

// The client has no limit of its own, so the broker's is reached: code 13.
func TestBodiesOverTheLimitAreRefused(t *testing.T) {
	t.Parallel()
	topic := newTopic(t, 1)
	p := newProducer(t, producer.WithCompressMsgBodyOverHowmuch(8<<20), producer.WithRetry(0))
	limit := make([]byte, 4<<20)
	send(t, p, primitive.NewMessage(topic, limit[:3<<20]))
	_, err := p.SendSync(t.Context(), primitive.NewMessage(topic, append(limit, 0)))
	if err == nil || !strings.Contains(err.Error(), "CODE: 13") {
		t.Errorf("a body of 4 MiB and a byte: %v", err)
	}
	m := primitive.NewMessage(topic, []byte("properties"))
	m.WithProperty("long", strings.Repeat("x", 40_000))
	if _, err = p.SendSync(t.Context(), m); err == nil || !strings.Contains(err.Error(), "CODE: 13") {
		t.Errorf("properties of 40,000 bytes: %v", err)
	}
	send(t, p, primitive.NewMessage(topic, []byte("the connection still serves")))
	if n := len(read(t, topic)); n != 2 {
		t.Errorf("%d messages are stored, want 2", n)
	}
}

func TestIllegalTopicsAreRefused(t *testing.T) {
	t.Parallel()
	p := newProducer(t, producer.WithRetry(0))
	for topic, code := range map[string]string{
		"../../etc/passwd":       "CODE: 29",
		"SCHEDULE_TOPIC_XXXX":    "CODE: 16",
		strings.Repeat("x", 128): "CODE: 29",
	} {
		_, err := p.SendSync(t.Context(), primitive.NewMessage(topic, []byte("body")))
		if err == nil || !strings.Contains(err.Error(), code) {
			t.Errorf("%s: %v, want %s", topic, err, code)
		}
	}
}
