package wire

import (
	"goddard/internal/mq"
	"goddard/internal/remoting"
)

// A SendBack is the header of CONSUMER_SEND_MSG_BACK.
type SendBack struct {
	Position          mq.LogOffset
	Group             mq.Group
	DelayLevel        int32
	OriginID          string
	OriginTopic       mq.Topic
	MaxReconsumeTimes int32 // -1 when missing
}

// ParseSendBack reads the header.
func ParseSendBack(f remoting.Fields) (SendBack, error) {
	r := fieldReader{f: f}
	h := SendBack{
		Position: mq.LogOffset(r.number("offset")), Group: mq.Group(r.text("group")), DelayLevel: r.number32("delayLevel"),
		OriginID: r.optional("originMsgId"), OriginTopic: mq.Topic(r.optional("originTopic")), MaxReconsumeTimes: int32(r.numberOr("maxReconsumeTimes", -1)),
	}
	return h, r.err
}

// A ViewMessage is the header of VIEW_MESSAGE_BY_ID.
type ViewMessage struct{ Position mq.LogOffset }

// ParseViewMessage reads the header.
func ParseViewMessage(f remoting.Fields) (ViewMessage, error) {
	r := fieldReader{f: f}
	h := ViewMessage{Position: mq.LogOffset(r.number("offset"))}
	return h, r.err
}
