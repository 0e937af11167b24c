package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"goddard/test/internal/process"
	"goddard/test/internal/wire"
)

const (
	warmMessages = 300_000
	warmTime     = 30 * time.Second
	idleTime     = 10 * time.Second
	maxDirty     = 50 << 20 // bytes the machine may have to write when a measurement begins

	// Above these shares of the machine's CPU time a measurement is noisy.
	maxForeign = 0.05
	maxSteal   = 0.01
)

// A cell is one workload on one broker.
type cell struct {
	Server string `json:"server"`

	// Of workloads with a load.
	Messages     int64   `json:"messages,omitempty"` // stored in the window
	Refused      int64   `json:"refused,omitempty"`  // since the start of the load
	Seconds      float64 `json:"seconds,omitempty"`
	BrokerCPU    float64 `json:"broker_cpu_s,omitempty"`
	NameCPU      float64 `json:"name_server_cpu_s,omitempty"` // of the original, whose name server is a process of its own
	ClientCPU    float64 `json:"client_cpu_s,omitempty"`
	ForeignShare float64 `json:"foreign_share"` // of the machine's CPU time, used by others
	StealShare   float64 `json:"steal_share"`
	RSS          int64   `json:"rss_bytes,omitempty"` // of the broker after the load

	// Of start.
	FirstAckMS  float64 `json:"first_ack_ms,omitempty"`
	IdleRSS     int64   `json:"idle_rss_bytes,omitempty"`
	IdleNameRSS int64   `json:"idle_name_server_rss_bytes,omitempty"`
}

// perCPUSecond is how many messages the broker stored in a second of its CPU
// time.
func (c cell) perCPUSecond() float64 { return float64(c.Messages) / c.BrokerCPU }

// rate is how many messages the broker stored in a second.
func (c cell) rate() float64 { return float64(c.Messages) / c.Seconds }

func (c cell) noisy() bool { return c.ForeignShare > maxForeign || c.StealShare > maxSteal }

// measure starts a broker on a fresh directory, runs one workload and stops
// it.
func measure(ctx context.Context, o options, w workload, name string) (c cell, err error) {
	dir, err := os.MkdirTemp(o.dir, "bench-"+name+"-")
	if err != nil {
		return c, err
	}
	defer func() {
		if err == nil {
			err = os.RemoveAll(dir)
		} else {
			err = fmt.Errorf("%s: %w; data and logs are in %s", name, err, dir)
		}
	}()
	if err := settle(ctx); err != nil {
		return c, err
	}
	var s process.Server
	if name == "goddard" {
		s, err = process.NewGoddard(o.goddard, dir)
	} else {
		s, err = process.NewApache(o.apache, dir, "heap="+o.heap)
	}
	if err != nil {
		return c, err
	}
	c.Server = name
	began := time.Now()
	if err := s.Start(); err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, s.Stop()) }()
	starting, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := process.AwaitServing(starting, s, "bench_probe"); err != nil {
		return c, err
	}
	c.FirstAckMS = float64(time.Since(began).Microseconds()) / 1e3
	if w.connections == 0 {
		return c, c.measureIdle(ctx, s)
	}
	return c, c.measureLoad(ctx, o, w, s, dir)
}

// A load sends until it is stopped.
type load interface {
	cpu() (time.Duration, error) // what its clients used
	stop(ctx context.Context) (refused int64, err error)
}

func startLoad(ctx context.Context, o options, w workload, s process.Server, topic, dir string) (load, error) {
	if w.official {
		return startOfficial(o.apache, s.NameServer(), topic, w, filepath.Join(dir, "producer.log"))
	}
	return startGenerator(ctx, s.Broker(), topic, w, o.serialization), nil
}

// settle waits until the machine has written what others left to write.
func settle(ctx context.Context) error {
	syscall.Sync()
	for {
		dirty, err := process.Dirty()
		if err != nil || dirty < maxDirty {
			return err
		}
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
}

func (c *cell) measureIdle(ctx context.Context, s process.Server) (err error) {
	if err := pause(ctx, idleTime); err != nil {
		return err
	}
	if c.IdleRSS, err = process.Resident(s.BrokerPID()); err != nil {
		return err
	}
	if pid := s.NameServerPID(); pid != 0 {
		c.IdleNameRSS, err = process.Resident(pid)
	}
	return err
}

func (c *cell) measureLoad(ctx context.Context, o options, w workload, s process.Server, dir string) (err error) {
	const topic = "bench"
	if err := wire.CreateTopic(ctx, s.Broker(), topic, queues); err != nil {
		return err
	}
	l, err := startLoad(ctx, o, w, s, topic, dir)
	if err != nil {
		return err
	}
	defer func() {
		refused, stopped := l.stop(ctx)
		c.Refused, err = refused, errors.Join(err, stopped)
	}()

	if err := warmUp(ctx, s.Broker(), topic); err != nil {
		return err
	}
	before, err := look(ctx, s, topic, l)
	if err != nil {
		return err
	}
	if err := pause(ctx, o.window); err != nil {
		return err
	}
	after, err := look(ctx, s, topic, l)
	if err != nil {
		return err
	}
	c.fill(before, after)
	c.RSS, err = process.Resident(s.BrokerPID())
	return err
}

// warmUp waits until the broker has stored enough, or has had the time for it.
func warmUp(ctx context.Context, broker, topic string) error {
	end := time.Now().Add(warmTime)
	for time.Now().Before(end) {
		n, err := wire.Messages(ctx, broker, topic, queues)
		if err != nil {
			return err
		}
		if n >= warmMessages {
			return nil
		}
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// A moment is what all counters said at one time.
type moment struct {
	at                   time.Time
	messages             int64
	broker, name, client time.Duration
	machine              process.Machine
}

func look(ctx context.Context, s process.Server, topic string, l load) (m moment, err error) {
	if m.messages, err = wire.Messages(ctx, s.Broker(), topic, queues); err != nil {
		return m, err
	}
	m.at = time.Now()
	if m.broker, err = process.CPU(s.BrokerPID()); err != nil {
		return m, err
	}
	if pid := s.NameServerPID(); pid != 0 {
		if m.name, err = process.CPU(pid); err != nil {
			return m, err
		}
	}
	if m.client, err = l.cpu(); err != nil {
		return m, err
	}
	m.machine, err = process.ReadMachine()
	return m, err
}

func (c *cell) fill(before, after moment) {
	window := after.at.Sub(before.at)
	c.Messages = after.messages - before.messages
	c.Seconds = window.Seconds()
	broker, name, client := after.broker-before.broker, after.name-before.name, after.client-before.client
	c.BrokerCPU, c.NameCPU, c.ClientCPU = broker.Seconds(), name.Seconds(), client.Seconds()
	all := window.Seconds() * float64(runtime.NumCPU())
	foreign := after.machine.Busy - before.machine.Busy - broker - name - client
	c.ForeignShare = max(0, foreign.Seconds()/all)
	c.StealShare = (after.machine.Steal - before.machine.Steal).Seconds() / all
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
