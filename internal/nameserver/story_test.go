package nameserver

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"goddard/internal/mq"
)

// TestWhateverHappens does anything in any order, and looks after each event
// whether the formulas of the package comment hold, and whether clients can
// use what they are told.
func TestWhateverHappens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := New(nil)
		s.Configure(func(x *Settings) { x.ActingMaster = rapid.Bool().Draw(t, "acting") })
		now := start
		for range rapid.IntRange(1, 60).Draw(t, "events") {
			r := drawRegistration(t)
			switch rapid.IntRange(0, 9).Draw(t, "event") {
			case 0, 1, 2:
				result, err := s.Register(r, now)
				l := s.live[r.Address]
				if taken := err == nil && result.Newer == ""; taken && (l == nil || l.member != r.Member || l.seen != now) {
					t.Fatalf("%+v registered, alive is %+v", r.Member, l)
				}
			case 3:
				s.Unregister(r.Member)
			case 4:
				s.Closed(r.Channel)
				for _, l := range s.live {
					if l.channel == r.Channel {
						t.Fatalf("%+v outlives its connection", l.member)
					}
				}
			case 5:
				now = now.Add(50 * time.Second)
				s.Expire(now)
				for _, l := range s.live {
					if now.Sub(l.seen) > l.timeout {
						t.Fatalf("%+v outlives its timeout", l.member)
					}
				}
			case 6:
				s.Refresh(r.Address, now)
			case 7:
				s.DeleteTopic("t", "")
			case 8:
				s.SetWritable(r.Name, rapid.Bool().Draw(t, "writable"))
			case 9:
				_ = s.RegisterTopic("u", []Queues{{Broker: r.Name, Perm: 6}})
			}
			checkState(t, s)
			checkRoutes(t, s)
		}
	})
}

func drawRegistration(t *rapid.T) Registration {
	name := rapid.SampledFrom([]mq.BrokerName{"a", "b"}).Draw(t, "broker")
	id := mq.BrokerID(rapid.IntRange(0, 2).Draw(t, "id"))
	r := registration(name, id, rapid.Int64Range(0, 3).Draw(t, "version"), "t")
	r.Version.State = rapid.Int64Range(0, 1).Draw(t, "state")
	r.Cluster = rapid.SampledFrom([]mq.ClusterName{"c", "c", "d"}).Draw(t, "cluster")
	r.Address = fmt.Sprintf("address-%d", rapid.IntRange(0, 4).Draw(t, "address"))
	r.Channel = ChannelID(rapid.IntRange(0, 3).Draw(t, "channel"))
	r.ActingMaster = rapid.Bool().Draw(t, "actingMaster")
	if rapid.IntRange(0, 5).Draw(t, "single") == 0 {
		delete(r.Topics, "t")
	}
	return r
}

// checkState checks the formulas of the package comment.
func checkState(t *rapid.T, s *Server) {
	n := 0
	for name, b := range s.brokers {
		if len(b.addresses) == 0 {
			t.Fatalf("broker %s has no address", name)
		}
		for id, a := range b.addresses {
			n++
			if l := s.live[a]; l == nil || l.member.Name != name || l.member.ID != id || l.member.Address != a {
				t.Fatalf("address %s of %s, ID %d: liveness %+v", a, name, id, l)
			}
		}
	}
	if n != len(s.live) {
		t.Fatalf("%d addresses, %d alive", n, len(s.live))
	}
	for topic, queues := range s.topics {
		if len(queues) == 0 {
			t.Fatalf("topic %s has no queues", topic)
		}
		for name, q := range queues {
			if s.brokers[name] == nil || q.Broker != name {
				t.Fatalf("topic %s has queues %+v on %s", topic, q, name)
			}
		}
	}
}

// checkRoutes checks what clients are told.
func checkRoutes(t *rapid.T, s *Server) {
	for _, topic := range s.Topics() {
		r, err := s.Route(topic)
		if err != nil || len(r.Brokers) == 0 || len(r.Brokers) != len(r.Queues) {
			t.Fatalf("route of %s: %+v, %v", topic, r, err)
		}
		for i, b := range r.Brokers {
			if len(b.Addresses) == 0 || b.Name != r.Queues[i].Broker || i > 0 && r.Brokers[i-1].Name >= b.Name {
				t.Fatalf("route of %s: %+v", topic, r)
			}
		}
	}
}
