package remoting

import (
	"errors"
	"io"
	"net"
	"sync"
	"syscall"
	"time"
)

// readBuffer is how much is read at a time, bytes.
const readBuffer = 64 << 10

var readBuffers = sync.Pool{New: func() any { b := make([]byte, readBuffer); return &b }}

// run reads the connection until it ends, and serves what comes.
func (c *Conn) run() {
	c.handler.Opened(c)
	if err := c.read(); !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) && !errors.Is(err, syscall.ECONNRESET) {
		c.o.bad(c, err)
	}
	_ = c.Close() // the peer is gone, or we want it to be
	// After the slow jobs, so that none of them revives what Closed ends.
	c.slow.add(func() { c.handler.Closed(c) }, 0, c.o.goes)
}

// read returns why the connection ended. It holds no buffer while it waits
// for the next request.
func (c *Conn) read() error {
	r := newReader(c.nc)
	var buf []byte // holds have bytes of an unfinished frame
	have := 0
	for {
		if err := c.extendDeadline(have > 0); err != nil {
			return err
		}
		n, b, err := r.read(buf, have)
		if err != nil {
			return err
		}
		have += n
		used, err := c.serve(b[:have])
		if err != nil {
			return err
		}
		if have -= used; have == 0 {
			r.release(b)
			buf = nil
			continue
		}
		copy(b, b[used:used+have])
		if buf, err = grow(b, have); err != nil {
			return err
		}
	}
}

// grow makes room for more of the unfinished frame at the start of b. The
// buffer doubles as bytes arrive: a length that is only promised costs
// nothing.
func grow(b []byte, have int) ([]byte, error) {
	size, err := frameSize(b[:have])
	if err != nil {
		return nil, err
	}
	if have < len(b) || size <= have {
		return b, nil
	}
	grown := make([]byte, min(2*len(b), size))
	copy(grown, b[:have])
	return grown, nil
}

// extendDeadline gives a frame that has begun its time, or the peer its time
// to send the next one. The idle time is set anew now and then, not always.
func (c *Conn) extendDeadline(begun bool) error {
	now := time.Now()
	limit, slack := c.o.idle, c.o.idle/8
	if begun {
		limit, slack = c.o.frame, c.o.frame
	}
	deadline := now.Add(limit)
	if early := deadline.Sub(c.deadline); 0 <= early && early <= slack {
		return nil
	}
	c.deadline = deadline
	return c.nc.SetReadDeadline(deadline)
}

// serve serves the complete frames in b, and returns how much of b they were.
func (c *Conn) serve(b []byte) (used int, err error) {
	c.setServing()
	for used < len(b) {
		var n int
		if n, err = Parse(b[used:], &c.cmd, &c.scratch); err != nil || n == 0 {
			break
		}
		if c.cmd.IsResponse() {
			c.answered(&c.cmd)
		} else {
			c.handler.Serve(c, &c.cmd)
		}
		used += n
		c.scratch = c.scratch[:0]
		c.throttle()
	}
	if used > 0 {
		c.handler.Drained(c)
	}
	if cap(c.scratch) > keptTemp {
		c.scratch = nil
	}
	c.endServing()
	return used, err
}

func (c *Conn) setServing() {
	c.mu.Lock()
	c.serving = c.o.replies
	c.mu.Unlock()
}

// endServing writes the replies of what was served.
func (c *Conn) endServing() {
	if !c.o.replies {
		return
	}
	c.mu.Lock()
	c.serving = false
	write := len(c.out) > 0 && !c.writing
	c.writing = c.writing || write
	for !write && len(c.out) > softOut && !c.closed {
		c.written.Wait() // for whoever is writing
	}
	c.mu.Unlock()
	if write {
		c.flush()
	}
}

// throttle stops reading while the peer does not read its replies.
func (c *Conn) throttle() {
	c.mu.Lock()
	over := len(c.out) > softOut
	c.mu.Unlock()
	if over {
		c.endServing()
		c.setServing()
	}
}

// A reader reads a connection into a pooled buffer that it gets only when
// there is something to read.
type reader struct {
	nc  net.Conn
	raw syscall.RawConn // nil where there is none
}

func newReader(nc net.Conn) reader {
	r := reader{nc: nc}
	if t, ok := nc.(*net.TCPConn); ok {
		if raw, err := t.SyscallConn(); err == nil {
			r.raw = raw
		}
	}
	return r
}

// read reads into buf behind the have bytes that it holds; without a buffer
// it gets one. It returns the buffer.
func (r reader) read(buf []byte, have int) (n int, b []byte, err error) {
	if r.raw == nil {
		if buf == nil {
			buf = *readBuffers.Get().(*[]byte)
		}
		n, err = r.nc.Read(buf[have:])
		return n, buf, err
	}
	waitErr := r.raw.Read(func(fd uintptr) bool {
		pooled := buf == nil
		if pooled {
			buf = *readBuffers.Get().(*[]byte)
		}
		for {
			n, err = syscall.Read(int(fd), buf[have:])
			if !errors.Is(err, syscall.EINTR) {
				break
			}
		}
		if errors.Is(err, syscall.EAGAIN) {
			if pooled {
				r.release(buf)
				buf = nil
			}
			return false
		}
		return true
	})
	switch {
	case waitErr != nil:
		return 0, buf, waitErr
	case err == nil && n == 0:
		return 0, buf, io.EOF
	}
	return max(n, 0), buf, err
}

func (r reader) release(b []byte) {
	if len(b) == readBuffer {
		readBuffers.Put(&b)
	}
}
