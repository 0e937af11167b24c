// Package routes serves the requests of the name server over the native
// protocol: brokers register, clients ask where topics are, operators change
// routes. Each request code has one file, which says what is served, what is
// not, and who may call it; table.go lists them all.
//
// Nothing here waits but the requests that store a text; they run on the
// connection's goroutine for what may wait.
package routes

import (
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"goddard/internal/nameserver"
	"goddard/internal/native"
	"goddard/internal/remoting"
	"goddard/internal/vfs"
)

// Options configure a Handler. Server must be set.
type Options struct {
	Server *nameserver.Server
	FS     vfs.FS
	KVFile string            // keeps the named texts; "" keeps them in memory alone
	Config map[string]string // what GET_NAMESRV_CONFIG shows beside what can be changed; may be nil
	Now    func() time.Time  // nil means time.Now
	Logger *slog.Logger      // nil discards
}

// A Handler serves the connections of a name server.
type Handler struct {
	o       Options
	ns      *nameserver.Server
	logger  *slog.Logger
	routes  map[remoting.RequestCode]*route
	unknown atomic.Int64
	last    atomic.Uint64 // channel ID given out
	kv      sync.Mutex    // one change of the named texts at a time; held while they are stored
}

// New returns a handler.
func New(o Options) *Handler {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	h := &Handler{o: o, ns: o.Server, logger: o.Logger, routes: map[remoting.RequestCode]*route{}}
	for i, r := range table {
		h.routes[r.code] = &table[i]
	}
	return h
}

// Unknown returns how many requests had a code that is not served.
func (h *Handler) Unknown() int64 { return h.unknown.Load() }

// A request is a request of a connection.
type request struct {
	*remoting.Command
	h       *Handler
	conn    *remoting.Conn
	channel nameserver.ChannelID
}

// Opened implements remoting.Handler.
func (h *Handler) Opened(c *remoting.Conn) { c.State = nameserver.ChannelID(h.last.Add(1)) }

// Serve implements remoting.Handler.
func (h *Handler) Serve(c *remoting.Conn, cmd *remoting.Command) {
	r, ok := h.routes[remoting.RequestCode(cmd.Code)]
	if !ok {
		h.unknown.Add(1)
		h.logger.Debug("request code is not served", "code", cmd.Code, "client", c.RemoteAddr())
		c.Reply(cmd.To(), native.Unsupported(cmd.Code))
		return
	}
	req := &request{Command: cmd, h: h, conn: c, channel: c.State.(nameserver.ChannelID)}
	if !r.slow {
		h.answer(r, req)
		return
	}
	req.Command = cmd.Clone()
	if !c.Go(func() { h.answer(r, req) }) {
		c.Reply(cmd.To(), native.Busy("too many requests of this connection wait"))
	}
}

// answer serves a request. A panic is a broken invariant of ours: it costs
// the request, not the process.
func (h *Handler) answer(r *route, req *request) {
	defer func() {
		if cause := recover(); cause != nil {
			h.logger.Error("request ended in a panic", "code", r.code, "client", req.conn.RemoteAddr(), "err", fmt.Sprint(cause))
			req.conn.Reply(req.To(), native.ErrorResponse(fmt.Errorf("internal error: %v", cause)))
		}
	}()
	response, err := r.answer(req)
	if err != nil {
		h.logger.Debug("request refused", "code", r.code, "client", req.conn.RemoteAddr(), "err", err)
		response = native.ErrorResponse(err)
	}
	req.conn.Reply(req.To(), response)
}

// Drained implements remoting.Handler.
func (h *Handler) Drained(*remoting.Conn) {}

// Closed implements remoting.Handler: brokers of the connection are gone.
func (h *Handler) Closed(c *remoting.Conn) {
	h.gone(h.ns.Closed(c.State.(nameserver.ChannelID)), "its connection ended")
}

// Expire takes out brokers that fell silent. It is to be called every few
// seconds.
func (h *Handler) Expire() { h.gone(h.ns.Expire(h.o.Now()), "it fell silent") }

func (h *Handler) gone(members []nameserver.Member, why string) {
	for _, m := range members {
		h.logger.Info("broker is gone", "broker", m.Name, "id", m.ID, "address", m.Address, "why", why)
	}
}
