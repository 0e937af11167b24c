package conformance

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/apache/rocketmq-client-go/v2/consumer"
	"github.com/apache/rocketmq-client-go/v2/primitive"
)

// A message whose listener fails comes again, after 10 s and then after 30 s,
// and says how often it came; after its last attempt it is a dead letter.
func TestRetriesAndDeadLetters(t *testing.T) {
	t.Parallel()
	pauses := retries(t, func(*primitive.ConsumeConcurrentlyContext) {})
	for i, want := range []time.Duration{10 * time.Second, 30 * time.Second} {
		if pauses[i] < want-100*time.Millisecond || pauses[i] > want+10*time.Second {
			t.Errorf("attempt %d was stored %v after the one before failed, want %v", i+1, pauses[i], want)
		}
	}
}

// A listener may say after which delay the message comes again.
func TestRetriesAtADelayOfTheListenersChoice(t *testing.T) {
	t.Parallel()
	pauses := retries(t, func(c *primitive.ConsumeConcurrentlyContext) { c.DelayLevelWhenNextConsume = 1 })
	for i, pause := range pauses {
		if pause < 900*time.Millisecond || pause > 5*time.Second {
			t.Errorf("attempt %d was stored %v after the one before failed, want 1 s", i+1, pause)
		}
	}
}

// retries has a listener fail for one of two messages until it is a dead
// letter, and returns how long after each attempt the next was there to be
// had. The client may look later: it does not always know at once that the
// group has a topic for retries.
func retries(t *testing.T, before func(*primitive.ConsumeConcurrentlyContext)) []time.Duration {
	topic := newTopic(t, 1)
	group := unique("inventory")
	impossible := unique("impossible")
	in := inbox{answer: func(ctx context.Context, m *primitive.MessageExt) consumer.ConsumeResult {
		if c, ok := primitive.GetConcurrentlyCtx(ctx); ok {
			before(c)
		}
		if string(m.Body) == impossible {
			return consumer.ConsumeRetryLater
		}
		return consumer.ConsumeSuccess
	}}
	p := newProducer(t)
	consume(t, group, topic, "*", &in, consumer.WithMaxReconsumeTimes(2))
	awaitAssigned(t, group, topic)
	result := send(t, p, primitive.NewMessage(topic, []byte(impossible)).WithTag("lamp").WithKeys([]string{"order-1"}))
	send(t, p, primitive.NewMessage(topic, []byte("possible")))

	var attempts []delivery
	eventually(t, "three attempts", func() bool {
		attempts = slices.DeleteFunc(in.all(), func(m delivery) bool { return string(m.Body) != impossible })
		return len(attempts) >= 3
	})
	var pauses []time.Duration
	for i, m := range attempts {
		if m.attempt != int32(i) || m.MsgId != result.MsgID || m.GetTags() != "lamp" || m.GetKeys() != "order-1" {
			t.Errorf("attempt %d is number %d of %s with tag %q and keys %q", i, m.attempt, m.MsgId, m.GetTags(), m.GetKeys())
		}
		if i == 0 {
			continue
		}
		if got := m.GetProperty(primitive.PropertyRetryTopic); got != topic {
			t.Errorf("attempt %d came from the topic %q", i, got)
		}
		pauses = append(pauses, time.UnixMilli(m.StoreTimestamp).Sub(attempts[i-1].at))
	}

	dead := awaitDeadLetter(t, group)
	if string(dead.Body) != impossible || dead.MsgId != result.MsgID || dead.GetTags() != "lamp" {
		t.Errorf("the dead letter is %q, %s, tag %q", dead.Body, dead.MsgId, dead.GetTags())
	}
	sameBodies(t, "the group", in.bodies(), []string{impossible, impossible, impossible, "possible"})
	return pauses
}

// awaitDeadLetter waits for a message in the dead-letter topic of a group.
func awaitDeadLetter(t *testing.T, group string) *primitive.MessageExt {
	t.Helper()
	topic := fmt.Sprintf("%%DLQ%%%s", group)
	eventually(t, "a dead letter", func() bool { return messages(t, topic) > 0 })
	return read(t, topic)[0]
}
