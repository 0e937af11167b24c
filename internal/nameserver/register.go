package nameserver

import (
	"maps"
	"slices"
	"strings"
	"time"

	"goddard/internal/mq"
)

// A Registration is what a broker tells about itself.
type Registration struct {
	Member
	HAAddress    string
	Timeout      time.Duration // 0 or less means DefaultTimeout
	ActingMaster bool
	Channel      ChannelID
	Version      Version
	Topics       map[mq.Topic]mq.TopicConfig
}

// check refuses what no client could use. Clients cut the addresses of a
// broker at commas.
func (r *Registration) check() error {
	switch {
	case r.Cluster == "" || r.Name == "":
		return mq.Errorf(mq.CodeInvalidArgument, "a broker registers without its name or its cluster's")
	case r.ID < 0:
		return mq.Errorf(mq.CodeInvalidArgument, "broker %s registers with ID %d: want 0 for a master, more for a replica", r.Name, r.ID)
	case r.Address == "" || strings.ContainsAny(r.Address, ", \t\r\n\""):
		return mq.Errorf(mq.CodeInvalidArgument, "broker %s registers with the address %q: want host:port", r.Name, r.Address)
	}
	return nil
}

// Registered says what came of a registration.
type Registered struct {
	// Master and MasterHA are the addresses of the member's master; empty for
	// a master, and for a replica without one.
	Master, MasterHA string
	// New: the address was not known under this name and ID.
	New bool
	// Newer is the address of a member whose topics are newer and who keeps
	// the ID. The registration had no effect then. It is empty otherwise.
	Newer string
	// Replaced are members that had the ID or the address, and are gone.
	Replaced []Member
}

// Register takes a broker and its topics, or refreshes them. What the table
// of topics does not name stays routed.
//
// A member that nobody knows must register more than one topic: brokers that
// tell changes alone would otherwise be known with the last change alone.
func (s *Server) Register(r Registration, now time.Time) (Registered, error) {
	if err := r.check(); err != nil {
		return Registered{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var old string
	if b := s.brokers[r.Name]; b != nil {
		old = b.addresses[r.ID]
	}
	if old != "" && old != r.Address && s.live[old].version.State > r.Version.State {
		return Registered{Newer: old}, nil
	}
	if old == "" && len(r.Topics) == 1 {
		return Registered{}, mq.Errorf(mq.CodeInternal, "broker %s (ID %d) is not known and registers one topic alone: it must register all of them first", r.Name, r.ID)
	}
	result := Registered{New: old != r.Address, Replaced: s.makeRoomLocked(r.Member, old)}
	b := s.brokers[r.Name]
	if b == nil {
		b = &broker{addresses: map[mq.BrokerID]string{}}
		s.brokers[r.Name] = b
	}
	b.cluster, b.actingMaster = r.Cluster, r.ActingMaster
	b.addresses[r.ID] = r.Address
	s.registerTopicsLocked(&r, b)
	s.live[r.Address] = newLiveness(&r, now)
	if r.ID != mq.MasterID {
		if l := s.live[b.addresses[mq.MasterID]]; l != nil {
			result.Master, result.MasterHA = l.member.Address, l.ha
		}
	}
	return result, nil
}

// makeRoomLocked takes out who has the address under another name or ID, and
// who has the ID at another address, old. The routes of the member's name
// stay, it is about to have an address.
func (s *Server) makeRoomLocked(m Member, old string) []Member {
	var replaced []Member
	if l := s.live[m.Address]; l != nil && (l.member.Name != m.Name || l.member.ID != m.ID) {
		replaced = append(replaced, l.member)
		if l.member.Name == m.Name {
			delete(s.live, m.Address)
			delete(s.brokers[m.Name].addresses, l.member.ID)
		} else {
			s.removeLocked(l.member)
		}
	}
	if old != "" && old != m.Address {
		replaced = append(replaced, s.live[old].member)
		delete(s.live, old)
	}
	return replaced
}

// registerTopicsLocked takes the topics of a master, or of the smallest
// replica that may act as one: without permission to write then. Where the
// version did not change, only topics that are not routed to the broker are
// taken.
func (s *Server) registerTopicsLocked(r *Registration, b *broker) {
	acting := r.ActingMaster && r.ID != mq.MasterID && r.ID == least(b.addresses)
	if r.ID != mq.MasterID && !acting {
		return
	}
	l := s.live[r.Address]
	changed := l == nil || l.version != r.Version
	for name, c := range r.Topics {
		if _, routed := s.topics[name][r.Name]; routed && !changed {
			continue
		}
		q := Queues{Broker: r.Name, Perm: c.Perm, ReadQueues: c.ReadQueues, WriteQueues: c.WriteQueues, SysFlag: c.SysFlag}
		if acting {
			q.Perm &^= mq.PermWrite
		}
		s.setQueuesLocked(name, q)
	}
}

func (s *Server) setQueuesLocked(t mq.Topic, q Queues) {
	if s.topics[t] == nil {
		s.topics[t] = map[mq.BrokerName]Queues{}
	}
	s.topics[t][q.Broker] = q
}

// least returns the smallest ID.
func least(addresses map[mq.BrokerID]string) mq.BrokerID {
	return slices.Min(slices.Collect(maps.Keys(addresses)))
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
		s.setQueuesLocked(t, q)
	}
	return nil
}

// Unregister takes a member out at once, and returns it when it was known.
// Its name and address count alone.
func (s *Server) Unregister(m Member) []Member {
	return s.removeWhere(func(l *liveness) bool { return l.member.Name == m.Name && l.member.Address == m.Address })
}

// removeLocked forgets a member: with the last one of a name its routes, with
// the master, where replicas may act as one, the permission to write.
func (s *Server) removeLocked(m Member) {
	delete(s.live, m.Address)
	b := s.brokers[m.Name]
	delete(b.addresses, m.ID)
	switch {
	case len(b.addresses) == 0:
		delete(s.brokers, m.Name)
		for t := range s.topics {
			s.unrouteLocked(t, m.Name)
		}
	case b.actingMaster && m.ID == mq.MasterID:
		for _, queues := range s.topics {
			if q, ok := queues[m.Name]; ok {
				q.Perm &^= mq.PermWrite
				queues[m.Name] = q
			}
		}
	}
}

// unrouteLocked forgets the queues of a topic on a broker.
func (s *Server) unrouteLocked(t mq.Topic, name mq.BrokerName) {
	delete(s.topics[t], name)
	if len(s.topics[t]) == 0 {
		delete(s.topics, t)
	}
}
