// Package goddard runs a message broker that RocketMQ's clients and tools
// work with unchanged: name server and broker in one process.
//
// Start starts everything and returns when clients can connect; the command
// goddard does the same:
//
//	server, err := goddard.Start(ctx, goddard.Options{Data: dir, Set: []string{"nameserver.listenPort=0", "broker.listenPort=0"}})
//	…
//	fmt.Println(server.Addresses().NameServer)
//	err = server.Close()
//
// A Server runs until Close; several may run in one process, each with a data
// directory of its own.
package goddard

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"time"

	"goddard/internal/broker"
	"goddard/internal/commitlog"
	"goddard/internal/config"
	"goddard/internal/mq"
	"goddard/internal/nameserver"
	"goddard/internal/native/data"
	"goddard/internal/native/register"
	"goddard/internal/native/routes"
	"goddard/internal/netx"
	"goddard/internal/remoting"
	"goddard/internal/remoting/wire"
	"goddard/internal/vfs"
)

// Options say what to start. The zero value starts everything with its
// defaults, with data in ./goddard-data.
type Options struct {
	Data             string   // data directory
	ConfigFile       string   // goddard.yaml, or RocketMQ's broker.conf
	NameServerConfig string   // RocketMQ's namesrv.conf
	Set              []string // section.key=value; they win over files and environment
	Environment      []string // NAME=value, such as os.Environ() gives

	Network netx.Network // nil means TCP
	FS      vfs.FS       // nil means the operating system's files
	Logger  *slog.Logger // nil discards
}

// Addresses say where the roles of a server listen, as ip:port, for clients
// on this machine. They are written to addresses.json in the data directory.
type Addresses struct {
	PID        int    `json:"pid"`
	NameServer string `json:"nameserver"`
	Broker     string `json:"broker"`
}

// A Server is a running goddard. Its methods may be called from any
// goroutine.
type Server struct {
	o         Options
	config    config.Config
	logger    *slog.Logger
	addresses Addresses
	told      netip.AddrPort // the broker's address, as clients are told
	broker    *broker.Broker
	brokers   *data.Handler
	routes    *routes.Handler
	names     *nameserver.Server

	once  sync.Once
	err   error
	stops []func() error // in the order of start
}

// Start starts a server. It returns when clients can connect, or says why
// they cannot.
func Start(ctx context.Context, o Options) (*Server, error) {
	if o.Network == nil {
		o.Network = netx.OS()
	}
	if o.FS == nil {
		o.FS = vfs.OS()
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	c, err := config.Load(config.Sources{
		File: o.ConfigFile, NameServerFile: o.NameServerConfig, Data: o.Data, Set: o.Set, Environment: o.Environment,
	})
	if err != nil {
		return nil, err
	}
	s := &Server{o: o, config: c, logger: o.Logger}
	for _, w := range c.Warnings {
		s.logger.Warn(w.Text, "key", w.Key, "source", w.Source)
	}
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// start brings the roles up; what was started is stopped by Close, in
// reverse.
func (s *Server) start(ctx context.Context) error {
	for _, step := range []func(context.Context) error{
		s.lockData, s.startNameServer, s.startBroker, s.register, s.publish,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) onStop(f func() error) { s.stops = append(s.stops, f) }

// Close stops the server: clients are disconnected, what they were told is on
// the disk. It may be called more than once.
func (s *Server) Close() error {
	s.once.Do(func() {
		for i := len(s.stops) - 1; i >= 0; i-- {
			s.err = errors.Join(s.err, s.stops[i]())
		}
	})
	return s.err
}

// Addresses returns where the roles listen.
func (s *Server) Addresses() Addresses { return s.addresses }

// lockData takes the data directory, so that nobody else touches it, before
// anything in it is read.
func (s *Server) lockData(context.Context) error {
	dir := s.config.Data
	if err := s.o.FS.MkdirAll(dir); err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	lock, err := s.o.FS.Lock(filepath.Join(dir, "lock"))
	if errors.Is(err, vfs.ErrLocked) {
		return fmt.Errorf("data directory %s is in use by another broker%s: stop it, or choose another directory with --data", dir, s.holder())
	}
	if err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	s.onStop(lock.Close)
	if _, err := s.o.FS.Stat(filepath.Join(dir, "checkpoint")); err == nil {
		return fmt.Errorf("data directory %s was written by Apache RocketMQ: its commit log can be read, but its topics, consumer offsets and delayed messages cannot be taken over yet", dir)
	}
	return nil
}

func (s *Server) startNameServer(ctx context.Context) error {
	c := s.config.NameServer
	l, err := s.listen(ctx, "nameserver", c.Listener, c.ListenPort)
	if err != nil {
		return err
	}
	s.addresses.NameServer = l.Addr().String()
	file := c.KVConfigPath
	if file == "" {
		file = filepath.Join(s.config.Data, "kvConfig.json")
	}
	kv, err := nameserver.ReadKV(s.o.FS, file)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	s.names = nameserver.New(kv)
	s.routes = routes.New(routes.Options{Server: s.names, FS: s.o.FS, KVFile: file, Logger: s.logger})
	s.serve(s.routes, l)
	s.every(expireInterval, s.routes.Expire)
	s.logger.Info("name server listens", "address", s.addresses.NameServer)
	return nil
}

// expireInterval is how often the name server looks for brokers that fell
// silent.
const expireInterval = 5 * time.Second

func (s *Server) startBroker(ctx context.Context) error {
	main, reduced, err := s.listenBroker(ctx)
	if err != nil {
		return err
	}
	c := s.config.Broker
	mode := commitlog.Async
	if c.SyncFlush {
		mode = commitlog.Sync
	}
	b, err := broker.Open(ctx, broker.Options{
		Cluster: c.Cluster, Name: c.Name, ID: c.ID, FS: s.o.FS, Dir: s.config.Data, Log: c.CommitLogPath, FileSize: c.CommitLogFileSize,
		Flush: mode, FlushInterval: c.FlushInterval, SyncTimeout: c.SyncFlushTimeout, PropertyCRC: c.PropertyCRC, MaxBodySize: c.MaxMessageSize,
		Delays: c.Delays, AutoCreateTopic: c.AutoCreateTopic, AutoCreateGroup: c.AutoCreateGroup, TemplateQueues: c.DefaultTopicQueues,
		Perm: c.Perm, DiskFullRatio: c.DiskFullRatio, TraceTopicEnable: c.TraceTopicEnable, Logger: s.logger,
	})
	if err != nil {
		return errors.Join(err, main.Close(), reduced.Close())
	}
	s.broker = b
	s.onStop(b.Close)
	s.addresses.Broker = main.Addr().String()
	if s.told, err = s.advertise(netip.MustParseAddrPort(s.addresses.Broker)); err != nil {
		return errors.Join(err, main.Close(), reduced.Close())
	}
	if err := b.Start(s.told); err != nil {
		return errors.Join(err, main.Close(), reduced.Close())
	}
	s.brokers = data.New(data.Options{Broker: b, Address: s.told.String(), Logger: s.logger})
	s.serve(s.brokers.Port(false), main)
	s.serve(s.brokers.Port(true), reduced)
	s.logger.Info("broker listens", "address", s.addresses.Broker, "reduced", reduced.Addr().String(), "broker", c.Name, "cluster", c.Cluster)
	s.logger.Info("data are kept", "dir", absolute(s.config.Data), "flush", flushName(c.SyncFlush))
	return nil
}

func flushName(sync bool) string {
	if sync {
		return "SYNC_FLUSH"
	}
	return "ASYNC_FLUSH"
}

func absolute(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil {
		return abs
	}
	return dir
}

// serve serves a listener until the server stops.
func (s *Server) serve(h remoting.Handler, l net.Listener) {
	server := remoting.NewServer(remoting.ServerOptions{Handler: h, Logger: s.logger})
	ctx, cancel := context.WithCancel(context.Background())
	var serving sync.WaitGroup
	serving.Go(func() {
		if err := server.Serve(ctx, l); err != nil {
			s.logger.Error("listener ended", "address", l.Addr().String(), "err", err)
		}
	})
	s.onStop(func() error {
		cancel()
		err := server.Close()
		serving.Wait()
		return err
	})
}

// every calls f again and again until the server stops.
func (s *Server) every(interval time.Duration, f func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		tick := time.NewTicker(interval)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				f()
			}
		}
	})
	s.onStop(func() error { cancel(); running.Wait(); return nil })
}

// registerPatience is how long a start waits for a name server to know the
// broker; it goes on trying afterwards.
const registerPatience = 5 * time.Second

// register makes the broker known to its name servers, and keeps it known.
func (s *Server) register(ctx context.Context) error {
	c := s.config.Broker
	servers := c.NameServers
	if len(servers) == 0 {
		servers = []string{s.addresses.NameServer}
	}
	client := remoting.NewClient(remoting.ClientOptions{Network: s.o.Network, Logger: s.logger})
	s.onStop(client.Close)
	r := register.New(register.Options{
		Client: client, NameServers: servers, Cluster: c.Cluster, Name: c.Name, ID: c.ID, Address: s.told.String(),
		HAAddress: netip.AddrPortFrom(s.told.Addr(), s.told.Port()+1).String(),
		Topics:    s.topics, Interval: c.RegisterInterval, Logger: s.logger,
	})
	s.broker.OnTopicsChanged(func([]mq.TopicConfig) { r.Announce() })
	running, cancel := context.WithCancel(context.Background())
	var registrar sync.WaitGroup
	registrar.Go(func() { r.Run(running) })
	s.onStop(func() error { cancel(); registrar.Wait(); return nil })

	patience := time.NewTimer(registerPatience)
	defer patience.Stop()
	select {
	case <-r.Registered():
	case <-patience.C:
		s.logger.Warn("no name server knows the broker yet, clients cannot find it", "nameservers", servers)
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// topics returns what the broker registers: its topics, with what the broker
// as a whole allows.
func (s *Server) topics() ([]mq.TopicConfig, wire.DataVersion) {
	v := s.broker.Version()
	topics := s.broker.Topics()
	allowed := s.config.Broker.Perm
	for i := range topics {
		topics[i].Perm &= allowed | mq.PermInherit
	}
	return topics, wire.DataVersion{Counter: v.Counter, State: v.State, Time: v.Time}
}

// publish says in the data directory where the server listens.
func (s *Server) publish(context.Context) error {
	s.addresses.PID = os.Getpid()
	file := filepath.Join(s.config.Data, addressesFile)
	if err := vfs.WriteFile(s.o.FS, file, s.addresses.json()); err != nil {
		return fmt.Errorf("write addresses: %w", err)
	}
	s.onStop(func() error { return s.o.FS.Remove(file) })
	s.logger.Info("ready", "clients_connect_to", s.addresses.NameServer, "broker_is_told_as", s.told.String())
	return nil
}
