// Package record is the form of Goddard's own records: what it must remember
// beside messages. Each is the body of a message of topic mq.TopicState.
//
//	size  field
//	1     version of the envelope: 1
//	1     kind
//	1     flags: bit 0, a reader that does not know the kind must not go on
//	1     zero
//	n     payload, by kind
//
// A payload is made of fields: numbers as zigzag varints, texts with their
// length as a varint before them, settings as RocketMQ's JSON. A reader
// ignores what follows the fields that it knows, so that later versions may
// add some. docs/format/record.md lists the kinds.
//
// Everything here is a plain function of its arguments, safe for concurrent
// use; what Parse returns does not point into the bytes that it was given.
package record

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"goddard/internal/mq"
)

const (
	version        = 1
	headerSize     = 4
	mustUnderstand = 1
)

// A kind says what a record is. The numbers are on disk.
type kind byte

const (
	kindTopicPut    kind = 1
	kindTopicDelete kind = 2
	kindGroupPut    kind = 3
	kindGroupDelete kind = 4
	kindOffsetsPut  kind = 5
	kindDelayDone   kind = 6
	kindQueueBound  kind = 7
)

// ErrCorrupt says that a record cannot be read.
var ErrCorrupt = errors.New("the state record is damaged")

// A Record is one of the records of this package.
type Record interface {
	kind() kind
	append(dst []byte) []byte
}

// A TopicPut creates a topic or changes its settings.
type TopicPut struct{ Config mq.TopicConfig }

// A TopicDelete forgets a topic with its queues and the offsets in it.
type TopicDelete struct{ Topic mq.Topic }

// A GroupPut creates a group or changes its settings.
type GroupPut struct{ Config mq.GroupConfig }

// A GroupDelete forgets a group and, if it says so, its offsets.
type GroupDelete struct {
	Group   mq.Group
	Offsets bool
}

// An Offset is the consumer offset of a group in a queue.
type Offset struct {
	Group  mq.Group
	Topic  mq.Topic
	Queue  mq.QueueID
	Offset mq.QueueOffset
}

// An OffsetsPut sets consumer offsets.
type OffsetsPut struct{ Offsets []Offset }

// A DelayDone says that the delayed messages of a level before Next were
// delivered.
type DelayDone struct {
	Level int
	Next  mq.QueueOffset
}

// A QueueBound keeps the end of a queue whose messages may leave the log: it
// began at Begin, and what was stored last has the offset before Next.
type QueueBound struct {
	Topic       mq.Topic
	Queue       mq.QueueID
	Begin, Next mq.QueueOffset
}

// An Unknown is a record of a later version that may be passed over.
type Unknown struct{ Kind byte }

func (TopicPut) kind() kind    { return kindTopicPut }
func (TopicDelete) kind() kind { return kindTopicDelete }
func (GroupPut) kind() kind    { return kindGroupPut }
func (GroupDelete) kind() kind { return kindGroupDelete }
func (OffsetsPut) kind() kind  { return kindOffsetsPut }
func (DelayDone) kind() kind   { return kindDelayDone }
func (QueueBound) kind() kind  { return kindQueueBound }
func (u Unknown) kind() kind   { return kind(u.Kind) }

// Append appends the encoded record.
func Append(dst []byte, r Record) []byte {
	flags := byte(mustUnderstand)
	if _, ok := r.(Unknown); ok {
		flags = 0
	}
	return r.append(append(dst, version, byte(r.kind()), flags, 0))
}

func (r TopicPut) append(dst []byte) []byte    { return appendJSON(dst, r.Config) }
func (r TopicDelete) append(dst []byte) []byte { return appendText(dst, string(r.Topic)) }
func (r GroupPut) append(dst []byte) []byte    { return appendJSON(dst, r.Config) }
func (Unknown) append(dst []byte) []byte       { return dst }

func (r GroupDelete) append(dst []byte) []byte {
	dst = appendText(dst, string(r.Group))
	if r.Offsets {
		return append(dst, 1)
	}
	return append(dst, 0)
}

func (r OffsetsPut) append(dst []byte) []byte {
	dst = binary.AppendVarint(dst, int64(len(r.Offsets)))
	for _, o := range r.Offsets {
		dst = appendText(dst, string(o.Group))
		dst = appendText(dst, string(o.Topic))
		dst = binary.AppendVarint(dst, int64(o.Queue))
		dst = binary.AppendVarint(dst, int64(o.Offset))
	}
	return dst
}

func (r DelayDone) append(dst []byte) []byte {
	dst = binary.AppendVarint(dst, int64(r.Level))
	return binary.AppendVarint(dst, int64(r.Next))
}

func (r QueueBound) append(dst []byte) []byte {
	dst = appendText(dst, string(r.Topic))
	dst = binary.AppendVarint(dst, int64(r.Queue))
	dst = binary.AppendVarint(dst, int64(r.Begin))
	return binary.AppendVarint(dst, int64(r.Next))
}

func appendText(dst []byte, s string) []byte {
	return append(binary.AppendVarint(dst, int64(len(s))), s...)
}

// appendJSON appends settings, which always have a JSON form.
func appendJSON(dst []byte, settings any) []byte {
	b, err := json.Marshal(settings)
	if err != nil {
		panic(fmt.Sprintf("record: settings without a JSON form: %v", err))
	}
	return appendText(dst, string(b))
}

// Parse reads a record; it reads everything that Append writes. A kind of a
// later version is an error only when the record says that it must be
// understood.
func Parse(b []byte) (Record, error) {
	if len(b) < headerSize {
		return nil, fmt.Errorf("%w: %d bytes", ErrCorrupt, len(b))
	}
	if b[0] != version {
		return nil, fmt.Errorf("state record of version %d: this program knows version %d", b[0], version)
	}
	f := fields{b: b[headerSize:]}
	var r Record
	switch kind(b[1]) {
	case kindTopicPut:
		var put TopicPut
		f.json(&put.Config)
		r = put
	case kindTopicDelete:
		r = TopicDelete{Topic: f.topic()}
	case kindGroupPut:
		var put GroupPut
		f.json(&put.Config)
		r = put
	case kindGroupDelete:
		r = GroupDelete{Group: f.group(), Offsets: f.byte() == 1}
	case kindOffsetsPut:
		r = OffsetsPut{Offsets: f.offsets()}
	case kindDelayDone:
		r = DelayDone{Level: int(f.within(math.MinInt, math.MaxInt)), Next: f.offset()}
	case kindQueueBound:
		r = QueueBound{Topic: f.topic(), Queue: f.queue(), Begin: f.offset(), Next: f.offset()}
	default:
		if b[2]&mustUnderstand != 0 {
			return nil, fmt.Errorf("state record of kind %d, which this program does not know and must not pass over: it was written by a later version", b[1])
		}
		return Unknown{Kind: b[1]}, nil
	}
	if f.bad {
		return nil, fmt.Errorf("%w: kind %d", ErrCorrupt, b[1])
	}
	return r, nil
}
