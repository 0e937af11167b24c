package commitlog

import (
	"sort"

	"goddard/internal/mq"
)

// Sizes of chunks, bytes. An idle broker keeps the smallest.
const (
	minChunk = 64 << 10
	maxChunk = 1 << 20
)

// A chunk is a run of the log in memory. The append lock fills it; below
// written it never changes, and there anybody may read it.
type chunk struct {
	start mq.LogOffset
	data  []byte // its whole room
	used  int    // under the append lock
}

// follows reports whether b stands in the chunk right after a.
func (c *chunk) follows(a, b []byte) bool {
	return c != nil && len(a) > 0 && len(b) > 0 && &a[:len(a)+1][len(a)] == &b[0]
}

// roomLocked returns room for n bytes at the end of the log.
func (l *Log) roomLocked(n int) []byte {
	if l.chunk == nil || len(l.chunk.data)-l.chunk.used < n {
		l.newChunkLocked(n)
	}
	c := l.chunk
	c.used += n
	return c.data[c.used-n : c.used]
}

// newChunkLocked begins a chunk at the end of the log, and lets go of the
// oldest ones.
func (l *Log) newChunkLocked(n int) {
	old := *l.tail.Load()
	size := minChunk
	if len(old) > 0 {
		size = min(2*len(old[len(old)-1].data), maxChunk)
	}
	l.chunk = &chunk{start: l.end, data: make([]byte, max(size, n))}
	kept, total := len(old), len(l.chunk.data)
	for kept > 0 && total+len(old[kept-1].data) <= l.o.TailBytes {
		kept--
		total += len(old[kept].data)
	}
	tail := make([]*chunk, 0, len(old)-kept+1)
	tail = append(append(tail, old[kept:]...), l.chunk)
	l.tail.Store(&tail)
}

// tailBytes returns n bytes of the log from memory, or nil.
func (l *Log) tailBytes(at mq.LogOffset, n int) []byte {
	tail := *l.tail.Load()
	i := sort.Search(len(tail), func(i int) bool { return tail[i].start > at }) - 1
	if i < 0 {
		return nil
	}
	from := int64(at - tail[i].start)
	if from+int64(n) > int64(len(tail[i].data)) {
		return nil
	}
	return tail[i].data[from : from+int64(n)]
}

// InTail reports whether the record at a position is in memory.
func (l *Log) InTail(at mq.LogOffset) bool {
	tail := *l.tail.Load()
	return len(tail) > 0 && at >= tail[0].start
}
