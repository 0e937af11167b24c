package commitlog

import (
	"context"
	"slices"
	"time"

	"goddard/internal/mq"
)

// WhenSynced calls done when everything before end is on the disk and
// visible: at once when it is, else on the goroutine that syncs; or with the
// log's error. It must not be called after Close.
func (l *Log) WhenSynced(end mq.LogOffset, done func(error)) {
	l.syncMu.Lock()
	if l.Synced() >= end && l.Confirmed() >= end {
		l.syncMu.Unlock()
		done(nil)
		return
	}
	if l.Err() != nil {
		l.syncMu.Unlock()
		done(l.refusal())
		return
	}
	l.waiters = append(l.waiters, waiter{end: end, done: done})
	l.syncMu.Unlock()
	signal(l.flush)
}

// runFlush syncs the log when somebody waits for it, and with Async every
// interval.
func (l *Log) runFlush(ctx context.Context) {
	tick := time.NewTicker(l.o.FlushInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.flush:
		case <-tick.C:
		}
		_ = l.flushOnce() // it is kept as the log's error
		l.mark.write(l, false)
	}
}

// flushOnce syncs what is written, makes it visible with Sync, and tells
// those who wait.
func (l *Log) flushOnce() error {
	to := l.Written()
	if err := l.syncFiles(to); err != nil {
		l.release(0, l.fail(err))
		return err
	}
	if l.o.Flush == Sync {
		l.syncMu.Lock()
		n := 0
		for n < len(l.unconfirmed) && l.unconfirmed[n].at < to {
			n++
		}
		pieces := slices.Clone(l.unconfirmed[:n])
		l.unconfirmed = slices.Delete(l.unconfirmed, 0, n)
		l.syncMu.Unlock()
		if len(pieces) > 0 {
			l.confirm(pieces, to)
		}
	}
	l.release(to, nil)
	return nil
}

// syncFiles syncs the files between what is synced and a position.
func (l *Log) syncFiles(to mq.LogOffset) error {
	if l.Err() != nil {
		return l.Err()
	}
	from := l.Synced()
	if from >= to {
		return nil
	}
	for at := from - from%mq.LogOffset(l.o.FileSize); at < to; at += mq.LogOffset(l.o.FileSize) {
		if f := l.fileAt(at); f != nil {
			if err := f.Sync(); err != nil {
				return err
			}
		}
	}
	l.synced.Store(int64(to))
	return nil
}

// release tells the waiters up to a position, or with an error all of them.
func (l *Log) release(to mq.LogOffset, err error) {
	l.syncMu.Lock()
	var told []waiter
	l.waiters = slices.DeleteFunc(l.waiters, func(w waiter) bool {
		if err != nil || w.end <= to {
			told = append(told, w)
			return true
		}
		return false
	})
	l.syncMu.Unlock()
	for _, w := range told {
		w.done(err)
	}
}
