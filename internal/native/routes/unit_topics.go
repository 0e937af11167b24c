package routes

import "goddard/internal/remoting"

// Bits of a topic's system flag.
const (
	flagUnit    = 1
	flagUnitSub = 2
)

// unitTopics serves GET_UNIT_TOPIC_LIST. Called by operators.
func unitTopics(r *request) (remoting.Response, error) {
	return topicList(r.h.ns.TopicsFlagged(flagUnit, 0)), nil
}

// unitSubTopics serves GET_HAS_UNIT_SUB_TOPIC_LIST. Called by operators.
func unitSubTopics(r *request) (remoting.Response, error) {
	return topicList(r.h.ns.TopicsFlagged(flagUnitSub, 0)), nil
}

// unitSubUnunitTopics serves GET_HAS_UNIT_SUB_UNUNIT_TOPIC_LIST. Called by
// operators.
func unitSubUnunitTopics(r *request) (remoting.Response, error) {
	return topicList(r.h.ns.TopicsFlagged(flagUnitSub, flagUnit)), nil
}
