// Package data serves the requests that clients send to a broker over the
// native protocol: producers, consumers, and the tools of operators.
//
// Each request code has one file, which says at its top what is served, what
// is not, and who may call it; table.go lists them all. A request is served
// in one of three lanes:
//
//   - inline, on the goroutine that reads the connection, when it never waits;
//   - batched, for sends: what one read of the connection brought is stored
//     with one lock and one write when the read is used up (Drained);
//   - slow, on a goroutine of the connection that takes one such request
//     after another, when it may wait for the log or the disk.
//
// Replies may be finished later, in any order and from any goroutine.
package data

import (
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"

	"goddard/internal/broker"
	"goddard/internal/native"
	"goddard/internal/remoting"
)

// Options configure a Handler.
type Options struct {
	Broker  *broker.Broker
	Address string        // of the broker, as the name server tells it
	Config  func() []byte // the configuration as properties text
	Logger  *slog.Logger  // nil discards
}

// A Handler serves the connections of one broker, on all its ports.
type Handler struct {
	o       Options
	b       *broker.Broker
	logger  *slog.Logger
	routes  map[remoting.RequestCode]*route
	unknown atomic.Int64

	last     atomic.Uint64 // channel ID given out
	sessions sync.Map      // broker.ChannelID to *session
	bodies   sync.Pool     // *[]byte for the bodies of late replies
}

// New returns a handler, and has the broker tell it about members that fell
// silent.
func New(o Options) *Handler {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	h := &Handler{o: o, b: o.Broker, logger: o.Logger, routes: map[remoting.RequestCode]*route{}}
	h.bodies.New = func() any { return new([]byte) }
	for i, r := range table {
		h.routes[r.code] = &table[i]
	}
	h.b.OnMembersExpired(h.notify)
	return h
}

// Port returns the handler of one port. On the reduced port, requests that
// may keep a connection busy are not served.
func (h *Handler) Port(reduced bool) remoting.Handler { return &port{Handler: h, reduced: reduced} }

// Unknown returns how many requests had a code that is not served.
func (h *Handler) Unknown() int64 { return h.unknown.Load() }

// A port is the handler on one port.
type port struct {
	*Handler
	reduced bool
}

// Opened begins the session of a connection.
func (p *port) Opened(c *remoting.Conn) {
	s := &session{h: p.Handler, conn: c, channel: broker.ChannelID(p.last.Add(1))}
	s.sends = newSends(s)
	c.State = s
	p.sessions.Store(s.channel, s)
}

// Serve serves one request, or puts it into its lane.
func (p *port) Serve(c *remoting.Conn, cmd *remoting.Command) {
	s := c.State.(*session)
	r, ok := p.routes[remoting.RequestCode(cmd.Code)]
	if !ok || p.reduced && r.lane == lanePull {
		p.unknown.Add(1)
		p.logger.Debug("request code is not served", "code", cmd.Code, "client", c.RemoteAddr())
		c.Reply(cmd.To(), native.Unsupported(cmd.Code))
		return
	}
	switch r.lane {
	case laneSlow:
		p.slow(s, r, cmd)
	default:
		p.run(s, r, cmd)
	}
}

// slow runs a request on the connection's goroutine for what may wait.
func (p *port) slow(s *session, r *route, cmd *remoting.Command) {
	kept := cmd.Clone()
	if !s.conn.Go(func() { p.run(s, r, kept) }) {
		s.conn.Reply(cmd.To(), native.Busy("too many requests of this connection wait"))
	}
}

// run serves a request. A panic is a broken invariant of ours: it costs the
// request, not the process.
func (p *port) run(s *session, r *route, cmd *remoting.Command) {
	defer func() {
		if cause := recover(); cause != nil {
			p.logger.Error("request ended in a panic", "code", r.code, "client", s.conn.RemoteAddr(), "err", fmt.Sprint(cause))
			s.conn.Reply(cmd.To(), native.ErrorResponse(fmt.Errorf("internal error: %v", cause)))
		}
	}()
	if r.answer == nil {
		r.serve(s, cmd)
		return
	}
	response, err := r.answer(s, cmd)
	if err != nil {
		p.logger.Debug("request refused", "code", r.code, "client", s.conn.RemoteAddr(), "err", err)
		response = native.ErrorResponse(err)
	}
	s.conn.Reply(cmd.To(), response)
}

// Drained stores the sends of the read that was used up.
func (p *port) Drained(c *remoting.Conn) { c.State.(*session).sends.store() }

// Closed ends the session and tells the groups that lose a member.
func (p *port) Closed(c *remoting.Conn) {
	s := c.State.(*session)
	p.sessions.Delete(s.channel)
	p.notify(p.b.ChannelClosed(s.channel))
}
