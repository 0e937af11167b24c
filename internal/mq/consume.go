package mq

// A MessageModel says who of a group gets a message. Unknown values of newer
// clients are kept as they are.
type MessageModel string

// The message models.
const (
	Clustering   MessageModel = "CLUSTERING"   // one member
	Broadcasting MessageModel = "BROADCASTING" // every member
)

// A ConsumeType says how a consumer gets its messages.
type ConsumeType string

// The consume types.
const (
	ConsumeActively  ConsumeType = "CONSUME_ACTIVELY"  // the application pulls
	ConsumePassively ConsumeType = "CONSUME_PASSIVELY" // the client pushes to the application
	ConsumePop       ConsumeType = "CONSUME_POP"
)

// A ConsumeFrom says where a group without an offset begins.
type ConsumeFrom string

// The places to begin.
const (
	FromLastOffset  ConsumeFrom = "CONSUME_FROM_LAST_OFFSET"
	FromFirstOffset ConsumeFrom = "CONSUME_FROM_FIRST_OFFSET"
	FromTimestamp   ConsumeFrom = "CONSUME_FROM_TIMESTAMP"
)

// An ExpressionType is the language of a subscription's filter.
type ExpressionType string

// The filter languages.
const (
	ExpressionTag   ExpressionType = "TAG"
	ExpressionSQL92 ExpressionType = "SQL92"
)

// SubscribeAll is the tag expression that every message passes.
const SubscribeAll = "*"

// A Subscription is what a consumer wants of a topic. Version orders the
// subscriptions of a client: the highest one counts.
type Subscription struct {
	Topic      Topic
	Type       ExpressionType
	Expression string
	Version    int64
}
