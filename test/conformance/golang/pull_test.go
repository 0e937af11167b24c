package conformance

import (
	"slices"
	"testing"
	"time"

	"github.com/apache/rocketmq-client-go/v2/consumer"
	"github.com/apache/rocketmq-client-go/v2/primitive"
)

func TestPullFrom(t *testing.T) {
	t.Parallel()
	topic := newTopic(t, 1)
	p := newProducer(t)
	sent := sendMany(t, p, topic, "pulled", 100)
	puller := newPuller(t, unique("pullers"), topic)
	q := queues(t, topic)[0]

	var got []string
	for len(got) < len(sent) {
		result, err := puller.PullFrom(t.Context(), q, int64(len(got)), 10)
		if err != nil {
			t.Fatal(err)
		}
		if result.Status != primitive.PullFound || len(result.GetMessageExts()) > 10 {
			t.Fatalf("at %d: status %d with %d messages", len(got), result.Status, len(result.GetMessageExts()))
		}
		if result.MinOffset != 0 || result.MaxOffset != 100 || result.NextBeginOffset != int64(len(got)+len(result.GetMessageExts())) {
			t.Errorf("at %d: %d to %d, next %d", len(got), result.MinOffset, result.MaxOffset, result.NextBeginOffset)
		}
		for _, m := range result.GetMessageExts() {
			got = append(got, string(m.Body))
		}
	}
	if !slices.Equal(got, sent) {
		t.Errorf("pulled %q, want %q", got, sent)
	}

	result, err := puller.PullFrom(t.Context(), q, 1_000, 10)
	if err != nil || result.Status != primitive.PullOffsetIllegal || result.NextBeginOffset != 100 {
		t.Errorf("beyond the end: %v, %v", result, err)
	}
}

// A pull at a queue's end is answered when a message comes, long before the
// broker would say that there is none.
func TestAPullAtTheEndWaits(t *testing.T) {
	t.Parallel()
	topic := newTopic(t, 1)
	p := newProducer(t)
	sendMany(t, p, topic, "early", 1)
	puller := newPuller(t, unique("pullers"), topic)
	q := queues(t, topic)[0]
	type outcome struct {
		result *primitive.PullResult
		err    error
	}
	pulled := make(chan outcome, 1)
	go func() {
		result, err := puller.PullFrom(t.Context(), q, 1, 10)
		pulled <- outcome{result, err}
	}()
	sent := sendMany(t, p, topic, "late", 1)
	select {
	case o := <-pulled:
		if o.err != nil || o.result.Status != primitive.PullFound || string(o.result.GetMessageExts()[0].Body) != sent[0] {
			t.Errorf("pulled %v, %v", o.result, o.err)
		}
	case <-time.After(10 * time.Second):
		t.Error("the pull is still held 10 s after the send")
	}
}

// A consumer that polls and acknowledges continues where it stopped.
func TestPollAndAck(t *testing.T) {
	t.Parallel()
	topic := newTopic(t, 4)
	group := unique("pollers")
	p := newProducer(t)
	first := sendMany(t, p, topic, "first", 40)
	sameBodies(t, "the first", poll(t, group, topic, first), first)
	second := sendMany(t, p, topic, "second", 40)
	continued(t, poll(t, group, topic, second), first, second)
}

// poll starts a consumer, has it acknowledge messages until it has got all
// that it waits for, and shuts it down.
func poll(t *testing.T, group, topic string, want []string) []string {
	t.Helper()
	puller := newPuller(t, group, topic)
	missing := make(map[string]bool)
	for _, b := range want {
		missing[b] = true
	}
	var got []string
	deadline := time.Now().Add(soon)
	for len(missing) > 0 && time.Now().Before(deadline) {
		request, err := puller.Poll(t.Context(), time.Second)
		if consumer.IsNoNewMsgError(err) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range request.GetMsgList() {
			got = append(got, string(m.Body))
			delete(missing, string(m.Body))
		}
		puller.ACK(t.Context(), request, consumer.ConsumeSuccess)
	}
	if err := puller.Shutdown(); err != nil {
		t.Fatal(err)
	}
	return got
}
