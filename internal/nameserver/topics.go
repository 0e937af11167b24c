package nameserver

import (
	"slices"

	"goddard/internal/mq"
)

// Topics returns all topics, sorted.
func (s *Server) Topics() []mq.Topic { return s.topicsWhere(func(Queues) bool { return true }) }

// TopicsOf returns the topics of a cluster, sorted.
func (s *Server) TopicsOf(cluster mq.ClusterName) []mq.Topic {
	return s.topicsWhere(func(q Queues) bool { return s.brokers[q.Broker].cluster == cluster })
}

// TopicsFlagged returns the topics that have all bits of set in their system
// flag and none of clear, sorted.
func (s *Server) TopicsFlagged(set, clear int32) []mq.Topic {
	return s.topicsWhere(func(q Queues) bool { return q.SysFlag&set == set && q.SysFlag&clear == 0 })
}

// topicsWhere returns the topics that have queues which keep accepts. It
// calls keep with the lock held.
func (s *Server) topicsWhere(keep func(Queues) bool) []mq.Topic {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var names []mq.Topic
	for t, queues := range s.topics {
		for _, q := range queues {
			if keep(q) {
				names = append(names, t)
				break
			}
		}
	}
	slices.Sort(names)
	return names
}

// DeleteTopic forgets the routes of a topic, in one cluster or, when it is
// empty, everywhere. Brokers that still have the topic bring it back.
func (s *Server) DeleteTopic(t mq.Topic, cluster mq.ClusterName) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name := range s.topics[t] {
		if cluster == "" || s.brokers[name].cluster == cluster {
			s.unrouteLocked(t, name)
		}
	}
}

// SetWritable lets the topics of a broker be written to or not, and returns
// how many it has. The next changed registration of the broker undoes it.
func (s *Server) SetWritable(name mq.BrokerName, writable bool) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, queues := range s.topics {
		q, ok := queues[name]
		if !ok {
			continue
		}
		if writable {
			q.Perm = mq.PermRead | mq.PermWrite
		} else {
			q.Perm &^= mq.PermWrite
		}
		queues[name] = q
		n++
	}
	return n
}
