package remoting

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// ServerOptions configure a Server. Handler must be set.
type ServerOptions struct {
	Handler      Handler
	IdleTimeout  time.Duration // a silent peer is dropped after it; 0 means 120 s
	FrameTimeout time.Duration // a frame that has begun must end within it; 0 means 10 s
	MaxConns     int           // at a time; 0 means 10,000
	Logger       *slog.Logger  // nil discards
}

// A Server serves connections. Its methods may be called from any goroutine.
type Server struct {
	o    ServerOptions
	conn connOptions
	goes sync.WaitGroup // every goroutine of every connection; Close waits for it
	bad  atomic.Int64

	mu        sync.Mutex
	closed    bool
	conns     map[*Conn]struct{}
	listeners map[net.Listener]struct{}
}

// NewServer returns a server. It starts nothing.
func NewServer(o ServerOptions) *Server {
	if o.IdleTimeout == 0 {
		o.IdleTimeout = 120 * time.Second
	}
	if o.FrameTimeout == 0 {
		o.FrameTimeout = 10 * time.Second
	}
	if o.MaxConns == 0 {
		o.MaxConns = 10_000
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Server{o: o, conns: map[*Conn]struct{}{}, listeners: map[net.Listener]struct{}{}}
	s.conn = connOptions{idle: o.IdleTimeout, frame: o.FrameTimeout, language: Java, goes: &s.goes, replies: true, bad: s.badConn}
	return s
}

// badConn notes why a connection was dropped.
func (s *Server) badConn(c *Conn, err error) {
	if errors.Is(err, ErrBadFrame) {
		s.bad.Add(1)
	}
	s.o.Logger.Warn("connection dropped", "client", c.RemoteAddr(), "err", err)
}

// BadFrames returns how many connections were dropped for a frame that cannot
// be read.
func (s *Server) BadFrames() int64 { return s.bad.Load() }

// Conns returns how many connections there are.
func (s *Server) Conns() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}

// acceptPause is how long accepting pauses when there are no descriptors.
const acceptPause = 50 * time.Millisecond

// Serve serves the connections of a listener until the context ends or the
// server is closed. It closes the listener.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	if !s.addListener(l) {
		return errors.Join(net.ErrClosed, l.Close())
	}
	stop := context.AfterFunc(ctx, func() { _ = l.Close() }) // Accept says so
	defer stop()
	for {
		nc, err := l.Accept()
		switch {
		case err == nil:
			s.accept(nc)
		case errors.Is(err, net.ErrClosed):
			return nil
		case ctx.Err() != nil:
			return nil
		default:
			s.o.Logger.Warn("connection cannot be accepted", "address", l.Addr().String(), "err", err)
			pause := time.NewTimer(acceptPause)
			select {
			case <-pause.C:
			case <-ctx.Done():
			}
			pause.Stop()
		}
	}
}

func (s *Server) addListener(l net.Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.listeners[l] = struct{}{}
	return true
}

func (s *Server) accept(nc net.Conn) {
	c := newConn(nc, s.o.Handler, &s.conn)
	s.mu.Lock()
	full := len(s.conns) >= s.o.MaxConns
	if full || s.closed {
		s.mu.Unlock()
		_ = nc.Close() // nothing was exchanged
		if full {
			s.o.Logger.Warn("connection refused", "client", c.RemoteAddr(), "err", fmt.Sprintf("there are %d already", s.o.MaxConns))
		}
		return
	}
	s.conns[c] = struct{}{}
	s.goes.Add(1)
	s.mu.Unlock()
	go func() {
		defer s.goes.Done()
		c.run()
		s.mu.Lock()
		delete(s.conns, c)
		s.mu.Unlock()
	}()
}

// Close ends all connections and returns when nothing runs any more.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closed = true
	for l := range s.listeners {
		_ = l.Close() // its Accept ends, or has ended
	}
	clear(s.listeners)
	open := slices.Collect(maps.Keys(s.conns))
	s.mu.Unlock()
	for _, c := range open {
		_ = c.Close() // the peer sees it
	}
	s.goes.Wait()
	return nil
}
