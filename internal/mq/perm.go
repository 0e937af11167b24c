package mq

// A Perm says what may be done with the queues of a topic.
type Perm int32

// The bits of a Perm, with the values that RocketMQ uses on the wire and in
// its files.
const (
	PermInherit  Perm = 1 // a template: topics may be created from it
	PermWrite    Perm = 2
	PermRead     Perm = 4
	PermPriority Perm = 8
)

// Readable reports whether messages may be read.
func (p Perm) Readable() bool { return p&PermRead != 0 }

// Writable reports whether messages may be sent.
func (p Perm) Writable() bool { return p&PermWrite != 0 }

// Inheritable reports whether topics may be created from this one.
func (p Perm) Inheritable() bool { return p&PermInherit != 0 }
