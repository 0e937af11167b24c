package remoting

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"
)

// ErrClosed says that a connection is gone.
var ErrClosed = errors.New("connection is closed")

// Limits of a connection.
const (
	maxJobs  = 1024     // slow jobs that may wait
	softOut  = 1 << 20  // bytes of replies after which reading waits for the peer to read
	maxOut   = 64 << 20 // bytes of replies that a peer may leave unread
	keptOut  = 64 << 10 // bytes of an out buffer that are kept for the next use
	keptTemp = 16 << 10 // likewise of what unescaping needs
)

// A Handler serves the requests of connections.
type Handler interface {
	// Opened is called before the first Serve.
	Opened(c *Conn)
	// Serve is called for each request, in order, on the goroutine that reads
	// the connection. It must not wait; the command lasts until it returns.
	Serve(c *Conn, cmd *Command)
	// Drained is called when all requests that one read brought were served.
	// The replies are written when it returns.
	Drained(c *Conn)
	// Closed is called once, after the last Serve and the last job.
	Closed(c *Conn)
}

// A Conn is one end of a connection. Its methods may be called at any time
// from any goroutine; after the connection ended they do nothing.
type Conn struct {
	// State is the handler's. It is set in Opened and not changed later.
	State any

	nc      net.Conn
	o       *connOptions
	handler Handler
	remote  netip.AddrPort
	local   netip.AddrPort
	slow    jobs // what may wait, one after another
	ready   jobs // late replies

	mu      sync.Mutex
	out     []byte
	serving bool // the reading goroutine will write out
	writing bool // somebody is writing
	written sync.Cond
	closed  bool
	opaque  int32
	calls   map[int32]chan *Command // requests of ours that wait for a response

	// Of the reading goroutine:
	cmd      Command
	scratch  []byte
	deadline time.Time
}

// connOptions are what the connections of a server or client share.
type connOptions struct {
	idle     time.Duration
	frame    time.Duration
	language Language
	goes     *sync.WaitGroup // every goroutine of every connection
	// replies lets the reading goroutine write, so that a server stops reading
	// a peer that does not read. A client's must go on reading whatever
	// happens: where both ends wait to write, nobody reads.
	replies bool
	bad     func(c *Conn, err error)
}

func newConn(nc net.Conn, h Handler, o *connOptions) *Conn {
	c := &Conn{nc: nc, o: o, handler: h, remote: addrPort(nc.RemoteAddr()), local: addrPort(nc.LocalAddr())}
	c.written.L = &c.mu
	return c
}

func addrPort(a net.Addr) netip.AddrPort {
	t, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	ap := t.AddrPort()
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}

// RemoteAddr returns the address of the peer.
func (c *Conn) RemoteAddr() netip.AddrPort { return c.remote }

// LocalAddr returns the address that the peer connected to.
func (c *Conn) LocalAddr() netip.AddrPort { return c.local }

// Close ends the connection.
func (c *Conn) Close() error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return nil
	}
	c.closed = true
	calls := c.calls
	c.calls = nil
	c.written.Broadcast()
	c.mu.Unlock()
	for _, call := range calls {
		close(call)
	}
	return c.nc.Close()
}

// Reply answers a request. The body is copied.
func (c *Conn) Reply(to To, r Response) {
	if to.oneWay {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	w := FieldWriter{}
	w.begin(c.bufferLocked(), to.serialization, head{
		code: int32(r.Code), flag: flagResponse, language: Java, version: Version, opaque: to.opaque,
	})
	if r.Header != nil {
		r.Header.AppendFields(&w)
	}
	c.out = append(w.end(r.Remark, r.Remark != "", len(r.Body)), r.Body...)
	c.wroteLocked()
}

// wroteLocked sees to it that out is written.
func (c *Conn) wroteLocked() {
	if len(c.out) > maxOut {
		c.o.goes.Go(func() {
			c.o.bad(c, fmt.Errorf("the peer leaves more than %d bytes of replies unread", maxOut))
			_ = c.Close() // nothing more can be done for it
		})
		return
	}
	if c.serving || c.writing {
		return
	}
	c.writing = true
	c.o.goes.Go(c.flush)
}

// flush writes until out is empty. The caller has set writing.
func (c *Conn) flush() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.out) > 0 && !c.closed {
		b := c.out
		c.out = nil
		c.mu.Unlock()
		_, err := c.nc.Write(b)
		releaseOut(b)
		if err != nil {
			_ = c.Close() // the error is the peer's
		}
		c.mu.Lock()
		c.written.Broadcast()
	}
	c.writing = false
	c.written.Broadcast()
}

var outBuffers = sync.Pool{New: func() any { return new([]byte) }}

func (c *Conn) bufferLocked() []byte {
	if c.out == nil {
		b := outBuffers.Get().(*[]byte)
		c.out = (*b)[:0]
	}
	return c.out
}

func releaseOut(b []byte) {
	if cap(b) <= keptOut {
		outBuffers.Put(&b)
	}
}

// Call sends a request to the peer and waits for the response.
func (c *Conn) Call(ctx context.Context, code RequestCode, h Header, body []byte) (*Command, error) {
	answer := make(chan *Command, 1)
	opaque, err := c.send(code, h, body, JSON, 0, answer)
	if err != nil {
		return nil, err
	}
	select {
	case cmd, ok := <-answer:
		if !ok {
			return nil, fmt.Errorf("%s to %s: %w", code, c.remote, ErrClosed)
		}
		return cmd, nil
	case <-ctx.Done():
		c.mu.Lock()
		delete(c.calls, opaque)
		c.mu.Unlock()
		return nil, fmt.Errorf("%s to %s: %w", code, c.remote, ctx.Err())
	}
}

// Notify sends a request to the peer that it does not answer.
func (c *Conn) Notify(code RequestCode, h Header, body []byte) error {
	_, err := c.send(code, h, body, JSON, flagOneWay, nil)
	return err
}

func (c *Conn) send(code RequestCode, h Header, body []byte, s Serialization, flag int32, answer chan *Command) (int32, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return 0, fmt.Errorf("%s to %s: %w", code, c.remote, ErrClosed)
	}
	c.opaque++
	if answer != nil {
		if c.calls == nil {
			c.calls = map[int32]chan *Command{}
		}
		c.calls[c.opaque] = answer
	}
	w := FieldWriter{}
	w.begin(c.bufferLocked(), s, head{code: int32(code), flag: flag, language: c.o.language, version: Version, opaque: c.opaque})
	if h != nil {
		h.AppendFields(&w)
	}
	c.out = append(w.end("", false, len(body)), body...)
	c.wroteLocked()
	return c.opaque, nil
}

// answered hands a response to the call that waits for it. One that nobody
// waits for is dropped.
func (c *Conn) answered(cmd *Command) {
	c.mu.Lock()
	call, ok := c.calls[cmd.Opaque]
	delete(c.calls, cmd.Opaque)
	c.mu.Unlock()
	if ok {
		call <- cmd.Clone()
	}
}

// Go runs a job that may wait, after those that were given before. It returns
// false when too many wait already.
func (c *Conn) Go(job func()) bool { return c.slow.add(job, maxJobs, c.o.goes) }

// Ready runs a job that finishes a reply late. Such jobs run one after
// another, and do not wait for those of Go.
func (c *Conn) Ready(job func()) { c.ready.add(job, 0, c.o.goes) }

// jobs run one after another, on a goroutine that lives while there are some.
type jobs struct {
	mu      sync.Mutex
	waiting []func()
	running bool
}

func (j *jobs) add(job func(), limit int, goes *sync.WaitGroup) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if limit > 0 && len(j.waiting) >= limit {
		return false
	}
	j.waiting = append(j.waiting, job)
	if !j.running {
		j.running = true
		goes.Go(j.run)
	}
	return true
}

func (j *jobs) run() {
	for {
		j.mu.Lock()
		batch := j.waiting
		j.waiting = nil
		if len(batch) == 0 {
			j.running = false
			j.mu.Unlock()
			return
		}
		j.mu.Unlock()
		for _, job := range batch {
			job()
		}
	}
}
