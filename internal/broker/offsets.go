package broker

import (
	"goddard/internal/mq"
)

// ConsumerOffset returns the next message that a group wants of a queue.
//
// A group that never committed there begins at the first message when the
// queue still has it, so that a first start loses nothing: the original
// answers that only while the message happens to be in memory. It does not
// begin there when its consumers ask for a time, or when orZero is false.
func (b *Broker) ConsumerOffset(g mq.Group, t mq.Topic, q mq.QueueID, orZero bool) (mq.QueueOffset, error) {
	if offset, ok := b.store.Offsets.Get(g, t, q); ok {
		return offset, nil
	}
	none := mq.Errorf(mq.CodeOffsetNotFound, "group %s has no offset in queue %d of topic %s", g, q, t)
	c, ok := b.store.Topics.Get(t)
	if !ok || !orZero || q < 0 || q >= mq.QueueID(c.Queues()) {
		return 0, none
	}
	if _, from, ok := b.members.Model(g); ok && from == mq.FromTimestamp {
		return 0, none
	}
	if !b.store.Intact(t, q) {
		return 0, none
	}
	minOffset, _, _ := b.store.Range(t, q)
	return minOffset, nil
}

// MaxOffset returns the offset of the next message of a queue.
func (b *Broker) MaxOffset(t mq.Topic, q mq.QueueID) (mq.QueueOffset, error) {
	if _, err := b.Topic(t); err != nil {
		return 0, err
	}
	_, maxOffset, _ := b.store.Range(t, q)
	return maxOffset, nil
}

// MinOffset returns the offset of the oldest message of a queue.
func (b *Broker) MinOffset(t mq.Topic, q mq.QueueID) (mq.QueueOffset, error) {
	if _, err := b.Topic(t); err != nil {
		return 0, err
	}
	minOffset, _, _ := b.store.Range(t, q)
	return minOffset, nil
}

// SearchOffset returns the offset in a queue for a store time in ms: with
// upper, of the last message that is not younger, else of the first that is
// not older.
func (b *Broker) SearchOffset(t mq.Topic, q mq.QueueID, ms int64, upper bool) (mq.QueueOffset, error) {
	if _, err := b.Topic(t); err != nil {
		return 0, err
	}
	return b.store.SearchTime(t, q, ms, upper), nil
}

// EarliestTime returns the store time in ms of the oldest message of a queue,
// or -1.
func (b *Broker) EarliestTime(t mq.Topic, q mq.QueueID) (int64, error) {
	if _, err := b.Topic(t); err != nil {
		return 0, err
	}
	return b.store.EarliestTime(t, q), nil
}
