package process

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// An Apache is the original, run by a script as test/oracle/apache.
type Apache struct {
	script   string
	dir      string
	settings []string

	nameServer, broker string
	up                 chan error // what became of the script that starts it
}

// NewApache says how to run the original: the script, a directory for all it
// writes, and settings such as heap=4g.
func NewApache(script, dir string, settings ...string) (*Apache, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	nameServer, broker, err := freePorts()
	if err != nil {
		return nil, err
	}
	a := &Apache{
		script:     script,
		dir:        dir,
		settings:   []string{fmt.Sprint("namesrv=", nameServer), fmt.Sprint("listenPort=", broker)},
		nameServer: address(nameServer),
		broker:     address(broker),
	}
	a.settings = append(a.settings, settings...)
	return a, nil
}

func (a *Apache) Name() string       { return "apache" }
func (a *Apache) NameServer() string { return a.nameServer }
func (a *Apache) Broker() string     { return a.broker }
func (a *Apache) NameServerPID() int { return a.pid("namesrv") }
func (a *Apache) BrokerPID() int     { return a.pid("broker") }

// Start runs the script, which returns when the broker serves, on a goroutine.
func (a *Apache) Start() error {
	a.up = make(chan error, 1)
	go func() { a.up <- a.run(append([]string{"up", a.dir}, a.settings...)...) }()
	return nil
}

func (a *Apache) Kill() error { return a.after("kill", a.dir) }
func (a *Apache) Stop() error { return a.after("down", a.dir) }

// after runs the script when that which started the server has ended.
func (a *Apache) after(args ...string) error {
	if a.up != nil {
		err := <-a.up
		a.up = nil
		if err != nil {
			return err
		}
	}
	return a.run(args...)
}

// run writes to a file and not to a pipe, which the server would inherit.
func (a *Apache) run(args ...string) error {
	name := filepath.Join(a.dir, "script.log")
	log, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(a.script, args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt from the terminal is not for it
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %s: %w; it wrote to %s", a.script, args[0], err, name)
	}
	return nil
}

// pid reads the process of a role, 0 if there is none.
func (a *Apache) pid(role string) int {
	b, err := os.ReadFile(filepath.Join(a.dir, role+".pid"))
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		return 0
	}
	return pid
}
