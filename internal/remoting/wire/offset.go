package wire

import (
	"strings"

	"goddard/internal/mq"
	"goddard/internal/remoting"
)

// A QueueRequest is the header of a request about a queue: GET_MAX_OFFSET,
// GET_MIN_OFFSET and GET_EARLIEST_MSG_STORETIME.
type QueueRequest struct {
	Topic   mq.Topic
	QueueID mq.QueueID
}

// ParseQueueRequest reads the header.
func ParseQueueRequest(f remoting.Fields) (QueueRequest, error) {
	r := fieldReader{f: f}
	var h QueueRequest
	h.Topic, h.QueueID = r.topicQueue()
	return h, r.err
}

// AppendFields implements remoting.Header.
func (h QueueRequest) AppendFields(w *remoting.FieldWriter) {
	w.Int("queueId", int64(h.QueueID))
	w.String("topic", string(h.Topic))
}

// A SearchOffset is the header of SEARCH_OFFSET_BY_TIMESTAMP.
type SearchOffset struct {
	Topic   mq.Topic
	QueueID mq.QueueID
	Time    int64 // ms
	Upper   bool
}

// ParseSearchOffset reads the header.
func ParseSearchOffset(f remoting.Fields) (SearchOffset, error) {
	r := fieldReader{f: f}
	var h SearchOffset
	h.Topic, h.QueueID = r.topicQueue()
	h.Time = r.number("timestamp")
	h.Upper = strings.EqualFold(r.optional("boundaryType"), "UPPER")
	return h, r.err
}

// A QueryConsumerOffset is the header of QUERY_CONSUMER_OFFSET.
type QueryConsumerOffset struct {
	Group   mq.Group
	Topic   mq.Topic
	QueueID mq.QueueID
	OrZero  bool // setZeroIfNotFound; true when missing
}

// ParseQueryConsumerOffset reads the header.
func ParseQueryConsumerOffset(f remoting.Fields) (QueryConsumerOffset, error) {
	r := fieldReader{f: f}
	h := QueryConsumerOffset{Group: mq.Group(r.text("consumerGroup")), OrZero: r.boolOr("setZeroIfNotFound", true)}
	h.Topic, h.QueueID = r.topicQueue()
	return h, r.err
}

// An UpdateConsumerOffset is the header of UPDATE_CONSUMER_OFFSET.
type UpdateConsumerOffset struct {
	Group   mq.Group
	Topic   mq.Topic
	QueueID mq.QueueID
	Offset  mq.QueueOffset
}

// ParseUpdateConsumerOffset reads the header. A missing field is
// CodeInvalidArgument, as in the original.
func ParseUpdateConsumerOffset(f remoting.Fields) (UpdateConsumerOffset, error) {
	r := fieldReader{f: f}
	h := UpdateConsumerOffset{Group: mq.Group(r.text("consumerGroup")), Offset: mq.QueueOffset(r.number("commitOffset"))}
	h.Topic, h.QueueID = r.topicQueue()
	if r.err != nil {
		return h, mq.Errorf(mq.CodeInvalidArgument, "%w", r.err)
	}
	return h, nil
}

// An Offset is the header of an answer that is an offset.
type Offset struct{ Offset mq.QueueOffset }

// AppendFields implements remoting.Header.
func (h Offset) AppendFields(w *remoting.FieldWriter) { w.Int("offset", int64(h.Offset)) }

// A Timestamp is the header of an answer that is a time in ms.
type Timestamp struct{ Time int64 }

// AppendFields implements remoting.Header.
func (h Timestamp) AppendFields(w *remoting.FieldWriter) { w.Int("timestamp", h.Time) }
