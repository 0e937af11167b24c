package group

import (
	"slices"
	"sync"

	"goddard/internal/mq"
	"goddard/internal/record"
	"goddard/internal/view"
)

// Offsets is the view of the consumer offsets, with an overlay of those that
// were committed and have not come back through the log. Everything may be
// called at any time, beside one Apply.
type Offsets struct {
	mu      sync.RWMutex
	applied map[consumption]map[mq.QueueID]applied
	pending map[place]commit // committed, not applied
	dirty   []place          // of pending: those that are not taken
}

// A commit is an offset that the log does not have yet.
type commit struct {
	offset mq.QueueOffset
	taken  bool
}

// A consumption is a topic that a group consumes.
type consumption struct {
	group mq.Group
	topic mq.Topic
}

// A place is where an offset belongs.
type place struct {
	consumption
	queue mq.QueueID
}

type applied struct {
	offset mq.QueueOffset
	at     mq.LogOffset // of its record
}

// NewOffsets returns an empty view.
func NewOffsets() *Offsets {
	return &Offsets{applied: map[consumption]map[mq.QueueID]applied{}, pending: map[place]commit{}}
}

// Name implements view.View.
func (*Offsets) Name() string { return "consumer offsets" }

// Apply implements view.View.
func (o *Offsets) Apply(a *view.Applied) error {
	switch r := a.State.(type) {
	case record.OffsetsPut:
		o.mu.Lock()
		defer o.mu.Unlock()
		for _, put := range r.Offsets {
			o.putLocked(put, a.At)
		}
	case record.TopicDelete:
		o.removeWhere(func(c consumption) bool { return c.topic == r.Topic })
	case record.GroupDelete:
		if r.Offsets {
			o.removeWhere(func(c consumption) bool { return c.group == r.Group })
		}
	}
	return nil
}

func (o *Offsets) putLocked(put record.Offset, at mq.LogOffset) {
	p := place{consumption{put.Group, put.Topic}, put.Queue}
	queues := o.applied[p.consumption]
	if queues == nil {
		queues = map[mq.QueueID]applied{}
		o.applied[p.consumption] = queues
	}
	queues[p.queue] = applied{offset: put.Offset, at: at}
	if c := o.pending[p]; c.taken && c.offset == put.Offset {
		delete(o.pending, p)
	}
}

func (o *Offsets) removeWhere(gone func(consumption) bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for c := range o.applied {
		if gone(c) {
			delete(o.applied, c)
		}
	}
	for p := range o.pending {
		if gone(p.consumption) {
			delete(o.pending, p)
		}
	}
	o.dirty = slices.DeleteFunc(o.dirty, func(p place) bool { return gone(p.consumption) })
}

// Get returns the offset of a group in a queue: the newest that was
// committed, whether or not the log has it.
func (o *Offsets) Get(g mq.Group, t mq.Topic, q mq.QueueID) (mq.QueueOffset, bool) {
	p := place{consumption{g, t}, q}
	o.mu.RLock()
	defer o.mu.RUnlock()
	if c, ok := o.pending[p]; ok {
		return c.offset, true
	}
	a, ok := o.applied[p.consumption][q]
	return a.offset, ok
}

// Commit takes an offset, for the next batch that goes to the log.
func (o *Offsets) Commit(g mq.Group, t mq.Topic, q mq.QueueID, offset mq.QueueOffset) {
	p := place{consumption{g, t}, q}
	o.mu.Lock()
	defer o.mu.Unlock()
	old, pending := o.pending[p]
	if pending && old.offset == offset {
		return
	}
	if a, ok := o.applied[p.consumption][q]; !pending && ok && a.offset == offset {
		return
	}
	if !pending || old.taken {
		o.dirty = append(o.dirty, p)
	}
	o.pending[p] = commit{offset: offset}
}

// TakePending returns up to limit offsets that the log does not have. They
// are gone from here when they are applied; see Return.
func (o *Offsets) TakePending(limit int) []record.Offset {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := min(limit, len(o.dirty))
	taken := make([]record.Offset, 0, n)
	for _, p := range o.dirty[:n] {
		offset := o.pending[p].offset
		o.pending[p] = commit{offset: offset, taken: true}
		taken = append(taken, record.Offset{Group: p.group, Topic: p.topic, Queue: p.queue, Offset: offset})
	}
	o.dirty = slices.Delete(o.dirty, 0, n)
	return taken
}

// Return gives back offsets that were taken and that the log refused.
func (o *Offsets) Return(taken []record.Offset) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, t := range taken {
		p := place{consumption{t.Group, t.Topic}, t.Queue}
		if c, ok := o.pending[p]; ok && c.taken {
			o.pending[p] = commit{offset: c.offset}
			o.dirty = append(o.dirty, p)
		}
	}
}

// Topics returns the topics in which a group has offsets, sorted.
func (o *Offsets) Topics(g mq.Group) []mq.Topic {
	return distinct(o, func(c consumption) (mq.Topic, bool) { return c.topic, c.group == g })
}

// Groups returns the groups that have offsets in a topic, sorted.
func (o *Offsets) Groups(t mq.Topic) []mq.Group {
	return distinct(o, func(c consumption) (mq.Group, bool) { return c.group, c.topic == t })
}

func distinct[N ~string](o *Offsets, pick func(consumption) (N, bool)) []N {
	o.mu.RLock()
	defer o.mu.RUnlock()
	var names []N
	for c := range o.applied {
		if name, ok := pick(c); ok {
			names = append(names, name)
		}
	}
	for p := range o.pending {
		if name, ok := pick(p.consumption); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Union returns the names that are in a or in b, sorted.
func Union[N ~string](a, b []N) []N {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// Checkpoint implements view.View.
func (*Offsets) Checkpoint() []view.Change { return nil }

// Truncate implements view.View.
func (*Offsets) Truncate(mq.LogOffset) bool { return false }

// Live implements view.View.
func (o *Offsets) Live(before mq.LogOffset) []view.Fact {
	o.mu.RLock()
	defer o.mu.RUnlock()
	var facts []view.Fact
	for c, queues := range o.applied {
		for q, a := range queues {
			if a.at < before {
				put := record.Offset{Group: c.group, Topic: c.topic, Queue: q, Offset: a.offset}
				facts = append(facts, view.Fact{At: a.at, State: record.OffsetsPut{Offsets: []record.Offset{put}}})
			}
		}
	}
	return facts
}
