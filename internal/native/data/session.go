package data

import (
	"goddard/internal/broker"
	"goddard/internal/remoting"
)

// A session is what the handler knows about one connection.
type session struct {
	h       *Handler
	conn    *remoting.Conn
	channel broker.ChannelID
	sends   *sends // of the read in progress; the reading goroutine's
	body    []byte // of a reply; the reading goroutine's
}

// session returns the session of a channel, if it is still connected.
func (h *Handler) session(id broker.ChannelID) (*session, bool) {
	s, ok := h.sessions.Load(id)
	if !ok {
		return nil, false
	}
	return s.(*session), true
}
