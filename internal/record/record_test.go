package record

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"goddard/internal/mq"
)

// samples are records with their bytes on disk, which must never change.
var samples = []struct {
	name   string
	record Record
	golden string
}{
	{
		"a topic", TopicPut{Config: mq.TopicConfig{
			Attributes: map[string]string{"message.type": "FIFO"}, Order: true, Perm: mq.PermRead | mq.PermWrite,
			ReadQueues: 4, FilterType: mq.SingleTag, Name: "orders", WriteQueues: 8,
		}},
		"01010100 cc02" + text(`{"attributes":{"message.type":"FIFO"},"order":true,"perm":6,"readQueueNums":4,`+
			`"topicFilterType":"SINGLE_TAG","topicName":"orders","topicSysFlag":0,"writeQueueNums":8}`),
	},
	{"a topic is deleted", TopicDelete{Topic: "orders"}, "01020100 0c" + text("orders")},
	{
		"a group", GroupPut{Config: mq.NewGroupConfig("billing")},
		"01030100 c405" + text(`{"attributes":{},"brokerId":0,"consumeBroadcastEnable":true,"consumeEnable":true,`+
			`"consumeFromMinEnable":true,"consumeMessageOrderly":false,"consumeTimeoutMinute":15,"groupName":"billing",`+
			`"groupRetryPolicy":{"type":"CUSTOMIZED"},"groupSysFlag":0,"notifyConsumerIdsChangedEnable":true,`+
			`"retryMaxTimes":16,"retryQueueNums":1,"whichBrokerWhenConsumeSlowly":1}`),
	},
	{"a group is deleted", GroupDelete{Group: "billing"}, "01040100 0e" + text("billing") + "00"},
	{"a group is deleted with its offsets", GroupDelete{Group: "billing", Offsets: true}, "01040100 0e" + text("billing") + "01"},
	{"no offsets", OffsetsPut{Offsets: []Offset{}}, "01050100 00"},
	{
		"offsets", OffsetsPut{Offsets: []Offset{
			{Group: "billing", Topic: "orders", Queue: 3, Offset: 1000},
			{Group: "g", Topic: "t", Queue: 0, Offset: 1 << 40},
		}},
		"01050100 04 0e" + text("billing") + "0c" + text("orders") + "06 d00f 02" + text("g") + "02" + text("t") + "00 808080808040",
	},
	{"delayed messages were delivered", DelayDone{Level: 3, Next: 70}, "01060100 06 8c01"},
	{"the end of a queue", QueueBound{Topic: "orders", Queue: 5, Begin: 2, Next: 64}, "01070100 0c" + text("orders") + "0a 04 8001"},
}

func text(s string) string { return hex.EncodeToString([]byte(s)) }

func golden(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRecordsHaveTheirBytes(t *testing.T) {
	for _, s := range samples {
		want := golden(t, s.golden)
		if got := Append([]byte("before"), s.record); !bytes.Equal(got[6:], want) {
			t.Errorf("%s:\ngot  %x\nwant %x", s.name, got[6:], want)
		}
		got, err := Parse(want)
		if err != nil {
			t.Errorf("%s: Parse: %v", s.name, err)
		} else if diff := cmp.Diff(s.record, got); diff != "" {
			t.Errorf("%s: %s", s.name, diff)
		}
	}
}

func TestEveryTruncationIsAnError(t *testing.T) {
	for _, s := range samples {
		enc := golden(t, s.golden)
		for i := range enc {
			if _, err := Parse(enc[:i]); !errors.Is(err, ErrCorrupt) {
				t.Errorf("%s: Parse of the first %d bytes: %v", s.name, i, err)
			}
		}
	}
}

func TestFieldsOfALaterVersionArePassedOver(t *testing.T) {
	for _, s := range samples {
		got, err := Parse(append(golden(t, s.golden), "more"...))
		if err != nil {
			t.Errorf("%s: %v", s.name, err)
		} else if diff := cmp.Diff(s.record, got); diff != "" {
			t.Errorf("%s: %s", s.name, diff)
		}
	}
}

func TestAReaderGoesOnOnlyWhereItMay(t *testing.T) {
	for _, tt := range []struct {
		name, bytes string
		want        Record
		reason      string
	}{
		{"a kind that may be passed over", "01c8 00 00 7f", Unknown{Kind: 200}, ""},
		{"a flag that nobody knows", "01c8 fe 00", Unknown{Kind: 200}, ""},
		{"a kind that must be understood", "01c8 01 00 7f", nil, "kind 200"},
		{"an envelope of a later version", "0201 00 00", nil, "version 2"},
		{"an envelope of no version", "0001 00 00", nil, "version 0"},
	} {
		got, err := Parse(golden(t, tt.bytes))
		switch {
		case tt.reason == "" && (err != nil || got != tt.want):
			t.Errorf("%s: %v, %v, want %v", tt.name, got, err, tt.want)
		case tt.reason != "" && (err == nil || !strings.Contains(err.Error(), tt.reason)):
			t.Errorf("%s: %v, %v, want an error about %s", tt.name, got, err, tt.reason)
		}
	}
}

func TestWhatCannotBeIsCorrupt(t *testing.T) {
	for name, b := range map[string]string{
		"a name longer than the record":     "01020100 ffffffff0f",
		"a name of negative length":         "01020100 01",
		"settings that are no JSON":         "01010100 02 7b",
		"settings of the wrong type":        "01030100 04 5b5d",
		"a number that never ends":          "01060100 ffffffffffffffffffffff",
		"more offsets than bytes":           "01050100 feffffffffffffffff01 00000000",
		"a negative number of offsets":      "01050100 01",
		"one offset more than there is":     "01050100 04 02" + text("g") + "02" + text("t") + "0000",
		"an offset in a queue over 32 bits": "01050100 02 02" + text("g") + "02" + text("t") + "8080808020 00",
	} {
		if r, err := Parse(golden(t, b)); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: %v, %v", name, r, err)
		}
	}
}

func TestWhatIsParsedDoesNotPointIntoTheRecord(t *testing.T) {
	for _, s := range samples {
		enc := golden(t, s.golden)
		got, err := Parse(enc)
		clear(enc)
		if diff := cmp.Diff(s.record, got); err != nil || diff != "" {
			t.Errorf("%s: %v %s", s.name, err, diff)
		}
	}
}

func TestParseReadsWhatAppendWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawRecord(t)
		got, err := Parse(Append(nil, want))
		if err != nil {
			t.Fatalf("Parse of %#v: %v", want, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

// drawRecord draws a record, also one that nobody should want to write.
func drawRecord(t *rapid.T) Record {
	name := rapid.String()
	offset := rapid.Int64()
	queue := rapid.Int32()
	topic := func() mq.Topic { return mq.Topic(name.Draw(t, "topic")) }
	group := func() mq.Group { return mq.Group(name.Draw(t, "group")) }
	switch kind := rapid.ByteRange(byte(kindTopicPut), byte(kindQueueBound)+1).Draw(t, "kind"); kind {
	case 1:
		c := mq.NewTopicConfig(topic(), queue.Draw(t, "queues"))
		c.Attributes = rapid.MapOf(name, name).Draw(t, "attributes")
		return TopicPut{Config: c}
	case 2:
		return TopicDelete{Topic: topic()}
	case 3:
		c := mq.NewGroupConfig(group())
		c.Subscriptions = rapid.SliceOfN(rapid.Make[mq.GroupSubscription](), 1, 3).Draw(t, "subscriptions")
		return GroupPut{Config: c}
	case 4:
		return GroupDelete{Group: group(), Offsets: rapid.Bool().Draw(t, "offsets")}
	case 5:
		return OffsetsPut{Offsets: rapid.SliceOf(rapid.Make[Offset]()).Draw(t, "offsets")}
	case 6:
		return DelayDone{Level: rapid.Int().Draw(t, "level"), Next: mq.QueueOffset(offset.Draw(t, "next"))}
	case 7:
		return QueueBound{
			Topic: topic(), Queue: mq.QueueID(queue.Draw(t, "queue")),
			Begin: mq.QueueOffset(offset.Draw(t, "begin")), Next: mq.QueueOffset(offset.Draw(t, "next")),
		}
	default:
		return Unknown{Kind: kind}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range samples {
		f.Add(golden(f, s.golden))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := Parse(b)
		if err != nil {
			return
		}
		again, err := Parse(Append(nil, r))
		if err != nil {
			t.Fatalf("Parse of what Append wrote of %#v: %v", r, err)
		}
		if diff := cmp.Diff(r, again); diff != "" {
			t.Fatal(diff)
		}
	})
}

func BenchmarkAppendOffset(b *testing.B) {
	put := Record(OffsetsPut{Offsets: []Offset{{Group: "billing", Topic: "orders", Queue: 3, Offset: 1000}}})
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst = Append(dst[:0], put)
	}
	b.SetBytes(int64(len(dst)))
}

func BenchmarkParseOffset(b *testing.B) {
	enc := Append(nil, OffsetsPut{Offsets: []Offset{{Group: "billing", Topic: "orders", Queue: 3, Offset: 1000}}})
	b.SetBytes(int64(len(enc)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(enc); err != nil {
			b.Fatal(err)
		}
	}
}
