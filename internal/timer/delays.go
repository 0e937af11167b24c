// Package timer is the view of the messages that wait for their time.
//
// Delayed messages stand in the queues of topic mq.TopicSchedule, one queue
// for each level, as in RocketMQ. A level is delivered in the order in which
// it was stored, so only its oldest message needs to be looked at.
package timer

import (
	"fmt"
	"sync"
	"time"

	"goddard/internal/mq"
	"goddard/internal/record"
	"goddard/internal/view"
)

// A Due is a delayed message whose time has come.
type Due struct {
	Level    int            // from 1
	Offset   mq.QueueOffset // in the queue of its level
	Position mq.LogOffset
}

// A Delays is the delayed messages of a broker. Queries may run at any time,
// beside one Apply.
type Delays struct {
	delays mq.DelayLevels

	mu     sync.Mutex
	levels map[int]*level
}

// A level holds its waiting messages, oldest first: 24 bytes each.
type level struct {
	waiting []waiting
	done    mq.QueueOffset // what is before it was delivered
	doneAt  mq.LogOffset   // of the record that says so
}

type waiting struct {
	offset   mq.QueueOffset
	position mq.LogOffset
	due      int64 // ms
}

// New returns a view with the given delays.
func New(delays mq.DelayLevels) *Delays { return &Delays{delays: delays, levels: map[int]*level{}} }

// Name implements view.View.
func (*Delays) Name() string { return "delays" }

// Apply implements view.View.
func (d *Delays) Apply(a *view.Applied) error {
	if done, ok := a.State.(record.DelayDone); ok {
		d.done(done, a.At)
		return nil
	}
	if a.Message.Topic != mq.TopicSchedule {
		return nil
	}
	n := int(a.Message.QueueID) + 1
	if n < 1 {
		return fmt.Errorf("delayed message in queue %d", a.Message.QueueID)
	}
	due := a.Message.StoreTime + d.delays.Delay(n).Milliseconds()
	d.mu.Lock()
	defer d.mu.Unlock()
	l := d.levelLocked(n)
	offset := a.Message.QueueOffset
	if offset < l.done || len(l.waiting) > 0 && offset <= l.waiting[len(l.waiting)-1].offset {
		return nil
	}
	l.waiting = append(l.waiting, waiting{offset: offset, position: a.At, due: due})
	return nil
}

func (d *Delays) levelLocked(n int) *level {
	l := d.levels[n]
	if l == nil {
		l = &level{}
		d.levels[n] = l
	}
	return l
}

func (d *Delays) done(r record.DelayDone, at mq.LogOffset) {
	d.mu.Lock()
	defer d.mu.Unlock()
	l := d.levelLocked(r.Level)
	if r.Next < l.done {
		return
	}
	l.done, l.doneAt = r.Next, at
	i := 0
	for i < len(l.waiting) && l.waiting[i].offset < r.Next {
		i++
	}
	if l.waiting = l.waiting[i:]; len(l.waiting) == 0 {
		l.waiting = nil // let the array go
	}
}

// dueAt returns when a message of a level is due, ms. No message waits longer
// than its level says now, however long it was when it was stored.
func (d *Delays) dueAt(n int, w waiting, now time.Time) int64 {
	return min(w.due, now.Add(d.delays.Delay(n)).UnixMilli())
}

// Due returns up to limit messages whose time has come, each level in order.
func (d *Delays) Due(now time.Time, limit int) []Due {
	d.mu.Lock()
	defer d.mu.Unlock()
	var due []Due
	for n, l := range d.levels {
		for _, w := range l.waiting {
			if len(due) == limit {
				return due
			}
			if d.dueAt(n, w, now) > now.UnixMilli() {
				break
			}
			due = append(due, Due{Level: n, Offset: w.offset, Position: w.position})
		}
	}
	return due
}

// Next returns when the next message is due; false when none waits.
func (d *Delays) Next(now time.Time) (time.Time, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	next, found := int64(0), false
	for n, l := range d.levels {
		if len(l.waiting) == 0 {
			continue
		}
		if due := d.dueAt(n, l.waiting[0], now); !found || due < next {
			next, found = due, true
		}
	}
	return time.UnixMilli(next), found
}

// Waiting returns how many messages wait.
func (d *Delays) Waiting() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := 0
	for _, l := range d.levels {
		n += len(l.waiting)
	}
	return n
}

// Checkpoint implements view.View.
func (*Delays) Checkpoint() []view.Change { return nil }

// Truncate implements view.View.
func (*Delays) Truncate(mq.LogOffset) bool { return false }

// Live implements view.View.
func (d *Delays) Live(before mq.LogOffset) []view.Fact {
	d.mu.Lock()
	defer d.mu.Unlock()
	var facts []view.Fact
	for n, l := range d.levels {
		if l.done > 0 && l.doneAt < before {
			facts = append(facts, view.Fact{At: l.doneAt, State: record.DelayDone{Level: n, Next: l.done}})
		}
	}
	return facts
}
