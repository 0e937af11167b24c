// Package queueindex is the view that knows, for each queue, where its
// messages are in the commit log.
//
// It lives in memory: 24 bytes for each message, in blocks that never move.
// It is built from the log at start.
//
// Concurrency: Apply runs on one goroutine at a time; NextOffset is called
// under the append lock of the log; queries may run at any time. The index
// lock is held for map look-ups alone, a queue's lock while its entries are
// copied or one is added.
//
// A topic that is deleted loses its entries, not its offsets: when it is
// created again, its queues go on where they ended. (The original begins at 0
// again, which loses messages that were on their way.)
package queueindex

import (
	"fmt"
	"sync"
	"sync/atomic"

	"goddard/internal/message"
	"goddard/internal/mq"
	"goddard/internal/record"
	"goddard/internal/view"
)

// An Entry says where a message is. One with size 0 is a hole: an offset that
// no message in the log has.
type Entry struct {
	Position mq.LogOffset
	TagsCode int64 // hash of its tags
	Size     int32 // of the record, bytes
}

// Options configure an Index.
type Options struct {
	// Arrived is called by Apply for each message that was added; nil for
	// nobody.
	Arrived func(slot uint32, e Entry, offset mq.QueueOffset)
}

// An Index is the queues of a broker.
type Index struct {
	arrived func(uint32, Entry, mq.QueueOffset)

	mu     sync.RWMutex
	topics map[mq.Topic][]*queue // by queue ID; nil where nothing was
	slots  []*queue
}

// blockSize is how many entries a block holds.
const blockSize = 1024

// A queue is one queue's entries. Its next offset belongs to the append lock.
type queue struct {
	slot uint32
	next atomic.Int64

	mu     sync.RWMutex
	base   mq.QueueOffset // of the first entry
	first  mq.QueueOffset // where the queue began, or began again
	count  int
	blocks [][]Entry
}

// New returns an empty index.
func New(o Options) *Index {
	if o.Arrived == nil {
		o.Arrived = func(uint32, Entry, mq.QueueOffset) {}
	}
	return &Index{arrived: o.Arrived, topics: map[mq.Topic][]*queue{}}
}

// Slot returns the number of a queue. It is made when it is new, and stays.
func (x *Index) Slot(t mq.Topic, id mq.QueueID) uint32 {
	if q := x.queue(t, id); q != nil {
		return q.slot
	}
	return x.addQueue(t, id).slot
}

func (x *Index) queue(t mq.Topic, id mq.QueueID) *queue {
	x.mu.RLock()
	defer x.mu.RUnlock()
	queues := x.topics[t]
	if id < 0 || int(id) >= len(queues) {
		return nil
	}
	return queues[id]
}

func (x *Index) addQueue(t mq.Topic, id mq.QueueID) *queue {
	x.mu.Lock()
	defer x.mu.Unlock()
	queues := x.topics[t]
	for int(id) >= len(queues) {
		queues = append(queues, nil)
	}
	x.topics[t] = queues
	if queues[id] == nil {
		queues[id] = &queue{slot: uint32(len(x.slots))}
		x.slots = append(x.slots, queues[id])
	}
	return queues[id]
}

// NextOffset returns the offset of the next message of a queue and advances
// it by count.
func (x *Index) NextOffset(slot uint32, count int32) mq.QueueOffset {
	x.mu.RLock()
	q := x.slots[slot]
	x.mu.RUnlock()
	return mq.QueueOffset(q.next.Add(int64(count)) - int64(count))
}

// Name implements view.View.
func (*Index) Name() string { return "queue index" }

// maxHole bounds the offsets that may be missing within a queue.
const maxHole = 1 << 20

// maxQueueID bounds the queue ID of a record: one that is larger is damage,
// not a queue.
const maxQueueID = 1 << 24

// Apply implements view.View.
func (x *Index) Apply(a *view.Applied) error {
	if d, ok := a.State.(record.TopicDelete); ok {
		x.forget(d.Topic)
	}
	m := a.Message
	switch m.SysFlag & message.FlagTransaction {
	case message.FlagPrepared, message.FlagRollback:
		return nil // not in a queue, as in the original
	}
	if m.QueueID < 0 || m.QueueID > maxQueueID {
		return fmt.Errorf("message of topic %s in queue %d", m.Topic, m.QueueID)
	}
	q := x.queue(m.Topic, m.QueueID)
	if q == nil {
		q = x.addQueue(m.Topic, m.QueueID)
	}
	e := Entry{Position: a.At, TagsCode: a.TagsCode, Size: int32(len(a.Rec))}
	added, err := q.add(m.QueueOffset, e)
	if err != nil {
		return fmt.Errorf("queue %d of topic %s: %w", m.QueueID, m.Topic, err)
	}
	if added {
		x.arrived(q.slot, e, m.QueueOffset)
	}
	return nil
}

// add adds an entry; false when the queue has its offset already.
func (q *queue) add(offset mq.QueueOffset, e Entry) (bool, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.count == 0 && offset >= q.base {
		q.base, q.first = offset, offset
	}
	end := q.base + mq.QueueOffset(q.count)
	if offset < end {
		return false, nil
	}
	if offset-end > maxHole {
		return false, fmt.Errorf("offset %d follows %d", offset, end-1)
	}
	for ; end < offset; end++ {
		q.pushLocked(Entry{})
	}
	q.pushLocked(e)
	if q.next.Load() <= int64(offset) { // the log is being read at start
		q.next.Store(int64(offset) + 1)
	}
	return true, nil
}

func (q *queue) pushLocked(e Entry) {
	last := len(q.blocks) - 1
	if last < 0 || len(q.blocks[last]) == blockSize {
		var block []Entry
		if last >= 0 {
			block = make([]Entry, 0, blockSize) // a queue's first block grows
		}
		q.blocks = append(q.blocks, block)
		last++
	}
	q.blocks[last] = append(q.blocks[last], e)
	q.count++
}

// forget drops the entries of a topic.
func (x *Index) forget(t mq.Topic) {
	x.mu.RLock()
	queues := x.topics[t]
	x.mu.RUnlock()
	for _, q := range queues {
		if q == nil {
			continue
		}
		q.mu.Lock()
		q.base += mq.QueueOffset(q.count)
		q.first, q.count, q.blocks = q.base, 0, nil
		q.mu.Unlock()
	}
}

// Checkpoint implements view.View.
func (*Index) Checkpoint() []view.Change { return nil }

// Truncate implements view.View.
func (*Index) Truncate(mq.LogOffset) bool { return false }

// Live implements view.View: entries live as long as their messages.
func (*Index) Live(mq.LogOffset) []view.Fact { return nil }
