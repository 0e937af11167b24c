package store

import (
	"net/netip"
	"time"

	"goddard/internal/commitlog"
	"goddard/internal/message"
	"goddard/internal/mq"
	"goddard/internal/record"
)

// Append stores a batch of records. When it returns nil they are written, so
// that they survive the end of the process; with asynchronous flush they are
// visible, too. It fills in where each record went.
func (s *Store) Append(records []commitlog.Record) error { return s.log.Append(records) }

// WhenSynced calls done when everything before end is on the disk and
// visible, or with the reason why that will not happen.
func (s *Store) WhenSynced(end mq.LogOffset, done func(error)) { s.log.WhenSynced(end, done) }

// Slot returns the number of a queue, which a record to append needs.
func (s *Store) Slot(t mq.Topic, id mq.QueueID) uint32 { return s.index.Slot(t, id) }

// AppendVisible stores a batch of records and returns when they are visible.
func (s *Store) AppendVisible(records []commitlog.Record) error {
	if err := s.log.Append(records); err != nil {
		return err
	}
	end := End(&records[len(records)-1])
	if s.log.Confirmed() >= end {
		return nil
	}
	done := make(chan error, 1)
	s.log.WhenSynced(end, func(err error) { done <- err })
	return <-done
}

// End returns the position after a record that was appended.
func End(r *commitlog.Record) mq.LogOffset { return r.Position + mq.LogOffset(len(r.Bytes)) }

// AppendState stores records of our own and returns when they are applied.
func (s *Store) AppendState(host netip.AddrPort, now time.Time, states ...record.Record) error {
	records := make([]commitlog.Record, len(states))
	for i, state := range states {
		records[i] = s.StateRecord(host, now, state)
	}
	return s.AppendVisible(records)
}

// StateRecord returns a record of our own, ready to append.
func (s *Store) StateRecord(host netip.AddrPort, now time.Time, state record.Record) commitlog.Record {
	m := message.Message{
		Topic:     mq.TopicState,
		BornTime:  now.UnixMilli(),
		BornHost:  host,
		StoreHost: host,
		Body:      record.Append(nil, state),
	}
	return commitlog.Record{Bytes: m.Append(nil), Slot: s.Slot(mq.TopicState, 0), Count: 1}
}
