package broker

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"goddard/internal/commitlog"
	"goddard/internal/message"
	"goddard/internal/mq"
	"goddard/internal/record"
	"goddard/internal/timer"
)

// maxDelayBatch bounds the delayed messages that are delivered with one write.
const maxDelayBatch = 256

// delayRetry is the pause after a delivery that the log refused.
const delayRetry = time.Second

func (b *Broker) wakeDelays() {
	select {
	case b.delays <- struct{}{}:
	default:
	}
}

// runDelays delivers delayed messages when their time has come.
func (b *Broker) runDelays(ctx context.Context) {
	wait := time.NewTimer(0)
	defer wait.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-wait.C:
		case <-b.delays:
		}
		pause, err := b.deliverDue()
		if err != nil {
			b.o.Logger.Error("delayed messages cannot be delivered", "err", err)
			pause = delayRetry
		}
		wait.Reset(pause)
	}
}

// idlePause is how long the loop waits when no delayed message is stored; one
// that comes wakes it.
const idlePause = time.Minute

// deliverDue delivers everything that is due, and returns how long there is
// nothing to do.
func (b *Broker) deliverDue() (time.Duration, error) {
	for {
		now := b.o.Now()
		due := b.store.Delays.Due(now, maxDelayBatch)
		if len(due) == 0 {
			next, ok := b.store.Delays.Next(now)
			if !ok {
				return idlePause, nil
			}
			return max(next.Sub(now), time.Millisecond), nil
		}
		if err := b.deliver(due, now); err != nil {
			return 0, err
		}
	}
}

// deliver stores due messages in their real queues and, after them, how far
// each level got: what is torn apart in between is delivered twice, not lost.
func (b *Broker) deliver(due []timer.Due, now time.Time) error {
	records := make([]commitlog.Record, 0, len(due)+len(b.o.Delays))
	reached := map[int]mq.QueueOffset{}
	for _, d := range due {
		reached[d.Level] = d.Offset + 1
		m, err := b.store.Message(d.Position)
		if err != nil {
			b.o.Logger.Error("a delayed message is lost", "level", d.Level, "offset", int64(d.Position), "err", err)
			continue
		}
		r, err := b.delivered(&m)
		if err != nil {
			b.o.Logger.Error("a delayed message is lost", "level", d.Level, "offset", int64(d.Position), "err", err)
			continue
		}
		records = append(records, r)
	}
	b.Counters.Delivered.Add(int64(len(records)))
	for level, next := range reached {
		records = append(records, b.store.StateRecord(b.host, now, record.DelayDone{Level: level, Next: next}))
	}
	return b.store.AppendVisible(records)
}

// delivered returns the record of a delayed message in its real queue. The
// properties stay as they are: clients see how the message was delayed.
func (b *Broker) delivered(m *message.Message) (commitlog.Record, error) {
	topic, ok := m.Properties.Get(message.PropertyRealTopic)
	if !ok {
		return commitlog.Record{}, fmt.Errorf("it does not say its real topic")
	}
	queueText, _ := m.Properties.Get(message.PropertyRealQueue)
	queue, err := strconv.ParseInt(string(queueText), 10, 32)
	if err != nil || queue < 0 {
		return commitlog.Record{}, fmt.Errorf("its real queue %q is no number", queueText)
	}
	real := *m
	real.Topic, real.QueueID = mq.Topic(topic), mq.QueueID(queue)
	real.StoreHost = b.host
	real.Properties = m.Properties.Without(message.PropertyCRC)
	return commitlog.Record{Bytes: b.encode(nil, &real), Slot: b.store.Slot(real.Topic, real.QueueID), Count: 1}, nil
}
