package queueindex

import (
	"testing"

	"pgregory.net/rapid"

	"goddard/internal/message"
	"goddard/internal/mq"
	"goddard/internal/record"
	"goddard/internal/view"
)

func apply(t interface{ Fatal(...any) }, x *Index, topic mq.Topic, id mq.QueueID, offset mq.QueueOffset, at mq.LogOffset) {
	m := message.Message{Topic: topic, QueueID: id, QueueOffset: offset}
	if err := x.Apply(&view.Applied{Rec: make([]byte, 100), Message: &m, At: at}); err != nil {
		t.Fatal(err)
	}
}

// TestAgainstSlices compares the index with a map of slices.
func TestAgainstSlices(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := New(Options{})
		model := map[mq.QueueID][]mq.LogOffset{}
		for at := range mq.LogOffset(rapid.IntRange(0, 3000).Draw(t, "messages")) {
			id := mq.QueueID(at * 7 % 3)
			offset := x.NextOffset(x.Slot("t", id), 1)
			if int(offset) != len(model[id]) {
				t.Fatalf("next offset of queue %d is %d, want %d", id, offset, len(model[id]))
			}
			apply(t, x, "t", id, offset, at)
			model[id] = append(model[id], at)
		}
		for id, want := range model {
			if minOffset, maxOffset, ok := x.Range("t", id); !ok || minOffset != 0 || int(maxOffset) != len(want) {
				t.Fatalf("Range = %d, %d, %v", minOffset, maxOffset, ok)
			}
			from := rapid.IntRange(0, len(want)).Draw(t, "from")
			got := x.Read("t", id, mq.QueueOffset(from), make([]Entry, 0, rapid.IntRange(1, 2000).Draw(t, "room")))
			for i, e := range got {
				if e.Position != want[from+i] {
					t.Fatalf("entry %d is at %d, want %d", from+i, e.Position, want[from+i])
				}
			}
			if wantLen := min(cap(got), len(want)-from); len(got) != wantLen {
				t.Fatalf("%d entries, want %d", len(got), wantLen)
			}
		}
	})
}

func TestOffsetsGoOnAfterARestart(t *testing.T) {
	x := New(Options{})
	apply(t, x, "t", 0, 5, 0) // the log was cut before it
	apply(t, x, "t", 0, 5, 0) // again: nothing
	apply(t, x, "t", 0, 8, 9) // with a hole
	if minOffset, maxOffset, _ := x.Range("t", 0); minOffset != 5 || maxOffset != 9 {
		t.Errorf("Range = %d, %d", minOffset, maxOffset)
	}
	if got := x.NextOffset(x.Slot("t", 0), 1); got != 9 {
		t.Errorf("next offset = %d", got)
	}
	entries := x.Read("t", 0, 5, make([]Entry, 0, 9))
	if len(entries) != 4 || entries[1].Size != 0 || entries[3].Position != 9 {
		t.Errorf("entries = %v", entries)
	}
	m := message.Message{Topic: "t", QueueOffset: 1 << 40}
	if err := x.Apply(&view.Applied{Message: &m}); err == nil {
		t.Error("a jump of a trillion offsets is taken")
	}
}

func TestATopicThatIsMadeAgainGoesOn(t *testing.T) {
	x := New(Options{})
	apply(t, x, "t", 0, x.NextOffset(x.Slot("t", 0), 1), 0)
	late := x.NextOffset(x.Slot("t", 0), 1) // on its way while the topic goes
	m := message.Message{Topic: mq.TopicState}
	if err := x.Apply(&view.Applied{Message: &m, State: record.TopicDelete{Topic: "t"}}); err != nil {
		t.Fatal(err)
	}
	if minOffset, maxOffset, _ := x.Range("t", 0); minOffset != maxOffset {
		t.Errorf("the deleted queue still has %d to %d", minOffset, maxOffset)
	}
	apply(t, x, "t", 0, late, 1)
	apply(t, x, "t", 0, x.NextOffset(x.Slot("t", 0), 1), 2)
	if minOffset, maxOffset, _ := x.Range("t", 0); minOffset != 1 || maxOffset != 3 || !x.Intact("t", 0) {
		t.Errorf("the new queue has %d to %d, intact %v", minOffset, maxOffset, x.Intact("t", 0))
	}
}

func TestPreparedMessagesAreNotInAQueue(t *testing.T) {
	x := New(Options{})
	for _, flag := range []int32{message.FlagPrepared, message.FlagRollback} {
		m := message.Message{Topic: "t", SysFlag: flag}
		if err := x.Apply(&view.Applied{Message: &m}); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, ok := x.Range("t", 0); ok {
		t.Error("a prepared message is in the queue")
	}
}

func TestSearchTime(t *testing.T) {
	x := New(Options{})
	times := []int64{10, 20, 20, 20, 40}
	for i := range times {
		apply(t, x, "t", 0, mq.QueueOffset(i+2), mq.LogOffset(i))
	}
	timeAt := func(at mq.LogOffset) (int64, bool) { return times[at], true }
	for _, tt := range []struct {
		ms           int64
		lower, upper mq.QueueOffset
	}{
		{5, 2, 2},  // before the oldest
		{10, 2, 2}, // the oldest
		{15, 3, 2}, // in a gap
		{20, 3, 5}, // a run of equal times
		{40, 6, 6}, // the newest
		{50, 7, 6}, // after it
	} {
		if got := x.SearchTime("t", 0, tt.ms, false, timeAt); got != tt.lower {
			t.Errorf("lower of %d = %d, want %d", tt.ms, got, tt.lower)
		}
		if got := x.SearchTime("t", 0, tt.ms, true, timeAt); got != tt.upper {
			t.Errorf("upper of %d = %d, want %d", tt.ms, got, tt.upper)
		}
	}
	if got := x.SearchTime("nothing", 0, 1, true, timeAt); got != 0 {
		t.Errorf("in a queue that does not exist: %d", got)
	}
}

func BenchmarkApply(b *testing.B) {
	x := New(Options{})
	m := message.Message{Topic: "t"}
	a := view.Applied{Message: &m, Rec: make([]byte, 100)}
	b.ReportAllocs()
	for b.Loop() {
		m.QueueOffset = x.NextOffset(x.Slot("t", 0), 1)
		if err := x.Apply(&a); err != nil {
			b.Fatal(err)
		}
	}
}
