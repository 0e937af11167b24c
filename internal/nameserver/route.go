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
	Order   string   // text of an ordered topic, "" for none
}

// Route returns where the queues of a topic are.
func (s *Server) Route(t mq.Topic) (Route, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	queues := s.topics[t]
	if len(queues) == 0 {
		return Route{}, mq.Errorf(mq.CodeTopicNotFound, "no route for topic %s: no broker that is alive has it", t)
	}
	var r Route
	if s.settings.OrderTopics {
		r.Order = s.kv[OrderNamespace][string(t)]
	}
	r.Queues = slices.SortedFunc(maps.Values(queues), func(x, y Queues) int { return cmp.Compare(x.Broker, y.Broker) })
	for _, q := range r.Queues {
		b := s.brokers[q.Broker].named(q.Broker)
		if s.settings.ActingMaster && b.ActingMaster && !q.Perm.Writable() {
			b.showMaster()
		}
		r.Brokers = append(r.Brokers, b)
	}
	return r, nil
}

// named returns the broker as others see it.
func (b *broker) named(name mq.BrokerName) Broker {
	return Broker{Name: name, Cluster: b.cluster, Addresses: maps.Clone(b.addresses), ActingMaster: b.actingMaster}
}

// showMaster gives the smallest replica the ID of the master, if there is
// none.
func (b *Broker) showMaster() {
	if _, ok := b.Addresses[mq.MasterID]; ok {
		return
	}
	id := least(b.Addresses)
	b.Addresses[mq.MasterID] = b.Addresses[id]
	delete(b.Addresses, id)
}

// Brokers returns every broker, by name.
func (s *Server) Brokers() []Broker {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var all []Broker
	for _, name := range slices.Sorted(maps.Keys(s.brokers)) {
		all = append(all, s.brokers[name].named(name))
	}
	return all
}

// Broker returns the broker of a name in a cluster, without addresses when
// there is none.
func (s *Server) Broker(cluster mq.ClusterName, name mq.BrokerName) Broker {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if b := s.brokers[name]; b != nil && b.cluster == cluster {
		return b.named(name)
	}
	return Broker{Name: name, Cluster: cluster}
}
