package mq

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

func TestTopicCheck(t *testing.T) {
	for _, tt := range []struct {
		topic Topic
		ok    bool
	}{
		{"order_events_topic", true},
		{"%RETRY%group", true},
		{"a|b-c_D9", true},
		{"", false},
		{"a/b", false},
		{"../x", false},
		{"nul\x00", false},
		{"ümlaut", false},
		{"a+b", false},
		{Topic(strings.Repeat("x", 127)), true},
		{Topic(strings.Repeat("x", 128)), false},
		{Topic(RetryPrefix + strings.Repeat("x", 248)), true},
		{Topic(RetryPrefix + strings.Repeat("x", 249)), false},
	} {
		err := tt.topic.Check()
		if (err == nil) != tt.ok {
			t.Errorf("Topic(%q).Check() = %v, want ok = %v", tt.topic, err, tt.ok)
		}
		if err != nil && CodeOf(err) != CodeInvalidArgument {
			t.Errorf("Topic(%q).Check(): code %v", tt.topic, CodeOf(err))
		}
	}
}

func TestEveryCodeHasAName(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range Codes() {
		if c.String() == "" || seen[c.String()] {
			t.Errorf("code %d is named %q", c, c.String())
		}
		seen[c.String()] = true
	}
}

func TestCodeOfAWrappedError(t *testing.T) {
	err := fmt.Errorf("send: %w", Errorf(CodeUnavailable, "disk full: %w", io.ErrShortWrite))
	if got := CodeOf(err); got != CodeUnavailable {
		t.Errorf("CodeOf = %v, want %v", got, CodeUnavailable)
	}
	if !errors.Is(err, io.ErrShortWrite) {
		t.Error("the cause is lost")
	}
	if got := CodeOf(io.EOF); got != CodeInternal {
		t.Errorf("CodeOf(io.EOF) = %v, want %v", got, CodeInternal)
	}
}

func TestDelayLevels(t *testing.T) {
	levels, err := ParseDelayLevels(DefaultDelayLevels)
	if err != nil {
		t.Fatal(err)
	}
	if len(levels) != 18 || levels.Delay(3) != 10*time.Second || levels.Delay(99) != 2*time.Hour {
		t.Errorf("levels = %v", levels)
	}
	for _, bad := range []string{"", "s", "1x", "-1s", "1s 2"} {
		if _, err := ParseDelayLevels(bad); err == nil {
			t.Errorf("ParseDelayLevels(%q) succeeds", bad)
		}
	}
}

func TestNamesOfAGroup(t *testing.T) {
	if got := RetryTopic("g"); got != "%RETRY%g" || !got.IsRetry() {
		t.Errorf("RetryTopic = %q", got)
	}
	if g, ok := RetryTopic("g").RetryGroup(); g != "g" || !ok {
		t.Errorf("RetryGroup = %q, %v", g, ok)
	}
	if got := DeadLetterTopic("g"); got != "%DLQ%g" || !got.IsDeadLetter() {
		t.Errorf("DeadLetterTopic = %q", got)
	}
}
