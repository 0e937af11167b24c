// Bench measures Goddard against the original, Apache RocketMQ, on the same
// machine in the same minutes.
//
//	go run . -goddard PATH -apache ../oracle/apache [-pairs 5] [-seconds 20] [-only WORKLOAD,...]
//
// Every workload runs in pairs, each broker once on a fresh directory with
// freshly started processes, the original with a heap of 4 GiB. What is
// compared is how many messages a broker stores for a second of its CPU time,
// counted by the queues' maximum offsets, after a warm-up of 300,000 messages
// or 30 s. The clients share the machine, so that messages a second say little
// about the broker; they are recorded all the same.
//
//	producer64    the original's own benchmark producer, 64 threads, 128 B
//	c1w64         a generator of raw frames, one connection, 64 requests in flight, 128 B
//	c64w1         64 connections with one request in flight each, 128 B
//	c1w64-1k      as c1w64 with 1 KiB
//	c64w1-1k      as c64w1 with 1 KiB
//	start         from exec to the first acknowledged send on an empty
//	              directory, and the memory of the idle server 10 s later
//
// Printed are the median over the pairs and, in brackets, the least and the
// most. A pair is noisy, and counts only when there is no other, when the rest of
// the machine used more than 5 % of its CPU time in one of the two windows, or
// when the hypervisor took more than 1 %.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"goddard/test/internal/evidence"
	"goddard/test/internal/wire"
)

type options struct {
	goddard, apache, heap string
	pairs                 int
	window                time.Duration
	only                  string
	serialization         wire.Serialization
	dir                   string
	evidence, table       string
}

func main() {
	var o options
	seconds := flag.Int("seconds", 20, "how long a broker is measured")
	header := flag.String("header", "compact", "of the generator's frames: compact or json")
	flag.StringVar(&o.goddard, "goddard", "", "Goddard's `binary`")
	flag.StringVar(&o.apache, "apache", "", "the `script` that runs the original")
	flag.StringVar(&o.heap, "heap", "4g", "of the original's broker")
	flag.IntVar(&o.pairs, "pairs", 5, "how often each workload is run against both")
	flag.StringVar(&o.only, "only", "", "the `workloads` to run, with commas between them; all by default")
	flag.StringVar(&o.dir, "dir", os.TempDir(), "the `folder` under which the brokers keep their data")
	flag.StringVar(&o.evidence, "evidence", evidence.File("bench.ndjson"), "a `file` to append each pair to, as a line of JSON")
	flag.StringVar(&o.table, "table", evidence.File("bench.md"), "a `file` for the table")
	flag.Parse()
	o.window = time.Duration(*seconds) * time.Second

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o, *header); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options, header string) error {
	switch header {
	case "compact":
		o.serialization = wire.Compact
	case "json":
		o.serialization = wire.JSON
	default:
		return fmt.Errorf("header %q is neither compact nor json", header)
	}
	chosen, err := choose(o.only)
	if err != nil {
		return err
	}
	if o.pairs < 1 {
		return fmt.Errorf("%d pairs are too few", o.pairs)
	}
	here := evidence.Here()
	var tables strings.Builder
	for _, w := range chosen {
		pairs, err := runPairs(ctx, o, w, here)
		if err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
		tables.WriteString(table(w, pairs))
	}
	text := fmt.Sprintf("`%s` at %s, %d cores, Linux %s, %s\n\n%s", here.Command, here.Commit, here.Cores, here.Kernel,
		here.Time.Format(time.DateOnly), tables.String())
	fmt.Print("\n", text)
	return os.WriteFile(o.table, []byte(text), 0o644)
}
