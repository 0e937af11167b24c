package mq

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// DefaultDelayLevels is RocketMQ's default for messageDelayLevel.
const DefaultDelayLevels = "1s 5s 10s 30s 1m 2m 3m 4m 5m 6m 7m 8m 9m 10m 20m 30m 1h 2h"

// DelayLevels are the delays of the levels 1 to len(d).
type DelayLevels []time.Duration

// ParseDelayLevels reads a list such as "1s 5s 1m 2h 1d".
func ParseDelayLevels(s string) (DelayLevels, error) {
	units := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}
	var levels DelayLevels
	for _, word := range strings.Fields(s) {
		unit, ok := units[word[len(word)-1]]
		n, err := strconv.ParseInt(word[:len(word)-1], 10, 32)
		if !ok || err != nil || n < 0 {
			return nil, fmt.Errorf("delay level %q: want a number and one of s, m, h, d", word)
		}
		levels = append(levels, time.Duration(n)*unit)
	}
	if len(levels) == 0 {
		return nil, fmt.Errorf("delay levels %q: want at least one", s)
	}
	return levels, nil
}

// Clamp returns level, or the highest level when there are fewer.
func (d DelayLevels) Clamp(level int) int { return min(level, len(d)) }

// Delay returns the delay of a level, counted from 1; levels that are too
// high have the delay of the highest.
func (d DelayLevels) Delay(level int) time.Duration { return d[d.Clamp(level)-1] }
