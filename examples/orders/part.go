package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/apache/rocketmq-client-go/v2"
	"github.com/apache/rocketmq-client-go/v2/consumer"
	"github.com/apache/rocketmq-client-go/v2/primitive"
)

// A part of the shop is a consumer group: it gets every event of its tag,
// whatever the other groups get, and goes on where it stopped when it is
// started again.
type part struct {
	name  string
	event string             // the tag it subscribes to
	act   func(order) string // what it does about an order, in words
	wants []order            // whose events it waits for

	consumer rocketmq.PushConsumer
	got      chan string // IDs of orders; never closed
}

func (p *part) start(nameServer string) error {
	var err error
	p.consumer, err = rocketmq.NewPushConsumer(
		consumer.WithNameServer(primitive.NamesrvAddr{nameServer}),
		consumer.WithGroupName(p.name+"_consumer_group"),
	)
	if err != nil {
		return err
	}
	p.got = make(chan string, 1024)
	selector := consumer.MessageSelector{Type: consumer.TAG, Expression: p.event}
	if err := p.consumer.Subscribe(topic, selector, p.take); err != nil {
		return err
	}
	return p.consumer.Start()
}

func (p *part) close() { _ = p.consumer.Shutdown() }

// take is called by the client, on several goroutines. What it answers
// ConsumeRetryLater for comes again, first after ten seconds.
func (p *part) take(_ context.Context, messages ...*primitive.MessageExt) (consumer.ConsumeResult, error) {
	for _, m := range messages {
		var o order
		if err := json.Unmarshal(m.Body, &o); err != nil {
			return consumer.ConsumeRetryLater, err
		}
		fmt.Printf("  %-13s %-15s %s  %s\n", p.name, m.GetTags(), o.ID, p.act(o))
		p.got <- o.ID
	}
	return consumer.ConsumeSuccess, nil
}

// wait returns when the part has taken the events of all orders it wants.
func (p *part) wait(ctx context.Context) error {
	missing := make(map[string]bool)
	for _, o := range p.wants {
		missing[o.ID] = true
	}
	for len(missing) > 0 {
		select {
		case id := <-p.got:
			delete(missing, id)
		case <-ctx.Done():
			return fmt.Errorf("%d events are missing: %w", len(missing), context.Cause(ctx))
		}
	}
	return nil
}
