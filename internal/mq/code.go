package mq

import (
	"errors"
	"fmt"
)

// A Code says what kind of refusal an error is. The codes are ours; each
// protocol translates them once, at its edge.
type Code uint8

// The codes. CodeInternal is also the code of an error that carries none.
const (
	CodeInternal             Code = iota // something broke; the cause says what
	CodeBusy                             // overloaded: try another broker
	CodeUnsupported                      // nobody serves this request here
	CodeInvalidArgument                  // a field is missing, malformed or out of range
	CodeMessageIllegal                   // a message breaks a limit or a rule
	CodeUnavailable                      // no writes now: disk full, failed sync, shutting down
	CodeNoPermission                     // not readable, not writable, not allowed
	CodeTopicNotFound                    // this broker does not have the topic
	CodeGroupNotFound                    // this broker does not have the group
	CodeOffsetNotFound                   // the group has no offset for the queue
	CodeMessageNotFound                  // no message at that place
	CodeSubscriptionInvalid              // the filter expression does not parse
	CodeSubscriptionMissing              // the group, or the topic for the group, is not in any heartbeat
	CodeSubscriptionOutdated             // the heartbeat is older than the request's subscription
	CodeConsumerOffline                  // no live member of the group
	CodeKeyNotFound                      // no such configuration value
	numCodes
)

var codeNames = [numCodes]string{
	CodeInternal:             "internal",
	CodeBusy:                 "busy",
	CodeUnsupported:          "unsupported",
	CodeInvalidArgument:      "invalid argument",
	CodeMessageIllegal:       "message illegal",
	CodeUnavailable:          "unavailable",
	CodeNoPermission:         "no permission",
	CodeTopicNotFound:        "topic not found",
	CodeGroupNotFound:        "group not found",
	CodeOffsetNotFound:       "offset not found",
	CodeMessageNotFound:      "message not found",
	CodeSubscriptionInvalid:  "subscription invalid",
	CodeSubscriptionMissing:  "subscription missing",
	CodeSubscriptionOutdated: "subscription outdated",
	CodeConsumerOffline:      "consumer offline",
	CodeKeyNotFound:          "key not found",
}

// Codes returns every code, for tests that walk them.
func Codes() []Code {
	all := make([]Code, numCodes)
	for i := range all {
		all[i] = Code(i)
	}
	return all
}

// String returns the code in words.
func (c Code) String() string {
	if c >= numCodes {
		return fmt.Sprintf("code %d", uint8(c))
	}
	return codeNames[c]
}

// An Error is a refusal that a client gets to see: a code, and a reason that
// a person can act on.
type Error struct {
	Code   Code
	Reason string
	Err    error // the cause, or nil; not shown to clients
}

// Errorf returns an Error with a formatted reason. A %w in the format becomes
// the cause.
func Errorf(code Code, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Code: code, Reason: err.Error(), Err: errors.Unwrap(err)}
}

// Error returns the reason.
func (e *Error) Error() string { return e.Reason }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// CodeOf returns the code of the first Error in err's chain, or CodeInternal.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return CodeInternal
}
