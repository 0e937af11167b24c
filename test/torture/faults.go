package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"goddard/test/internal/process"
	"goddard/test/internal/wire"
)

const (
	queues = 4
	// Of ten kills, so many come during the recovery from the one before.
	ofTenInRecovery = 3
	recovery        = 300 * time.Millisecond
)

// faults is what was done to the broker.
type faults struct {
	Kills           int   `json:"kills"`
	BeforeService   int   `json:"kills_before_service"` // nothing was acknowledged since the start
	AcksPerSecond   int   `json:"acks_per_second"`      // before the first kill
	RestartMedianMS int64 `json:"restart_median_ms"`    // to the first acknowledgement
	RestartMaxMS    int64 `json:"restart_max_ms"`
}

// void says why the faults prove nothing, "" if they do.
func (f faults) void(asked int) string {
	switch {
	case f.Kills < asked:
		return fmt.Sprintf("%d kills of %d", f.Kills, asked)
	case f.AcksPerSecond < 100:
		return fmt.Sprintf("%d acknowledgements a second before the first kill", f.AcksPerSecond)
	default:
		return ""
	}
}

// torture starts the server, loads and kills it, and leaves it running.
func torture(ctx context.Context, s process.Server, random *rand.Rand, o options) (*load, faults, error) {
	var f faults
	var restarts []time.Duration
	serve := func() error {
		began := time.Now()
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		if err := process.AwaitServing(ctx, s, "torture_probe"); err != nil {
			return err
		}
		restarts = append(restarts, time.Since(began))
		return nil
	}
	if err := s.Start(); err != nil {
		return nil, f, err
	}
	if err := serve(); err != nil {
		return nil, f, err
	}
	restarts = nil
	l := newLoad(s.Broker(), o.seed, o.load)
	if err := wire.CreateTopic(ctx, s.Broker(), l.topic, queues); err != nil {
		return nil, f, err
	}
	l.start()
	defer l.stop()

	began := time.Now()
	if err := pause(ctx, 2*time.Second); err != nil {
		return nil, f, err
	}
	f.AcksPerSecond = int(float64(l.acknowledged.Load()) / time.Since(began).Seconds())
	inRecovery := false
	for f.Kills < o.kills {
		before := l.acknowledged.Load()
		if f.Kills > 0 {
			if err := s.Start(); err != nil {
				return nil, f, err
			}
			inRecovery = random.IntN(10) < ofTenInRecovery
		}
		if !inRecovery && f.Kills > 0 {
			if err := serve(); err != nil {
				return nil, f, err
			}
		}
		if err := pause(ctx, until(random, inRecovery, o)); err != nil {
			return nil, f, err
		}
		if err := s.Kill(); err != nil {
			return nil, f, err
		}
		f.Kills++
		if l.acknowledged.Load() == before {
			f.BeforeService++
		}
	}
	if err := s.Start(); err != nil {
		return nil, f, err
	}
	if err := serve(); err != nil {
		return nil, f, err
	}
	slices.Sort(restarts)
	f.RestartMedianMS = restarts[len(restarts)/2].Milliseconds()
	f.RestartMaxMS = restarts[len(restarts)-1].Milliseconds()
	return l, f, pause(ctx, time.Second)
}

// until is how long the broker still has to live.
func until(random *rand.Rand, inRecovery bool, o options) time.Duration {
	if inRecovery { // early more often than late: recovery may take a few milliseconds only
		return time.Duration(math.Pow(random.Float64(), 3) * float64(recovery))
	}
	if o.duration > 0 {
		return time.Duration(random.Int64N(2 * int64(o.duration) / int64(o.kills)))
	}
	return 200*time.Millisecond + time.Duration(random.Int64N(int64(1800*time.Millisecond)))
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
