package main

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"goddard/test/internal/process"
	"goddard/test/internal/wire"
)

const queues = 4

// A generator keeps a number of requests in flight on each of some
// connections until it is stopped.
type generator struct {
	broker, topic string

	acknowledged atomic.Int64
	refused      atomic.Int64

	cancel context.CancelFunc // stops the connections
	wg     sync.WaitGroup     // the connections; stop waits for them
	mu     sync.Mutex
	err    error // the first of any connection
}

func startGenerator(ctx context.Context, broker, topic string, w workload, s wire.Serialization) *generator {
	ctx, cancel := context.WithCancel(ctx)
	g := &generator{broker: broker, topic: topic, cancel: cancel}
	body := make([]byte, w.size)
	for i := range body {
		body[i] = byte('a' + i%26)
	}
	for range w.connections {
		g.wg.Go(func() {
			sender := wire.Sender{Serialization: s, Topic: topic, Queues: queues}
			if err := g.send(ctx, &sender, body, w.inFlight); err != nil {
				g.mu.Lock()
				defer g.mu.Unlock()
				if g.err == nil {
					g.err = err
				}
			}
		})
	}
	return g
}

func (g *generator) cpu() (time.Duration, error) { return process.CPU(os.Getpid()) }

// stop waits for the answers to all requests, and says how many were no
// acknowledgements. It fails when not all is stored that was acknowledged.
func (g *generator) stop(ctx context.Context) (refused int64, err error) {
	g.cancel()
	g.wg.Wait()
	if g.err != nil {
		return g.refused.Load(), g.err
	}
	// A message is acknowledged a moment before the queue's offset shows it.
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for {
		stored, err := wire.Messages(ctx, g.broker, g.topic, queues)
		if err != nil || stored == g.acknowledged.Load() {
			return g.refused.Load(), err
		}
		if pause(ctx, 10*time.Millisecond) != nil {
			return g.refused.Load(), fmt.Errorf("%d messages are stored, %d were acknowledged", stored, g.acknowledged.Load())
		}
	}
}

// send writes the requests that fit into the window at once, waits for one
// answer, and takes those that came with it.
func (g *generator) send(ctx context.Context, sender *wire.Sender, body []byte, window int) error {
	c, err := wire.Dial(ctx, g.broker)
	if err != nil {
		return err
	}
	defer c.Close()
	var (
		requests []byte
		opaque   int32
		inFlight int
	)
	for {
		if ctx.Err() == nil {
			requests = requests[:0]
			now := time.Now()
			for ; inFlight < window; inFlight++ {
				opaque++
				requests, _ = sender.Append(requests, opaque, body, now)
			}
			if _, err := c.Write(requests); err != nil {
				return err
			}
		} else if inFlight == 0 {
			return nil
		}
		if err := c.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
			return err
		}
		for more := true; more && inFlight > 0; more = c.Buffered() {
			code, _, err := c.Outcome()
			if err != nil {
				return err
			}
			inFlight--
			if code == wire.CodeOK {
				g.acknowledged.Add(1)
			} else {
				g.refused.Add(1)
			}
		}
	}
}
