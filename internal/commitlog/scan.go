package commitlog

import (
	"errors"
	"fmt"
	"io"

	"goddard/internal/message"
	"goddard/internal/mq"
)

// scanBuffer is how much of a file is read at a time, bytes. It grows for a
// record that is larger.
const scanBuffer = 1 << 20

// A scanner reads the records of one file.
type scanner struct {
	f    *file
	size int64  // of the file
	last *int64 // the newest store time, ms
}

// A visitError is an error of the caller's, not of the file.
type visitError struct{ err error }

func (e *visitError) Error() string { return e.err.Error() }
func (e *visitError) Unwrap() error { return e.err }

// scan calls visit for each valid record from the start of the file on. It
// returns where the first record stands that is not, or the end of the file
// when its last record is blank.
func (s *scanner) scan(visit func([]byte, mq.LogOffset) error) (end mq.LogOffset, blank bool, err error) {
	buf := make([]byte, min(scanBuffer, s.size))
	var at int64 // of the buffer in the file
	for at < s.size {
		n, err := s.f.ReadAt(buf[:min(int64(len(buf)), s.size-at)], at)
		if err != nil && !errors.Is(err, io.EOF) {
			return s.position(at), false, fmt.Errorf("read: %w", err)
		}
		used, need, blank, err := s.records(buf[:n], at, visit)
		at += int64(used)
		switch {
		case blank:
			return s.f.start + mq.LogOffset(s.size), true, nil
		case err != nil:
			return s.position(at), false, err
		case need > len(buf):
			buf = make([]byte, need)
		case used == 0:
			return s.position(at), false, message.ErrShort // the file ends here
		}
	}
	return s.position(at), false, nil
}

func (s *scanner) position(at int64) mq.LogOffset { return s.f.start + mq.LogOffset(at) }

// records visits the whole records in b, which stands at a place in the
// file. It returns how much of b they are, and need, the size of the next one
// when b does not hold all of it.
func (s *scanner) records(b []byte, at int64, visit func([]byte, mq.LogOffset) error) (used, need int, blank bool, err error) {
	for used < len(b) {
		n, err := message.Size(b[used:])
		left := s.size - at - int64(used)
		switch {
		case errors.Is(err, message.ErrShort):
			return used, 0, false, nil
		case errors.Is(err, message.ErrBlank):
			if int64(n) != left {
				return used, 0, false, fmt.Errorf("%w: a blank record of %d bytes before %d", message.ErrCorrupt, n, left)
			}
			return used, 0, true, nil
		case err != nil:
			return used, 0, false, err
		case int64(n) > left:
			return used, 0, false, fmt.Errorf("%w: size %d, the file has %d bytes left", message.ErrCorrupt, n, left)
		case n > len(b)-used:
			return used, n, false, nil
		}
		rec := b[used : used+n : used+n]
		position := s.position(at + int64(used))
		if err := message.Verify(rec, position); err != nil {
			return used, 0, false, err
		}
		*s.last = max(*s.last, message.StoreTime(rec))
		if err := visit(rec, position); err != nil {
			return used, 0, false, &visitError{err}
		}
		used += n
	}
	return used, 0, false, nil
}
