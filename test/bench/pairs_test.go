package main

import (
	"strings"
	"testing"
)

func TestTheTableCountsQuietPairs(t *testing.T) {
	w := workload{title: "some load", connections: 1}
	one := func(goddard, apache int64, foreign float64) pair {
		p := pair{
			Goddard: cell{Messages: goddard, BrokerCPU: 2, Seconds: 4, ForeignShare: foreign},
			Apache:  cell{Messages: apache, BrokerCPU: 2, Seconds: 4},
		}
		p.Noisy = p.Goddard.noisy() || p.Apache.noisy()
		return p
	}
	got := table(w, []pair{one(800, 100, 0), one(90, 90, 0.5), one(600, 100, 0.04), one(1000, 100, 0)})
	for _, want := range []string{
		"| some load (3 pairs, 1 more were noisy) |",
		"| messages per CPU-second of the broker | 400 [300-500] | 50 [50-50] | 8.00 [6.00-10.00] |",
		"| messages a second | 200 [150-250] | 25 [25-25] | 8.00 [6.00-10.00] |",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no line %q in\n%s", want, got)
		}
	}
	got = table(w, []pair{one(90, 90, 0.5), one(80, 90, 0.5)})
	if !strings.Contains(got, "2 pairs, all noisy") || !strings.Contains(got, "42 [40-45]") {
		t.Errorf("without quiet pairs the noisy ones count:\n%s", got)
	}
}
