package nameserver

import (
	"cmp"
	"slices"
	"time"
)

// liveness is when a member was last heard of.
type liveness struct {
	member  Member
	seen    time.Time
	timeout time.Duration
	version Version
	channel ChannelID // over which it registered last
	ha      string
}

func newLiveness(r *Registration, now time.Time) *liveness {
	timeout := r.Timeout
	if timeout <= 0 {
		timeout = DefaultTimeout
	}
	return &liveness{member: r.Member, seen: now, timeout: timeout, version: r.Version, channel: r.Channel, ha: r.HAAddress}
}

// Refresh notes that the member at an address is alive; false when none is
// known there.
func (s *Server) Refresh(address string, now time.Time) bool {
	_, ok := s.Version(address, now)
	return ok
}

// Version returns the version of the topics of the member at an address, and
// notes that it is alive; false when none is known there.
func (s *Server) Version(address string, now time.Time) (Version, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.live[address]
	if l == nil {
		return Version{}, false
	}
	l.seen = now
	return l.version, true
}

// Closed takes out the members of a connection that ended, and returns them.
func (s *Server) Closed(c ChannelID) []Member {
	return s.removeWhere(func(l *liveness) bool { return l.channel == c })
}

// Expire takes out the members that have been silent for longer than their
// timeout, and returns them.
func (s *Server) Expire(now time.Time) []Member {
	return s.removeWhere(func(l *liveness) bool { return now.Sub(l.seen) > l.timeout })
}

// removeWhere takes out members, and returns them by address.
func (s *Server) removeWhere(gone func(*liveness) bool) []Member {
	s.mu.Lock()
	defer s.mu.Unlock()
	var removed []Member
	for _, l := range s.live {
		if gone(l) {
			removed = append(removed, l.member)
		}
	}
	slices.SortFunc(removed, func(x, y Member) int { return cmp.Compare(x.Address, y.Address) })
	for _, m := range removed {
		s.removeLocked(m)
	}
	return removed
}
