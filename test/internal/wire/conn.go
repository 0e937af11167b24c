package wire

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"time"
)

const maxFrame = 16 << 20

// A Conn is a connection to a server, for one goroutine.
type Conn struct {
	conn   net.Conn
	r      *bufio.Reader
	buf    []byte // holds the frame read last
	opaque int32
}

// Dial connects.
func Dial(ctx context.Context, address string) (*Conn, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return &Conn{conn: c, r: bufio.NewReaderSize(c, 64<<10)}, nil
}

func (c *Conn) Close() error { return c.conn.Close() }

// Write writes requests that were encoded before.
func (c *Conn) Write(requests []byte) (int, error) { return c.conn.Write(requests) }

// SetDeadline sets when reads and writes give up.
func (c *Conn) SetDeadline(t time.Time) error { return c.conn.SetDeadline(t) }

// Buffered reports whether the next reply, or a part of it, was received.
func (c *Conn) Buffered() bool { return c.r.Buffered() > 0 }

// Outcome reads the next reply, but only what became of which request.
func (c *Conn) Outcome() (code int, opaque int32, err error) {
	frame, err := c.read()
	if err != nil {
		return 0, 0, err
	}
	return outcome(frame)
}

// Reply reads the next reply. It is valid until the next read.
func (c *Conn) Reply() (reply Reply, opaque int32, err error) {
	frame, err := c.read()
	if err != nil {
		return Reply{}, 0, err
	}
	if _, opaque, err = outcome(frame); err != nil {
		return Reply{}, 0, err
	}
	reply, err = parseReply(frame)
	return reply, opaque, err
}

// read reads what follows a frame's length.
func (c *Conn) read() ([]byte, error) {
	var length [4]byte
	if _, err := io.ReadFull(c.r, length[:]); err != nil {
		return nil, err
	}
	n := int(binary.BigEndian.Uint32(length[:]))
	if n > maxFrame {
		return nil, fmt.Errorf("frame of %d bytes: %w", n, errFrame)
	}
	if n > cap(c.buf) {
		c.buf = make([]byte, n)
	}
	c.buf = c.buf[:n]
	_, err := io.ReadFull(c.r, c.buf)
	return c.buf, err
}

// Call sends a request and reads its reply; nothing else may be in flight.
func (c *Conn) Call(ctx context.Context, code int, fields []Field, body []byte) (Reply, error) {
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = time.Now().Add(10 * time.Second)
	}
	if err := c.SetDeadline(deadline); err != nil {
		return Reply{}, err
	}
	c.opaque++
	if _, err := c.Write(AppendRequest(nil, JSON, code, c.opaque, fields, body)); err != nil {
		return Reply{}, err
	}
	reply, opaque, err := c.Reply()
	if err == nil && opaque != c.opaque {
		err = fmt.Errorf("the reply is to request %d, not to %d", opaque, c.opaque)
	}
	return reply, err
}

// call asks a server one thing.
func call(ctx context.Context, address string, code int, fields []Field) (Reply, error) {
	c, err := Dial(ctx, address)
	if err != nil {
		return Reply{}, err
	}
	defer c.Close()
	return c.Call(ctx, code, fields, nil)
}
