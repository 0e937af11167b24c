// Package commitlog keeps every message of a broker in the order of arrival,
// in RocketMQ's files: records (see package message) one after another in
// files of one size, named after the position of their first byte.
//
// # Writing
//
// Append holds the append lock while it assigns queue offsets and positions
// and copies the records into the newest chunk of memory. It does no I/O
// under that lock. Then whoever finds nobody writing writes all that is
// staged, one pwrite for each contiguous piece, straight from the chunks; the
// others find their records written when they get the write lock. There is no
// hand-off to another goroutine, and under load many appends share a write.
//
// Space is allocated ahead of the end of the log, so that a full disk refuses
// an append before anything is staged. A write or sync that fails is final:
// what the disk holds is not known any more, so the log keeps the first
// error, takes nothing after it and acknowledges nothing; it can still be
// read.
//
// # Invariants
//
//	min <= confirmed <= written <= end <= allocated
//	synced <= written
//
// end is staged, written is with the operating system, synced is on the disk,
// and confirmed is visible: with asynchronous flush it follows written, with
// synchronous flush synced.
//
// # Concurrency
//
// Everything may be called at any time from any goroutine between Open and
// Close. Readers take no lock: the newest part of the log is in chunks that
// never change below written, the rest is read from the files. Lock order:
// write before append; the others are leaves.
package commitlog

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"goddard/internal/mq"
	"goddard/internal/vfs"
)

// A FlushMode says what an acknowledgement promises.
type FlushMode uint8

// The modes. With Async what is acknowledged survives the end of the process,
// with Sync a power cut.
const (
	Async FlushMode = iota
	Sync
)

// Options configure a Log. FS, Dir and NextOffset must be set.
type Options struct {
	FS  vfs.FS
	Dir string
	// Mark is a file that remembers how far the log was synced, so that a
	// torn tail can be told from damage; "" means none. It must not stand in
	// Dir, where the original would take it for a file of the log.
	Mark string

	FileSize      int64         // bytes; 0 means 1 GiB
	Flush         FlushMode     //
	FlushInterval time.Duration // between syncs with Async; 0 means 500 ms
	TailBytes     int           // of the newest records kept in memory; 0 means 16 MiB
	AllocateAhead int64         // disk space allocated before it is needed, bytes; 0 means 32 MiB

	Now    func() time.Time // nil means time.Now
	Logger *slog.Logger     // nil discards

	// NextOffset returns the queue offset of a record and advances the queue
	// by count. It is called under the append lock.
	NextOffset func(slot uint32, count int32) mq.QueueOffset
	// Confirmed is called for each record that becomes visible, in the order
	// of the log, one call at a time. The bytes must not be changed or kept.
	Confirmed func(rec []byte, at mq.LogOffset)
	// Batch is called after the Confirmed calls of one batch.
	Batch func()
}

func (o Options) withDefaults() Options {
	if o.FileSize == 0 {
		o.FileSize = 1 << 30
	}
	if o.FlushInterval == 0 {
		o.FlushInterval = 500 * time.Millisecond
	}
	if o.TailBytes == 0 {
		o.TailBytes = 16 << 20
	}
	if o.AllocateAhead == 0 {
		o.AllocateAhead = 32 << 20
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Confirmed == nil {
		o.Confirmed = func([]byte, mq.LogOffset) {}
	}
	if o.Batch == nil {
		o.Batch = func() {}
	}
	return o
}

// A Log is a commit log that is open for appending and reading.
type Log struct {
	o Options

	cancel context.CancelFunc // stops the loops of Start
	loops  sync.WaitGroup     // Close waits for them

	files     atomic.Pointer[[]*file]  // by position; replaced, never changed
	tail      atomic.Pointer[[]*chunk] // by position; replaced, never changed
	min       mq.LogOffset
	written   atomic.Int64
	synced    atomic.Int64
	confirmed atomic.Int64
	allocated atomic.Int64
	failure   atomic.Pointer[error] // the first; final

	mu       sync.Mutex // the append lock
	end      mq.LogOffset
	chunk    *chunk  // the newest
	pending  []piece // staged, not written
	lastTime int64   // the newest store time, ms

	writeMu sync.Mutex // held by whoever writes
	spare   []piece    // for pending, the next time

	syncMu      sync.Mutex
	unconfirmed []piece  // written, not synced; with Sync only
	waiters     []waiter // for a sync

	allocMu sync.Mutex // held by whoever allocates space

	flush   chan struct{} // holds one token when a sync is wanted
	prepare chan struct{} // holds one token when space runs short
	mark    mark
}

// A piece is a run of staged bytes: one write.
type piece struct {
	data []byte
	at   mq.LogOffset
}

// A waiter is told when everything before end is synced and visible.
type waiter struct {
	end  mq.LogOffset
	done func(error)
}

// Min returns the position of the oldest record.
func (l *Log) Min() mq.LogOffset { return l.min }

// Written returns the position after the newest record that the operating
// system has.
func (l *Log) Written() mq.LogOffset { return mq.LogOffset(l.written.Load()) }

// Synced returns the position up to which the disk has the log.
func (l *Log) Synced() mq.LogOffset { return mq.LogOffset(l.synced.Load()) }

// Confirmed returns the position up to which the log is visible and every
// Confirmed call has returned.
func (l *Log) Confirmed() mq.LogOffset { return mq.LogOffset(l.confirmed.Load()) }

// Err returns the first failed write or sync, or nil.
func (l *Log) Err() error {
	if err := l.failure.Load(); err != nil {
		return *err
	}
	return nil
}

// fail makes err final.
func (l *Log) fail(err error) error {
	if l.failure.CompareAndSwap(nil, &err) {
		l.o.Logger.Error("commit log takes no more messages", "dir", l.o.Dir, "err", err)
	}
	return l.refusal()
}

// refusal is what an append gets after a failure.
func (l *Log) refusal() error {
	return mq.Errorf(mq.CodeUnavailable, "the commit log takes no more messages after an error: %w", l.Err())
}

// Start begins the goroutines that sync and allocate space.
func (l *Log) Start() {
	ctx, cancel := context.WithCancel(context.Background())
	l.cancel = cancel
	l.loops.Go(func() { l.runFlush(ctx) })
	l.loops.Go(func() { l.runPrepare(ctx) })
}

// Close syncs the log and closes it. It returns the error that ended the log
// early, if one did.
func (l *Log) Close() error {
	if l.cancel != nil {
		l.cancel()
		l.loops.Wait()
	}
	err := l.flushOnce()
	l.mark.write(l, true)
	for _, f := range *l.files.Load() {
		err = errors.Join(err, f.Close())
	}
	if l.mark.f != nil {
		err = errors.Join(err, l.mark.f.Close())
	}
	if err != nil {
		return fmt.Errorf("close the commit log in %s: %w", l.o.Dir, err)
	}
	return nil
}
