package conformance

import (
	"slices"
	"sync"
	"testing"

	"github.com/apache/rocketmq-client-go/v2/primitive"
	"github.com/apache/rocketmq-client-go/v2/producer"
)

// The broker is killed with SIGKILL while orders come. Nothing acknowledged is
// lost: not for a group that consumed before and goes on by itself, not for
// one that had consumed nothing, and each message is where its
// acknowledgement said, once. It runs before the parallel tests, alone.
func TestKilledBroker(t *testing.T) {
	topic := newTopic(t, 4)
	var live, late inbox
	group := unique("live")
	consume(t, group, topic, "*", &live)
	awaitAssigned(t, group, topic)

	shop := newProducer(t, producer.WithRetry(0)) // what is not acknowledged is not asked for
	var (
		mu           sync.Mutex
		acknowledged []*primitive.SendResult
	)
	count := func() int {
		mu.Lock()
		defer mu.Unlock()
		return len(acknowledged)
	}
	var customers sync.WaitGroup
	stop := make(chan struct{})
	for range 8 {
		customers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				result, err := shop.SendSync(t.Context(), primitive.NewMessage(topic, []byte(unique("order"))).WithTag(purchased))
				if err == nil && result.Status == primitive.SendOK {
					mu.Lock()
					acknowledged = append(acknowledged, result)
					mu.Unlock()
				}
			}
		})
	}
	eventually(t, "500 orders", func() bool { return count() >= 500 })
	killBroker(t)
	before := count()
	startBroker(t)
	eventually(t, "500 more orders after the restart", func() bool { return count() >= before+500 })
	close(stop)
	customers.Wait()

	stored := byID(t, topic)
	for _, result := range acknowledged {
		wantAt(t, stored[result.MsgID], result)
	}
	t.Logf("%d orders acknowledged, %d stored", len(acknowledged), len(stored))

	consume(t, unique("late"), topic, purchased, &late)
	for name, in := range map[string]*inbox{"the group that ran": &live, "the group that starts now": &late} {
		eventually(t, "all orders for "+name, func() bool { return len(ids(in)) >= len(stored) })
		got := ids(in)
		for id := range stored {
			if _, ok := slices.BinarySearch(got, id); !ok {
				t.Errorf("%s did not get %s", name, id)
			}
		}
	}
	if n := len(late.all()); n != len(stored) {
		t.Errorf("the group that starts now got %d messages of %d", n, len(stored))
	}
}

// ids are the different messages of an inbox, sorted.
func ids(in *inbox) []string {
	var all []string
	for _, m := range in.all() {
		all = append(all, m.MsgId)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
