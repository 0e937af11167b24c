package routes

import (
	"goddard/internal/mq"
	"goddard/internal/remoting"
	"goddard/internal/remoting/wire"
)

// allTopics serves GET_ALL_TOPIC_LIST_FROM_NAMESERVER; 1 when it is switched
// off. Called by clients and operators.
func allTopics(r *request) (remoting.Response, error) {
	if !r.h.ns.Settings().TopicList {
		return remoting.Response{}, mq.Errorf(mq.CodeInternal, "the list of all topics is switched off: enableAllTopicList=false")
	}
	return topicList(r.h.ns.Topics()), nil
}

func topicList[T ~string](names []T) remoting.Response {
	return remoting.Response{Body: wire.Marshal(wire.NewTopicList(names))}
}
