package nameserver

import (
	"testing"
	"time"
)

func TestSilentBrokersGo(t *testing.T) {
	for _, tt := range []struct {
		announced, kept time.Duration
	}{
		{0, DefaultTimeout},
		{-time.Second, DefaultTimeout},
		{10 * time.Second, 10 * time.Second},
	} {
		s := New(nil)
		r := registration("a", 0, 1, "t")
		r.Timeout = tt.announced
		mustRegister(t, s, r)
		if !s.Refresh("a-0", start.Add(time.Second)) || s.Refresh("nobody", start) {
			t.Error("who is known?")
		}
		if gone := s.Expire(start.Add(time.Second + tt.kept)); len(gone) != 0 {
			t.Errorf("announced %v: gone too early: %v", tt.announced, gone)
		}
		if gone := s.Expire(start.Add(time.Second + tt.kept + 1)); len(gone) != 1 || gone[0].Address != "a-0" {
			t.Errorf("announced %v: gone: %v", tt.announced, gone)
		}
		if _, err := s.Route("t"); err == nil {
			t.Errorf("announced %v: the route stayed", tt.announced)
		}
	}
}

func TestAskingForTheVersionIsASignOfLife(t *testing.T) {
	s := New(nil)
	if _, ok := s.Version("a-0", start); ok {
		t.Error("a version of nobody")
	}
	mustRegister(t, s, registration("a", 0, 7, "t"))
	if v, ok := s.Version("a-0", start.Add(time.Minute)); !ok || v.Counter != 7 {
		t.Errorf("version = %+v, %v", v, ok)
	}
	if gone := s.Expire(start.Add(time.Minute + DefaultTimeout)); len(gone) != 0 {
		t.Errorf("gone: %v", gone)
	}
}

func TestTheEndOfAConnectionTakesItsBrokers(t *testing.T) {
	s := New(nil)
	for _, r := range []Registration{registration("b", 0, 1, "t"), registration("a", 0, 1, "t"), registration("a", 1, 1, "t")} {
		mustRegister(t, s, r)
	}
	again := registration("b", 0, 1, "t")
	again.Channel = 50
	mustRegister(t, s, again) // over a new connection
	if gone := s.Closed(1); len(gone) != 1 || gone[0].Address != "a-0" {
		t.Errorf("gone: %v", gone)
	}
	if addresses(s, "t", "b") == nil {
		t.Error("the end of an old connection took the broker that has a new one")
	}
	if gone := s.Closed(99); len(gone) != 0 {
		t.Errorf("gone with a connection of no broker: %v", gone)
	}
}
