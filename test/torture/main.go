// Torture kills a broker under load, again and again, and then looks for what
// it had acknowledged.
//
//	go run . -goddard PATH [-kills 100] [-seed N] [-flush async|sync] [-duration D]
//	go run . -apache ../oracle/apache -kills 3
//
// Producers send as fast as -rate lets them, on connections with -window
// requests in flight: raw frames, because the official client needs three
// seconds to see that a broker died. Each kill is a SIGKILL at a random moment;
// some come while the broker recovers from the one before, up to 300 ms after
// its start. In the end the official Go client reads every queue, and what it
// finds is compared with what was acknowledged:
//
//	lost        acknowledged and not there
//	changed     not what was sent, or not where the acknowledgement said
//	reordered   sent after another was acknowledged, but before it in its queue
//	duplicates  there more than once
//	foreign     never sent
//	gaps        offsets without a message
//
// All must be 0, or the exit status is 1. A run is void, which is no pass
// either, when fewer kills landed than asked for, or when the load was under 100
// acknowledgements a second before the first kill.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/apache/rocketmq-client-go/v2/rlog"

	"goddard/test/internal/evidence"
	"goddard/test/internal/process"
)

type options struct {
	goddard, apache string
	kills           int
	seed            uint64
	flush           string
	duration        time.Duration
	load            loadOptions
	dir             string
	evidence        string
}

func main() {
	var o options
	flag.StringVar(&o.goddard, "goddard", "", "the `binary` to run")
	flag.StringVar(&o.apache, "apache", "", "run the original instead, with this `script`")
	flag.IntVar(&o.kills, "kills", 100, "how many SIGKILLs")
	flag.Uint64Var(&o.seed, "seed", 0, "of all that is random; 0: from the clock")
	flag.StringVar(&o.flush, "flush", "async", "async or sync")
	flag.DurationVar(&o.duration, "duration", 0, "the time over which the kills are spread; 0: each comes 0.2 s to 2 s after the broker serves")
	flag.IntVar(&o.load.producers, "producers", 4, "how many connections send")
	flag.IntVar(&o.load.window, "window", 16, "requests in flight on each")
	flag.IntVar(&o.load.rate, "rate", 4_000, "messages a second that all of them try to send")
	flag.StringVar(&o.dir, "dir", "", "for data and logs; by default a temporary one, removed after a pass")
	flag.StringVar(&o.evidence, "evidence", evidence.File("torture.ndjson"), "a `file` to append the result to, as a line of JSON")
	flag.Parse()
	rlog.SetLogLevel("fatal")
	o.seed = cmp.Or(o.seed, uint64(time.Now().UnixNano()))

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "torture:", err)
		os.Exit(1)
	}
}

// A result is a line of evidence.
type result struct {
	evidence.Run
	Server string `json:"server"`
	Flush  string `json:"flush"`
	Seed   uint64 `json:"seed"`
	faults
	verdict
	Void string `json:"void,omitempty"` // why the run says nothing
}

func run(ctx context.Context, o options) (err error) {
	dir := o.dir
	if dir == "" {
		if dir, err = os.MkdirTemp("", "torture-"); err != nil {
			return err
		}
		defer func() {
			if err == nil {
				_ = os.RemoveAll(dir)
			} else {
				err = fmt.Errorf("%w; data and logs are in %s", err, dir)
			}
		}()
	}
	server, err := newServer(o, dir)
	if err != nil {
		return err
	}
	defer func() {
		if stopped := server.Stop(); err == nil {
			err = stopped
		}
	}()

	fmt.Printf("torture: %d kills of %s, %s flush, seed %d\n", o.kills, server.Name(), o.flush, o.seed)
	r := result{Run: evidence.Here(), Server: server.Name(), Flush: o.flush, Seed: o.seed}
	random := rand.New(rand.NewPCG(o.seed, 0))
	load, faults, err := torture(ctx, server, random, o)
	if err != nil {
		return err
	}
	stored, err := drain(ctx, server.NameServer(), load.topic)
	if err != nil {
		return fmt.Errorf("drain: %w", err)
	}
	r.faults, r.verdict = faults, judge(o.seed, load.sent, stored)
	r.Void = faults.void(o.kills)
	r.print()
	if err := evidence.Append(o.evidence, r); err != nil {
		return err
	}
	switch {
	case !r.holds():
		return errors.New("the broker broke its promise")
	case r.Void != "":
		return fmt.Errorf("the run is void: %s", r.Void)
	}
	return nil
}

func newServer(o options, dir string) (process.Server, error) {
	flush, ok := map[string]string{"async": "ASYNC_FLUSH", "sync": "SYNC_FLUSH"}[o.flush]
	if !ok {
		return nil, fmt.Errorf("flush %q is neither async nor sync", o.flush)
	}
	switch {
	case o.apache != "":
		// It refuses a send that waited 200 ms, which a cold JVM does not always make.
		return process.NewApache(o.apache, filepath.Join(dir, "apache"), "flushDiskType="+flush, "waitTimeMillsInSendQueue=10000")
	case o.goddard != "":
		return process.NewGoddard(o.goddard, filepath.Join(dir, "goddard"), "broker.flushDiskType="+flush)
	default:
		return nil, errors.New("-goddard or -apache is needed")
	}
}

func (r result) print() {
	fmt.Printf("kills          %6d   of them %d before the broker served again\n", r.Kills, r.BeforeService)
	fmt.Printf("restart        %6d   ms to the first acknowledgement at most, %d in the middle\n", r.RestartMaxMS, r.RestartMedianMS)
	fmt.Printf("sent           %6d   refused %d\n", r.Sent, r.Refused)
	fmt.Printf("acknowledged   %6d   %d a second before the first kill\n", r.Acknowledged, r.AcksPerSecond)
	fmt.Printf("stored         %6d   read by the official Go client\n", r.Stored)
	fmt.Printf("lost           %6d\nchanged        %6d\nreordered      %6d\nduplicates     %6d\nforeign        %6d\ngaps           %6d\n",
		r.Lost, r.Changed, r.Reordered, r.Duplicates, r.Foreign, r.Gaps)
	if r.Void != "" {
		fmt.Println("void:", r.Void)
	}
}
