package netx

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"syscall"
)

// A Mem is a network in memory. Its connections are pipes: a write waits for
// the reader. Goroutines that wait on it count as blocked in a bubble of
// package synctest.
type Mem struct {
	mu        sync.Mutex
	listeners map[netip.AddrPort]*memListener
	nextPort  uint16
}

// NewMem returns a network without listeners.
func NewMem() *Mem { return &Mem{listeners: map[netip.AddrPort]*memListener{}, nextPort: 40000} }

// Listen implements Network.
func (m *Mem) Listen(_ context.Context, address string) (net.Listener, error) {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, fmt.Errorf("listen at %q: %w", address, err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for at.Port() == 0 || m.listeners[at] != nil && at.Port() == m.nextPort {
		m.nextPort++
		at = netip.AddrPortFrom(at.Addr(), m.nextPort)
	}
	if m.listeners[at] != nil {
		return nil, &net.OpError{Op: "listen", Net: "mem", Addr: net.TCPAddrFromAddrPort(at), Err: syscall.EADDRINUSE}
	}
	l := &memListener{m: m, at: at, incoming: make(chan net.Conn), closed: make(chan struct{})}
	m.listeners[at] = l
	return l, nil
}

// Dial implements Network.
func (m *Mem) Dial(ctx context.Context, address string) (net.Conn, error) {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, fmt.Errorf("dial %q: %w", address, err)
	}
	m.mu.Lock()
	l := m.listeners[at]
	m.nextPort++
	local := netip.AddrPortFrom(at.Addr(), m.nextPort)
	m.mu.Unlock()
	refused := &net.OpError{Op: "dial", Net: "mem", Addr: net.TCPAddrFromAddrPort(at), Err: syscall.ECONNREFUSED}
	if l == nil {
		return nil, refused
	}
	near, far := net.Pipe()
	select {
	case l.incoming <- memConn{Conn: far, local: at, remote: local}:
		return memConn{Conn: near, local: local, remote: at}, nil
	case <-l.closed:
		return nil, refused
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

type memListener struct {
	m        *Mem
	at       netip.AddrPort
	incoming chan net.Conn
	once     sync.Once
	closed   chan struct{} // closed by Close
}

func (l *memListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.incoming:
		return c, nil
	case <-l.closed:
		return nil, &net.OpError{Op: "accept", Net: "mem", Addr: l.Addr(), Err: net.ErrClosed}
	}
}

func (l *memListener) Addr() net.Addr { return net.TCPAddrFromAddrPort(l.at) }

func (l *memListener) Close() error {
	err := errors.New("listener is closed")
	l.once.Do(func() {
		l.m.mu.Lock()
		delete(l.m.listeners, l.at)
		l.m.mu.Unlock()
		close(l.closed)
		err = nil
	})
	return err
}

type memConn struct {
	net.Conn
	local, remote netip.AddrPort
}

func (c memConn) LocalAddr() net.Addr  { return net.TCPAddrFromAddrPort(c.local) }
func (c memConn) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(c.remote) }
