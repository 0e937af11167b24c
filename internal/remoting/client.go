package remoting

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"goddard/internal/netx"
)

// ClientOptions configure a Client. Network must be set.
type ClientOptions struct {
	Network netx.Network
	Logger  *slog.Logger // nil discards
}

// A Client calls servers, over one connection for each address, which it
// makes when it is needed. Its methods may be called from any goroutine.
type Client struct {
	o    ClientOptions
	conn connOptions
	goes sync.WaitGroup // every goroutine of every connection; Close waits for it

	mu     sync.Mutex
	closed bool
	conns  map[string]*Conn
}

// clientIdle is when a silent connection is dropped, as RocketMQ's clients do.
const clientIdle = 120 * time.Second

// NewClient returns a client. It starts nothing.
func NewClient(o ClientOptions) *Client {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	c := &Client{o: o, conns: map[string]*Conn{}}
	c.conn = connOptions{idle: clientIdle, frame: clientIdle, language: Java, goes: &c.goes, bad: func(conn *Conn, err error) {
		c.o.Logger.Debug("connection dropped", "server", conn.RemoteAddr(), "err", err)
	}}
	return c
}

// Call sends a request to an address and waits for the response, whatever its
// code.
func (c *Client) Call(ctx context.Context, address string, code RequestCode, h Header, body []byte) (*Command, error) {
	conn, err := c.dial(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("%s to %s: %w", code, address, err)
	}
	return conn.Call(ctx, code, h, body)
}

// Notify sends a request to an address that is not answered.
func (c *Client) Notify(ctx context.Context, address string, code RequestCode, h Header, body []byte) error {
	conn, err := c.dial(ctx, address)
	if err != nil {
		return fmt.Errorf("%s to %s: %w", code, address, err)
	}
	return conn.Notify(code, h, body)
}

// dial returns the connection to an address.
func (c *Client) dial(ctx context.Context, address string) (*Conn, error) {
	c.mu.Lock()
	conn, closed := c.conns[address], c.closed
	c.mu.Unlock()
	if closed {
		return nil, ErrClosed
	}
	if conn != nil {
		return conn, nil
	}
	nc, err := c.o.Network.Dial(ctx, address)
	if err != nil {
		return nil, err
	}
	conn = newConn(nc, refuser{}, &c.conn)
	c.mu.Lock()
	defer c.mu.Unlock()
	if other := c.conns[address]; other != nil || c.closed {
		_ = nc.Close() // somebody was faster
		if c.closed {
			return nil, ErrClosed
		}
		return other, nil
	}
	c.conns[address] = conn
	c.goes.Go(func() {
		conn.run()
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.conns[address] == conn {
			delete(c.conns, address)
		}
	})
	return conn, nil
}

// Close ends all connections and returns when nothing runs any more.
func (c *Client) Close() error {
	c.mu.Lock()
	c.closed = true
	open := make([]*Conn, 0, len(c.conns))
	for _, conn := range c.conns {
		open = append(open, conn)
	}
	c.mu.Unlock()
	for _, conn := range open {
		_ = conn.Close() // the peer sees it
	}
	c.goes.Wait()
	return nil
}

// A refuser refuses what a server asks of a client.
type refuser struct{}

func (refuser) Opened(*Conn) {}

func (refuser) Serve(c *Conn, cmd *Command) {
	c.Reply(cmd.To(), Response{Code: RequestCodeNotSupported, Remark: fmt.Sprintf(" request type %d not supported", cmd.Code)})
}

func (refuser) Drained(*Conn) {}
func (refuser) Closed(*Conn)  {}
