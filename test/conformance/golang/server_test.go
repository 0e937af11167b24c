// Package conformance says what the official Go client needs of a broker.
//
// The tests know their server only from the environment, as
// test/conformance/run sets it, and run against Goddard and against Apache
// RocketMQ:
//
//	GODDARD_TEST_SERVER    goddard or apache
//	GODDARD_TEST_NAMESRV   host:port of the name server
//	GODDARD_TEST_KILL      a command that sends SIGKILL to the broker and returns when it is gone
//	GODDARD_TEST_START     a command that starts it again on its data and returns when it answers
//
// Topics and groups are new in each run. The client has data races, and keeps
// goroutines after a shutdown, so the tests look for neither.
package conformance

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/apache/rocketmq-client-go/v2/rlog"
)

// How long a test waits for what must come. The client asks for routes every
// 30 s, assigns queues every 20 s, and takes 30 s to see that a broker died
// with its pull request.
const soon = 2 * time.Minute

func TestMain(m *testing.M) {
	if os.Getenv("GODDARD_TEST_NAMESRV") == "" {
		fmt.Fprintln(os.Stderr, "SKIPPED: the conformance tests need a server; test/conformance/run starts one and runs them")
	}
	rlog.SetLogger(clientLog)
	os.Exit(m.Run())
}

// nameServer is the address of the server under test.
func nameServer(t *testing.T) string {
	address := os.Getenv("GODDARD_TEST_NAMESRV")
	if address == "" {
		t.Skip("GODDARD_TEST_NAMESRV is not set; test/conformance/run sets it and runs the tests")
	}
	return address
}

// isOriginal reports whether the server is Apache RocketMQ.
func isOriginal(t *testing.T) bool {
	switch server := os.Getenv("GODDARD_TEST_SERVER"); server {
	case "goddard":
		return false
	case "apache":
		return true
	default:
		t.Fatalf("GODDARD_TEST_SERVER is %q, neither goddard nor apache", server)
		return false
	}
}

func killBroker(t *testing.T)  { command(t, "GODDARD_TEST_KILL") }
func startBroker(t *testing.T) { command(t, "GODDARD_TEST_START") }

// command runs the shell command that a variable holds.
func command(t *testing.T, variable string) {
	t.Helper()
	line := os.Getenv(variable)
	if line == "" {
		t.Skipf("%s is not set; test/conformance/run sets it and runs the tests", variable)
	}
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	c := exec.CommandContext(ctx, "bash", "-c", line)
	c.Stderr = os.Stderr // a file of our own: the server may inherit it, and a pipe would be waited for
	if err := c.Run(); err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
}
