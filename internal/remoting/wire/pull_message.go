package wire

import (
	"goddard/internal/mq"
	"goddard/internal/remoting"
)

// Bits of the sysFlag of a pull.
const (
	PullCommit       = 1 // CommitOffset counts
	PullSuspend      = 2 // wait for a message
	PullSubscription = 4 // Subscription counts
	PullClassFilter  = 8
)

// A PullMessage is the header of PULL_MESSAGE and LITE_PULL_MESSAGE. Its
// slices point into the fields.
type PullMessage struct {
	Group          []byte
	Topic          []byte
	QueueID        int32
	Offset         int64
	Max            int32
	SysFlag        int32
	CommitOffset   int64
	SuspendMS      int64
	Subscription   []byte
	SubVersion     int64
	ExpressionType []byte
}

// ParsePullMessage reads the header.
func ParsePullMessage(f remoting.Fields) (PullMessage, error) {
	var h PullMessage
	r := fieldReader{}
	var seen uint
	for _, field := range f {
		v := field.Value
		switch string(field.Key) {
		case "consumerGroup":
			h.Group = v
			seen |= 1 << 0
		case "topic":
			h.Topic = v
			seen |= 1 << 1
		case "queueId":
			h.QueueID = int32(r.parse("queueId", v, 32))
			seen |= 1 << 2
		case "queueOffset":
			h.Offset = r.parse("queueOffset", v, 64)
			seen |= 1 << 3
		case "maxMsgNums":
			h.Max = int32(r.parse("maxMsgNums", v, 32))
			seen |= 1 << 4
		case "sysFlag":
			h.SysFlag = int32(r.parse("sysFlag", v, 32))
			seen |= 1 << 5
		case "commitOffset":
			h.CommitOffset = r.parse("commitOffset", v, 64)
		case "suspendTimeoutMillis":
			h.SuspendMS = r.parse("suspendTimeoutMillis", v, 64)
		case "subscription":
			h.Subscription = v
		case "subVersion":
			h.SubVersion = r.parse("subVersion", v, 64)
		case "expressionType":
			h.ExpressionType = v
		}
	}
	for i, name := range []string{"consumerGroup", "topic", "queueId", "queueOffset", "maxMsgNums", "sysFlag"} {
		if seen&(1<<i) == 0 {
			r.fail("field %s is missing", name)
		}
	}
	return h, r.err
}

// AppendFields implements remoting.Header.
func (h *PullMessage) AppendFields(w *remoting.FieldWriter) {
	w.Bytes("consumerGroup", h.Group)
	w.Bytes("topic", h.Topic)
	w.Int("queueId", int64(h.QueueID))
	w.Int("queueOffset", h.Offset)
	w.Int("maxMsgNums", int64(h.Max))
	w.Int("sysFlag", int64(h.SysFlag))
	w.Int("commitOffset", h.CommitOffset)
	w.Int("suspendTimeoutMillis", h.SuspendMS)
	if h.Subscription != nil {
		w.Bytes("subscription", h.Subscription)
	}
	w.Int("subVersion", h.SubVersion)
	if h.ExpressionType != nil {
		w.Bytes("expressionType", h.ExpressionType)
	}
}

// A PullResult is the header of the answer to a pull.
type PullResult struct {
	SuggestBroker mq.BrokerID
	Next          mq.QueueOffset
	Min, Max      mq.QueueOffset
	Forbidden     int32
}

// AppendFields implements remoting.Header.
func (h *PullResult) AppendFields(w *remoting.FieldWriter) {
	if h.Forbidden != 0 {
		w.Int("forbiddenType", int64(h.Forbidden))
	}
	w.Int("maxOffset", int64(h.Max))
	w.Int("minOffset", int64(h.Min))
	w.Int("nextBeginOffset", int64(h.Next))
	w.Int("suggestWhichBrokerId", int64(h.SuggestBroker))
}

// ParsePullResult reads the header.
func ParsePullResult(f remoting.Fields) (PullResult, error) {
	r := fieldReader{f: f}
	h := PullResult{
		SuggestBroker: mq.BrokerID(r.numberOr("suggestWhichBrokerId", 0)), Next: mq.QueueOffset(r.number("nextBeginOffset")),
		Min: mq.QueueOffset(r.number("minOffset")), Max: mq.QueueOffset(r.number("maxOffset")), Forbidden: int32(r.numberOr("forbiddenType", 0)),
	}
	return h, r.err
}
