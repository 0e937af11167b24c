package conformance

import (
	"sync"
	"testing"

	"github.com/apache/rocketmq-client-go/v2"
	"github.com/apache/rocketmq-client-go/v2/primitive"
)

// The very first start of a group that says nothing about where to begin
// loses nothing, while messages keep coming.
//
// The original loses some now and then: for a queue without messages it
// answers the question for the group's offset with "none", the client asks for
// the queue's end and begins there, and what arrived between the two is never
// delivered. Goddard answers with offset 0 as long as nothing was deleted from
// the queue. So for the original the sends pause until the consumer has its
// queues.
//
// The client refuses to start for a topic that is not there.
func TestFirstStartLosesNothing(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		topic  func(t *testing.T) string
		before int // messages that the topic has
	}{
		"an older topic":                      {func(t *testing.T) string { return newTopic(t, 4) }, 100},
		"a topic without messages":            {func(t *testing.T) string { return newTopic(t, 8) }, 0},
		"a topic that one message has made":   {func(*testing.T) string { return unique("made") }, 1},
		"a topic with a message in one queue": {func(t *testing.T) string { return newTopic(t, 8) }, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			nameServer(t)
			topic := test.topic(t)
			p := newProducer(t)
			sent := sendMany(t, p, topic, "before", test.before)
			group := unique("new_group")
			var in inbox
			during := sendDuring(t, p, topic, func() {
				consume(t, group, topic, "*", &in)
				awaitAssigned(t, group, topic)
			})
			sent = append(sent, during...)
			sent = append(sent, sendMany(t, p, topic, "after", 20)...)
			in.awaitMarks(t, sendMarks(t, topic, ""))
			in.await(t, len(sent))
			sameBodies(t, name, in.bodies(), sent)
			if stored := messages(t, topic); stored != int64(len(sent)+len(queues(t, topic))) {
				t.Errorf("%d messages are stored, %d were sent", stored, len(sent))
			}
		})
	}
}

// sendDuring sends until start returns, but for the original it sends nothing,
// and returns what was acknowledged.
func sendDuring(t *testing.T, p rocketmq.Producer, topic string, start func()) []string {
	var (
		sent    []string
		started = make(chan struct{})
		done    = make(chan struct{})
		pause   = isOriginal(t)
	)
	go func() {
		defer close(done)
		for !pause {
			select {
			case <-started:
				return
			default:
			}
			body := unique("during")
			if _, err := p.SendSync(t.Context(), primitive.NewMessage(topic, []byte(body))); err != nil {
				t.Errorf("send: %v", err)
				return
			}
			sent = append(sent, body)
		}
	}()
	stop := sync.OnceFunc(func() {
		close(started)
		<-done
	})
	defer stop() // when start ends the test
	start()
	stop()
	return sent
}
