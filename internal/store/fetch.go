package store

import (
	"goddard/internal/message"
	"goddard/internal/mq"
	"goddard/internal/queueindex"
)

// A Status says how a fetch ended. The names are RocketMQ's.
type Status uint8

// The ways in which a fetch ends.
const (
	Found Status = iota
	NoMatchedMessage
	NoMessageInQueue
	NoMatchedQueue
	OffsetOverflowOne
	OffsetOverflowBadly
	OffsetTooSmall
	MessageWasRemoving
)

var statusNames = [...]string{
	Found:               "FOUND",
	NoMatchedMessage:    "NO_MATCHED_MESSAGE",
	NoMessageInQueue:    "NO_MESSAGE_IN_QUEUE",
	NoMatchedQueue:      "NO_MATCHED_LOGIC_QUEUE",
	OffsetOverflowOne:   "OFFSET_OVERFLOW_ONE",
	OffsetOverflowBadly: "OFFSET_OVERFLOW_BADLY",
	OffsetTooSmall:      "OFFSET_TOO_SMALL",
	MessageWasRemoving:  "MESSAGE_WAS_REMOVING",
}

// String returns RocketMQ's name of the status.
func (s Status) String() string { return statusNames[s] }

// Limits of one fetch.
const (
	maxScan        = 800       // entries looked at, matching or not
	maxTailBytes   = 256 << 10 // of messages that are in memory
	maxColdBytes   = 64 << 10  // of messages that come from the disk
	maxTailFetched = 32
	maxColdFetched = 8
)

// A Fetch asks for messages of a queue.
type Fetch struct {
	Topic  mq.Topic
	Queue  mq.QueueID
	Offset mq.QueueOffset
	Max    int                   // messages
	Match  func(tags int64) bool // by the hash of the tags; nil takes every message
}

// A Fetched says what a fetch found.
type Fetched struct {
	Status   Status
	Next     mq.QueueOffset // where to go on
	Min, Max mq.QueueOffset // of the queue; Max is exclusive
	Count    int
}

// Fetch appends the stored form of the messages that were asked for to dst.
// A message that cannot be read any more is passed over; one that is damaged
// is logged and passed over, never returned.
func (s *Store) Fetch(f Fetch, dst []byte) (Fetched, []byte) {
	minOffset, maxOffset, ok := s.index.Range(f.Topic, f.Queue)
	r := Fetched{Min: minOffset, Max: maxOffset}
	switch {
	case !ok:
		r.Status = NoMatchedQueue
		return r, dst
	case maxOffset == 0:
		r.Status = NoMessageInQueue
		return r, dst
	case f.Offset < minOffset:
		r.Status, r.Next = OffsetTooSmall, minOffset
		return r, dst
	case f.Offset == maxOffset:
		r.Status, r.Next = OffsetOverflowOne, f.Offset
		return r, dst
	case f.Offset > maxOffset:
		r.Status, r.Next = OffsetOverflowBadly, maxOffset
		return r, dst
	}
	return s.fetchEntries(f, r, dst)
}

func (s *Store) fetchEntries(f Fetch, r Fetched, dst []byte) (Fetched, []byte) {
	var (
		block   [maxTailFetched]queueindex.Entry
		start   = len(dst)
		scanned int
		removed bool
	)
	r.Next = f.Offset
	for scanned < maxScan && r.Next < r.Max {
		entries := s.index.Read(f.Topic, f.Queue, r.Next, block[:0])
		if len(entries) == 0 {
			break
		}
		for _, e := range entries {
			if scanned == maxScan {
				break
			}
			if e.Size > 0 && (f.Match == nil || f.Match(e.TagsCode)) {
				if r.Count > 0 && s.enough(r.Count, len(dst)-start, e, f.Max) {
					r.Status = Found
					return r, dst
				}
				var ok bool
				if dst, ok = s.fetchMessage(dst, e); ok {
					r.Count++
				} else {
					removed = true
				}
			}
			scanned++
			r.Next++
		}
	}
	switch {
	case r.Count > 0:
		r.Status = Found
	case removed:
		r.Status = MessageWasRemoving
	default:
		r.Status = NoMatchedMessage
	}
	return r, dst
}

// enough reports whether a fetch that has messages should end before e.
func (s *Store) enough(count, size int, e queueindex.Entry, wanted int) bool {
	if s.log.InTail(e.Position) {
		return count >= min(wanted, maxTailFetched) || size+int(e.Size) > maxTailBytes
	}
	return count >= min(wanted, maxColdFetched) || size+int(e.Size) > maxColdBytes
}

func (s *Store) fetchMessage(dst []byte, e queueindex.Entry) ([]byte, bool) {
	n := len(dst)
	hot := s.log.InTail(e.Position)
	dst, err := s.log.Read(dst, e.Position, int(e.Size))
	if err == nil && !hot {
		err = message.Verify(dst[n:], e.Position)
	}
	if err != nil {
		s.logger.Error("cannot read a message", "offset", int64(e.Position), "err", err)
		return dst[:n], false
	}
	return dst, true
}

// Range returns the smallest offset of a queue and the one after its newest
// message; false when it never had one.
func (s *Store) Range(t mq.Topic, id mq.QueueID) (minOffset, maxOffset mq.QueueOffset, ok bool) {
	return s.index.Range(t, id)
}

// Intact reports whether a queue has all messages that it ever had.
func (s *Store) Intact(t mq.Topic, id mq.QueueID) bool { return s.index.Intact(t, id) }

// SearchTime returns the offset in a queue for a store time in milliseconds:
// with upper, of the last message that is not younger, else of the first that
// is not older.
func (s *Store) SearchTime(t mq.Topic, id mq.QueueID, ms int64, upper bool) mq.QueueOffset {
	return s.index.SearchTime(t, id, ms, upper, s.storeTime)
}

// EarliestTime returns the store time in milliseconds of a queue's oldest
// message, or -1.
func (s *Store) EarliestTime(t mq.Topic, id mq.QueueID) int64 {
	minOffset, _, ok := s.index.Range(t, id)
	if !ok {
		return -1
	}
	var block [1]queueindex.Entry
	for _, e := range s.index.Read(t, id, minOffset, block[:0]) {
		if ms, ok := s.storeTime(e.Position); ok {
			return ms
		}
	}
	return -1
}

func (s *Store) storeTime(at mq.LogOffset) (int64, bool) {
	m, err := s.Message(at)
	if err != nil {
		return 0, false
	}
	return m.StoreTime, true
}

// Message returns the message at a position of the log.
func (s *Store) Message(at mq.LogOffset) (message.Message, error) {
	rec, err := s.log.Record(at)
	if err != nil {
		return message.Message{}, mq.Errorf(mq.CodeMessageNotFound, "no message at position %d: %w", at, err)
	}
	m, _, err := message.Parse(rec)
	if err != nil {
		return message.Message{}, mq.Errorf(mq.CodeMessageNotFound, "no message at position %d: %w", at, err)
	}
	return m, nil
}

// LogOffsets returns the bounds of the log: the oldest position, the one after
// the newest record, and the one up to which the disk has it.
func (s *Store) LogOffsets() (oldest, written, synced mq.LogOffset) {
	return s.log.Min(), s.log.Written(), s.log.Synced()
}

// Cold reports whether the message at an offset of a queue must be read from
// the disk.
func (s *Store) Cold(t mq.Topic, id mq.QueueID, offset mq.QueueOffset) bool {
	var block [1]queueindex.Entry
	for _, e := range s.index.Read(t, id, offset, block[:0]) {
		return !s.log.InTail(e.Position)
	}
	return false
}
