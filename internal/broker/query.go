package broker

import (
	"goddard/internal/group"
	"goddard/internal/message"
	"goddard/internal/mq"
	"goddard/internal/store"
)

// Message returns the message at a position of this broker's log.
func (b *Broker) Message(at mq.LogOffset) (message.Message, error) { return b.store.Message(at) }

// LogOffsets returns the bounds of the log: the oldest position, the one after
// the newest record, and the one up to which the disk has it.
func (b *Broker) LogOffsets() (oldest, written, synced mq.LogOffset) { return b.store.LogOffsets() }

// GroupChanges returns how often the settings of groups changed.
func (b *Broker) GroupChanges() int64 { return b.store.Groups.Changes() }

// QueueStats are the bounds of a queue.
type QueueStats struct {
	Queue      mq.QueueID
	Min, Max   mq.QueueOffset
	UpdateTime int64 // store time of the newest message in ms, 0 without one
}

// TopicStats returns the bounds of every queue of a topic.
func (b *Broker) TopicStats(t mq.Topic) ([]QueueStats, error) {
	c, err := b.Topic(t)
	if err != nil {
		return nil, err
	}
	stats := make([]QueueStats, c.Queues())
	for i := range stats {
		q := &stats[i]
		q.Queue = mq.QueueID(i)
		q.Min, q.Max, _ = b.store.Range(t, q.Queue)
		q.UpdateTime = b.timeBefore(t, q.Queue, q.Max)
	}
	return stats, nil
}

// timeBefore returns the store time in ms of the message before an offset, or
// 0 when there is none.
func (b *Broker) timeBefore(t mq.Topic, q mq.QueueID, offset mq.QueueOffset) int64 {
	if offset <= 0 {
		return 0
	}
	f, rec := b.store.Fetch(store.Fetch{Topic: t, Queue: q, Offset: offset - 1, Max: 1}, nil)
	if f.Count == 0 {
		return 0
	}
	m, _, err := message.Parse(rec)
	if err != nil {
		return 0
	}
	return m.StoreTime
}

// GroupOffset is how far a group got in a queue.
type GroupOffset struct {
	Topic      mq.Topic
	Queue      mq.QueueID
	Max        mq.QueueOffset // of the queue
	Offset     mq.QueueOffset // of the group, -1 when it never committed
	UpdateTime int64          // store time in ms of the last message that it consumed, 0 when unknown
}

// ConsumeStats returns how far a group got in every queue of the topics that
// it has offsets in, or of one topic.
func (b *Broker) ConsumeStats(g mq.Group, only mq.Topic) []GroupOffset {
	var stats []GroupOffset
	for _, t := range b.store.Offsets.Topics(g) {
		if only != "" && t != only {
			continue
		}
		c, ok := b.store.Topics.Get(t)
		if !ok {
			continue
		}
		for q := range mq.QueueID(c.Queues()) {
			s := GroupOffset{Topic: t, Queue: q, Offset: -1}
			_, s.Max, _ = b.store.Range(t, q)
			if offset, ok := b.store.Offsets.Get(g, t, q); ok {
				s.Offset = offset
				s.UpdateTime = b.timeBefore(t, q, offset)
			}
			stats = append(stats, s)
		}
	}
	return stats
}

// TopicConsumers returns the groups that consume a topic or have offsets in it.
func (b *Broker) TopicConsumers(t mq.Topic) []mq.Group {
	return group.Union(b.members.GroupsOf(t), b.store.Offsets.Groups(t))
}
