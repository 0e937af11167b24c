package main

import (
	"context"
	"fmt"

	"github.com/apache/rocketmq-client-go/v2"
	"github.com/apache/rocketmq-client-go/v2/admin"
	"github.com/apache/rocketmq-client-go/v2/consumer"
	"github.com/apache/rocketmq-client-go/v2/primitive"

	"goddard/test/internal/wire"
)

// A stored message, as the official client reads it.
type stored struct {
	offset int64
	body   []byte
}

// drain reads all queues of a topic with the official client, from the first
// offset to the last.
func drain(ctx context.Context, nameServer, topic string) ([][]stored, error) {
	servers := primitive.NamesrvAddr{nameServer}
	puller, err := rocketmq.NewPullConsumer(consumer.WithNameServer(servers), consumer.WithGroupName("torture_drain"))
	if err != nil {
		return nil, err
	}
	if err := puller.Subscribe(topic, consumer.MessageSelector{Type: consumer.TAG, Expression: "*"}); err != nil {
		return nil, err
	}
	if err := puller.Start(); err != nil {
		return nil, err
	}
	defer func() { _ = puller.Shutdown() }()
	a, err := admin.NewAdmin(admin.WithResolver(primitive.NewPassthroughResolver(servers)))
	if err != nil {
		return nil, err
	}
	all, err := a.FetchPublishMessageQueues(ctx, topic)
	if err != nil {
		return nil, err
	}
	broker, err := wire.Broker(ctx, nameServer, topic)
	if err != nil {
		return nil, err
	}
	found := make([][]stored, len(all))
	for _, q := range all {
		// The client has no call for this, and a pull at the end is held.
		end, err := wire.MaxOffset(ctx, broker, topic, q.QueueId)
		if err != nil {
			return nil, err
		}
		if found[q.QueueId], err = read(ctx, puller, q, end); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func read(ctx context.Context, puller rocketmq.PullConsumer, q *primitive.MessageQueue, end int64) ([]stored, error) {
	var found []stored
	for offset := int64(0); offset < end; {
		result, err := puller.PullFrom(ctx, q, offset, 32)
		if err != nil {
			return nil, fmt.Errorf("queue %d at %d: %w", q.QueueId, offset, err)
		}
		for _, m := range result.GetMessageExts() {
			found = append(found, stored{m.QueueOffset, m.Body})
		}
		if result.NextBeginOffset <= offset {
			return nil, fmt.Errorf("queue %d at %d of %d: status %d leads to %d", q.QueueId, offset, end, result.Status, result.NextBeginOffset)
		}
		offset = result.NextBeginOffset
	}
	return found, nil
}
