package nameserver

import (
	"cmp"
	"maps"
	"slices"

	"goddard/internal/mq"
)

// A Broker is the addresses under a broker name.
type Broker struct {
	Name         mq.BrokerName
	Cluster      mq.ClusterName
	Addresses    map[mq.BrokerID]string
	ActingMaster bool
}

// A Route says where the queues of a topic are.
type Route struct {
	Brokers []Broker // by name; each has an address
	Queues  []Queues // by broker name; each has its broker in Brokers
	Order   string   // configuration of an ordered topic, "" for none
}

// orderNamespace holds the texts of ordered topics.
const orderNamespace = "ORDER_TOPIC_CONFIG"

// Route returns where the queues of a topic are.
func (s *Server) Route(t mq.Topic) (Route, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	r := Route{Order: s.kv[orderNamespace][string(t)]}
	for _, q := range s.topics[t] {
		b := s.brokers[q.Broker]
		if b == nil {
			continue
		}
		r.Queues = append(r.Queues, q)
		r.Brokers = append(r.Brokers, b.copy(q.Broker, q))
	}
	if len(r.Brokers) == 0 {
		return Route{}, mq.Errorf(mq.CodeTopicNotFound, "no route for topic %s: no broker that is alive has it", t)
	}
	slices.SortFunc(r.Queues, func(x, y Queues) int { return cmp.Compare(x.Broker, y.Broker) })
	slices.SortFunc(r.Brokers, func(x, y Broker) int { return cmp.Compare(x.Name, y.Name) })
	return r, nil
}

// copy returns the broker as clients see it. Where its smallest replica acts
// as the master of queues that nobody can write to, it is shown as one.
func (b *broker) copy(name mq.BrokerName, q Queues) Broker {
	c := Broker{Name: name, Cluster: b.cluster, Addresses: maps.Clone(b.addresses), ActingMaster: b.actingMaster}
	if _, master := c.Addresses[mq.MasterID]; b.actingMaster && !master && !q.Perm.Writable() {
		least := slices.Min(slices.Collect(maps.Keys(c.Addresses)))
		c.Addresses[mq.MasterID] = c.Addresses[least]
		delete(c.Addresses, least)
	}
	return c
}

// Brokers returns every broker, by name.
func (s *Server) Brokers() []Broker {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var all []Broker
	for name, b := range s.brokers {
		all = append(all, b.copy(name, Queues{Perm: mq.PermWrite}))
	}
	slices.SortFunc(all, func(x, y Broker) int { return cmp.Compare(x.Name, y.Name) })
	return all
}

// Topics returns the topics that keep accepts, sorted; all with nil.
func (s *Server) Topics(keep func(queues map[mq.BrokerName]Queues) bool) []mq.Topic {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var names []mq.Topic
	for t, queues := range s.topics {
		if keep == nil || keep(queues) {
			names = append(names, t)
		}
	}
	slices.Sort(names)
	return names
}

// TopicsOf returns the topics of a cluster, sorted.
func (s *Server) TopicsOf(cluster mq.ClusterName) []mq.Topic {
	members := map[mq.BrokerName]bool{}
	for _, b := range s.Brokers() {
		members[b.Name] = b.Cluster == cluster
	}
	return s.Topics(func(queues map[mq.BrokerName]Queues) bool {
		for name := range queues {
			if members[name] {
				return true
			}
		}
		return false
	})
}

// DeleteTopic forgets the routes of a topic, in one cluster or, when it is
// empty, everywhere.
func (s *Server) DeleteTopic(t mq.Topic, cluster mq.ClusterName) {
	s.mu.Lock()
	defer s.mu.Unlock()
	queues := s.topics[t]
	for name := range queues {
		if b := s.brokers[name]; cluster == "" || b != nil && b.cluster == cluster {
			delete(queues, name)
		}
	}
	if len(queues) == 0 {
		delete(s.topics, t)
	}
}

// SetWritable lets topics on a broker be written to or not, and returns how
// many changed. The next changed registration of the broker undoes it.
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
