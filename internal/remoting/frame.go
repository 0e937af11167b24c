package remoting

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Limits of a frame.
const (
	MaxFrame  = 16 << 20  // bytes, with the length itself
	MaxHeader = 128 << 10 // bytes
	MaxFields = 256
)

const prefixSize = 8 // length, serialization and header length

// ErrBadFrame says that a frame cannot be read; nothing after it on the
// connection can be trusted.
var ErrBadFrame = errors.New("bad frame")

func badFrame(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrBadFrame, fmt.Sprintf(format, args...))
}

// frameSize returns the size of the frame at the start of b, with its length,
// or 0 when b is too short to tell. It checks what the prefix says.
func frameSize(b []byte) (int, error) {
	if len(b) < 4 {
		return 0, nil
	}
	length := int64(int32(binary.BigEndian.Uint32(b)))
	if length < 4 || length+4 > MaxFrame {
		return 0, badFrame("length %d", length)
	}
	if len(b) >= prefixSize {
		header := int64(binary.BigEndian.Uint32(b[4:]) & 0xFFFFFF)
		switch {
		case b[4] > byte(Compact):
			return 0, badFrame("serialization %d", b[4])
		case header > length-4:
			return 0, badFrame("header of %d bytes in a frame of %d", header, length)
		case header > MaxHeader:
			return 0, badFrame("header of %d bytes, the limit is %d", header, MaxHeader)
		}
	}
	return int(length) + 4, nil
}

// Parse reads the frame at the start of b into c, whose fields it reuses. It
// returns the size of the frame, or 0 when b does not hold all of it. What
// has to be unescaped goes to the end of scratch, which c then points into.
func Parse(b []byte, c *Command, scratch *[]byte) (n int, err error) {
	n, err = frameSize(b)
	if err != nil || n == 0 || n > len(b) {
		return 0, err
	}
	headerEnd := prefixSize + int(binary.BigEndian.Uint32(b[4:])&0xFFFFFF)
	*c = Command{Fields: c.Fields[:0], Serialization: Serialization(b[4]), Body: b[headerEnd:n:n]}
	header := b[prefixSize:headerEnd:headerEnd]
	if c.Serialization == Compact {
		err = parseCompact(header, c)
	} else {
		err = parseJSON(header, c, scratch)
	}
	if err != nil {
		return 0, err
	}
	return n, nil
}

// AppendFrame appends the frame of a command.
func AppendFrame(dst []byte, c *Command) []byte {
	w := FieldWriter{}
	w.begin(dst, c.Serialization, head{code: c.Code, flag: c.Flag, language: c.Language, version: c.Version, opaque: c.Opaque})
	for _, f := range c.Fields {
		w.Bytes(string(f.Key), f.Value)
	}
	remark := ""
	if c.HasRemark {
		remark = string(c.Remark)
	}
	dst = w.end(remark, c.HasRemark, len(c.Body))
	return append(dst, c.Body...)
}
