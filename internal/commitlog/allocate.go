package commitlog

import (
	"context"
	"errors"
	"syscall"

	"goddard/internal/mq"
)

// allocate makes sure that the log can be written up to a position. A disk
// without room is a refusal, not a failure: it may have room later.
func (l *Log) allocate(to mq.LogOffset) error {
	l.allocMu.Lock()
	defer l.allocMu.Unlock()
	for allocated := mq.LogOffset(l.allocated.Load()); allocated < to; allocated = mq.LogOffset(l.allocated.Load()) {
		if l.Err() != nil {
			return l.refusal()
		}
		f := l.fileAt(allocated)
		if f == nil {
			if err := l.addFile(); err != nil {
				return l.noSpace(err)
			}
			continue
		}
		n := min(max(l.o.AllocateAhead, int64(to-allocated)), l.left(allocated))
		if err := f.Allocate(int64(allocated)%l.o.FileSize, n); err != nil {
			if n = min(int64(to-allocated), l.left(allocated)); errors.Is(err, syscall.ENOSPC) {
				err = f.Allocate(int64(allocated)%l.o.FileSize, n) // just what is needed
			}
			if err != nil {
				return l.noSpace(err)
			}
		}
		l.allocated.Add(n)
	}
	return nil
}

func (l *Log) noSpace(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return mq.Errorf(mq.CodeUnavailable, "the disk is full: %w", err)
	}
	return mq.Errorf(mq.CodeUnavailable, "no space can be allocated for the commit log: %w", err)
}

// runPrepare allocates space before an append has to.
func (l *Log) runPrepare(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.prepare:
		}
		want := l.Written() + mq.LogOffset(l.o.AllocateAhead)
		if err := l.allocate(want); err != nil {
			l.o.Logger.Warn("no space ahead of the commit log", "dir", l.o.Dir, "err", err)
		}
	}
}
