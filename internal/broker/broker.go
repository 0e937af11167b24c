// Package broker holds the operations of a broker in Go types of its own:
// send, pull, consumer offsets, membership, locks, retries, settings. It
// knows no protocol; packages native and proxy translate to it.
//
// Concurrency: every method may be called from any goroutine between Open and
// Close. Send and Pull never wait for another client; what may wait (creating
// a topic, committing offsets, reading old messages) says so.
//
// Lock order: none of the locks here is held while another is taken, or while
// the store is called.
package broker

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"goddard/internal/commitlog"
	"goddard/internal/group"
	"goddard/internal/message"
	"goddard/internal/mq"
	"goddard/internal/store"
	"goddard/internal/topic"
	"goddard/internal/vfs"
)

// Options configure a Broker. Fields without a default must be set.
type Options struct {
	Cluster mq.ClusterName
	Name    mq.BrokerName
	ID      mq.BrokerID
	Region  string // told to clients for their traces; "" means DefaultRegion

	FS  vfs.FS
	Dir string // data directory
	Log string // directory of the commit log; "" means commitlog in Dir

	FileSize      int64               // of a file of the log, bytes; 0 means 1 GiB
	Flush         commitlog.FlushMode // what an acknowledgement promises
	FlushInterval time.Duration       // with asynchronous flush; 0 means 500 ms
	SyncTimeout   time.Duration       // a send with synchronous flush waits so long; 0 means 5 s
	PropertyCRC   bool                // checksum over the whole record in its properties

	MaxBodySize      int            // bytes; 0 means 4 MiB
	Delays           mq.DelayLevels // nil means RocketMQ's default
	AutoCreateTopic  bool           // a send to an unknown topic creates it
	AutoCreateGroup  bool           // a heartbeat or pull of an unknown group creates it
	TemplateQueues   int32          // queues of the template topic; 0 means 8
	Perm             mq.Perm        // what the broker as a whole allows; 0 means read and write
	DiskFullRatio    float64        // of the disk in use, above which sends are refused; 0 means 0.9
	TraceTopicEnable bool           // make the trace topic at start

	Now    func() time.Time // the clock; nil means time.Now
	Logger *slog.Logger     // nil discards
}

func (o Options) withDefaults() Options {
	if o.Region == "" {
		o.Region = "DefaultRegion"
	}
	if o.Log == "" {
		o.Log = filepath.Join(o.Dir, "commitlog")
	}
	if o.SyncTimeout == 0 {
		o.SyncTimeout = 5 * time.Second
	}
	if o.MaxBodySize == 0 {
		o.MaxBodySize = mq.MaxBodySize
	}
	if o.Delays == nil {
		o.Delays, _ = mq.ParseDelayLevels(mq.DefaultDelayLevels) // a constant that parses
	}
	if o.TemplateQueues == 0 {
		o.TemplateQueues = 8
	}
	if o.Perm == 0 {
		o.Perm = mq.PermRead | mq.PermWrite
	}
	if o.DiskFullRatio == 0 {
		o.DiskFullRatio = 0.9
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// A Broker stores and serves messages.
type Broker struct {
	o       Options
	store   *store.Store
	host    netip.AddrPort // where this broker's messages say they are stored
	ids     *message.UniqueIDs
	held    *heldPulls
	members *group.Members[ChannelID]
	locks   *group.Locks
	commits commits
	disk    diskMark
	started time.Time

	nextQueue atomic.Uint32 // spreads sends that name no queue

	settings sync.Mutex // one change of topics or groups at a time

	topicsChanged atomic.Pointer[func([]mq.TopicConfig)]

	expired func([]Notice) // told about members that fell silent

	cancel context.CancelFunc // stops the loops
	loops  sync.WaitGroup     // Close waits for them
	delays chan struct{}      // holds one token when a delayed message was stored

	Counters Counters
}

// Open opens the broker's store and builds its views. It starts nothing.
func Open(ctx context.Context, o Options) (*Broker, error) {
	o = o.withDefaults()
	b := &Broker{
		o:       o,
		held:    newHeldPulls(),
		members: group.NewMembers[ChannelID](),
		locks:   group.NewLocks(),
		delays:  make(chan struct{}, 1),
		started: o.Now(),
	}
	b.commits.wake = make(chan struct{}, 1)
	st, err := store.Open(ctx, store.Options{
		FS: o.FS, Dir: o.Log, FileSize: o.FileSize, Flush: o.Flush, FlushInterval: o.FlushInterval,
		Mark: filepath.Join(o.Dir, "syncmark"), Delays: o.Delays, Now: o.Now, Logger: o.Logger,
		Arrived: b.arrived, Batch: b.batchArrived,
	})
	if err != nil {
		return nil, fmt.Errorf("open broker %s: %w", o.Name, err)
	}
	b.store = st
	return b, nil
}

// Start makes the settings that every broker has and begins the work in the
// background. The host is the address at which clients find the broker: it
// becomes part of the ID of every message.
func (b *Broker) Start(host netip.AddrPort) error {
	b.host = host
	b.ids = message.NewUniqueIDs(host.Addr(), b.started.UnixNano())
	b.disk.update(b)
	b.store.Start()
	if err := b.createSystemSettings(); err != nil {
		return fmt.Errorf("start broker %s: %w", b.o.Name, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	b.cancel = cancel
	for _, loop := range []func(context.Context){b.runCommits, b.runDelays, b.runHeld, b.runHousekeeping} {
		b.loops.Go(func() { loop(ctx) })
	}
	return nil
}

// Close commits what consumers have told, syncs the log and closes it.
// Sends and pulls must have ended.
func (b *Broker) Close() error {
	if b.cancel != nil {
		b.cancel()
		b.loops.Wait()
	}
	return b.store.Close()
}

// Cluster returns the name of the broker's cluster.
func (b *Broker) Cluster() mq.ClusterName { return b.o.Cluster }

// Name returns the name of the broker.
func (b *Broker) Name() mq.BrokerName { return b.o.Name }

// Region returns the region that clients put into their traces.
func (b *Broker) Region() string { return b.o.Region }

// Started returns when the broker was opened.
func (b *Broker) Started() time.Time { return b.started }

// Version returns the version of the topics.
func (b *Broker) Version() topic.Version { return b.store.Topics.Version() }

// Delays returns the delays of the levels.
func (b *Broker) Delays() mq.DelayLevels { return b.o.Delays }
