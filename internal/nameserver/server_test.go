package nameserver

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"goddard/internal/mq"
	"goddard/internal/vfs"
)

var start = time.UnixMilli(1_700_000_000_000)

func registration(name mq.BrokerName, id mq.BrokerID, counter int64, topics ...mq.Topic) Registration {
	r := Registration{
		Member:  Member{Cluster: "c", Name: name, ID: id, Address: fmt.Sprintf("%s-%d", name, id)},
		Version: Version{Counter: counter}, Channel: ChannelID(id + 1), Topics: map[mq.Topic]mq.TopicConfig{},
	}
	for _, t := range append(topics, "system") {
		r.Topics[t] = mq.NewTopicConfig(t, 4)
	}
	return r
}

func mustRegister(t *testing.T, s *Server, r Registration) Master {
	t.Helper()
	m, err := s.Register(r, start)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestRoutesFollowRegistrations(t *testing.T) {
	s := New(nil)
	if _, err := s.Route("t"); mq.CodeOf(err) != mq.CodeTopicNotFound {
		t.Errorf("a route before any broker: %v", err)
	}
	mustRegister(t, s, registration("a", 0, 1, "t"))
	mustRegister(t, s, registration("b", 0, 1, "t"))
	r, err := s.Route("t")
	if err != nil || len(r.Brokers) != 2 || len(r.Queues) != 2 || r.Brokers[0].Addresses[0] != "a-0" || r.Queues[1].ReadQueues != 4 {
		t.Errorf("route = %+v, %v", r, err)
	}
	s.Unregister(registration("a", 0, 1).Member)
	if r, _ := s.Route("t"); len(r.Brokers) != 1 || r.Brokers[0].Name != "b" {
		t.Errorf("route after one left: %+v", r)
	}
	if gone := s.Closed(1); len(gone) != 1 {
		t.Errorf("gone with the connection: %v", gone)
	}
	if _, err := s.Route("t"); err == nil {
		t.Error("a route without a broker")
	}
}

func TestABrokerIsRefusedThatRegistersOneTopicFirst(t *testing.T) {
	s := New(nil)
	r := registration("a", 0, 1)
	if _, err := s.Register(r, start); err == nil {
		t.Error("it was taken")
	}
	mustRegister(t, s, registration("a", 0, 1, "t"))
	mustRegister(t, s, r) // now it is known
}

func TestReplicasAddAddressesAlone(t *testing.T) {
	s := New(nil)
	r := registration("a", 0, 1, "t")
	r.HAAddress = "ha"
	mustRegister(t, s, r)
	if m := mustRegister(t, s, registration("a", 1, 1, "t", "only here")); m.Address != "a-0" || m.HAAddress != "ha" {
		t.Errorf("the replica's master: %+v", m)
	}
	if r, _ := s.Route("t"); len(r.Brokers[0].Addresses) != 2 {
		t.Errorf("route = %+v", r)
	}
	if _, err := s.Route("only here"); err == nil {
		t.Error("a replica registered a topic")
	}
}

func TestTheWritePermissionIsForgottenAtAChange(t *testing.T) {
	s := New(nil)
	mustRegister(t, s, registration("a", 0, 1, "t"))
	if n := s.SetWritable("a", false); n != 2 {
		t.Errorf("%d topics changed", n)
	}
	perm := func() mq.Perm { r, _ := s.Route("t"); return r.Queues[0].Perm }
	mustRegister(t, s, registration("a", 0, 1, "t"))
	if perm().Writable() {
		t.Error("a registration without a change brought it back")
	}
	mustRegister(t, s, registration("a", 0, 2, "t"))
	if !perm().Writable() {
		t.Error("a registration with a change did not bring it back")
	}
}

func TestSilentBrokersGo(t *testing.T) {
	s := New(nil)
	r := registration("a", 0, 1, "t")
	r.Timeout = time.Minute
	mustRegister(t, s, r)
	s.Refresh(r.Member, start.Add(time.Second))
	if gone := s.Expire(start.Add(time.Minute)); len(gone) != 0 {
		t.Errorf("gone too early: %v", gone)
	}
	if gone := s.Expire(start.Add(time.Minute + 2*time.Second)); len(gone) != 1 {
		t.Errorf("gone: %v", gone)
	}
}

func TestKV(t *testing.T) {
	fsys := vfs.NewMem()
	s := New(nil)
	s.PutKV("ORDER_TOPIC_CONFIG", "t", "a:4")
	if err := s.WriteKV(fsys, "kv.json"); err != nil {
		t.Fatal(err)
	}
	kv, err := ReadKV(fsys, "kv.json")
	if err != nil {
		t.Fatal(err)
	}
	s = New(kv)
	mustRegister(t, s, registration("a", 0, 1, "t"))
	if r, _ := s.Route("t"); r.Order != "a:4" {
		t.Errorf("order of the route: %q", r.Order)
	}
	s.DeleteKV("ORDER_TOPIC_CONFIG", "t")
	if _, err := s.KV("ORDER_TOPIC_CONFIG", "t"); mq.CodeOf(err) != mq.CodeKeyNotFound {
		t.Errorf("a deleted text: %v", err)
	}
}

// TestEveryRouteHasAnAddress does anything in any order: a route never names
// a broker without an address, nor queues of a broker that it does not name.
func TestEveryRouteHasAnAddress(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := New(nil)
		now := start
		for range rapid.IntRange(1, 40).Draw(t, "events") {
			name := rapid.SampledFrom([]mq.BrokerName{"a", "b"}).Draw(t, "broker")
			id := mq.BrokerID(rapid.IntRange(0, 2).Draw(t, "id"))
			r := registration(name, id, rapid.Int64Range(0, 3).Draw(t, "version"), "t")
			r.ActingMaster = rapid.Bool().Draw(t, "acting")
			switch rapid.IntRange(0, 4).Draw(t, "event") {
			case 0, 1:
				_, _ = s.Register(r, now)
			case 2:
				s.Unregister(r.Member)
			case 3:
				s.Closed(r.Channel)
			case 4:
				now = now.Add(50 * time.Second)
				s.Expire(now)
			}
			route, err := s.Route("t")
			if err != nil {
				continue
			}
			if len(route.Brokers) != len(route.Queues) {
				t.Fatalf("%d brokers, %d queues", len(route.Brokers), len(route.Queues))
			}
			for i, b := range route.Brokers {
				if len(b.Addresses) == 0 || b.Name != route.Queues[i].Broker {
					t.Fatalf("route = %+v", route)
				}
			}
		}
	})
}
