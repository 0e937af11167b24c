package broker

import (
	"context"
	"sync"
	"time"

	"goddard/internal/mq"
	"goddard/internal/record"
)

// commits gathers the consumer offsets that clients commit, so that many of
// them are one record in the log.
type commits struct {
	wake chan struct{} // holds one token when somebody waits

	mu      sync.Mutex
	waiting []func(error) // told when the next batch is in the log
}

// lazyCommit is how long an offset that a pull carries may stay in memory: a
// broker that dies forgets it, and the consumer gets the messages again.
const lazyCommit = time.Second

// Commit takes the offset of a group in a queue, and calls done when the log
// has it, from another goroutine. An offset above the end of the queue is
// taken as the end: a commit never outruns the messages it covers.
func (b *Broker) Commit(g mq.Group, t mq.Topic, q mq.QueueID, offset mq.QueueOffset, done func(error)) error {
	if err := b.checkCommit(g, t, q, offset); err != nil {
		return err
	}
	b.store.Offsets.Commit(g, t, q, b.clampCommit(t, q, offset))
	b.commits.mu.Lock()
	b.commits.waiting = append(b.commits.waiting, done)
	b.commits.mu.Unlock()
	select {
	case b.commits.wake <- struct{}{}:
	default:
	}
	return nil
}

// CommitLazily takes the offset that a pull carries. It reaches the log
// within a second.
func (b *Broker) CommitLazily(g mq.Group, t mq.Topic, q mq.QueueID, offset mq.QueueOffset) {
	if b.checkCommit(g, t, q, offset) != nil {
		return // the pull itself says what is wrong
	}
	b.store.Offsets.Commit(g, t, q, b.clampCommit(t, q, offset))
}

func (b *Broker) checkCommit(g mq.Group, t mq.Topic, q mq.QueueID, offset mq.QueueOffset) error {
	if offset < 0 {
		return mq.Errorf(mq.CodeInternal, "offset %d of group %s in queue %d of topic %s is negative", offset, g, q, t)
	}
	if _, err := b.Group(g); err != nil {
		return err
	}
	c, err := b.Topic(t)
	if err != nil {
		return err
	}
	if q < 0 || q >= mq.QueueID(c.Queues()) {
		return mq.Errorf(mq.CodeInvalidArgument, "queue %d of topic %s does not exist: it has %d", q, t, c.Queues())
	}
	return nil
}

func (b *Broker) clampCommit(t mq.Topic, q mq.QueueID, offset mq.QueueOffset) mq.QueueOffset {
	_, maxOffset, _ := b.store.Range(t, q)
	return min(offset, maxOffset)
}

// runCommits writes what was committed: at once when a client waits, else
// every second.
func (b *Broker) runCommits(ctx context.Context) {
	tick := time.NewTicker(lazyCommit)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			b.writeCommits()
			return
		case <-b.commits.wake:
		case <-tick.C:
		}
		b.writeCommits()
	}
}

func (b *Broker) writeCommits() {
	b.commits.mu.Lock()
	waiting := b.commits.waiting
	b.commits.waiting = nil
	b.commits.mu.Unlock()

	var err error
	for {
		batch := b.store.Offsets.TakePending(maxCommitBatch)
		if len(batch) == 0 {
			break
		}
		if err = b.store.AppendState(b.host, b.o.Now(), record.OffsetsPut{Offsets: batch}); err != nil {
			b.store.Offsets.Return(batch)
			b.o.Logger.Error("consumer offsets cannot be stored", "offsets", len(batch), "err", err)
			break
		}
	}
	for _, done := range waiting {
		done(err)
	}
}

// maxCommitBatch bounds the offsets of one record.
const maxCommitBatch = 4096
