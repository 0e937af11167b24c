package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"goddard/internal/mq"
)

// A setter takes the text of a key.
type setter func(*Config, string) error

// settings are the keys that have an effect.
var settings = map[string]map[string]setter{
	"nameserver": {
		"listenPort":           port(func(c *Config) *int { return &c.NameServer.ListenPort }),
		"bindAddress":          text(func(c *Config) *string { return &c.NameServer.BindAddress }),
		"allowUnauthenticated": truth(func(c *Config) *bool { return &c.NameServer.AllowUnauthenticated }),
		"kvConfigPath":         text(func(c *Config) *string { return &c.NameServer.KVConfigPath }),
	},
	"broker": {
		"listenPort":                  port(func(c *Config) *int { return &c.Broker.ListenPort }),
		"bindAddress":                 text(func(c *Config) *string { return &c.Broker.BindAddress }),
		"allowUnauthenticated":        truth(func(c *Config) *bool { return &c.Broker.AllowUnauthenticated }),
		"brokerClusterName":           name(func(c *Config) *mq.ClusterName { return &c.Broker.Cluster }),
		"brokerName":                  name(func(c *Config) *mq.BrokerName { return &c.Broker.Name }),
		"brokerId":                    number(0, 0, func(c *Config, n int64) { c.Broker.ID = mq.BrokerID(n) }),
		"namesrvAddr":                 func(c *Config, s string) error { c.Broker.NameServers = addresses(s); return nil },
		"brokerIP1":                   text(func(c *Config) *string { return &c.Broker.IP }),
		"storePathRootDir":            text(func(c *Config) *string { return &c.Data }),
		"storePathCommitLog":          text(func(c *Config) *string { return &c.Broker.CommitLogPath }),
		"mappedFileSizeCommitLog":     number(128<<10, math.MaxInt32, func(c *Config, n int64) { c.Broker.CommitLogFileSize = n }),
		"flushDiskType":               flush,
		"flushIntervalCommitLog":      millis(func(c *Config) *time.Duration { return &c.Broker.FlushInterval }),
		"syncFlushTimeout":            millis(func(c *Config) *time.Duration { return &c.Broker.SyncFlushTimeout }),
		"enabledAppendPropCRC":        truth(func(c *Config) *bool { return &c.Broker.PropertyCRC }),
		"maxMessageSize":              number(1, 12<<20, func(c *Config, n int64) { c.Broker.MaxMessageSize = int(n) }),
		"messageDelayLevel":           delays,
		"autoCreateTopicEnable":       truth(func(c *Config) *bool { return &c.Broker.AutoCreateTopic }),
		"autoCreateSubscriptionGroup": truth(func(c *Config) *bool { return &c.Broker.AutoCreateGroup }),
		"defaultTopicQueueNums":       number(1, 1024, func(c *Config, n int64) { c.Broker.DefaultTopicQueues = int32(n) }),
		"brokerPermission":            number(2, 6, func(c *Config, n int64) { c.Broker.Perm = mq.Perm(n) }),
		"diskSpaceWarningLevelRatio":  ratio,
		"traceTopicEnable":            truth(func(c *Config) *bool { return &c.Broker.TraceTopicEnable }),
		"registerNameServerPeriod":    millis(func(c *Config) *time.Duration { return &c.Broker.RegisterInterval }),
	},
}

func text(field func(*Config) *string) setter {
	return func(c *Config, s string) error { *field(c) = s; return nil }
}

func name[N ~string](field func(*Config) *N) setter {
	return func(c *Config, s string) error {
		if err := mq.Topic(s).Check(); err != nil {
			return fmt.Errorf("%q is no name: letters, digits and %% | - _, up to 127", s)
		}
		*field(c) = N(s)
		return nil
	}
}

func truth(field func(*Config) *bool) setter {
	return func(c *Config, s string) error {
		b, err := strconv.ParseBool(s)
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", s)
		}
		*field(c) = b
		return nil
	}
}

func number(least, most int64, set func(*Config, int64)) setter {
	return func(c *Config, s string) error {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n < least || n > most {
			return fmt.Errorf("%q is no number from %d to %d", s, least, most)
		}
		set(c, n)
		return nil
	}
}

func port(field func(*Config) *int) setter {
	return number(0, 65535, func(c *Config, n int64) { *field(c) = int(n) })
}

func millis(field func(*Config) *time.Duration) setter {
	return number(1, math.MaxInt32, func(c *Config, n int64) { *field(c) = time.Duration(n) * time.Millisecond })
}

func flush(c *Config, s string) error {
	switch s {
	case "ASYNC_FLUSH":
		c.Broker.SyncFlush = false
	case "SYNC_FLUSH":
		c.Broker.SyncFlush = true
	default:
		return fmt.Errorf("%q is neither ASYNC_FLUSH nor SYNC_FLUSH", s)
	}
	return nil
}

func delays(c *Config, s string) (err error) {
	c.Broker.Delays, err = mq.ParseDelayLevels(s)
	return err
}

// ratio reads 0.9 as well as 90, as in the original.
func ratio(c *Config, s string) error {
	f, err := strconv.ParseFloat(s, 64)
	if err == nil && f > 1 {
		f /= 100
	}
	if err != nil || f < 0.35 || f > 1 {
		return fmt.Errorf("%q is no ratio from 0.35 to 1", s)
	}
	c.Broker.DiskFullRatio = f
	return nil
}

// addresses reads a list of host:port with semicolons between them.
func addresses(s string) []string {
	var list []string
	for a := range strings.SplitSeq(s, ";") {
		if a = strings.TrimSpace(a); a != "" {
			list = append(list, a)
		}
	}
	return list
}
