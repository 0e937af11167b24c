// Package native holds what the handlers of the native protocol share: how
// refusals look on the wire.
package native

import (
	"errors"
	"fmt"

	"goddard/internal/mq"
	"goddard/internal/remoting"
)

// ResponseCode translates a code of ours.
func ResponseCode(c mq.Code) remoting.ResponseCode {
	switch c {
	case mq.CodeBusy:
		return remoting.SystemBusy
	case mq.CodeUnsupported:
		return remoting.RequestCodeNotSupported
	case mq.CodeInvalidArgument:
		return remoting.InvalidParameter
	case mq.CodeMessageIllegal:
		return remoting.MessageIllegal
	case mq.CodeUnavailable:
		return remoting.ServiceNotAvailable
	case mq.CodeNoPermission:
		return remoting.NoPermission
	case mq.CodeTopicNotFound:
		return remoting.TopicNotExist
	case mq.CodeGroupNotFound:
		return remoting.SubscriptionGroupNotExist
	case mq.CodeOffsetNotFound, mq.CodeKeyNotFound:
		return remoting.QueryNotFound
	case mq.CodeSubscriptionInvalid:
		return remoting.SubscriptionParseFailed
	case mq.CodeSubscriptionMissing:
		return remoting.SubscriptionNotExist
	case mq.CodeSubscriptionOutdated:
		return remoting.SubscriptionNotLatest
	case mq.CodeConsumerOffline:
		return remoting.ConsumerNotOnline
	case mq.CodeInternal, mq.CodeMessageNotFound:
		return remoting.SystemError
	}
	return remoting.SystemError
}

// ErrorResponse returns the refusal that a client gets for an error: its code,
// and its reason when it has one for clients.
func ErrorResponse(err error) remoting.Response {
	r := remoting.Response{Code: ResponseCode(mq.CodeOf(err)), Remark: err.Error()}
	if e, ok := errors.AsType[*mq.Error](err); ok {
		r.Remark = e.Reason
	}
	return r
}

// Unsupported returns the refusal of a request code that nobody serves.
func Unsupported(code int32) remoting.Response {
	return remoting.Response{Code: remoting.RequestCodeNotSupported, Remark: fmt.Sprintf(" request type %d not supported", code)}
}

// Busy returns the refusal of a request that would have to wait too long.
func Busy(reason string) remoting.Response {
	return remoting.Response{Code: remoting.SystemBusy, Remark: "[OVERLOAD] " + reason}
}
