package nameserver

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"goddard/internal/mq"
)

var start = time.UnixMilli(1_700_000_000_000)

// registration is of the address NAME-ID, with the topics and one more.
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

func mustRegister(t *testing.T, s *Server, r Registration) Registered {
	t.Helper()
	result, err := s.Register(r, start)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// addresses returns the addresses of a topic on a broker, nil without a route.
func addresses(s *Server, t mq.Topic, name mq.BrokerName) map[mq.BrokerID]string {
	r, _ := s.Route(t)
	for _, b := range r.Brokers {
		if b.Name == name {
			return b.Addresses
		}
	}
	return nil
}

// perm returns the permission of a topic on its first broker, 0 without a
// route.
func perm(s *Server, t mq.Topic) mq.Perm {
	r, _ := s.Route(t)
	if len(r.Queues) == 0 {
		return 0
	}
	return r.Queues[0].Perm
}

func TestRoutesFollowRegistrations(t *testing.T) {
	s := New(nil)
	if _, err := s.Route("t"); mq.CodeOf(err) != mq.CodeTopicNotFound {
		t.Errorf("a route before any broker: %v", err)
	}
	if r := mustRegister(t, s, registration("b", 0, 1, "t")); !r.New {
		t.Error("a first registration is not new")
	}
	if r := mustRegister(t, s, registration("b", 0, 1, "t")); r.New {
		t.Error("a second registration is new")
	}
	mustRegister(t, s, registration("a", 0, 1, "t"))
	got, err := s.Route("t")
	want := Route{
		Brokers: []Broker{
			{Name: "a", Cluster: "c", Addresses: map[mq.BrokerID]string{0: "a-0"}},
			{Name: "b", Cluster: "c", Addresses: map[mq.BrokerID]string{0: "b-0"}},
		},
		Queues: []Queues{
			{Broker: "a", Perm: 6, ReadQueues: 4, WriteQueues: 4},
			{Broker: "b", Perm: 6, ReadQueues: 4, WriteQueues: 4},
		},
	}
	if err != nil || !cmp.Equal(got, want) {
		t.Errorf("route: %v\n%s", err, cmp.Diff(want, got))
	}
	if gone := s.Unregister(registration("a", 0, 1).Member); len(gone) != 1 {
		t.Errorf("gone: %v", gone)
	}
	if gone := s.Unregister(registration("a", 0, 1).Member); len(gone) != 0 {
		t.Errorf("gone twice: %v", gone)
	}
	if r, _ := s.Route("t"); len(r.Brokers) != 1 || r.Brokers[0].Name != "b" {
		t.Errorf("route after one left: %+v", r)
	}
}

func TestWhoIsRefused(t *testing.T) {
	for name, change := range map[string]func(*Registration){
		"no address":       func(r *Registration) { r.Address = "" },
		"two addresses":    func(r *Registration) { r.Address = "x:1,y:1" },
		"no name":          func(r *Registration) { r.Name = "" },
		"no cluster":       func(r *Registration) { r.Cluster = "" },
		"negative ID":      func(r *Registration) { r.ID = -1 },
		"one topic, first": func(r *Registration) { delete(r.Topics, "t") },
	} {
		s := New(nil)
		r := registration("a", 0, 1, "t")
		change(&r)
		if _, err := s.Register(r, start); err == nil {
			t.Errorf("%s: taken", name)
		}
		if len(s.brokers)+len(s.live)+len(s.topics) != 0 {
			t.Errorf("%s: refused with an effect", name)
		}
	}
}

func TestABrokerThatIsKnownMayRegisterOneTopic(t *testing.T) {
	s := New(nil)
	mustRegister(t, s, registration("a", 0, 1, "t", "u"))
	r := registration("a", 0, 2)
	r.Topics["system"] = mq.NewTopicConfig("system", 9)
	mustRegister(t, s, r)
	if got := fmt.Sprint(s.Topics()); got != "[system t u]" {
		t.Errorf("topics that the table does not name are gone: %v", got)
	}
	if r, _ := s.Route("system"); r.Queues[0].ReadQueues != 9 {
		t.Errorf("the change was not taken: %+v", r)
	}
	if v, _ := s.Version("a-0", start); v.Counter != 2 {
		t.Errorf("version = %+v", v)
	}
}

func TestABrokerWithoutTopicsIsKnown(t *testing.T) {
	s := New(nil)
	r := registration("a", 0, 0)
	r.Topics = nil
	mustRegister(t, s, r)
	if all := s.Brokers(); len(all) != 1 || len(s.Topics()) != 0 {
		t.Errorf("brokers %+v, topics %v", all, s.Topics())
	}
}

func TestReplicasAddAddressesAlone(t *testing.T) {
	s := New(nil)
	if r := mustRegister(t, s, registration("a", 1, 1, "t")); r.Master != "" {
		t.Errorf("a master that is not there: %+v", r)
	}
	r := registration("a", 0, 1, "t")
	r.HAAddress = "ha"
	if r := mustRegister(t, s, r); r.Master != "" {
		t.Errorf("a master is told of one: %+v", r)
	}
	if r := mustRegister(t, s, registration("a", 1, 1, "t", "only here")); r.Master != "a-0" || r.MasterHA != "ha" {
		t.Errorf("the replica's master: %+v", r)
	}
	if got := addresses(s, "t", "a"); !cmp.Equal(got, map[mq.BrokerID]string{0: "a-0", 1: "a-1"}) {
		t.Errorf("addresses = %v", got)
	}
	if _, err := s.Route("only here"); err == nil {
		t.Error("a replica registered a topic")
	}
}

func TestTheLastMemberOfANameTakesItsRoutes(t *testing.T) {
	s := New(nil)
	mustRegister(t, s, registration("a", 0, 1, "t"))
	mustRegister(t, s, registration("a", 1, 1, "t"))
	s.Unregister(registration("a", 0, 1).Member)
	if got := addresses(s, "t", "a"); !cmp.Equal(got, map[mq.BrokerID]string{1: "a-1"}) || !perm(s, "t").Writable() {
		t.Errorf("addresses without the master: %v", got)
	}
	s.Unregister(registration("a", 1, 1).Member)
	if _, err := s.Route("t"); err == nil || len(s.Topics()) != 0 {
		t.Errorf("routes without a broker: %v", s.Topics())
	}
}

func TestOneIDOneAddress(t *testing.T) {
	for _, tt := range []struct {
		name       string
		state      int64 // of the second registration; the first has 5
		counter    int64
		holder     string
		superseded bool
	}{
		{"older state", 4, 9, "a-0", true},
		{"equal state, older counter", 5, 0, "elsewhere", false},
		{"newer state", 6, 0, "elsewhere", false},
	} {
		s := New(nil)
		r := registration("a", 0, 1, "t")
		r.Version.State = 5
		mustRegister(t, s, r)
		r = registration("a", 0, tt.counter, "t", "u")
		r.Version.State, r.Address, r.Channel = tt.state, "elsewhere", 77
		result := mustRegister(t, s, r)
		if got := addresses(s, "t", "a"); got[0] != tt.holder || len(got) != 1 {
			t.Errorf("%s: addresses = %v", tt.name, got)
		}
		if _, err := s.Route("u"); (err != nil) != tt.superseded {
			t.Errorf("%s: a topic of the second: %v", tt.name, err)
		}
		if tt.superseded {
			if result.Newer != "a-0" || s.Refresh("elsewhere", start) {
				t.Errorf("%s: %+v", tt.name, result)
			}
			continue
		}
		if len(result.Replaced) != 1 || result.Replaced[0].Address != "a-0" || s.Refresh("a-0", start) {
			t.Errorf("%s: %+v", tt.name, result)
		}
		if gone := s.Closed(1); len(gone) != 0 || addresses(s, "t", "a")[0] != "elsewhere" {
			t.Errorf("%s: the end of the replaced one's connection took %v", tt.name, gone)
		}
	}
}

func TestOneAddressOneMember(t *testing.T) {
	s := New(nil)
	mustRegister(t, s, registration("a", 0, 1, "t"))
	r := registration("a", 1, 1, "t")
	r.Address = "a-0"
	if result := mustRegister(t, s, r); len(result.Replaced) != 1 || result.Replaced[0].ID != 0 {
		t.Errorf("under another ID: %+v", result)
	}
	if got := addresses(s, "t", "a"); !cmp.Equal(got, map[mq.BrokerID]string{1: "a-0"}) {
		t.Errorf("under another ID: %v", got)
	}
	r = registration("b", 0, 1, "u")
	r.Address = "a-0"
	if result := mustRegister(t, s, r); len(result.Replaced) != 1 || result.Replaced[0].Name != "a" {
		t.Errorf("under another name: %+v", result)
	}
	if got := fmt.Sprint(s.Topics()); got != "[system u]" || len(s.Brokers()) != 1 {
		t.Errorf("under another name: topics %v, brokers %+v", got, s.Brokers())
	}
}

func TestTheWritePermissionIsForgottenAtAChange(t *testing.T) {
	s := New(nil)
	mustRegister(t, s, registration("a", 0, 1, "t"))
	if n := s.SetWritable("a", false); n != 2 {
		t.Errorf("%d topics changed", n)
	}
	if n := s.SetWritable("nobody", false); n != 0 {
		t.Errorf("%d topics of nobody changed", n)
	}
	mustRegister(t, s, registration("a", 0, 1, "t"))
	if perm(s, "t").Writable() {
		t.Error("a registration without a change brought it back")
	}
	mustRegister(t, s, registration("a", 0, 2, "t"))
	if !perm(s, "t").Writable() {
		t.Error("a registration with a change did not bring it back")
	}
	s.SetWritable("a", false)
	if n := s.SetWritable("a", true); n != 2 || perm(s, "t") != mq.PermRead|mq.PermWrite {
		t.Errorf("%d topics changed to %v", n, perm(s, "t"))
	}
}

func TestATopicIsDeletedUntilABrokerBringsItBack(t *testing.T) {
	s := New(nil)
	mustRegister(t, s, registration("a", 0, 1, "t"))
	other := registration("b", 0, 1, "t")
	other.Cluster = "d"
	mustRegister(t, s, other)
	s.DeleteTopic("t", "c")
	if r, _ := s.Route("t"); len(r.Brokers) != 1 || r.Brokers[0].Name != "b" {
		t.Errorf("deleted in one cluster: %+v", r)
	}
	s.DeleteTopic("t", "")
	s.DeleteTopic("never there", "")
	if _, err := s.Route("t"); err == nil {
		t.Error("deleted everywhere, and routed")
	}
	mustRegister(t, s, registration("a", 0, 1, "t"))
	if addresses(s, "t", "a") == nil {
		t.Error("a broker that has the topic does not bring it back")
	}
}

func TestTopicsRegisterAlone(t *testing.T) {
	s := New(nil)
	mustRegister(t, s, registration("a", 0, 1, "t"))
	if err := s.RegisterTopic("u", []Queues{{Broker: "a", Perm: 6, ReadQueues: 1}, {Broker: "nobody"}}); err == nil {
		t.Error("a topic of a broker that nobody knows was taken")
	}
	if _, err := s.Route("u"); err == nil {
		t.Error("it was taken in part")
	}
	if err := s.RegisterTopic("u", []Queues{{Broker: "a", Perm: 6, ReadQueues: 1}}); err != nil {
		t.Error(err)
	}
	if addresses(s, "u", "a") == nil {
		t.Error("a topic alone was not taken")
	}
}

func TestAReplicaActsAsTheMaster(t *testing.T) {
	s := New(nil)
	acting := func(id mq.BrokerID, topics ...mq.Topic) Registration {
		r := registration("a", id, 1, topics...)
		r.ActingMaster = true
		return r
	}
	mustRegister(t, s, acting(0, "t"))
	mustRegister(t, s, acting(2, "t"))
	mustRegister(t, s, acting(1, "t"))
	s.Unregister(acting(0).Member)
	if perm(s, "t").Writable() {
		t.Error("a broker without a master can be written to")
	}
	if got := addresses(s, "t", "a"); got[0] != "" {
		t.Errorf("a replica acts though that is switched off: %v", got)
	}
	s.Configure(func(x *Settings) { x.ActingMaster = true })
	if got := addresses(s, "t", "a"); !cmp.Equal(got, map[mq.BrokerID]string{0: "a-1", 2: "a-2"}) {
		t.Errorf("the smallest replica as the master: %v", got)
	}
	mustRegister(t, s, acting(2, "t", "of two"))
	r := acting(1, "t", "of one")
	r.Version.Counter = 2
	mustRegister(t, s, r)
	if _, err := s.Route("of two"); err == nil {
		t.Error("a replica that is not the smallest registered a topic")
	}
	if _, err := s.Route("of one"); err != nil || perm(s, "of one").Writable() || perm(s, "t").Writable() {
		t.Errorf("the acting master's topic: %v, perm %v", err, perm(s, "of one"))
	}
	mustRegister(t, s, acting(0, "t"))
	if got := addresses(s, "t", "a"); !perm(s, "t").Writable() || got[0] != "a-0" || got[1] != "a-1" {
		t.Errorf("the master is back: perm %v, %v", perm(s, "t"), got)
	}
}
