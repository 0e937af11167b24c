// Package filter decides which messages a subscription wants.
//
// Its values are immutable and safe for concurrent use.
package filter

import (
	"fmt"
	"strings"

	"goddard/internal/message"
)

// Tags is a tag expression: "*", or tags joined by "||". The zero value takes
// every message.
type Tags struct {
	all   bool
	codes []int64
	names []string
}

// ParseTags reads a tag expression. An empty one takes every message, as in
// RocketMQ.
func ParseTags(expression string) (Tags, error) {
	if expression == "" || expression == "*" {
		return Tags{all: true}, nil
	}
	var t Tags
	for name := range strings.SplitSeq(expression, "||") {
		if name = strings.TrimSpace(name); name != "" {
			t.names = append(t.names, name)
			t.codes = append(t.codes, message.TagsCode([]byte(name)))
		}
	}
	if len(t.names) == 0 {
		return Tags{}, fmt.Errorf("the tag expression %q names no tag", expression)
	}
	return t, nil
}

// All reports whether every message passes.
func (t Tags) All() bool { return t.all || len(t.codes) == 0 }

// Matches reports whether a message with this hash of its tags may be wanted.
// Tags may share a hash: clients compare the tags again.
func (t Tags) Matches(code int64) bool {
	if t.All() {
		return true
	}
	for _, c := range t.codes {
		if c == code {
			return true
		}
	}
	return false
}

// Names returns the tags, none when every message passes.
func (t Tags) Names() []string { return t.names }

// Codes returns the hashes of the tags, none when every message passes.
func (t Tags) Codes() []int64 { return t.codes }
