// Package evidence keeps what was measured: one line of JSON for each run,
// with what is needed to do it again.
package evidence

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// A Run says how a measurement came about. A line of evidence embeds it.
type Run struct {
	Time    time.Time `json:"time"`
	Command string    `json:"command"`
	Commit  string    `json:"commit"` // with a plus when the work tree differed from it
	Cores   int       `json:"cores"`
	Kernel  string    `json:"kernel"`
}

// Here describes the run of this process.
func Here() Run {
	r := Run{
		Time:    time.Now().UTC().Truncate(time.Second),
		Command: strings.Join(append([]string{filepath.Base(os.Args[0])}, os.Args[1:]...), " "),
		Commit:  "unknown",
		Cores:   runtime.NumCPU(),
		Kernel:  "unknown",
	}
	if b, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		r.Kernel = strings.TrimSpace(string(b))
	}
	if head, err := git("rev-parse", "--short=12", "HEAD"); err == nil {
		r.Commit = head
		if changes, err := git("status", "--porcelain", "--untracked-files=no"); err == nil && changes != "" {
			r.Commit += "+"
		}
	}
	return r
}

func git(args ...string) (string, error) {
	out, err := exec.Command("git", args...).Output()
	return strings.TrimSpace(string(out)), err
}

// File is where a kind of evidence is kept: in the folder evidence beside the
// go.work above the current folder, or in the current folder when there is
// none.
func File(name string) string {
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return filepath.Join(dir, "evidence", name)
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			break
		}
		dir = parent
	}
	return name
}

// Append appends a line to a file, which it makes when it is not there.
func Append(name string, line any) error {
	b, err := json.Marshal(line)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(f, "%s\n", b); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
