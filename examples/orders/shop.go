package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"

	"github.com/apache/rocketmq-client-go/v2"
	"github.com/apache/rocketmq-client-go/v2/primitive"
	"github.com/apache/rocketmq-client-go/v2/producer"
)

// The topic of all events, and the tags that tell them apart.
const (
	topic     = "order_events_topic"
	created   = "order_created"
	purchased = "order_purchased"
)

// An order is the body of its events, as JSON.
type order struct {
	ID       string    `json:"id"`
	Product  string    `json:"product"`
	Quantity int       `json:"quantity"`
	Price    float64   `json:"price"` // of one piece
	Customer string    `json:"customer"`
	Status   string    `json:"status"`
	Time     time.Time `json:"time"` // of the last change
}

// A shop takes orders and publishes what happens to them.
type shop struct {
	producer rocketmq.Producer
}

func openShop(nameServer string) (*shop, error) {
	p, err := rocketmq.NewProducer(
		producer.WithNameServer(primitive.NamesrvAddr{nameServer}),
		producer.WithGroupName("order_producer_group"),
	)
	if err != nil {
		return nil, err
	}
	if err := p.Start(); err != nil {
		return nil, err
	}
	return &shop{producer: p}, nil
}

func (s *shop) close() { _ = s.producer.Shutdown() }

// create gives the order its ID.
func (s *shop) create(ctx context.Context, o *order) error {
	o.ID = "order-" + rand.Text()[:8]
	o.Status = "CREATED"
	return s.publish(ctx, created, o)
}

func (s *shop) purchase(ctx context.Context, o *order) error {
	o.Status = "PURCHASED"
	return s.publish(ctx, purchased, o)
}

// publish returns when the broker has the event.
func (s *shop) publish(ctx context.Context, event string, o *order) error {
	o.Time = time.Now()
	body, err := json.Marshal(o)
	if err != nil {
		return err
	}
	m := primitive.NewMessage(topic, body).WithTag(event).WithKeys([]string{o.ID})
	result, err := s.producer.SendSync(ctx, m)
	if err != nil {
		return fmt.Errorf("publish %s (is a broker running?): %w", event, err)
	}
	if result.Status != primitive.SendOK {
		return fmt.Errorf("publish %s: the broker does not promise to keep it: status %d", event, result.Status)
	}
	fmt.Printf("  %-13s %-15s %s  queue %d, offset %d\n", "shop", event, o.ID, result.MessageQueue.QueueId, result.QueueOffset)
	return nil
}
