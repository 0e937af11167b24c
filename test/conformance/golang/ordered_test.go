package conformance

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/apache/rocketmq-client-go/v2/consumer"
	"github.com/apache/rocketmq-client-go/v2/primitive"
	"github.com/apache/rocketmq-client-go/v2/producer"
)

// Messages with the same sharding key go to one queue, and an ordered
// consumer gets them in the order of the sends. One that fails is tried again
// before the next, by the client itself.
func TestOrderedConsumer(t *testing.T) {
	t.Parallel()
	const keys, steps = 10, 20
	topic := newTopic(t, 4)
	p := newProducer(t, producer.WithQueueSelector(producer.NewHashQueueSelector()))
	failing := fmt.Sprintf("customer 3 step %d", steps/2)
	in := inbox{answer: func(_ context.Context, m *primitive.MessageExt) consumer.ConsumeResult {
		if string(m.Body) == failing && m.ReconsumeTimes < 2 {
			return consumer.SuspendCurrentQueueAMoment
		}
		return consumer.ConsumeSuccess
	}}
	group := unique("ordered")
	consume(t, group, topic, "*", &in, consumer.WithConsumerOrder(true), consumer.WithSuspendCurrentQueueTimeMillis(100*time.Millisecond))
	awaitAssigned(t, group, topic)

	want := make(map[string][]string)
	for step := range steps {
		for key := range keys {
			customer := fmt.Sprintf("customer %d", key)
			body := fmt.Sprintf("%s step %d", customer, step)
			send(t, p, primitive.NewMessage(topic, []byte(body)).WithShardingKey(customer))
			want[customer] = append(want[customer], body)
			if body == failing {
				want[customer] = append(want[customer], body, body)
			}
		}
	}
	in.awaitMarks(t, sendMarks(t, topic, ""))
	got := make(map[string][]string)
	for _, m := range in.all() {
		got[m.GetShardingKey()] = append(got[m.GetShardingKey()], string(m.Body))
	}
	for customer, steps := range want {
		if !slices.Equal(got[customer], steps) {
			t.Errorf("%s: got %q, want %q", customer, got[customer], steps)
		}
	}
}

// A queue has one ordered reader in a group, who passes it on when it leaves.
func TestOrderedConsumersTakeOver(t *testing.T) {
	t.Parallel()
	topic := newTopic(t, 4)
	group := unique("ordered")
	p := newProducer(t)
	var first, second inbox
	leaves := consume(t, group, topic, "*", &first, consumer.WithConsumerOrder(true))
	awaitAssigned(t, group, topic)
	before := sendMany(t, p, topic, "before", 40)
	first.await(t, len(before))
	shutDown(t, leaves, topic)
	after := sendMany(t, p, topic, "after", 40)
	consume(t, group, topic, "*", &second, consumer.WithConsumerOrder(true))
	second.awaitMarks(t, sendMarks(t, topic, ""))
	sameBodies(t, "the first", first.bodies(), before)
	continued(t, second.bodies(), before, after)
}
