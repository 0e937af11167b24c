package queueindex

import (
	"sort"

	"goddard/internal/mq"
)

// Range returns the offset of a queue's oldest message and the one after its
// newest; false when the queue never had one.
func (x *Index) Range(t mq.Topic, id mq.QueueID) (minOffset, maxOffset mq.QueueOffset, ok bool) {
	q := x.queue(t, id)
	if q == nil {
		return 0, 0, false
	}
	q.mu.RLock()
	defer q.mu.RUnlock()
	return q.base, q.base + mq.QueueOffset(q.count), true
}

// Intact reports whether a queue has all messages that it ever had: from the
// first one after its topic was made.
func (x *Index) Intact(t mq.Topic, id mq.QueueID) bool {
	q := x.queue(t, id)
	if q == nil {
		return true
	}
	q.mu.RLock()
	defer q.mu.RUnlock()
	return q.base == q.first
}

// Read fills dst up to its capacity with the entries of a queue from an
// offset on, and returns it.
func (x *Index) Read(t mq.Topic, id mq.QueueID, from mq.QueueOffset, dst []Entry) []Entry {
	dst = dst[:0]
	q := x.queue(t, id)
	if q == nil {
		return dst
	}
	q.mu.RLock()
	defer q.mu.RUnlock()
	if from < q.base {
		return dst
	}
	for i := int(from - q.base); i < q.count && len(dst) < cap(dst); {
		block := q.blocks[i/blockSize][i%blockSize:]
		block = block[:min(len(block), cap(dst)-len(dst))]
		dst = append(dst, block...)
		i += len(block)
	}
	return dst
}

// SearchTime returns the offset in a queue for a store time in ms: with
// upper, of the last message that is not younger, else of the first that is
// not older. It never leaves the queue: before the oldest message it is the
// oldest, after the newest the next one, with upper the newest. The time of a
// message is asked of timeAt; false means that it cannot be read.
func (x *Index) SearchTime(t mq.Topic, id mq.QueueID, ms int64, upper bool, timeAt func(mq.LogOffset) (int64, bool)) mq.QueueOffset {
	minOffset, maxOffset, ok := x.Range(t, id)
	if !ok || minOffset == maxOffset {
		return minOffset
	}
	var one [1]Entry
	older := func(i int) bool { // than what is looked for
		entries := x.Read(t, id, minOffset+mq.QueueOffset(i), one[:0])
		if len(entries) == 0 || entries[0].Size == 0 {
			return true
		}
		at, ok := timeAt(entries[0].Position)
		return !ok || at < ms || upper && at == ms
	}
	n := sort.Search(int(maxOffset-minOffset), func(i int) bool { return !older(i) })
	offset := minOffset + mq.QueueOffset(n)
	if upper {
		offset = max(offset-1, minOffset)
	}
	return offset
}
