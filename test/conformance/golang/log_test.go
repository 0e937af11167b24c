package conformance

import (
	"fmt"
	"sync"
)

// clientLog takes what the client logs. Only there does a consumer say that
// it has taken its queues.
var clientLog = &assignments{taken: make(map[string]int)}

// assignments counts the changes of the queues that consumers have.
type assignments struct {
	mu    sync.Mutex
	taken map[string]int // by group and topic
}

// changes says how often consumers of this process changed what queues of a
// topic they read for a group.
func (a *assignments) changes(group, topic string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.taken[group+" "+topic]
}

func (a *assignments) note(msg string, fields map[string]any) {
	// The second is what a broadcast consumer says.
	if msg != "MessageQueue do balance done" && msg != "MessageQueue changed" {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.taken[fmt.Sprint(fields["consumerGroup"], " ", fields["topic"])]++
}

func (a *assignments) Debug(msg string, fields map[string]any) { a.note(msg, fields) }
func (a *assignments) Info(msg string, fields map[string]any)  { a.note(msg, fields) }
func (a *assignments) Warning(string, map[string]any)          {}
func (a *assignments) Error(string, map[string]any)            {}
func (a *assignments) Fatal(string, map[string]any)            {}
func (a *assignments) Level(string)                            {}
func (a *assignments) OutputPath(string) error                 { return nil }
