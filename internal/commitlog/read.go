package commitlog

import (
	"errors"
	"fmt"
	"slices"

	"goddard/internal/message"
	"goddard/internal/mq"
)

// ErrGone says that a position lies outside of what the log holds.
var ErrGone = errors.New("not in the commit log")

// Read appends n bytes of the log, within one record, to dst.
func (l *Log) Read(dst []byte, at mq.LogOffset, n int) ([]byte, error) {
	if at < l.min || n < 0 || at+mq.LogOffset(n) > l.Written() {
		return dst, fmt.Errorf("%d bytes at %d: %w (%d to %d)", n, at, ErrGone, l.min, l.Written())
	}
	if b := l.tailBytes(at, n); b != nil {
		return append(dst, b...), nil
	}
	f := l.fileAt(at)
	if f == nil {
		return dst, fmt.Errorf("%d bytes at %d: %w: its file is missing", n, at, ErrGone)
	}
	start := len(dst)
	dst = slices.Grow(dst, n)[:start+n]
	if _, err := f.ReadAt(dst[start:], int64(at)%l.o.FileSize); err != nil {
		return dst[:start], fmt.Errorf("read %d bytes at %d: %w", n, at, err)
	}
	return dst, nil
}

// Record returns a copy of the record at a position, checked.
func (l *Log) Record(at mq.LogOffset) ([]byte, error) {
	head, err := l.Read(make([]byte, 0, 1024), at, message.BlankSize)
	if err != nil {
		return nil, err
	}
	n, err := message.Size(head)
	if err != nil {
		return nil, fmt.Errorf("record at %d: %w", at, err)
	}
	if int64(n) > l.left(at) {
		return nil, fmt.Errorf("record at %d: %w: size %d", at, message.ErrCorrupt, n)
	}
	rec, err := l.Read(head[:0], at, n)
	if err != nil {
		return nil, err
	}
	if err := message.Verify(rec, at); err != nil {
		return nil, fmt.Errorf("record at %d: %w", at, err)
	}
	return rec, nil
}
