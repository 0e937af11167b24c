package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"syscall"
	"time"

	"goddard/test/internal/process"
)

// An official is the original's own benchmark producer, with its script and
// its JVM a process group of its own.
type official struct {
	cmd *exec.Cmd
	out *os.File // what it prints
}

func startOfficial(script, nameServer, topic string, w workload, log string) (*official, error) {
	out, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(script, "java", "org.apache.rocketmq.example.benchmark.Producer",
		"-n", nameServer, "-t", topic, "-w", strconv.Itoa(w.connections), "-s", strconv.Itoa(w.size))
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		out.Close()
		return nil, err
	}
	return &official{cmd: cmd, out: out}, nil
}

func (o *official) cpu() (time.Duration, error) { return process.GroupCPU(o.cmd.Process.Pid) }

// stop ends the producer, and says how many sends it told of as failed.
func (o *official) stop(context.Context) (refused int64, err error) {
	_ = syscall.Kill(-o.cmd.Process.Pid, syscall.SIGTERM) // it may have ended
	_ = o.cmd.Wait()                                      // by the signal
	if err := o.out.Close(); err != nil {
		return 0, err
	}
	text, err := os.ReadFile(o.out.Name())
	if err != nil {
		return 0, err
	}
	reports := failed.FindAllSubmatch(text, -1)
	if len(reports) == 0 {
		return 0, fmt.Errorf("the producer did not report: %s", text)
	}
	return strconv.ParseInt(string(reports[len(reports)-1][1]), 10, 64)
}

// failed is in each of the producer's reports, with the number since its
// start.
var failed = regexp.MustCompile(`Send Failed: (\d+)`)
