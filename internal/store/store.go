// Package store keeps a broker's messages: the commit log, and the views that
// are made from it.
//
// The log is the only thing that must survive. Everything else here is a view
// (see package view): a queue index, the topics, the groups, the consumer
// offsets and the delayed messages follow the log record by record, on the
// goroutine that made a batch visible. A change of settings is a record, too
// (package record, topic mq.TopicState); whoever wants one appends it and
// sees it applied when the append returns.
//
// Concurrency: every method of Store may be called at any time from any
// goroutine between Open and Close. The append lock of the log is the only
// lock that an append takes; readers take the short locks of one view.
package store

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"goddard/internal/commitlog"
	"goddard/internal/group"
	"goddard/internal/message"
	"goddard/internal/mq"
	"goddard/internal/queueindex"
	"goddard/internal/record"
	"goddard/internal/timer"
	"goddard/internal/topic"
	"goddard/internal/vfs"
	"goddard/internal/view"
)

// Options configure a Store.
type Options struct {
	FS   vfs.FS
	Dir  string // of the commit log's files
	Mark string // file that remembers how far the log was synced; "" means none

	FileSize      int64               // of a file of the log, bytes; 0 means 1 GiB
	Flush         commitlog.FlushMode // what an acknowledgement promises
	FlushInterval time.Duration       // between syncs with asynchronous flush; 0 means 500 ms
	Delays        mq.DelayLevels      // delays of the levels

	Now    func() time.Time // the clock; nil means time.Now
	Logger *slog.Logger     // nil discards

	// Arrived is called for each message that becomes visible in a queue, in
	// the order of the log, one call at a time. It must be short.
	Arrived func(slot uint32, e queueindex.Entry, offset mq.QueueOffset)
	// Batch is called after the Arrived calls of one batch.
	Batch func()
}

// A Store is the log and its views.
type Store struct {
	Topics  *topic.Table
	Groups  *group.Settings
	Offsets *group.Offsets
	Delays  *timer.Delays

	log     *commitlog.Log
	index   *queueindex.Index
	views   []view.View
	logger  *slog.Logger
	batch   func()
	open    bool // views are built: messages that come now are new
	message message.Message
	applied view.Applied
}

// Open opens the log in a directory, or begins one, and builds the views from
// it. It starts nothing: see Start.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Store{
		Topics:  topic.New(),
		Groups:  group.NewSettings(),
		Offsets: group.NewOffsets(),
		Delays:  timer.New(o.Delays),
		logger:  o.Logger,
		batch:   o.Batch,
	}
	arrived := func(slot uint32, e queueindex.Entry, offset mq.QueueOffset) {
		if s.open && o.Arrived != nil {
			o.Arrived(slot, e, offset)
		}
	}
	s.index = queueindex.New(queueindex.Options{Arrived: arrived})
	s.views = []view.View{s.Topics, s.Groups, s.Offsets, s.Delays, s.index}

	log, err := commitlog.Open(commitlog.Options{
		FS: o.FS, Dir: o.Dir, Mark: o.Mark, FileSize: o.FileSize, Flush: o.Flush, FlushInterval: o.FlushInterval,
		Now: o.Now, Logger: o.Logger,
		NextOffset: s.index.NextOffset,
		Confirmed:  s.confirmed,
		Batch:      s.confirmedBatch,
	}, func(rec []byte, at mq.LogOffset) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return s.apply(rec, at)
	})
	if err != nil {
		return nil, fmt.Errorf("open the commit log in %s: %w", o.Dir, err)
	}
	s.log = log
	s.open = true
	return s, nil
}

// Start begins what runs in the background.
func (s *Store) Start() { s.log.Start() }

// Close syncs the log and closes it.
func (s *Store) Close() error { return s.log.Close() }

// Err returns why the log takes no more messages, or nil.
func (s *Store) Err() error { return s.log.Err() }

// confirmed is dispatch: it lets every view see a record that became visible.
func (s *Store) confirmed(rec []byte, at mq.LogOffset) {
	if err := s.apply(rec, at); err != nil {
		// The record was checked before it was appended, so a view is wrong.
		s.logger.Error("a view cannot follow the log", "offset", int64(at), "err", err)
	}
}

func (s *Store) confirmedBatch() {
	if s.batch != nil {
		s.batch()
	}
}

func (s *Store) apply(rec []byte, at mq.LogOffset) error {
	m, n, err := message.Parse(rec)
	if err != nil {
		return fmt.Errorf("record at %d: %w", at, err)
	}
	s.message = m
	tags, _ := m.Properties.Get(message.PropertyTags)
	s.applied = view.Applied{
		Rec: rec, Message: &s.message, At: at, Next: at + mq.LogOffset(n), TagsCode: message.TagsCode(tags),
	}
	if m.Topic == mq.TopicState {
		s.applied.State, err = record.Parse(m.Body)
		if err != nil {
			return fmt.Errorf("state record at %d: %w", at, err)
		}
	}
	for _, v := range s.views {
		if err := v.Apply(&s.applied); err != nil {
			return fmt.Errorf("%s, record at %d: %w", v.Name(), at, err)
		}
	}
	return nil
}
