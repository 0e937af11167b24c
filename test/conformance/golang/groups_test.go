package conformance

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/apache/rocketmq-client-go/v2/consumer"
)

// The broker compares tags by their hash; Aa and BB have the same.
func TestTags(t *testing.T) {
	t.Parallel()
	topic := newTopic(t, 4)
	p := newProducer(t)
	sent := make(map[string][]string)
	for _, tag := range []string{"Aa", "BB", "pear"} {
		sent[tag] = sendMany(t, p, topic, tag, 20)
	}
	var marks int
	for tag := range sent {
		marks = sendMarks(t, topic, tag)
	}
	for expression, tags := range map[string][]string{
		"Aa": {"Aa"}, "Aa || pear": {"Aa", "pear"}, "*": {"Aa", "BB", "pear"}, "": {"Aa", "BB", "pear"},
	} {
		var in inbox
		consume(t, unique("group"), topic, expression, &in)
		in.awaitMarks(t, marks*len(tags))
		var want []string
		for _, tag := range tags {
			want = append(want, sent[tag]...)
		}
		in.await(t, len(want))
		sameBodies(t, expression, in.bodies(), want)
	}
}

// The members of a group share its queues, and are told when one leaves.
func TestMembersShareTheQueues(t *testing.T) {
	t.Parallel()
	topic := newTopic(t, 4)
	group := unique("shared")
	p := newProducer(t)
	var first, second inbox
	consume(t, group, topic, "*", &first)
	awaitAssigned(t, group, topic)
	leaves := consume(t, group, topic, "*", &second)
	eventually(t, "both have queues", func() bool { return clientLog.changes(group, topic) >= 3 })

	shared := sendMany(t, p, topic, "shared", 40)
	eventually(t, "all messages", func() bool { return len(first.all())+len(second.all()) >= len(shared) })
	sameBodies(t, "the group", append(first.bodies(), second.bodies()...), shared)
	if len(first.all()) != 20 {
		t.Errorf("the first member got %d of 40 messages", len(first.all()))
	}

	if err := leaves.Shutdown(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the first has all queues", func() bool { return clientLog.changes(group, topic) >= 4 })
	rest := sendMany(t, p, topic, "rest", 40)
	first.awaitMarks(t, sendMarks(t, topic, ""))
	eventually(t, "all messages", func() bool { return len(first.all())+len(second.all()) >= len(shared)+len(rest) })
	sameBodies(t, "the group", append(first.bodies(), second.bodies()...), shared, rest)
}

func TestAGroupContinuesWhereItStopped(t *testing.T) {
	t.Parallel()
	topic := newTopic(t, 4)
	group := unique("continuing")
	p := newProducer(t)
	var before, after inbox
	stops := consume(t, group, topic, "*", &before)
	awaitAssigned(t, group, topic)
	early := sendMany(t, p, topic, "early", 40)
	before.awaitMarks(t, sendMarks(t, topic, ""))
	before.await(t, len(early))
	shutDown(t, stops, topic)
	late := sendMany(t, p, topic, "late", 40)
	marks := sendMarks(t, topic, "")
	consume(t, group, topic, "*", &after)
	after.awaitMarks(t, marks)
	after.await(t, len(late))
	sameBodies(t, "before", before.bodies(), early)
	continued(t, after.bodies(), early, late)
}

// Every member of a broadcast group gets every message that comes after its
// start.
func TestBroadcast(t *testing.T) {
	t.Parallel()
	topic := newTopic(t, 4)
	group := unique("broadcast")
	// The client keeps the offsets of a broadcast group in files, there.
	t.Cleanup(func() { _ = os.RemoveAll(filepath.Join(os.Getenv("HOME"), ".rocketmq_client_go", group)) })
	p := newProducer(t)
	sendMany(t, p, topic, "early", 8)
	var members [2]inbox
	for i := range members {
		consume(t, group, topic, "*", &members[i], consumer.WithConsumerModel(consumer.BroadCasting))
		eventually(t, "queues", func() bool { return clientLog.changes(group, topic) > i })
	}
	sent := sendMany(t, p, topic, "late", 40)
	marks := sendMarks(t, topic, "")
	for i := range members {
		members[i].awaitMarks(t, marks)
		members[i].await(t, len(sent))
		sameBodies(t, "a member", members[i].bodies(), sent)
	}
}
