package timer

import (
	"testing"
	"time"

	"goddard/internal/message"
	"goddard/internal/mq"
	"goddard/internal/record"
	"goddard/internal/view"
)

var start = time.UnixMilli(1_700_000_000_000)

func delayed(t *testing.T, d *Delays, level int, offset mq.QueueOffset, stored time.Time) {
	t.Helper()
	m := message.Message{Topic: mq.TopicSchedule, QueueID: mq.QueueID(level - 1), QueueOffset: offset, StoreTime: stored.UnixMilli()}
	if err := d.Apply(&view.Applied{Message: &m, At: mq.LogOffset(offset) * 100}); err != nil {
		t.Fatal(err)
	}
}

func TestMessagesAreDueInOrderAndOnce(t *testing.T) {
	d := New(mq.DelayLevels{time.Second, 5 * time.Second})
	delayed(t, d, 1, 0, start)
	delayed(t, d, 1, 1, start.Add(500*time.Millisecond))
	delayed(t, d, 2, 0, start)
	if due := d.Due(start.Add(999*time.Millisecond), 10); len(due) != 0 {
		t.Errorf("too early: %v", due)
	}
	if next, ok := d.Next(start); !ok || !next.Equal(start.Add(time.Second)) {
		t.Errorf("Next = %v, %v", next, ok)
	}
	due := d.Due(start.Add(2*time.Second), 10)
	if len(due) != 2 || due[0].Offset != 0 || due[1].Offset != 1 || due[1].Position != 100 {
		t.Errorf("due = %v", due)
	}
	m := message.Message{Topic: mq.TopicState}
	if err := d.Apply(&view.Applied{Message: &m, State: record.DelayDone{Level: 1, Next: 2}, At: 7}); err != nil {
		t.Fatal(err)
	}
	delayed(t, d, 1, 1, start) // read again at a restart: it was delivered
	if due := d.Due(start.Add(time.Hour), 10); len(due) != 1 || due[0].Level != 2 {
		t.Errorf("due = %v", due)
	}
	if facts := d.Live(8); len(facts) != 1 || facts[0].State != (record.DelayDone{Level: 1, Next: 2}) {
		t.Errorf("facts = %v", facts)
	}
}

func TestALevelThatWasShortenedHolds(t *testing.T) {
	d := New(mq.DelayLevels{time.Second})
	delayed(t, d, 1, 0, start.Add(time.Hour)) // stored by a clock that was ahead
	if next, _ := d.Next(start); !next.Equal(start.Add(time.Second)) {
		t.Errorf("Next = %v", next)
	}
}
