// Package group is what a broker knows of consumer groups: their settings and
// consumer offsets, which are views of the log, and their live members and
// queue locks, which end with the process.
package group

import (
	"sync"

	"goddard/internal/mq"
	"goddard/internal/record"
	"goddard/internal/view"
)

// Settings is the view of the groups' settings. Queries may run at any time,
// beside one Apply.
type Settings struct {
	mu      sync.RWMutex
	groups  map[mq.Group]setting
	changes int64
}

type setting struct {
	config mq.GroupConfig
	at     mq.LogOffset // of its newest record
}

// NewSettings returns an empty view.
func NewSettings() *Settings { return &Settings{groups: map[mq.Group]setting{}} }

// Name implements view.View.
func (*Settings) Name() string { return "groups" }

// Apply implements view.View.
func (s *Settings) Apply(a *view.Applied) error {
	switch r := a.State.(type) {
	case record.GroupPut:
		s.mu.Lock()
		defer s.mu.Unlock()
		s.groups[r.Config.Name] = setting{config: r.Config, at: a.At}
		s.changes++
	case record.GroupDelete:
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.groups, r.Group)
		s.changes++
	}
	return nil
}

// Checkpoint implements view.View.
func (*Settings) Checkpoint() []view.Change { return nil }

// Truncate implements view.View.
func (*Settings) Truncate(mq.LogOffset) bool { return false }

// Live implements view.View.
func (s *Settings) Live(before mq.LogOffset) []view.Fact {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var facts []view.Fact
	for _, g := range s.groups {
		if g.at < before {
			facts = append(facts, view.Fact{At: g.at, State: record.GroupPut{Config: g.config}})
		}
	}
	return facts
}

// Get returns the settings of a group. They must not be changed.
func (s *Settings) Get(name mq.Group) (mq.GroupConfig, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	g, ok := s.groups[name]
	return g.config, ok
}

// All returns the settings of every group, in no order.
func (s *Settings) All() []mq.GroupConfig {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := make([]mq.GroupConfig, 0, len(s.groups))
	for _, g := range s.groups {
		all = append(all, g.config)
	}
	return all
}

// Changes returns how often a group was changed.
func (s *Settings) Changes() int64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.changes
}
