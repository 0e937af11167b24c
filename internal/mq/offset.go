package mq

// A QueueOffset counts messages within one queue. A consumer offset is the
// next message to deliver; a maximum offset is exclusive.
type QueueOffset int64

// A LogOffset counts bytes in the commit log, from the first byte that the
// broker ever wrote.
type LogOffset int64
