package record

import (
	"encoding/binary"
	"encoding/json"
	"math"

	"goddard/internal/mq"
)

// fields takes the fields of a payload, in order. What is missing or out of
// range makes it bad, and everything after it zero.
type fields struct {
	b   []byte
	bad bool
}

// spoil makes the rest of the payload unreadable.
func (f *fields) spoil() { f.b, f.bad = nil, true }

func (f *fields) number() int64 {
	v, n := binary.Varint(f.b)
	if n <= 0 {
		f.spoil()
		return 0
	}
	f.b = f.b[n:]
	return v
}

// within takes a number from low to high.
func (f *fields) within(low, high int64) int64 {
	v := f.number()
	if v < low || v > high {
		f.spoil()
		return 0
	}
	return v
}

func (f *fields) queue() mq.QueueID      { return mq.QueueID(f.within(math.MinInt32, math.MaxInt32)) }
func (f *fields) offset() mq.QueueOffset { return mq.QueueOffset(f.number()) }
func (f *fields) topic() mq.Topic        { return mq.Topic(f.bytes()) }
func (f *fields) group() mq.Group        { return mq.Group(f.bytes()) }

func (f *fields) byte() byte {
	if len(f.b) == 0 {
		f.spoil()
		return 0
	}
	c := f.b[0]
	f.b = f.b[1:]
	return c
}

// bytes takes a length and as many bytes, which point into the payload.
func (f *fields) bytes() []byte {
	n := f.number()
	if n < 0 || n > int64(len(f.b)) {
		f.spoil()
		return nil
	}
	b := f.b[:n]
	f.b = f.b[n:]
	return b
}

func (f *fields) json(settings any) {
	if json.Unmarshal(f.bytes(), settings) != nil {
		f.spoil()
	}
}

// minOffsetSize is the size of an offset with empty names, bytes.
const minOffsetSize = 4

func (f *fields) offsets() []Offset {
	n := f.number()
	if n < 0 || n > int64(len(f.b)/minOffsetSize) {
		f.spoil()
		return nil
	}
	offsets := make([]Offset, n)
	for i := range offsets {
		offsets[i] = Offset{Group: f.group(), Topic: f.topic(), Queue: f.queue(), Offset: f.offset()}
	}
	return offsets
}
