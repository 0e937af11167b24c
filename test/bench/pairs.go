package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"goddard/test/internal/evidence"
)

// A pair is a workload on both brokers, one after the other.
type pair struct {
	evidence.Run
	Workload string  `json:"workload"`
	Header   string  `json:"header,omitempty"` // of the generator's frames
	Goddard  cell    `json:"goddard"`
	Apache   cell    `json:"apache"`
	Ratio    float64 `json:"ratio,omitempty"` // of messages for a second of the broker's CPU time
	Noisy    bool    `json:"noisy"`
}

// runPairs runs a workload and appends each pair to the evidence. Which broker
// begins changes from pair to pair.
func runPairs(ctx context.Context, o options, w workload, here evidence.Run) ([]pair, error) {
	var pairs []pair
	for n := range o.pairs {
		p := pair{Run: here, Workload: w.name}
		if w.connections > 0 && !w.official {
			p.Header = map[bool]string{false: "json", true: "compact"}[o.serialization == 1]
		}
		order := []string{"apache", "goddard"}
		if n%2 == 1 {
			slices.Reverse(order)
		}
		for _, name := range order {
			c, err := measure(ctx, o, w, name)
			if err != nil {
				return nil, err
			}
			if name == "goddard" {
				p.Goddard = c
			} else {
				p.Apache = c
			}
		}
		p.Noisy = p.Goddard.noisy() || p.Apache.noisy()
		if w.connections > 0 {
			p.Ratio = p.Goddard.perCPUSecond() / p.Apache.perCPUSecond()
		}
		fmt.Println(p.line(w))
		if err := evidence.Append(o.evidence, p); err != nil {
			return nil, err
		}
		pairs = append(pairs, p)
	}
	return pairs, nil
}

func (p pair) line(w workload) string {
	noisy := ""
	if p.Noisy {
		noisy = fmt.Sprintf("  noisy: others used %.0f %% and %.0f %%", 100*p.Goddard.ForeignShare, 100*p.Apache.ForeignShare)
	}
	if w.connections == 0 {
		return fmt.Sprintf("%-11s goddard %5.0f ms, %4d MB   apache %5.0f ms, %4d MB%s", w.name,
			p.Goddard.FirstAckMS, p.Goddard.IdleRSS>>20, p.Apache.FirstAckMS, (p.Apache.IdleRSS+p.Apache.IdleNameRSS)>>20, noisy)
	}
	refused := ""
	if p.Goddard.Refused+p.Apache.Refused > 0 {
		refused = fmt.Sprintf("  refused: %d and %d", p.Goddard.Refused, p.Apache.Refused)
	}
	return fmt.Sprintf("%-11s messages per CPU-second: goddard %7.0f (%.0f/s), apache %7.0f (%.0f/s), %.2f times%s%s", w.name,
		p.Goddard.perCPUSecond(), p.Goddard.rate(), p.Apache.perCPUSecond(), p.Apache.rate(), p.Ratio, refused, noisy)
}

// table renders the pairs of a workload.
func table(w workload, pairs []pair) string {
	counted := slices.DeleteFunc(slices.Clone(pairs), func(p pair) bool { return p.Noisy })
	note := fmt.Sprintf("%d pairs", len(counted))
	switch {
	case len(counted) == 0:
		counted = pairs
		note = fmt.Sprintf("%d pairs, all noisy", len(pairs))
	case len(counted) < len(pairs):
		note += fmt.Sprintf(", %d more were noisy", len(pairs)-len(counted))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "| %s (%s) | Goddard | Apache | ratio |\n|---|---|---|---|\n", w.title, note)
	row := func(title, format string, of func(cell) float64) {
		var goddard, apache, ratio []float64
		for _, p := range counted {
			goddard = append(goddard, of(p.Goddard))
			apache = append(apache, of(p.Apache))
			ratio = append(ratio, of(p.Goddard)/of(p.Apache))
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", title, spread(format, goddard), spread(format, apache), spread("%.2f", ratio))
	}
	if w.connections == 0 {
		row("first acknowledged send, ms", "%.0f", func(c cell) float64 { return c.FirstAckMS })
		row("idle memory with name server, MB", "%.0f", func(c cell) float64 { return float64(c.IdleRSS+c.IdleNameRSS) / (1 << 20) })
	} else {
		row("messages per CPU-second of the broker", "%.0f", cell.perCPUSecond)
		row("µs of the broker's CPU per message", "%.2f", func(c cell) float64 { return 1e6 / c.perCPUSecond() })
		row("messages a second", "%.0f", cell.rate)
		row("memory of the broker, MB", "%.0f", func(c cell) float64 { return float64(c.RSS) / (1 << 20) })
	}
	b.WriteString("\n")
	return b.String()
}

// spread formats the median, and the least and the most.
func spread(format string, values []float64) string {
	values = slices.Sorted(slices.Values(values))
	median := values[len(values)/2]
	if len(values)%2 == 0 {
		median = (median + values[len(values)/2-1]) / 2
	}
	return fmt.Sprintf(format+" ["+format+"-"+format+"]", median, values[0], values[len(values)-1])
}
