package conformance

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/apache/rocketmq-client-go/v2"
	"github.com/apache/rocketmq-client-go/v2/admin"
	"github.com/apache/rocketmq-client-go/v2/consumer"
	"github.com/apache/rocketmq-client-go/v2/primitive"
	"github.com/apache/rocketmq-client-go/v2/producer"

	"goddard/test/internal/wire"
)

var (
	run     = strconv.FormatInt(time.Now().UnixMilli(), 36)
	uniques atomic.Int64
)

// unique makes a name that no other test and no other run uses.
func unique(name string) string {
	return fmt.Sprintf("%s_%s_%d", name, run, uniques.Add(1))
}

// eventually waits until something is so.
func eventually(t *testing.T, what string, isSo func() bool) {
	t.Helper()
	deadline := time.NewTimer(soon)
	defer deadline.Stop()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for !isSo() {
		select {
		case <-look.C:
		case <-deadline.C:
			t.Fatalf("%s: not within %v", what, soon)
		}
	}
}

// newTopic makes a topic and returns when the name server has its route. The
// client's own call for this needs a broker's address, which it cannot ask for.
func newTopic(t *testing.T, queues int) string {
	t.Helper()
	topic := unique("topic")
	broker, err := wire.Broker(t.Context(), nameServer(t), "TBW102")
	if err != nil {
		t.Fatal(err)
	}
	if err := wire.CreateTopic(t.Context(), broker, topic, queues); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the route of "+topic, func() bool {
		_, err := wire.Broker(t.Context(), nameServer(t), topic)
		return err == nil
	})
	return topic
}

// queues asks for the queues of a topic.
func queues(t *testing.T, topic string) []*primitive.MessageQueue {
	t.Helper()
	a, err := admin.NewAdmin(admin.WithResolver(primitive.NewPassthroughResolver(primitive.NamesrvAddr{nameServer(t)})))
	if err != nil {
		t.Fatal(err)
	}
	// Not closed: the admin shares the client of whoever uses its name, and
	// would close that too.
	all, err := a.FetchPublishMessageQueues(t.Context(), topic)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// messages is how many messages a topic ever got, 0 if there is no such topic.
func messages(t *testing.T, topic string) int64 {
	t.Helper()
	broker, err := wire.Broker(t.Context(), nameServer(t), topic)
	if errors.Is(err, wire.ErrNoRoute) {
		return 0
	}
	if err != nil {
		t.Fatal(err)
	}
	n, err := wire.Messages(t.Context(), broker, topic, len(queues(t, topic)))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// newProducer starts a producer with a client of its own.
func newProducer(t *testing.T, options ...producer.Option) rocketmq.Producer {
	t.Helper()
	p, err := rocketmq.NewProducer(append([]producer.Option{
		producer.WithNameServer(primitive.NamesrvAddr{nameServer(t)}),
		producer.WithInstanceName(unique("producer")),
		producer.WithGroupName(unique("producers")),
	}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Shutdown() })
	return p
}

// send sends one message and demands that the broker keeps it.
func send(t *testing.T, p rocketmq.Producer, m *primitive.Message) *primitive.SendResult {
	t.Helper()
	result, err := p.SendSync(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	if result.Status != primitive.SendOK {
		t.Fatalf("send status %d", result.Status)
	}
	return result
}

// sendMany sends n messages with a tag and returns their bodies.
func sendMany(t *testing.T, p rocketmq.Producer, topic, tag string, n int) []string {
	t.Helper()
	var bodies []string
	for range n {
		body := unique(tag)
		send(t, p, primitive.NewMessage(topic, []byte(body)).WithTag(tag))
		bodies = append(bodies, body)
	}
	return bodies
}

// consume starts a consumer with a client of its own.
func consume(t *testing.T, group, topic, expression string, in *inbox, options ...consumer.Option) rocketmq.PushConsumer {
	t.Helper()
	c, err := rocketmq.NewPushConsumer(append([]consumer.Option{
		consumer.WithNameServer(primitive.NamesrvAddr{nameServer(t)}),
		consumer.WithInstance(unique("consumer")),
		consumer.WithGroupName(group),
	}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Subscribe(topic, consumer.MessageSelector{Type: consumer.TAG, Expression: expression}, in.take); err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Shutdown() })
	return c
}

// awaitAssigned waits until the only consumer of a group has its queues.
func awaitAssigned(t *testing.T, group, topic string) {
	t.Helper()
	eventually(t, "queues for "+group, func() bool { return clientLog.changes(group, topic) > 0 })
}

// shutDown stops a consumer that got all there was, after it has noted that:
// a listener returns before the client does.
func shutDown(t *testing.T, c rocketmq.PushConsumer, topic string) {
	t.Helper()
	eventually(t, "the consumer's offsets", func() bool { return c.GetOffsetDiffMap()[topic] == 0 })
	if err := c.Shutdown(); err != nil {
		t.Fatal(err)
	}
}

// newPuller starts a consumer that asks for messages itself.
func newPuller(t *testing.T, group, topic string) rocketmq.PullConsumer {
	t.Helper()
	c, err := rocketmq.NewPullConsumer(
		consumer.WithNameServer(primitive.NamesrvAddr{nameServer(t)}),
		consumer.WithInstance(unique("puller")),
		consumer.WithGroupName(group),
	)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Subscribe(topic, consumer.MessageSelector{Type: consumer.TAG, Expression: "*"}); err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Shutdown() })
	return c
}

// read returns what a topic holds, queue by queue. A queue without messages
// is not asked: the broker would hold the request.
func read(t *testing.T, topic string) []*primitive.MessageExt {
	t.Helper()
	broker, err := wire.Broker(t.Context(), nameServer(t), topic)
	if err != nil {
		t.Fatal(err)
	}
	var all []*primitive.MessageExt
	puller := newPuller(t, unique("readers"), topic)
	for _, q := range queues(t, topic) {
		end, err := wire.MaxOffset(t.Context(), broker, topic, q.QueueId)
		if err != nil {
			t.Fatal(err)
		}
		for offset := int64(0); offset < end; {
			ctx, cancel := context.WithTimeout(t.Context(), soon)
			result, err := puller.PullFrom(ctx, q, offset, 32)
			cancel()
			if err != nil {
				t.Fatal(err)
			}
			if result.Status != primitive.PullFound {
				t.Fatalf("pull of %s at %d of %d: status %d", q, offset, end, result.Status)
			}
			all = append(all, result.GetMessageExts()...)
			offset = result.NextBeginOffset
		}
	}
	return all
}
