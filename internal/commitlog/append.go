package commitlog

import (
	"time"

	"goddard/internal/message"
	"goddard/internal/mq"
)

// A Record is a message to append. Append fills in the last three fields.
type Record struct {
	Bytes []byte // stored form; the log stamps a copy
	Slot  uint32 // the queue, for Options.NextOffset
	Count int32  // messages in it

	QueueOffset mq.QueueOffset
	Position    mq.LogOffset
	StoreTime   int64 // ms
}

// Append stores records, in order. When it returns nil they are written, and
// with Async visible. It fails with mq.CodeUnavailable when the disk is full,
// and then nothing is stored; or when the log has failed.
func (l *Log) Append(records []Record) error {
	if len(records) == 0 {
		return nil
	}
	for i := range records {
		if int64(len(records[i].Bytes)) > l.o.FileSize-message.BlankSize {
			return mq.Errorf(mq.CodeMessageIllegal, "a record of %d bytes does not fit into a file of %d", len(records[i].Bytes), l.o.FileSize)
		}
	}
	now := l.o.Now()
	for {
		end, need := l.stage(records, now)
		if need == 0 {
			return l.write(end)
		}
		if err := l.allocate(need); err != nil {
			return err
		}
	}
}

// stage copies records into memory and assigns what only the append lock
// knows. It returns the end of the last one; or need > 0, how far space must
// be allocated before anything can be staged.
func (l *Log) stage(records []Record, now time.Time) (end, need mq.LogOffset) {
	l.mu.Lock()
	defer l.mu.Unlock()
	last := l.end
	for i := range records {
		last = l.place(last, len(records[i].Bytes)) + mq.LogOffset(len(records[i].Bytes))
	}
	if allocated := mq.LogOffset(l.allocated.Load()); last+message.BlankSize > allocated {
		return 0, last + message.BlankSize
	} else if int64(allocated-last) < l.o.AllocateAhead/2 {
		signal(l.prepare)
	}
	l.lastTime = max(l.lastTime, now.UnixMilli())
	for i := range records {
		l.stageLocked(&records[i])
	}
	return l.end, 0
}

// place returns where a record of n bytes goes when the log ends at end.
func (l *Log) place(end mq.LogOffset, n int) mq.LogOffset {
	if left := l.left(end); int64(n)+message.BlankSize > left {
		return end + mq.LogOffset(left)
	}
	return end
}

// left returns how many bytes the file has left from a position on.
func (l *Log) left(at mq.LogOffset) int64 { return l.o.FileSize - int64(at)%l.o.FileSize }

func (l *Log) stageLocked(r *Record) {
	at := l.place(l.end, len(r.Bytes))
	if at != l.end {
		blank := l.roomLocked(message.BlankSize)
		message.AppendBlank(blank[:0], int(l.left(l.end)))
		l.pendLocked(blank)
		l.end = at
		l.chunk = nil // a chunk lies within one file
	}
	r.Position = at
	r.QueueOffset = l.o.NextOffset(r.Slot, r.Count)
	r.StoreTime = l.lastTime
	room := l.roomLocked(len(r.Bytes))
	copy(room, r.Bytes)
	message.Stamp(room, r.QueueOffset, r.Position, r.StoreTime)
	l.pendLocked(room)
	l.end += mq.LogOffset(len(room))
}

// pendLocked adds bytes at the end of the log to what must be written.
func (l *Log) pendLocked(b []byte) {
	if n := len(l.pending); n > 0 {
		p := &l.pending[n-1]
		if p.at+mq.LogOffset(len(p.data)) == l.end && cap(p.data)-len(p.data) >= len(b) && l.chunk.follows(p.data, b) {
			p.data = p.data[:len(p.data)+len(b)]
			return
		}
	}
	l.pending = append(l.pending, piece{data: b, at: l.end})
}

// write makes everything before end written, unless somebody did already.
func (l *Log) write(end mq.LogOffset) error {
	l.writeMu.Lock()
	defer l.writeMu.Unlock()
	if l.Written() >= end {
		return nil
	}
	if l.Err() != nil {
		return l.refusal()
	}
	l.mu.Lock()
	pieces, staged := l.pending, l.end
	l.pending, l.spare = l.spare[:0], nil
	l.mu.Unlock()

	for _, p := range pieces {
		if _, err := l.fileAt(p.at).WriteAt(p.data, int64(p.at)%l.o.FileSize); err != nil {
			return l.fail(err)
		}
	}
	if l.o.Flush == Sync {
		l.syncMu.Lock()
		l.unconfirmed = append(l.unconfirmed, pieces...)
		l.syncMu.Unlock()
		l.written.Store(int64(staged))
		signal(l.flush)
	} else {
		l.written.Store(int64(staged))
		l.confirm(pieces, staged)
	}
	clear(pieces)
	l.spare = pieces
	return nil
}

// confirm makes the records of pieces visible.
func (l *Log) confirm(pieces []piece, end mq.LogOffset) {
	for _, p := range pieces {
		at := p.at
		for b := p.data; len(b) > 0; {
			n, err := message.Size(b)
			if err != nil {
				break // the blank record that ends a file
			}
			l.o.Confirmed(b[:n:n], at)
			b = b[n:]
			at += mq.LogOffset(n)
		}
	}
	l.confirmed.Store(int64(end))
	l.o.Batch()
}

// signal puts a token into a channel that holds one.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
