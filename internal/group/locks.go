package group

import (
	"sync"
	"time"

	"goddard/internal/mq"
)

// LockTime is how long a queue lock lasts unless it is taken again.
const LockTime = 60 * time.Second

// Locks are the queue locks of ordered consumers: within a group, a queue
// belongs to one client at a time. They are safe for concurrent use and are
// not stored: after a restart clients take them again.
type Locks struct {
	mu     sync.Mutex
	groups map[mq.Group]map[mq.Queue]lock
}

type lock struct {
	client mq.ClientID
	until  time.Time
}

// NewLocks returns a table without locks.
func NewLocks() *Locks { return &Locks{groups: map[mq.Group]map[mq.Queue]lock{}} }

// Lock locks those queues for a client that nobody else holds, and returns
// those that it holds now.
func (l *Locks) Lock(g mq.Group, c mq.ClientID, queues []mq.Queue, now time.Time) []mq.Queue {
	l.mu.Lock()
	defer l.mu.Unlock()
	held := l.groups[g]
	if held == nil {
		held = map[mq.Queue]lock{}
		l.groups[g] = held
	}
	var mine []mq.Queue
	for _, q := range queues {
		if old, ok := held[q]; ok && old.client != c && now.Before(old.until) {
			continue
		}
		held[q] = lock{client: c, until: now.Add(LockTime)}
		mine = append(mine, q)
	}
	return mine
}

// Unlock gives up those queues that a client holds.
func (l *Locks) Unlock(g mq.Group, c mq.ClientID, queues []mq.Queue) {
	l.mu.Lock()
	defer l.mu.Unlock()
	held := l.groups[g]
	for _, q := range queues {
		if held[q].client == c {
			delete(held, q)
		}
	}
	if len(held) == 0 {
		delete(l.groups, g)
	}
}

// HeldByAnyone reports whether any client of a group holds a lock.
func (l *Locks) HeldByAnyone(g mq.Group, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, lock := range l.groups[g] {
		if now.Before(lock.until) {
			return true
		}
	}
	return false
}
