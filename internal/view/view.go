// Package view is the contract of a view: what is made from the commit log by
// applying its records in order, and can be made again.
//
// The log never waits for a view, and a view is never ahead of what the log
// confirmed. A view has no clock, no randomness and does no I/O.
package view

import (
	"goddard/internal/message"
	"goddard/internal/mq"
	"goddard/internal/record"
)

// An Applied is a record of the log on its way through the views. It is valid
// during the call of Apply.
type Applied struct {
	Rec      []byte           // stored form
	Message  *message.Message // Rec, read
	At, Next mq.LogOffset     // where it stands, and where the next one does
	TagsCode int64            // of the message's tags
	State    record.Record    // Message's body, read; nil unless its topic is mq.TopicState
}

// A Fact is a record whose loss a view would not survive.
type Fact struct {
	At    mq.LogOffset  // the newest record that says it
	State record.Record // says it again
}

// A Change is a key that a view wants to store with a checkpoint; a nil value
// removes it.
type Change struct{ Key, Value []byte }

// A View follows the log.
//
// Apply, Checkpoint and Truncate are called by one goroutine at a time;
// queries may come at any time from any goroutine.
type View interface {
	// Name names the view in errors and logs.
	Name() string
	// Apply takes the next record of the log. Applying a record again that
	// was applied before changes nothing.
	Apply(*Applied) error
	// Checkpoint returns the net changes since the last one. A view that
	// lives in memory alone returns nothing and is built from the log.
	Checkpoint() []Change
	// Truncate tells that the log was cut at a position, which is now its
	// end. False means that the view cannot undo what it applied after it,
	// and must be built again.
	Truncate(at mq.LogOffset) bool
	// Live returns the facts whose newest record lies before a position, so
	// that they can be appended again before the log is cut there.
	Live(before mq.LogOffset) []Fact
}
