package conformance

import (
	"context"
	"sync"
	"testing"

	"github.com/apache/rocketmq-client-go/v2"
	"github.com/apache/rocketmq-client-go/v2/primitive"
)

const (
	created   = "order_created"
	purchased = "order_purchased"
)

// Orders are created and purchased, and three groups follow what interests
// them: each gets exactly the events of its tag, once.
func TestOrderStory(t *testing.T) {
	t.Parallel()
	topic := newTopic(t, 4)
	shop := newProducer(t)
	groups := []struct {
		name, tag string
		in        inbox
	}{{name: "inventory", tag: purchased}, {name: "notification", tag: purchased}, {name: "monitoring", tag: created}}
	for i := range groups {
		g := &groups[i]
		group := unique(g.name)
		consume(t, group, topic, g.tag, &g.in)
		awaitAssigned(t, group, topic)
	}

	sent := map[string][]string{
		created:   sendMany(t, shop, topic, created, 50),
		purchased: sendMany(t, shop, topic, purchased, 50),
	}
	sent[purchased] = append(sent[purchased], flashSale(t, shop, topic, 300)...)

	marks := sendMarks(t, topic, created)
	sendMarks(t, topic, purchased)
	for i := range groups {
		g := &groups[i]
		g.in.await(t, len(sent[g.tag]))
		g.in.awaitMarks(t, marks)
		sameBodies(t, g.name, g.in.bodies(), sent[g.tag])
		for _, m := range g.in.all() {
			if m.GetTags() != g.tag {
				t.Errorf("%s got the tag %q", g.name, m.GetTags())
			}
		}
	}
}

// flashSale purchases n orders at once and waits until all are acknowledged.
func flashSale(t *testing.T, shop rocketmq.Producer, topic string, n int) []string {
	t.Helper()
	var (
		mu    sync.Mutex
		sold  []string
		calls sync.WaitGroup
	)
	for range n {
		order := unique("sale")
		calls.Add(1)
		err := shop.SendAsync(t.Context(), func(_ context.Context, result *primitive.SendResult, err error) {
			defer calls.Done()
			mu.Lock()
			defer mu.Unlock()
			if err != nil || result.Status != primitive.SendOK {
				t.Errorf("purchase: %v, %v", result, err)
				return
			}
			sold = append(sold, order)
		}, primitive.NewMessage(topic, []byte(order)).WithTag(purchased))
		if err != nil {
			t.Fatal(err)
		}
	}
	calls.Wait()
	return sold
}

// A group that starts after the orders gets them all the same.
func TestGroupsThatStartLater(t *testing.T) {
	t.Parallel()
	topic := newTopic(t, 4)
	shop := newProducer(t)
	wanted := sendMany(t, shop, topic, purchased, 40)
	sendMany(t, shop, topic, created, 40)
	marks := sendMarks(t, topic, purchased)

	var inventory, notification inbox
	consume(t, unique("inventory"), topic, purchased, &inventory)
	consume(t, unique("notification"), topic, purchased, &notification)
	for name, in := range map[string]*inbox{"inventory": &inventory, "notification": &notification} {
		in.await(t, len(wanted))
		in.awaitMarks(t, marks)
		sameBodies(t, name, in.bodies(), wanted)
	}
}
