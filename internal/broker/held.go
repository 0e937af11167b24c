package broker

import (
	"container/heap"
	"context"
	"sync"
	"sync/atomic"
	"time"

	"goddard/internal/mq"
	"goddard/internal/queueindex"
)

// A heldPull is a pull that waits for a message.
type heldPull struct {
	pull     *PreparedPull
	deadline time.Time
	wake     func()
	index    int // in the heap of deadlines; -1 once it is woken
}

// heldPulls are the pulls that wait: entries in a table, by queue and by
// deadline. A pull is woken once, by whoever takes it out of the table.
type heldPulls struct {
	waiting atomic.Int64 // how many; lets an arrival pass without the lock

	mu        sync.Mutex
	byQueue   map[uint32][]*heldPull
	deadlines deadlines
	sooner    chan struct{} // holds one token when the first deadline changed

	// ready are the pulls that messages of the present batch woke. Only the
	// one goroutine that dispatches touches it.
	ready []*heldPull
}

func newHeldPulls() *heldPulls {
	return &heldPulls{byQueue: map[uint32][]*heldPull{}, sooner: make(chan struct{}, 1)}
}

// maxHold is how long a pull is held at the most: clients give up a request,
// and with it the connection, after 30 s.
const maxHold = 25 * time.Second

// Hold has wake called once, when the queue has a message at or after the
// pull's offset that passes its filter, or after the given time. It may be
// called before Hold returns.
func (b *Broker) Hold(p *PreparedPull, d time.Duration, wake func()) {
	b.Counters.Held.Add(1)
	h := &heldPull{pull: p, deadline: b.o.Now().Add(min(d, maxHold)), wake: wake}
	b.held.add(h)
	// A message that came since the pull looked would not wake it any more.
	if _, maxOffset, ok := b.store.Range(p.Topic, p.Queue); ok && maxOffset > p.Offset && b.held.remove(h) {
		wake()
	}
}

func (t *heldPulls) add(h *heldPull) {
	t.mu.Lock()
	t.byQueue[h.pull.slot] = append(t.byQueue[h.pull.slot], h)
	heap.Push(&t.deadlines, h)
	first := h.index == 0
	t.waiting.Add(1)
	t.mu.Unlock()
	if first {
		select {
		case t.sooner <- struct{}{}:
		default:
		}
	}
}

// remove takes a pull out of the table; false when somebody else did.
func (t *heldPulls) remove(h *heldPull) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if h.index < 0 {
		return false
	}
	queue := t.byQueue[h.pull.slot]
	for i, other := range queue {
		if other == h {
			queue[i] = queue[len(queue)-1]
			queue[len(queue)-1] = nil
			t.setQueueLocked(h.pull.slot, queue[:len(queue)-1])
			break
		}
	}
	heap.Remove(&t.deadlines, h.index)
	t.waiting.Add(-1)
	return true
}

func (t *heldPulls) setQueueLocked(slot uint32, queue []*heldPull) {
	if len(queue) == 0 {
		delete(t.byQueue, slot)
		return
	}
	t.byQueue[slot] = queue
}

// take moves the pulls that a message satisfies to ready.
func (t *heldPulls) take(slot uint32, e queueindex.Entry, offset mq.QueueOffset) {
	t.mu.Lock()
	defer t.mu.Unlock()
	queue := t.byQueue[slot]
	if len(queue) == 0 {
		return
	}
	kept := queue[:0]
	for _, h := range queue {
		if h.pull.Offset > offset || !h.pull.tags.Matches(e.TagsCode) {
			kept = append(kept, h)
			continue
		}
		heap.Remove(&t.deadlines, h.index)
		t.waiting.Add(-1)
		t.ready = append(t.ready, h)
	}
	clear(queue[len(kept):])
	t.setQueueLocked(slot, kept)
}

// expire takes out the pulls whose time is over, and returns when the next
// one's is, or the zero time.
func (t *heldPulls) expire(now time.Time) (over []*heldPull, next time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for len(t.deadlines) > 0 {
		h := t.deadlines[0]
		if h.deadline.After(now) {
			return over, h.deadline
		}
		heap.Pop(&t.deadlines)
		t.waiting.Add(-1)
		queue := t.byQueue[h.pull.slot]
		for i, other := range queue {
			if other == h {
				t.setQueueLocked(h.pull.slot, append(queue[:i], queue[i+1:]...))
				break
			}
		}
		over = append(over, h)
	}
	return over, time.Time{}
}

// arrived is called by dispatch for each message.
func (b *Broker) arrived(slot uint32, e queueindex.Entry, offset mq.QueueOffset) {
	if b.held.waiting.Load() > 0 {
		b.held.take(slot, e, offset)
	}
}

// batchArrived is called by dispatch after the messages of one batch.
func (b *Broker) batchArrived() {
	for i, h := range b.held.ready {
		h.wake()
		b.held.ready[i] = nil
	}
	b.held.ready = b.held.ready[:0]
}

// runHeld wakes the pulls whose time is over.
func (b *Broker) runHeld(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-b.held.sooner:
		}
		over, next := b.held.expire(b.o.Now())
		for _, h := range over {
			h.wake()
		}
		if next.IsZero() {
			timer.Stop()
		} else {
			timer.Reset(max(next.Sub(b.o.Now()), time.Millisecond))
		}
	}
}

// deadlines is a heap of pulls, the one whose time is over first on top.
type deadlines []*heldPull

func (d deadlines) Len() int           { return len(d) }
func (d deadlines) Less(i, j int) bool { return d[i].deadline.Before(d[j].deadline) }
func (d deadlines) Swap(i, j int) {
	d[i], d[j] = d[j], d[i]
	d[i].index, d[j].index = i, j
}

// Push is for package heap.
func (d *deadlines) Push(x any) {
	h := x.(*heldPull)
	h.index = len(*d)
	*d = append(*d, h)
}

// Pop is for package heap.
func (d *deadlines) Pop() any {
	last := len(*d) - 1
	h := (*d)[last]
	(*d)[last] = nil
	*d = (*d)[:last]
	h.index = -1
	return h
}
