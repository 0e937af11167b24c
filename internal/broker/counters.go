package broker

import "sync/atomic"

// Counters count what a broker did since it was opened. Each may be read at
// any time.
type Counters struct {
	Sent       atomic.Int64 // messages stored for clients
	SentBytes  atomic.Int64 // their records, bytes
	Refused    atomic.Int64 // sends that were refused
	Fetched    atomic.Int64 // messages given to consumers
	FetchBytes atomic.Int64 // their records, bytes
	Held       atomic.Int64 // pulls that had to wait
	SentBack   atomic.Int64 // messages that a consumer gave back
	DeadLetter atomic.Int64 // messages moved to a dead-letter topic
	Delivered  atomic.Int64 // delayed messages whose time came
}
