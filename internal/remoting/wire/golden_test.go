package wire

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"goddard/internal/remoting"
)

const frames = "../../../testdata/frames"

// recorded calls f with the recorded frames of a kind: the name's start, such
// as "34-heart_beat-", and its ending.
func recorded(t testing.TB, start, ending string, f func(name string, c *remoting.Command)) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(frames, start+"*"+ending))
	if err != nil || len(names) == 0 {
		t.Fatalf("no frames %s*%s: %v", start, ending, err)
	}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var c remoting.Command
		var scratch []byte
		if _, err := remoting.Parse(raw, &c, &scratch); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		f(filepath.Base(name), &c)
	}
}

// TestRecordedHeadersAreRead reads the headers of every recorded request that
// the original answered with success.
func TestRecordedHeadersAreRead(t *testing.T) {
	for start, parse := range map[string]func(remoting.Fields) error{
		"310-": func(f remoting.Fields) error { _, err := ParseSendMessage(f); return err },
		"10-":  func(f remoting.Fields) error { _, err := ParseSendMessage(f); return err },
		"320-": func(f remoting.Fields) error { _, err := ParseSendMessage(f); return err },
		"11-":  func(f remoting.Fields) error { _, err := ParsePullMessage(f); return err },
		"361-": func(f remoting.Fields) error { _, err := ParsePullMessage(f); return err },
		"14-":  func(f remoting.Fields) error { _, err := ParseQueryConsumerOffset(f); return err },
		"15-":  func(f remoting.Fields) error { _, err := ParseUpdateConsumerOffset(f); return err },
		"17-":  func(f remoting.Fields) error { _, err := ParseCreateTopic(f); return err },
		"29-":  func(f remoting.Fields) error { _, err := ParseSearchOffset(f); return err },
		"30-":  func(f remoting.Fields) error { _, err := ParseQueueRequest(f); return err },
		"33-":  func(f remoting.Fields) error { _, err := ParseViewMessage(f); return err },
		"35-":  func(f remoting.Fields) error { _, err := ParseUnregisterClient(f); return err },
		"36-":  func(f remoting.Fields) error { _, err := ParseSendBack(f); return err },
		"103-": func(f remoting.Fields) error { _, err := ParseRegisterBroker(f); return err },
		"104-": func(f remoting.Fields) error { _, err := ParseUnregisterBroker(f); return err },
		"105-": func(f remoting.Fields) error { _, err := ParseRouteRequest(f); return err },
	} {
		n := 0
		recorded(t, start, ".req", func(name string, c *remoting.Command) {
			raw, err := os.ReadFile(filepath.Join(frames, strings.TrimSuffix(name, ".req")+".resp"))
			if err != nil {
				return // one-way
			}
			var answer remoting.Command
			var scratch []byte
			if _, err := remoting.Parse(raw, &answer, &scratch); err != nil {
				t.Fatal(err)
			}
			if answer.Code != 0 {
				return
			}
			n++
			if err := parse(c.Fields); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
		if n == 0 {
			t.Errorf("no recorded request %s succeeded", start)
		}
	}
}

func TestRecordedBodiesAreRead(t *testing.T) {
	recorded(t, "34-heart_beat-", ".req", func(name string, c *remoting.Command) {
		h, err := ParseHeartbeat(c.Body)
		if err == nil && len(c.Body) > 2 && h.ClientID == "" {
			t.Errorf("%s: a heartbeat without a client", name)
		}
		if err != nil && json.Valid(c.Body) {
			t.Errorf("%s: %v", name, err)
		}
	})
	for start, compressed := range map[string]bool{"103-register_broker-": false} {
		n := 0
		recorded(t, start, ".req", func(name string, c *remoting.Command) {
			h, err := ParseRegisterBroker(c.Fields)
			if err != nil || h.Compressed != compressed || len(c.Body) == 0 || h.BodyCRC != 0 && h.BodyCRC != BodyCRC(c.Body) {
				return
			}
			body, err := ParseRegisterBody(c.Body, h.Compressed)
			if err != nil {
				return // a broken one, recorded on purpose
			}
			n += len(body.Topics.Topics)
		})
		if n == 0 {
			t.Errorf("%s: no topic was read", start)
		}
	}
	recorded(t, "105-get_routeinfo_by_topic-", ".resp", func(name string, c *remoting.Command) {
		if c.Code != 0 || !json.Valid(c.Body) {
			return // the dialect for old clients, which only clients read
		}
		r, err := ParseRoute(c.Body)
		if err != nil || len(r.Brokers) == 0 || len(r.Queues) == 0 {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	})
	recorded(t, "41-lock_batch_mq-", ".req", func(name string, c *remoting.Command) {
		if l, err := ParseLockRequest(c.Body); json.Valid(c.Body) && (err != nil || l.Group == "" && len(l.Queues) > 0) {
			t.Errorf("%s: %+v, %v", name, l, err)
		}
	})
}

// FuzzBodies reads what clients and brokers send: no body may do harm.
func FuzzBodies(f *testing.F) {
	for _, start := range []string{"34-heart_beat-", "103-register_broker-", "41-lock_batch_mq-", "46-check_client_config-", "200-update_and_create_subscriptiongroup-"} {
		recorded(f, start, ".req", func(_ string, c *remoting.Command) { f.Add(append([]byte(nil), c.Body...)) })
	}
	f.Fuzz(func(_ *testing.T, b []byte) {
		_, _ = ParseHeartbeat(b)
		_, _ = ParseRegisterBody(b, false)
		_, _ = ParseRegisterBody(b, true)
		_, _ = ParseLockRequest(b)
		_, _ = ParseClientConfig(b)
		_, _ = ParseGroupConfig(b)
		_, _ = ParseRoute(b)
		_, _ = ParseDataVersion(b)
	})
}

func BenchmarkParseSendMessage(b *testing.B) {
	var sample remoting.Fields
	recorded(b, "310-send_message_v2-1", ".req", func(_ string, c *remoting.Command) { sample = c.Clone().Fields })
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseSendMessage(sample); err != nil {
			b.Fatal(err)
		}
	}
}
