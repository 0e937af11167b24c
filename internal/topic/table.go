// Package topic is the view of the topics: their settings.
package topic

import (
	"maps"
	"sync"

	"goddard/internal/mq"
	"goddard/internal/record"
	"goddard/internal/view"
)

// A Version orders states of the topics: by State, then Counter, then Time.
type Version struct {
	State   int64 // epoch of the master; 0 without a controller
	Counter int64 // changes
	Time    int64 // of the last change, ms
}

// A Table is the topics of a broker. Queries may run at any time, beside one
// Apply.
type Table struct {
	mu      sync.RWMutex
	topics  map[mq.Topic]entry
	version Version
}

type entry struct {
	config mq.TopicConfig
	at     mq.LogOffset // of its newest record
}

// New returns an empty table.
func New() *Table { return &Table{topics: map[mq.Topic]entry{}} }

// Name implements view.View.
func (*Table) Name() string { return "topics" }

// Apply implements view.View.
func (t *Table) Apply(a *view.Applied) error {
	switch r := a.State.(type) {
	case record.TopicPut:
		t.mu.Lock()
		defer t.mu.Unlock()
		t.topics[r.Config.Name] = entry{config: r.Config, at: a.At}
		t.changedLocked(a)
	case record.TopicDelete:
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.topics, r.Topic)
		t.changedLocked(a)
	}
	return nil
}

func (t *Table) changedLocked(a *view.Applied) {
	t.version.Counter++
	t.version.Time = a.Message.StoreTime
}

// Checkpoint implements view.View.
func (*Table) Checkpoint() []view.Change { return nil }

// Truncate implements view.View.
func (*Table) Truncate(mq.LogOffset) bool { return false }

// Live implements view.View.
func (t *Table) Live(before mq.LogOffset) []view.Fact {
	t.mu.RLock()
	defer t.mu.RUnlock()
	var facts []view.Fact
	for _, e := range t.topics {
		if e.at < before {
			facts = append(facts, view.Fact{At: e.at, State: record.TopicPut{Config: e.config}})
		}
	}
	return facts
}

// Get returns the settings of a topic. They must not be changed.
func (t *Table) Get(name mq.Topic) (mq.TopicConfig, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	e, ok := t.topics[name]
	return e.config, ok
}

// All returns the settings of every topic, in no order.
func (t *Table) All() []mq.TopicConfig {
	t.mu.RLock()
	defer t.mu.RUnlock()
	all := make([]mq.TopicConfig, 0, len(t.topics))
	for e := range maps.Values(t.topics) {
		all = append(all, e.config)
	}
	return all
}

// Version returns the version of the table.
func (t *Table) Version() Version {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.version
}
