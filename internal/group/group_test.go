package group

import (
	"fmt"
	"testing"
	"time"

	"goddard/internal/message"
	"goddard/internal/mq"
	"goddard/internal/record"
	"goddard/internal/view"
)

var start = time.UnixMilli(1_700_000_000_000)

func beat(channel int, version int64, topics ...mq.Topic) Heartbeat[int] {
	c := Consumer{Group: "g", Model: mq.Clustering, Notify: true}
	for _, t := range topics {
		c.Subscriptions = append(c.Subscriptions, mq.Subscription{Topic: t, Version: version, Expression: fmt.Sprint(version)})
	}
	return Heartbeat[int]{Client: Client[int]{ID: mq.ClientID(fmt.Sprint("c", channel)), Channel: channel}, Consumers: []Consumer{c}, Producers: []mq.Group{"p"}}
}

func TestMembersAreToldOfEveryChange(t *testing.T) {
	m := NewMembers[int]()
	told := func(what string, notices []Notice[int], want int) {
		t.Helper()
		n := 0
		for _, notice := range notices {
			n += len(notice.Channels)
		}
		if n != want {
			t.Errorf("%s: %d members are told, want %d", what, n, want)
		}
	}
	_, notices := m.Heartbeat(beat(1, 1, "a"), start)
	told("the first joins", notices, 1) // it is told, too
	_, notices = m.Heartbeat(beat(1, 1, "a"), start)
	told("it beats again", notices, 0)
	_, notices = m.Heartbeat(beat(2, 1, "a"), start)
	told("a second joins", notices, 2)
	_, notices = m.Heartbeat(beat(1, 2, "a", "b"), start)
	told("a topic is added", notices, 2)
	if got := fmt.Sprint(m.ClientIDs("g")); got != "[c1 c2]" {
		t.Errorf("members: %s", got)
	}
	told("one leaves", m.Unregister(1, "p", "g"), 1)
	if len(m.Producers("p")) != 1 {
		t.Errorf("producers: %v", m.Producers("p"))
	}
	_, _ = m.Heartbeat(beat(3, 2, "a", "b"), start.Add(time.Minute))
	told("one falls silent", m.Expire(start.Add(MemberTimeout+time.Second)), 1)
	told("a connection ends", m.Closed(3), 0)
	if _, ok := m.Group("g"); ok || len(m.Producers("p")) != 0 {
		t.Error("somebody is left")
	}
}

func TestBroadcastingGroupsAreLeftAlone(t *testing.T) {
	m := NewMembers[int]()
	h := beat(1, 1, "a")
	h.Consumers[0].Model = mq.Broadcasting
	if _, notices := m.Heartbeat(h, start); len(notices) != 0 {
		t.Errorf("told: %v", notices)
	}
}

func TestOnlyANewerSubscriptionReplaces(t *testing.T) {
	m := NewMembers[int]()
	for _, version := range []int64{2, 1, 3, 2} {
		m.Heartbeat(beat(1, version, "a"), start)
	}
	if s, _ := m.Subscription("g", "a"); s.Version != 3 || s.Expression != "3" {
		t.Errorf("subscription: %+v", s)
	}
	m.Heartbeat(beat(1, 3, "b"), start)
	if _, ok := m.Subscription("g", "a"); ok {
		t.Error("a topic that is not named any more is still subscribed")
	}
}

func TestFingerprints(t *testing.T) {
	m := NewMembers[int]()
	h := beat(1, 1, "a")
	h.Fingerprint = 7
	if changed, _ := m.Heartbeat(h, start); !changed {
		t.Error("a first fingerprint is no change")
	}
	h.WithoutSubscriptions = true
	h.Consumers[0].Subscriptions = nil
	if changed, _ := m.Heartbeat(h, start); changed {
		t.Error("the same fingerprint is a change")
	}
	if _, ok := m.Subscription("g", "a"); !ok {
		t.Error("a heartbeat without subscriptions removed one")
	}
}

func TestLocks(t *testing.T) {
	l := NewLocks()
	q := []mq.Queue{{Topic: "t", ID: 0}, {Topic: "t", ID: 1}}
	if got := l.Lock("g", "a", q, start); len(got) != 2 {
		t.Errorf("locked: %v", got)
	}
	if got := l.Lock("g", "b", q, start.Add(LockTime-1)); len(got) != 0 {
		t.Errorf("somebody else locked: %v", got)
	}
	if got := l.Lock("other", "b", q, start); len(got) != 2 {
		t.Errorf("another group locked: %v", got)
	}
	l.Unlock("g", "b", q) // not its own
	l.Unlock("g", "a", q[:1])
	if got := l.Lock("g", "b", q, start); len(got) != 1 || got[0] != q[0] {
		t.Errorf("after unlocking one: %v", got)
	}
	if got := l.Lock("g", "b", q, start.Add(LockTime)); len(got) != 2 {
		t.Errorf("after the time of a lock: %v", got)
	}
	if !l.HeldByAnyone("g", start.Add(LockTime)) || l.HeldByAnyone("g", start.Add(3*LockTime)) {
		t.Error("HeldByAnyone")
	}
}

func TestCommittedOffsetsAreSeenBeforeTheLogHasThem(t *testing.T) {
	o := NewOffsets()
	o.Commit("g", "t", 0, 5)
	taken := o.TakePending(10)
	o.Commit("g", "t", 0, 6) // while 5 is on its way
	applyOffsets(t, o, taken)
	if got, ok := o.Get("g", "t", 0); !ok || got != 6 {
		t.Errorf("offset = %d, %v, want the newest", got, ok)
	}
	taken = o.TakePending(10)
	if len(taken) != 1 || taken[0].Offset != 6 {
		t.Fatalf("taken: %v", taken)
	}
	o.Return(taken) // the log refused it
	if again := o.TakePending(10); len(again) != 1 {
		t.Errorf("a refused offset is forgotten: %v", again)
	}
	applyOffsets(t, o, taken)
	if len(o.pending) != 0 || len(o.TakePending(10)) != 0 {
		t.Error("something is still pending")
	}
	o.Commit("g", "t", 0, 6)
	if len(o.TakePending(10)) != 0 {
		t.Error("an offset that did not change is written again")
	}
	facts := o.Live(1)
	if len(facts) != 1 {
		t.Errorf("facts: %v", facts)
	}
	m := message.Message{}
	if err := o.Apply(&view.Applied{Message: &m, State: record.TopicDelete{Topic: "t"}}); err != nil {
		t.Fatal(err)
	}
	if _, ok := o.Get("g", "t", 0); ok {
		t.Error("an offset outlives its topic")
	}
}

func applyOffsets(t *testing.T, o *Offsets, offsets []record.Offset) {
	t.Helper()
	m := message.Message{}
	if err := o.Apply(&view.Applied{Message: &m, State: record.OffsetsPut{Offsets: offsets}}); err != nil {
		t.Fatal(err)
	}
}
