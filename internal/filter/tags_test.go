package filter

import (
	"testing"

	"goddard/internal/message"
)

func TestTags(t *testing.T) {
	for _, tt := range []struct {
		expression string
		tag        string
		want       bool
	}{
		{"*", "a", true},
		{"", "a", true},
		{"*", "", true},
		{"a", "a", true},
		{"a", "b", false},
		{"a", "", false},
		{"a || b", "b", true},
		{"a||b", "b", true},
		{" a ||  ", "a", true},
		{"größe", "größe", true},
		{"Aa", "BB", true}, // the same hash: the client compares again
	} {
		tags, err := ParseTags(tt.expression)
		if err != nil {
			t.Errorf("ParseTags(%q): %v", tt.expression, err)
			continue
		}
		if got := tags.Matches(message.TagsCode([]byte(tt.tag))); got != tt.want {
			t.Errorf("%q takes %q: %v, want %v", tt.expression, tt.tag, got, tt.want)
		}
	}
	if _, err := ParseTags(" || "); err == nil {
		t.Error("an expression without tags parses")
	}
}
