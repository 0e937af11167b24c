package nameserver

import (
	"fmt"
	"testing"

	"goddard/internal/mq"
)

func TestLists(t *testing.T) {
	s := New(nil)
	r := registration("a", 0, 1)
	for name, flag := range map[mq.Topic]int32{"none": 0, "unit": 1, "sub": 2, "both": 3} {
		c := mq.NewTopicConfig(name, 1)
		c.SysFlag = flag
		r.Topics[name] = c
	}
	mustRegister(t, s, r)
	other := registration("b", 0, 1, "elsewhere")
	other.Cluster = "d"
	mustRegister(t, s, other)
	for _, tt := range []struct {
		name string
		got  []mq.Topic
		want string
	}{
		{"all", s.Topics(), "[both elsewhere none sub system unit]"},
		{"of a cluster", s.TopicsOf("d"), "[elsewhere system]"},
		{"of no cluster", s.TopicsOf("x"), "[]"},
		{"unit", s.TopicsFlagged(1, 0), "[both unit]"},
		{"subscribed by units", s.TopicsFlagged(2, 0), "[both sub]"},
		{"subscribed by units alone", s.TopicsFlagged(2, 1), "[sub]"},
	} {
		if got := fmt.Sprint(tt.got); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	if b := s.Broker("d", "b"); b.Addresses[0] != "b-0" {
		t.Errorf("Broker = %+v", b)
	}
	for _, b := range []Broker{s.Broker("c", "b"), s.Broker("c", "nobody")} {
		if b.Cluster != "c" || len(b.Addresses) != 0 {
			t.Errorf("Broker = %+v", b)
		}
	}
}
