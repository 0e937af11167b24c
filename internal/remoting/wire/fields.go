// Package wire is the typed headers and bodies of the native protocol, one
// request a file. Names and spelling on the wire are RocketMQ 5.5.0's.
//
// Headers are read from and appended to extension fields; bodies are JSON.
// All of it is plain data, safe for concurrent use while nobody changes it.
package wire

import (
	"strconv"

	"goddard/internal/mq"
	"goddard/internal/remoting"
)

// A fieldReader takes typed values from fields, and keeps the first error.
type fieldReader struct {
	f   remoting.Fields
	err error
}

func (r *fieldReader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = mq.Errorf(mq.CodeInternal, format, args...)
	}
}

// text returns a field that must be there.
func (r *fieldReader) text(key string) string {
	v, ok := r.f.Get(key)
	if !ok {
		r.fail("field %s is missing", key)
	}
	return string(v)
}

// optional returns a field that may be missing.
func (r *fieldReader) optional(key string) string {
	v, _ := r.f.Get(key)
	return string(v)
}

// number returns a number that must be there.
func (r *fieldReader) number(key string) int64 {
	v, ok := r.f.Get(key)
	if !ok {
		r.fail("field %s is missing", key)
		return 0
	}
	return r.parse(key, v, 64)
}

// number32 returns a number of 32 bits that must be there.
func (r *fieldReader) number32(key string) int32 {
	v, ok := r.f.Get(key)
	if !ok {
		r.fail("field %s is missing", key)
		return 0
	}
	return int32(r.parse(key, v, 32))
}

// numberOr returns a number that may be missing.
func (r *fieldReader) numberOr(key string, missing int64) int64 {
	v, ok := r.f.Get(key)
	if !ok || len(v) == 0 {
		return missing
	}
	return r.parse(key, v, 64)
}

// boolOr returns a truth that may be missing: anything but "true" is false.
func (r *fieldReader) boolOr(key string, missing bool) bool {
	v, ok := r.f.Get(key)
	if !ok {
		return missing
	}
	return isTrue(v)
}

// parse reads a number without allocating.
func (r *fieldReader) parse(key string, v []byte, bits int) int64 {
	n, err := strconv.ParseInt(string(v), 10, bits)
	if err != nil {
		r.fail("field %s: %q is no %d-bit number", key, v, bits)
	}
	return n
}

func isTrue(v []byte) bool {
	return len(v) == 4 && v[0]|0x20 == 't' && v[1]|0x20 == 'r' && v[2]|0x20 == 'u' && v[3]|0x20 == 'e'
}

// topicQueue reads the two fields that name a queue.
func (r *fieldReader) topicQueue() (mq.Topic, mq.QueueID) {
	return mq.Topic(r.text("topic")), mq.QueueID(r.number32("queueId"))
}
