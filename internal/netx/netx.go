// Package netx is the network as Goddard sees it: the operating system's, or
// one in memory.
package netx

import (
	"context"
	"net"
	"time"
)

// A Network listens and dials. It is safe for concurrent use.
type Network interface {
	// Listen listens at ip:port; port 0 means a free one.
	Listen(ctx context.Context, address string) (net.Listener, error)
	// Dial connects to ip:port.
	Dial(ctx context.Context, address string) (net.Conn, error)
}

// OS returns the operating system's network: TCP.
func OS() Network { return osNet{} }

type osNet struct{}

// keepAlive finds peers that went away without a word.
const keepAlive = 30 * time.Second

func (osNet) Listen(ctx context.Context, address string) (net.Listener, error) {
	c := net.ListenConfig{KeepAlive: keepAlive}
	return c.Listen(ctx, "tcp", address)
}

func (osNet) Dial(ctx context.Context, address string) (net.Conn, error) {
	d := net.Dialer{KeepAlive: keepAlive}
	return d.DialContext(ctx, "tcp", address)
}
