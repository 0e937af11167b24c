package process

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// A Goddard is Goddard, name server and broker in one process.
type Goddard struct {
	binary   string
	dir      string
	settings []string

	nameServer, broker string
	cmd                *exec.Cmd // nil when it does not run
	exited             chan struct{}
}

// NewGoddard says how to run Goddard: the binary, a directory for its data and
// log, and settings such as broker.flushDiskType=SYNC_FLUSH.
func NewGoddard(binary, dir string, settings ...string) (*Goddard, error) {
	if _, err := os.Stat(binary); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	nameServer, broker, err := freePorts()
	if err != nil {
		return nil, err
	}
	g := &Goddard{
		binary:     binary,
		dir:        dir,
		settings:   []string{fmt.Sprint("nameserver.listenPort=", nameServer), fmt.Sprint("broker.listenPort=", broker)},
		nameServer: address(nameServer),
		broker:     address(broker),
	}
	g.settings = append(g.settings, settings...)
	return g, nil
}

func (g *Goddard) Name() string       { return "goddard" }
func (g *Goddard) NameServer() string { return g.nameServer }
func (g *Goddard) Broker() string     { return g.broker }
func (g *Goddard) NameServerPID() int { return 0 }
func (g *Goddard) BrokerPID() int     { return g.cmd.Process.Pid }

func (g *Goddard) Start() error {
	if g.cmd != nil {
		return nil
	}
	log, err := os.OpenFile(g.log(), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	args := []string{"serve", "--data", filepath.Join(g.dir, "data")}
	for _, s := range g.settings {
		args = append(args, "--set", s)
	}
	cmd := exec.Command(g.binary, args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt from the terminal is not for it
	if err := cmd.Start(); err != nil {
		return err
	}
	g.cmd, g.exited = cmd, make(chan struct{})
	go func() {
		defer close(g.exited)
		_ = cmd.Wait()
	}()
	return nil
}

func (g *Goddard) log() string { return filepath.Join(g.dir, "goddard.log") }

// Ended returns an error when the server ended by itself.
func (g *Goddard) Ended() error {
	select {
	case <-g.exited:
		return fmt.Errorf("goddard ended by itself: %s; it wrote to %s", g.cmd.ProcessState, g.log())
	default:
		return nil
	}
}

func (g *Goddard) Kill() error { return g.end(syscall.SIGKILL, 20*time.Second) }

func (g *Goddard) Stop() error {
	if g.cmd == nil {
		return nil
	}
	if err := g.end(syscall.SIGTERM, 20*time.Second); err != nil {
		return errors.Join(err, g.end(syscall.SIGKILL, 20*time.Second))
	}
	return nil
}

func (g *Goddard) end(s syscall.Signal, within time.Duration) error {
	if err := g.Ended(); err != nil {
		return err
	}
	if err := g.cmd.Process.Signal(s); err != nil {
		return err
	}
	select {
	case <-g.exited:
		g.cmd = nil
		return nil
	case <-time.After(within):
		return fmt.Errorf("goddard still runs %v after %v", within, s)
	}
}
