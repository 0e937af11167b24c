package commitlog

import (
	"errors"
	"fmt"
	"path/filepath"

	"goddard/internal/message"
	"goddard/internal/mq"
)

// A DamagedError says that a record that was once on the disk cannot be read.
// The files are as they were.
type DamagedError struct {
	At  mq.LogOffset
	Err error
}

// Error says where and what.
func (e *DamagedError) Error() string {
	return fmt.Sprintf("the commit log is damaged at position %d (file %s, byte %d): %v", e.At, fileName(e.At), e.At, e.Err)
}

// Unwrap returns what is wrong with the record.
func (e *DamagedError) Unwrap() error { return e.Err }

// Open opens the log in a directory, or begins one. It reads and checks every
// record, and calls visit for each. The log ends where no valid record
// begins. When that is where a crash tore it off, the rest is zeroed; when
// the mark, or a later file, shows that there was more, it is damage: Open
// returns a DamagedError and changes nothing. It starts nothing: see Start.
func Open(o Options, visit func(rec []byte, at mq.LogOffset) error) (*Log, error) {
	o = o.withDefaults()
	files, err := openFiles(o)
	if err != nil {
		return nil, err
	}
	mark, err := openMark(o)
	if err != nil {
		closeFiles(files)
		return nil, err
	}
	l := &Log{o: o, mark: mark, flush: make(chan struct{}, 1), prepare: make(chan struct{}, 1)}
	l.files.Store(&files)
	l.tail.Store(&[]*chunk{})
	if err := l.recover(visit); err != nil {
		closeFiles(*l.files.Load())
		if mark.f != nil {
			_ = mark.f.Close() // after an error that says more
		}
		return nil, err
	}
	return l, nil
}

// recover finds the end of the log.
func (l *Log) recover(visit func([]byte, mq.LogOffset) error) error {
	files := *l.files.Load()
	end := mq.LogOffset(0)
	if len(files) > 0 {
		l.min, end = files[0].start, files[0].start
	}
	for i, f := range files {
		s := scanner{f: f, size: l.o.FileSize, last: &l.lastTime}
		var blank bool
		var bad error
		end, blank, bad = s.scan(visit)
		if errors.As(bad, new(*visitError)) {
			return errors.Unwrap(bad)
		}
		if blank {
			continue
		}
		return l.endAt(end, bad, files[i+1:])
	}
	return l.endAt(end, nil, nil)
}

// endAt makes end the end of the log, when nothing shows that there was more.
func (l *Log) endAt(end mq.LogOffset, bad error, later []*file) error {
	if bad == nil {
		bad = fmt.Errorf("%w: there is nothing", message.ErrCorrupt)
	}
	if end < l.mark.last {
		return &DamagedError{At: end, Err: fmt.Errorf("%w; the disk had the log up to %d", bad, l.mark.last)}
	}
	for _, f := range later {
		s := scanner{f: f, size: l.o.FileSize, last: new(int64)}
		if next, blank, _ := s.scan(func([]byte, mq.LogOffset) error { return nil }); next > f.start || blank {
			return &DamagedError{At: end, Err: fmt.Errorf("%w; file %s goes on after it", bad, fileName(f.start))}
		}
	}
	if err := l.cut(end, later); err != nil {
		return fmt.Errorf("cut the commit log at %d: %w", end, err)
	}
	l.end = end
	l.written.Store(int64(end))
	l.confirmed.Store(int64(end))
	l.allocated.Store(int64(end))
	l.synced.Store(int64(l.min))
	return l.syncFiles(end) // what a killed process had only written counts from now on
}

// cut zeroes what stands after the end and removes the files after it.
func (l *Log) cut(end mq.LogOffset, later []*file) error {
	for _, f := range later {
		if err := errors.Join(f.Close(), l.o.FS.Remove(filepath.Join(l.o.Dir, fileName(f.start)))); err != nil {
			return err
		}
	}
	files := *l.files.Load()
	files = files[:len(files)-len(later)]
	l.files.Store(&files)
	if f := l.fileAt(end); f != nil {
		if err := f.zeroFrom(int64(end)%l.o.FileSize, l.o.FileSize); err != nil {
			return err
		}
		if err := f.Sync(); err != nil {
			return err
		}
	}
	return l.o.FS.SyncDir(l.o.Dir)
}
