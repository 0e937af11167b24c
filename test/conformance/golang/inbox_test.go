package conformance

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/apache/rocketmq-client-go/v2/consumer"
	"github.com/apache/rocketmq-client-go/v2/primitive"
	"github.com/apache/rocketmq-client-go/v2/producer"
)

// endMark is the body of a message behind which a test sends no more.
const endMark = "end of queue"

// An inbox is a listener that keeps what it gets.
type inbox struct {
	// answer, if not nil, says what becomes of a message.
	answer func(ctx context.Context, m *primitive.MessageExt) consumer.ConsumeResult

	mu       sync.Mutex
	messages []delivery
	marks    int
}

// A delivery is a message and what it said when it came: the client counts
// attempts of an ordered consumer in the message.
type delivery struct {
	*primitive.MessageExt
	attempt int32 // 0 at first
	at      time.Time
}

func (in *inbox) take(ctx context.Context, messages ...*primitive.MessageExt) (consumer.ConsumeResult, error) {
	result := consumer.ConsumeSuccess
	for _, m := range messages {
		if in.keep(m) && in.answer != nil {
			result = in.answer(ctx, m)
		}
	}
	return result, nil
}

// keep reports whether the message is one of the test's own.
func (in *inbox) keep(m *primitive.MessageExt) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	if string(m.Body) == endMark {
		in.marks++
		return false
	}
	in.messages = append(in.messages, delivery{m, m.ReconsumeTimes, time.Now()})
	return true
}

func (in *inbox) all() []delivery {
	in.mu.Lock()
	defer in.mu.Unlock()
	return slices.Clone(in.messages)
}

func (in *inbox) bodies() []string {
	var all []string
	for _, m := range in.all() {
		all = append(all, string(m.Body))
	}
	return all
}

// await waits for a number of messages.
func (in *inbox) await(t *testing.T, n int) {
	t.Helper()
	eventually(t, "messages in the inbox", func() bool { return len(in.all()) >= n })
}

// awaitMarks waits for the end of n queues.
func (in *inbox) awaitMarks(t *testing.T, n int) {
	t.Helper()
	eventually(t, "ends of queues", func() bool {
		in.mu.Lock()
		defer in.mu.Unlock()
		return in.marks >= n
	})
}

// sendMarks marks the end of every queue of a topic, for those who subscribe
// to a tag, and returns the number of queues.
func sendMarks(t *testing.T, topic, tag string) int {
	t.Helper()
	p := newProducer(t, producer.WithQueueSelector(producer.NewManualQueueSelector()))
	all := queues(t, topic)
	for _, q := range all {
		m := primitive.NewMessage(topic, []byte(endMark)).WithTag(tag)
		m.Queue = q
		send(t, p, m)
	}
	return len(all)
}

// sameBodies compares without regard to order; what comes twice counts twice.
func sameBodies(t *testing.T, who string, got []string, want ...[]string) {
	t.Helper()
	count := make(map[string]int)
	for _, b := range slices.Concat(want...) {
		count[b]++
	}
	for _, b := range got {
		count[b]--
	}
	for b, n := range count {
		if n > 0 {
			t.Errorf("%s: %q is missing %d times", who, b, n)
		} else if n < 0 {
			t.Errorf("%s: %q came %d times too often", who, b, -n)
		}
	}
}

// continued compares what a group got after a restart, when it had got all
// before it. The client commits its offsets when it is shut down, and closes
// the connection in the same moment. Goddard takes what was written before
// the close; the original drops it now and then, when its answer to the first
// commit finds the connection closed, and the group gets messages again.
func continued(t *testing.T, got, before, after []string) {
	t.Helper()
	if isOriginal(t) {
		got = slices.DeleteFunc(slices.Clone(got), func(b string) bool { return slices.Contains(before, b) })
	}
	sameBodies(t, "the group, after it continued", got, after)
}
