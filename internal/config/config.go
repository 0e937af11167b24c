// Package config reads Goddard's configuration: built-in defaults, then
// RocketMQ's own files as they are, then goddard.yaml, then the environment,
// then flags. The key names are RocketMQ's.
//
// A key of the original that has no meaning here is a Warning. A key that
// nobody knows is an error that says where it stands and which key is the
// nearest.
package config

import (
	"fmt"
	"os"
	"time"

	"goddard/internal/mq"
)

// A Config is everything that can be set, with every default filled in.
type Config struct {
	Data       string // data directory
	Advertise  string // address, or address and port, that clients are told; "" decides by itself
	NameServer NameServer
	Broker     Broker
	Warnings   []Warning
}

// A Listener is what the sections of all roles have in common.
type Listener struct {
	BindAddress          string
	ListenPort           int  // 0 means a free one
	AllowUnauthenticated bool // on an address that is not a loopback one
}

// NameServer is the section nameserver.
type NameServer struct {
	Listener
	KVConfigPath string // "" means kvConfig.json in the data directory
}

// Broker is the section broker.
type Broker struct {
	Listener
	Cluster            mq.ClusterName
	Name               mq.BrokerName
	ID                 mq.BrokerID
	NameServers        []string // empty means the one in this process
	IP                 string   // brokerIP1: the address that clients are told
	CommitLogPath      string   // "" means commitlog in the data directory
	CommitLogFileSize  int64    // bytes
	SyncFlush          bool
	FlushInterval      time.Duration
	SyncFlushTimeout   time.Duration
	PropertyCRC        bool
	MaxMessageSize     int // bytes
	Delays             mq.DelayLevels
	AutoCreateTopic    bool
	AutoCreateGroup    bool
	DefaultTopicQueues int32
	Perm               mq.Perm
	DiskFullRatio      float64
	TraceTopicEnable   bool
	RegisterInterval   time.Duration
}

// A Warning is about a key that has no effect.
type Warning struct {
	Source string // where it stands
	Key    string
	Text   string
}

// Sources are what a Config is made from.
type Sources struct {
	File           string                       // goddard.yaml, or the original's broker.conf; "" means none
	NameServerFile string                       // the original's namesrv.conf; "" means none
	Data           string                       // of a flag; "" means none
	Set            []string                     // section.key=value, of flags
	Environment    []string                     // NAME=value
	ReadFile       func(string) ([]byte, error) // nil means os.ReadFile
}

// Default returns the configuration without any source.
func Default() Config {
	delays, err := mq.ParseDelayLevels(mq.DefaultDelayLevels)
	if err != nil {
		panic(err) // a constant
	}
	return Config{
		Data:       "goddard-data",
		NameServer: NameServer{Listener: Listener{BindAddress: "127.0.0.1", ListenPort: 9876}},
		Broker: Broker{
			Listener: Listener{BindAddress: "127.0.0.1", ListenPort: 10911},
			Cluster:  "DefaultCluster", Name: "broker-a", CommitLogFileSize: 1 << 30, FlushInterval: 500 * time.Millisecond,
			SyncFlushTimeout: 5 * time.Second, PropertyCRC: true, MaxMessageSize: mq.MaxBodySize, Delays: delays,
			AutoCreateTopic: true, AutoCreateGroup: true, DefaultTopicQueues: 8, Perm: mq.PermRead | mq.PermWrite,
			DiskFullRatio: 0.9, RegisterInterval: 30 * time.Second,
		},
	}
}

// Load reads the sources.
func Load(s Sources) (Config, error) {
	if s.ReadFile == nil {
		s.ReadFile = os.ReadFile
	}
	c := Default()
	values, err := s.values()
	if err != nil {
		return Config{}, err
	}
	for _, v := range values {
		if err := c.set(v); err != nil {
			return Config{}, err
		}
	}
	if s.Data != "" {
		c.Data = s.Data
	}
	return c, nil
}

// A value is a key's value as text, and where it stands.
type value struct {
	section, key, text string
	source             string
}

// set takes one value.
func (c *Config) set(v value) error {
	if _, ok := originalKeys[v.section]; !ok {
		return fmt.Errorf("%s: nobody knows the section %q%s", v.source, v.section, nearest(v.section, sectionNames()))
	}
	if set, ok := settings[v.section][v.key]; ok {
		if err := set(c, v.text); err != nil {
			return fmt.Errorf("%s: %s.%s: %w", v.source, v.section, v.key, err)
		}
		return nil
	}
	if laterSections[v.section] {
		c.warn(v, "the role "+v.section+" does not exist yet, the key has no effect")
		return nil
	}
	if originalKeys[v.section][v.key] {
		c.warn(v, "RocketMQ has this key, Goddard does not use it")
		return nil
	}
	return fmt.Errorf("%s: nobody knows the key %q of section %s%s", v.source, v.key, v.section, nearest(v.key, keysOf(v.section)))
}

func (c *Config) warn(v value, text string) {
	c.Warnings = append(c.Warnings, Warning{Source: v.source, Key: v.section + "." + v.key, Text: text})
}
