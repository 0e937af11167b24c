package wire

import (
	"goddard/internal/mq"
	"goddard/internal/remoting"
)

// A SendMessage is the header of SEND_MESSAGE, SEND_MESSAGE_V2,
// SEND_BATCH_MESSAGE and the replies to requesters, in long names or in
// letters. Its slices point into the fields.
type SendMessage struct {
	Group             []byte
	Topic             []byte
	DefaultTopic      []byte
	DefaultQueues     int32
	QueueID           int32
	SysFlag           int32
	BornTime          int64
	Flag              int32
	Properties        []byte
	ReconsumeTimes    int32
	MaxReconsumeTimes int32 // -1 when missing
	Batch             bool
}

// ParseSendMessage reads the header. Letters and long names are told apart by
// their keys. What the original answers with an exception is CodeInternal.
func ParseSendMessage(f remoting.Fields) (SendMessage, error) {
	h := SendMessage{MaxReconsumeTimes: -1}
	r := fieldReader{}
	var seen uint
	const required = 1<<8 - 1
	for _, field := range f {
		v := field.Value
		switch string(field.Key) {
		case "a", "producerGroup":
			h.Group = v
			seen |= 1 << 0
		case "b", "topic":
			h.Topic = v
			seen |= 1 << 1
		case "c", "defaultTopic":
			h.DefaultTopic = v
			seen |= 1 << 2
		case "d", "defaultTopicQueueNums":
			h.DefaultQueues = int32(r.parse("defaultTopicQueueNums", v, 32))
			seen |= 1 << 3
		case "e", "queueId":
			h.QueueID = int32(r.parse("queueId", v, 32))
			seen |= 1 << 4
		case "f", "sysFlag":
			h.SysFlag = int32(r.parse("sysFlag", v, 32))
			seen |= 1 << 5
		case "g", "bornTimestamp":
			h.BornTime = r.parse("bornTimestamp", v, 64)
			seen |= 1 << 6
		case "h", "flag":
			h.Flag = int32(r.parse("flag", v, 32))
			seen |= 1 << 7
		case "i", "properties":
			h.Properties = v
		case "j", "reconsumeTimes":
			h.ReconsumeTimes = int32(r.parse("reconsumeTimes", v, 32))
		case "l", "maxReconsumeTimes":
			h.MaxReconsumeTimes = int32(r.parse("maxReconsumeTimes", v, 32))
		case "m", "batch":
			h.Batch = isTrue(v)
		}
	}
	if missing := required &^ seen; missing != 0 {
		r.fail("field %s is missing", firstMissing(missing))
	}
	return h, r.err
}

func firstMissing(missing uint) string {
	for i, name := range []string{"producerGroup", "topic", "defaultTopic", "defaultTopicQueueNums", "queueId", "sysFlag", "bornTimestamp", "flag"} {
		if missing&(1<<i) != 0 {
			return name
		}
	}
	return ""
}

// AppendFields appends the header in long names.
func (h *SendMessage) AppendFields(w *remoting.FieldWriter) {
	w.Bytes("producerGroup", h.Group)
	w.Bytes("topic", h.Topic)
	w.Bytes("defaultTopic", h.DefaultTopic)
	w.Int("defaultTopicQueueNums", int64(h.DefaultQueues))
	w.Int("queueId", int64(h.QueueID))
	w.Int("sysFlag", int64(h.SysFlag))
	w.Int("bornTimestamp", h.BornTime)
	w.Int("flag", int64(h.Flag))
	if h.Properties != nil {
		w.Bytes("properties", h.Properties)
	}
	w.Int("reconsumeTimes", int64(h.ReconsumeTimes))
	if h.MaxReconsumeTimes >= 0 {
		w.Int("maxReconsumeTimes", int64(h.MaxReconsumeTimes))
	}
	w.Bool("batch", h.Batch)
}

// A SendResult is the header of the answer to a send.
type SendResult struct {
	MessageID     []byte
	QueueID       mq.QueueID
	QueueOffset   mq.QueueOffset
	TransactionID string
	Region        string
	TraceOn       bool
}

// AppendFields implements remoting.Header.
func (h *SendResult) AppendFields(w *remoting.FieldWriter) {
	w.String("MSG_REGION", h.Region)
	w.Bool("TRACE_ON", h.TraceOn)
	w.Bytes("msgId", h.MessageID)
	w.Int("queueId", int64(h.QueueID))
	w.Int("queueOffset", int64(h.QueueOffset))
	if h.TransactionID != "" {
		w.String("transactionId", h.TransactionID)
	}
}

// ParseSendResult reads the header.
func ParseSendResult(f remoting.Fields) (SendResult, error) {
	r := fieldReader{f: f}
	h := SendResult{
		MessageID: []byte(r.text("msgId")), QueueID: mq.QueueID(r.number32("queueId")), QueueOffset: mq.QueueOffset(r.number("queueOffset")),
		TransactionID: r.optional("transactionId"), Region: r.optional("MSG_REGION"), TraceOn: r.boolOr("TRACE_ON", true),
	}
	return h, r.err
}
