package broker

import "goddard/internal/mq"

// LockQueues locks queues for a client of a group, as an ordered consumer
// asks before it consumes them, and returns those that it holds now.
func (b *Broker) LockQueues(g mq.Group, c mq.ClientID, queues []mq.Queue) []mq.Queue {
	return b.locks.Lock(g, c, queues, b.o.Now())
}

// UnlockQueues gives up the queues that a client of a group holds.
func (b *Broker) UnlockQueues(g mq.Group, c mq.ClientID, queues []mq.Queue) {
	b.locks.Unlock(g, c, queues)
}
