package mq

import "strings"

// Prefixes of the names that belong to a consumer group.
const (
	RetryPrefix      = "%RETRY%"
	DeadLetterPrefix = "%DLQ%"
	LightPrefix      = "%LMQ%"
)

// Topics that every broker has or that only a broker writes.
const (
	TopicTemplate          Topic = "TBW102" // topics are created after it
	TopicSelfTest          Topic = "SELF_TEST_TOPIC"
	TopicBenchmark         Topic = "BenchmarkTest"
	TopicOffsetMoved       Topic = "OFFSET_MOVED_EVENT"
	TopicSchedule          Topic = "SCHEDULE_TOPIC_XXXX"
	TopicTimer             Topic = "rmq_sys_wheel_timer"
	TopicHalf              Topic = "RMQ_SYS_TRANS_HALF_TOPIC"
	TopicOp                Topic = "RMQ_SYS_TRANS_OP_HALF_TOPIC"
	TopicTransactionParked Topic = "TRANS_CHECK_MAX_TIME_TOPIC"
	TopicTrace             Topic = "RMQ_SYS_TRACE_TOPIC"

	// TopicState holds Goddard's own records: see package record.
	TopicState Topic = "rmq_sys_goddard"
)

// systemTopicPrefix begins the names of topics that only brokers make.
const systemTopicPrefix = "rmq_sys_"

// RetryTopic returns the topic from which a group gets its failed messages
// again.
func RetryTopic(g Group) Topic { return Topic(RetryPrefix + string(g)) }

// DeadLetterTopic returns the topic of the messages that a group gave up.
func DeadLetterTopic(g Group) Topic { return Topic(DeadLetterPrefix + string(g)) }

// ReplyTopic returns the topic of replies to requesters of a cluster.
func ReplyTopic(c ClusterName) Topic { return Topic(string(c) + "_REPLY_TOPIC") }

// IsRetry reports whether t is a group's retry topic.
func (t Topic) IsRetry() bool { return strings.HasPrefix(string(t), RetryPrefix) }

// IsDeadLetter reports whether t is a group's dead-letter topic.
func (t Topic) IsDeadLetter() bool { return strings.HasPrefix(string(t), DeadLetterPrefix) }

// RetryGroup returns the group whose retry topic t is.
func (t Topic) RetryGroup() (Group, bool) {
	name, ok := strings.CutPrefix(string(t), RetryPrefix)
	return Group(name), ok
}

// IsSystem reports whether t belongs to the broker: clients may not create,
// change or delete it.
func (t Topic) IsSystem() bool {
	switch t {
	case TopicTemplate, TopicSelfTest, TopicBenchmark, TopicOffsetMoved, TopicSchedule, TopicHalf, TopicOp,
		TopicTransactionParked, TopicTrace, "RMQ_SYS_ROCKSDB_TRANS_HALF_TOPIC", "RMQ_SYS_ROCKSDB_TRANS_OP_HALF_TOPIC", "CHECKPOINT_TOPIC":
		return true
	}
	return strings.HasPrefix(string(t), systemTopicPrefix)
}

// Sendable reports whether clients may send to t.
func (t Topic) Sendable() bool {
	switch t {
	case TopicSchedule, TopicHalf, TopicOp, TopicTransactionParked, TopicSelfTest, TopicOffsetMoved, TopicState:
		return false
	}
	return true
}

// Groups that exist on every broker.
const (
	GroupTools       Group = "TOOLS_CONSUMER"
	GroupTransaction Group = "CID_RMQ_SYS_TRANS"
)

// SystemGroups returns the groups that exist on every broker.
func SystemGroups() []Group {
	return []Group{
		GroupTools, "FILTERSRV_CONSUMER", "SELF_TEST_C_GROUP", "CID_ONS-HTTP-PROXY", "CID_ONSAPI_PULL",
		"CID_ONSAPI_PERMISSION", "CID_ONSAPI_OWNER", GroupTransaction,
	}
}
