package main

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"goddard/test/internal/wire"
)

type loadOptions struct {
	producers, window, rate int
}

// A sent message, and what became of it. Times are since the load began.
type sent struct {
	at         time.Duration
	acked      time.Duration // 0: never
	queue      int           // where it is, if it was acknowledged
	offset     int64
	wasRefused bool
}

// A load is producers that send until they are stopped, whether or not the
// broker is there.
type load struct {
	topic   string
	broker  string
	seed    uint64
	options loadOptions

	acknowledged atomic.Int64
	sent         [][]sent // by producer and number; to be read after stop
	began        time.Time

	cancel context.CancelFunc // stops the producers
	wg     sync.WaitGroup     // the producers; stop waits for them
}

func newLoad(broker string, seed uint64, o loadOptions) *load {
	return &load{
		topic:   "torture_" + strconv.FormatUint(seed, 36),
		broker:  broker,
		seed:    seed,
		options: o,
		sent:    make([][]sent, o.producers),
	}
}

func (l *load) start() {
	ctx, cancel := context.WithCancel(context.Background())
	l.cancel = cancel
	l.began = time.Now()
	for n := range l.sent {
		l.wg.Go(func() {
			p := producer{load: l, number: n}
			p.run(ctx)
		})
	}
}

// stop waits for the answers to what was sent. It may be called twice.
func (l *load) stop() {
	l.cancel()
	l.wg.Wait()
}

// A producer sends on one connection at a time, to all queues in turn. What
// is in flight when a connection breaks is neither acknowledged nor sent again.
type producer struct {
	load   *load
	number int
	sender wire.Sender
}

func (p *producer) run(ctx context.Context) {
	p.sender = wire.Sender{Serialization: wire.Compact, Topic: p.load.topic, Queues: queues}
	for ctx.Err() == nil {
		c, err := wire.Dial(ctx, p.load.broker)
		if err != nil {
			_ = pause(ctx, 5*time.Millisecond) // it is down
			continue
		}
		_ = p.session(ctx, c) // broken by a kill
		c.Close()
	}
}

// session keeps the window full, as far as the rate allows, until the
// connection breaks; after the end of ctx it waits for what is in flight.
func (p *producer) session(ctx context.Context, c *wire.Conn) error {
	all := &p.load.sent[p.number]
	began, first := time.Now(), len(*all)
	perSecond := float64(p.load.options.rate) / float64(p.load.options.producers)
	inFlight := 0
	var requests []byte
	for {
		allowed := first + 1 + int(time.Since(began).Seconds()*perSecond)
		requests = requests[:0]
		for ctx.Err() == nil && inFlight < p.load.options.window && len(*all) < allowed {
			requests = p.append(requests)
			inFlight++
		}
		if err := c.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
			return err
		}
		if len(requests) > 0 {
			if _, err := c.Write(requests); err != nil {
				return err
			}
		}
		if inFlight == 0 {
			if err := pause(ctx, time.Millisecond); err != nil {
				return err
			}
			continue
		}
		if err := p.answer(c); err != nil {
			return err
		}
		inFlight--
	}
}

// append appends the request for the next message. Its number is its opaque.
func (p *producer) append(requests []byte) []byte {
	all := &p.load.sent[p.number]
	seq := len(*all)
	*all = append(*all, sent{at: time.Since(p.load.began)})
	requests, _ = p.sender.Append(requests, int32(seq), body(p.load.seed, p.number, seq), time.Now())
	return requests
}

// answer reads one answer. The broker may have stored the message whatever
// else it says than OK; only a few codes promise that it has not.
func (p *producer) answer(c *wire.Conn) error {
	reply, seq, err := c.Reply()
	if err != nil {
		return err
	}
	if seq < 0 || int(seq) >= len(p.load.sent[p.number]) {
		return fmt.Errorf("answer to request %d that was never sent", seq)
	}
	m := &p.load.sent[p.number][seq]
	switch reply.Code {
	case wire.CodeOK:
		if m.queue, err = strconv.Atoi(reply.Fields["queueId"]); err != nil {
			return err
		}
		if m.offset, err = strconv.ParseInt(reply.Fields["queueOffset"], 10, 64); err != nil {
			return err
		}
		m.acked = time.Since(p.load.began)
		p.load.acknowledged.Add(1)
	case wire.CodeIllegalMessage, wire.CodeNoPermission, wire.CodeUnknownTopic:
		m.wasRefused = true
	}
	return nil
}
