// Package nameserver knows which brokers there are and which topics they
// have. Brokers tell it, clients ask it.
//
// A Server is plain state behind one lock: it has no goroutine and no clock,
// time is an argument. It is safe for concurrent use. Nothing but the named
// texts (KV) outlives it: brokers register again within 30 seconds.
package nameserver

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"goddard/internal/mq"
)

// DefaultTimeout is how long a broker that does not announce a time of its
// own may be silent, before its routes go.
const DefaultTimeout = 120 * time.Second

// A Version orders states of a broker's topics: State, then Counter, then
// Time.
type Version struct{ State, Counter, Time int64 }

// A ChannelID tells the connections of brokers apart.
type ChannelID uint64

// A Member is one address under a broker name.
type Member struct {
	Cluster mq.ClusterName
	Name    mq.BrokerName
	ID      mq.BrokerID
	Address string
}

// A Server is the state of a name server.
type Server struct {
	mu      sync.RWMutex
	brokers map[mq.BrokerName]*broker
	live    map[Member]*liveness
	topics  map[mq.Topic]map[mq.BrokerName]Queues
	kv      map[string]map[string]string
}

// A broker is the members under one name.
type broker struct {
	cluster      mq.ClusterName
	addresses    map[mq.BrokerID]string
	actingMaster bool
}

// liveness is when a member was last heard of.
type liveness struct {
	seen    time.Time
	timeout time.Duration
	version Version
	channel ChannelID
	ha      string
}

// Queues are the queues of a topic on one broker.
type Queues struct {
	Broker      mq.BrokerName
	Perm        mq.Perm
	ReadQueues  int32
	WriteQueues int32
	SysFlag     int32
}

// New returns a server that knows no broker, and these texts.
func New(kv map[string]map[string]string) *Server {
	if kv == nil {
		kv = map[string]map[string]string{}
	}
	return &Server{
		brokers: map[mq.BrokerName]*broker{}, live: map[Member]*liveness{}, topics: map[mq.Topic]map[mq.BrokerName]Queues{}, kv: kv,
	}
}

// A Registration is what a broker tells about itself.
type Registration struct {
	Member
	HAAddress    string
	Timeout      time.Duration // 0 means DefaultTimeout
	ActingMaster bool
	Channel      ChannelID
	Version      Version
	Topics       map[mq.Topic]mq.TopicConfig
}

// A Master is what a replica is told about its master; empty for a master.
type Master struct{ Address, HAAddress string }

// Register takes a broker and its topics, or refreshes them.
func (s *Server) Register(r Registration, now time.Time) (Master, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.brokers[r.Name]
	if !ok {
		b = &broker{addresses: map[mq.BrokerID]string{}}
	}
	if old, taken := b.addresses[r.ID]; taken && old != r.Address {
		if l := s.live[Member{b.cluster, r.Name, r.ID, old}]; l != nil && l.version.State > r.Version.State {
			return Master{}, nil // a newer master is alive under this ID
		}
	}
	_, known := b.addresses[r.ID]
	if !known && len(r.Topics) == 1 {
		return Master{}, mq.Errorf(mq.CodeInternal, "broker %s (ID %d) is not known and registers one topic alone: it must register all of them first", r.Name, r.ID)
	}
	s.brokers[r.Name] = b
	b.cluster, b.actingMaster = r.Cluster, r.ActingMaster
	maps.DeleteFunc(b.addresses, func(id mq.BrokerID, address string) bool { return address == r.Address && id != r.ID })
	b.addresses[r.ID] = r.Address
	s.registerTopicsLocked(r, b)
	timeout := cmp.Or(r.Timeout, DefaultTimeout)
	s.live[r.Member] = &liveness{seen: now, timeout: timeout, version: r.Version, channel: r.Channel, ha: r.HAAddress}
	if r.ID == mq.MasterID {
		return Master{}, nil
	}
	address := b.addresses[mq.MasterID]
	m := Master{Address: address}
	if l := s.live[Member{b.cluster, r.Name, mq.MasterID, address}]; l != nil {
		m.HAAddress = l.ha
	}
	return m, nil
}

// registerTopicsLocked takes the topics of a master, or of the smallest
// replica that may act as one: without permission to write then.
func (s *Server) registerTopicsLocked(r Registration, b *broker) {
	acting := r.ActingMaster && r.ID != mq.MasterID && r.ID == slices.Min(slices.Collect(maps.Keys(b.addresses)))
	if r.ID != mq.MasterID && !acting {
		return
	}
	if l := s.live[r.Member]; l != nil && l.version == r.Version {
		return
	}
	for name, c := range r.Topics {
		q := Queues{Broker: r.Name, Perm: c.Perm, ReadQueues: c.ReadQueues, WriteQueues: c.WriteQueues, SysFlag: c.SysFlag}
		if acting {
			q.Perm &^= mq.PermWrite
		}
		if s.topics[name] == nil {
			s.topics[name] = map[mq.BrokerName]Queues{}
		}
		s.topics[name][r.Name] = q
	}
}

// RegisterTopic takes the queues of one topic on brokers that are known.
func (s *Server) RegisterTopic(t mq.Topic, queues []Queues) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, q := range queues {
		if s.brokers[q.Broker] == nil {
			return mq.Errorf(mq.CodeInternal, "broker %s of topic %s is not known", q.Broker, t)
		}
	}
	for _, q := range queues {
		if s.topics[t] == nil {
			s.topics[t] = map[mq.BrokerName]Queues{}
		}
		s.topics[t][q.Broker] = q
	}
	return nil
}

// Unregister takes a member out at once.
func (s *Server) Unregister(m Member) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.removeLocked(m)
}

// removeLocked forgets a member, and with the last one of a name its routes.
func (s *Server) removeLocked(m Member) {
	delete(s.live, m)
	b := s.brokers[m.Name]
	if b == nil || b.addresses[m.ID] != m.Address {
		return
	}
	delete(b.addresses, m.ID)
	if len(b.addresses) > 0 {
		return
	}
	delete(s.brokers, m.Name)
	for t, queues := range s.topics {
		delete(queues, m.Name)
		if len(queues) == 0 {
			delete(s.topics, t)
		}
	}
}

// Refresh notes that a member is alive; false when it is not known.
func (s *Server) Refresh(m Member, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.live[m]
	if l != nil {
		l.seen = now
	}
	return l != nil
}

// Version returns the version of a member's topics, and notes that it is
// alive; false when it is not known.
func (s *Server) Version(m Member, now time.Time) (Version, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.live[m]
	if l == nil {
		return Version{}, false
	}
	l.seen = now
	return l.version, true
}

// Closed takes out the members of a connection that ended.
func (s *Server) Closed(c ChannelID) []Member {
	return s.removeWhere(func(l *liveness) bool { return l.channel == c })
}

// Expire takes out the members that have been silent for too long.
func (s *Server) Expire(now time.Time) []Member {
	return s.removeWhere(func(l *liveness) bool { return now.Sub(l.seen) > l.timeout })
}

func (s *Server) removeWhere(gone func(*liveness) bool) []Member {
	s.mu.Lock()
	defer s.mu.Unlock()
	var removed []Member
	for m, l := range s.live {
		if gone(l) {
			removed = append(removed, m)
		}
	}
	for _, m := range removed {
		s.removeLocked(m)
	}
	return removed
}
