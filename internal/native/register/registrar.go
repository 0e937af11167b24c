// Package register makes a broker known to its name servers, over the native
// protocol, so that they may be anywhere.
package register

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"goddard/internal/mq"
	"goddard/internal/remoting"
	"goddard/internal/remoting/wire"
)

// Options configure a Registrar. All but the last two must be set.
type Options struct {
	Client      *remoting.Client
	NameServers []string
	Cluster     mq.ClusterName
	Name        mq.BrokerName
	ID          mq.BrokerID
	Address     string // of the broker, as clients are told
	HAAddress   string // of its replication
	// Topics returns the topics and the version that they are of.
	Topics func() ([]mq.TopicConfig, wire.DataVersion)

	Interval time.Duration // between registrations; 0 means 30 s
	Logger   *slog.Logger  // nil discards
}

// A Registrar registers a broker again and again.
type Registrar struct {
	o          Options
	changed    chan struct{} // holds one token when topics changed
	once       sync.Once
	registered chan struct{} // closed at the first success

	mu      sync.Mutex
	waiting []chan struct{} // closed when the next registration is over
}

// New returns a registrar. It starts nothing.
func New(o Options) *Registrar {
	if o.Interval == 0 {
		o.Interval = 30 * time.Second
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Registrar{o: o, changed: make(chan struct{}, 1), registered: make(chan struct{})}
}

// Limits of a registration.
const (
	callTimeout = 24 * time.Second
	stopTimeout = 2 * time.Second // of taking leave
	firstPause  = 100 * time.Millisecond
)

// announceTimeout bounds how long Announce waits: a name server that does not
// answer must not stop those that create topics.
const announceTimeout = 3 * time.Second

// Announce has the topics registered again at once, and returns when that was
// done, so that whoever created a topic finds its route. Announcements that
// come together are one registration.
func (r *Registrar) Announce() {
	done := make(chan struct{})
	r.mu.Lock()
	r.waiting = append(r.waiting, done)
	r.mu.Unlock()
	select {
	case r.changed <- struct{}{}:
	default:
	}
	timeout := time.NewTimer(announceTimeout)
	defer timeout.Stop()
	select {
	case <-done:
	case <-timeout.C:
	}
}

// pass registers everywhere once, and tells those who waited for it.
func (r *Registrar) pass(ctx context.Context) bool {
	r.mu.Lock()
	waiting := r.waiting
	r.waiting = nil
	r.mu.Unlock()
	ok := r.all(ctx, callTimeout, r.register)
	for _, done := range waiting {
		close(done)
	}
	return ok
}

// Registered is closed when a name server knows the broker.
func (r *Registrar) Registered() <-chan struct{} { return r.registered }

// Run registers the broker at every name server: at once, when topics
// change, and every interval; while one does not answer, more often. When the
// context ends, it takes leave of them.
func (r *Registrar) Run(ctx context.Context) {
	pause := firstPause
	for {
		wait := r.o.Interval
		if !r.pass(ctx) {
			wait = min(pause, r.o.Interval)
			pause *= 2
		} else {
			pause = firstPause
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			r.all(context.WithoutCancel(ctx), stopTimeout, r.unregister)
			return
		case <-timer.C:
		case <-r.changed:
			timer.Stop()
		}
	}
}

// all calls every name server, side by side, and reports whether all of them
// agreed.
func (r *Registrar) all(ctx context.Context, timeout time.Duration, call func(context.Context, string) bool) bool {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	results := make(chan bool, len(r.o.NameServers))
	for _, ns := range r.o.NameServers {
		go func() { results <- call(ctx, ns) }()
	}
	ok := true
	for range r.o.NameServers {
		ok = <-results && ok
	}
	return ok
}

func (r *Registrar) register(ctx context.Context, ns string) bool {
	topics, version := r.o.Topics()
	body := wire.Marshal(wire.RegisterBody{FilterServers: []string{}, Topics: wire.NewTopicTable(version, topics)})
	h := &wire.RegisterBroker{
		Name: r.o.Name, Address: r.o.Address, Cluster: r.o.Cluster, HAAddress: r.o.HAAddress, ID: r.o.ID, BodyCRC: wire.BodyCRC(body),
	}
	answer, err := r.o.Client.Call(ctx, ns, remoting.RegisterBroker, h, body)
	switch {
	case err != nil:
		if ctx.Err() == nil {
			r.o.Logger.Warn("name server does not answer", "nameserver", ns, "err", err)
		}
		return false
	case answer.Code != int32(remoting.Success):
		r.o.Logger.Warn("name server refuses the broker", "nameserver", ns, "code", answer.Code, "err", string(answer.Remark))
		return false
	}
	r.once.Do(func() { close(r.registered) })
	r.o.Logger.Debug("broker registered", "nameserver", ns, "topics", len(topics))
	return true
}

func (r *Registrar) unregister(ctx context.Context, ns string) bool {
	h := &wire.UnregisterBroker{Name: r.o.Name, Address: r.o.Address, Cluster: r.o.Cluster, ID: r.o.ID}
	_, err := r.o.Client.Call(ctx, ns, remoting.UnregisterBroker, h, nil)
	if err != nil {
		r.o.Logger.Debug("name server was not told that the broker stops", "nameserver", ns, "err", err)
	}
	return err == nil
}
