package wire

import (
	"strings"

	"goddard/internal/mq"
	"goddard/internal/remoting"
)

// A CreateTopic is the header of UPDATE_AND_CREATE_TOPIC. Attributes holds
// modifications: "+key" sets, "-key" removes.
type CreateTopic struct {
	Config     mq.TopicConfig
	Attributes map[string]string
}

// ParseCreateTopic reads the header.
func ParseCreateTopic(f remoting.Fields) (CreateTopic, error) {
	r := fieldReader{f: f}
	c := mq.TopicConfig{
		Name: mq.Topic(r.text("topic")), ReadQueues: r.number32("readQueueNums"), WriteQueues: r.number32("writeQueueNums"),
		Perm: mq.Perm(r.number32("perm")), FilterType: mq.TopicFilterType(r.optional("topicFilterType")),
		SysFlag: int32(r.numberOr("topicSysFlag", 0)), Order: r.boolOr("order", false),
	}
	if c.FilterType == "" {
		c.FilterType = mq.SingleTag
	}
	if c.FilterType != mq.SingleTag && c.FilterType != mq.MultiTag {
		r.fail("field topicFilterType: %q is neither %s nor %s", c.FilterType, mq.SingleTag, mq.MultiTag)
	}
	attributes, err := parseAttributes(r.optional("attributes"))
	if r.err == nil {
		r.err = err
	}
	return CreateTopic{Config: c, Attributes: attributes}, r.err
}

// parseAttributes reads "+key=value,-key".
func parseAttributes(text string) (map[string]string, error) {
	attributes := map[string]string{}
	if text == "" {
		return attributes, nil
	}
	for word := range strings.SplitSeq(text, ",") {
		key, value, _ := strings.Cut(word, "=")
		if len(key) < 2 || key[0] != '+' && key[0] != '-' || strings.ContainsAny(key[1:], "+-") {
			return nil, mq.Errorf(mq.CodeInternal, "attribute %q: want +key=value or -key", word)
		}
		attributes[key] = value
	}
	return attributes, nil
}

// A TopicStats is the body of the answer to GET_TOPIC_STATS_INFO.
type TopicStats struct {
	Offsets QueueTable[TopicOffset]
}

// A TopicOffset is the bounds of a queue.
type TopicOffset struct {
	UpdateTime int64          `json:"lastUpdateTimestamp"`
	Max        mq.QueueOffset `json:"maxOffset"`
	Min        mq.QueueOffset `json:"minOffset"`
}

// Append appends the JSON of the body.
func (s TopicStats) Append(dst []byte) []byte {
	dst = append(dst, `{"offsetTable":`...)
	dst = s.Offsets.Append(dst)
	return append(dst, `,"topicPutTps":0.0}`...)
}

// A QueueTable maps queues to values. RocketMQ writes a queue as a key that
// is an object, which is not JSON.
type QueueTable[V any] []QueueEntry[V]

// A QueueEntry is one entry of a QueueTable.
type QueueEntry[V any] struct {
	Queue MessageQueue
	Value V
}

// Append appends the table.
func (t QueueTable[V]) Append(dst []byte) []byte {
	dst = append(dst, '{')
	for i, e := range t {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(append(append(dst, Marshal(e.Queue)...), ':'), Marshal(e.Value)...)
	}
	return append(dst, '}')
}
