package broker

import (
	"errors"
	"sync/atomic"
	"time"

	"goddard/internal/commitlog"
	"goddard/internal/message"
	"goddard/internal/mq"
	"goddard/internal/store"
)

// A SendBatch gathers the sends that one read of a connection brought, so
// that they are stored with one lock and one write. It belongs to one
// goroutine until Store; then it is used up.
type SendBatch struct {
	b       *Broker
	now     time.Time
	arena   []byte // the records, one after another
	records []commitlog.Record
	ends    []int // of the records, in arena
	sends   []pendingSend
	scratch []byte
	ids     []byte
}

// A pendingSend is a send whose records are in the arena.
type pendingSend struct {
	first, count int // its records
	queue        mq.QueueID
	unique       string
	delayed      bool
	wait         bool // for the sync, when flush is synchronous
}

// NewSendBatch returns an empty batch.
func (b *Broker) NewSendBatch() *SendBatch { return &SendBatch{b: b} }

// Len returns how many sends were added.
func (sb *SendBatch) Len() int { return len(sb.sends) }

// Add checks a send and encodes it. A MissingTopicError means: create the
// topic, then add again.
func (sb *SendBatch) Add(s *Send) error {
	if len(sb.sends) == 0 {
		sb.now = sb.b.o.Now()
	}
	t, err := sb.b.resolve(s, sb.now)
	if err != nil {
		return sb.refused(err)
	}
	first := len(sb.records)
	p := pendingSend{first: first, queue: t.queue, delayed: t.delayLevel > 0, wait: waits(s.Properties)}
	if s.Batch {
		err = sb.addMany(s, t)
	} else {
		p.unique, err = sb.addOne(s, t)
	}
	if err != nil {
		sb.records, sb.ends = sb.records[:first], sb.ends[:first]
		return sb.refused(err)
	}
	p.count = len(sb.records) - first
	sb.sends = append(sb.sends, p)
	if t.dead {
		sb.b.Counters.DeadLetter.Add(1)
	}
	return nil
}

func (sb *SendBatch) refused(err error) error {
	if _, missing := asMissing(err); !missing {
		sb.b.Counters.Refused.Add(1)
	}
	return err
}

// waits reports whether a sender wants to wait for the disk.
func waits(p message.Properties) bool {
	v, ok := p.Get(message.PropertyWait)
	return !ok || isTrue(v)
}

func (sb *SendBatch) addOne(s *Send, t target) (unique string, err error) {
	m := sb.message(s, t)
	m.Body = s.Body
	sb.scratch, unique = sb.properties(sb.scratch[:0], s, t)
	m.Properties = sb.scratch
	return unique, sb.append(&m, t)
}

// addMany adds the messages of a batch body. What the broker adds to the
// properties of the batch goes to each message.
func (sb *SendBatch) addMany(s *Send, t target) error {
	items, err := message.ParseBatch(s.Body)
	if err != nil {
		return mq.Errorf(mq.CodeMessageIllegal, "the batch cannot be read: %w", err)
	}
	for _, item := range items {
		m := sb.message(s, t)
		m.Flag = item.Flag
		m.Body = item.Body
		sb.scratch = sb.itemProperties(sb.scratch[:0], s, item)
		m.Properties = sb.scratch
		if err := sb.append(&m, t); err != nil {
			return err
		}
	}
	return nil
}

func (sb *SendBatch) message(s *Send, t target) message.Message {
	m := message.Message{
		Topic: t.topic, QueueID: t.queue, Flag: s.Flag, SysFlag: s.SysFlag &^ message.FlagTransaction,
		BornTime: s.BornTime, BornHost: s.BornHost, StoreHost: sb.b.host, ReconsumeTimes: s.ReconsumeTimes,
	}
	if t.delayLevel > 0 {
		m.Topic, m.QueueID = mq.TopicSchedule, mq.QueueID(t.delayLevel-1)
	}
	return m
}

// append encodes a message into the arena.
func (sb *SendBatch) append(m *message.Message, t target) error {
	if len(m.Properties) > mq.MaxPropertiesLen {
		return mq.Errorf(mq.CodeMessageIllegal, "the properties are %d bytes long after the broker's own, the limit is %d", len(m.Properties), mq.MaxPropertiesLen)
	}
	sb.arena = sb.b.encode(sb.arena, m)
	sb.ends = append(sb.ends, len(sb.arena))
	sb.records = append(sb.records, commitlog.Record{Slot: sb.b.store.Slot(m.Topic, m.QueueID), Count: 1})
	return nil
}

// encode appends the stored form of a message.
func (b *Broker) encode(dst []byte, m *message.Message) []byte {
	if b.o.PropertyCRC {
		return m.AppendWithCRC(dst)
	}
	return m.Append(dst)
}

// Done is told the result of the send that was added as number i. It is
// called once for each; ids in r are valid during the call.
type Done func(i int, r SendResult, err error)

// Store stores what was added and tells done how each send went: before it
// returns with asynchronous flush, later and from another goroutine else.
func (sb *SendBatch) Store(done Done) {
	from := 0
	for i := range sb.records { // the arena does not move any more
		sb.records[i].Bytes = sb.arena[from:sb.ends[i]]
		from = sb.ends[i]
	}
	if err := sb.b.store.Append(sb.records); err != nil {
		sb.b.Counters.Refused.Add(int64(len(sb.sends)))
		for i := range sb.sends {
			done(i, SendResult{}, unavailable(err))
		}
		return
	}
	sb.count()
	if sb.b.o.Flush == commitlog.Async {
		sb.finish(done, SendOK, nil, func(pendingSend) bool { return true })
		return
	}
	sb.finish(done, SendOK, nil, func(p pendingSend) bool { return !p.wait })
	sb.awaitSync(done)
}

// awaitSync finishes the sends that wait for the disk, as soon as it has
// them, or when the wait has lasted long enough.
func (sb *SendBatch) awaitSync(done Done) {
	var over atomic.Bool
	waiting := func(p pendingSend) bool { return p.wait }
	timeout := time.AfterFunc(sb.b.o.SyncTimeout, func() {
		if !over.Swap(true) {
			sb.finish(done, FlushTimeout, nil, waiting)
		}
	})
	sb.b.store.WhenSynced(store.End(&sb.records[len(sb.records)-1]), func(err error) {
		timeout.Stop()
		if !over.Swap(true) {
			sb.finish(done, SendOK, err, waiting)
		}
	})
}

func (sb *SendBatch) finish(done Done, status SendStatus, err error, which func(pendingSend) bool) {
	for i, p := range sb.sends {
		if !which(p) {
			continue
		}
		if err != nil {
			done(i, SendResult{}, unavailable(err))
			continue
		}
		records := sb.records[p.first : p.first+p.count]
		sb.ids = sb.ids[:0]
		for j := range records {
			if j > 0 {
				sb.ids = append(sb.ids, ',')
			}
			sb.ids = message.AppendOffsetID(sb.ids, sb.b.host, records[j].Position)
		}
		done(i, SendResult{
			Status: status, Queue: p.queue, Offset: records[0].QueueOffset, TransactionID: p.unique, MessageIDs: sb.ids,
		}, nil)
	}
}

func (sb *SendBatch) count() {
	sb.b.Counters.Sent.Add(int64(len(sb.records)))
	sb.b.Counters.SentBytes.Add(int64(len(sb.arena)))
	for _, p := range sb.sends {
		if p.delayed {
			sb.b.wakeDelays()
			return
		}
	}
}

// Reset empties the batch so that it can be used again, after every send has
// its result.
func (sb *SendBatch) Reset() {
	clear(sb.sends)
	sb.arena, sb.records, sb.ends, sb.sends = sb.arena[:0], sb.records[:0], sb.ends[:0], sb.sends[:0]
	if cap(sb.arena) > maxKeptArena {
		sb.arena = nil
	}
}

// maxKeptArena bounds what an idle batch keeps, in bytes.
const maxKeptArena = 256 << 10

// unavailable gives an error of the log the code that a client understands.
func unavailable(err error) error {
	if e, ok := errors.AsType[*mq.Error](err); ok {
		return e
	}
	return mq.Errorf(mq.CodeUnavailable, "the commit log takes no messages: %w", err)
}

// Size returns the size of the records in the batch, bytes.
func (sb *SendBatch) Size() int { return len(sb.arena) }

// Synchronous reports whether an acknowledgement waits for the disk.
func (b *Broker) Synchronous() bool { return b.o.Flush == commitlog.Sync }
