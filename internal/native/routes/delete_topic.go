package routes

import (
	"goddard/internal/remoting"
	"goddard/internal/remoting/wire"
)

// deleteTopic serves DELETE_TOPIC_IN_NAMESRV, for one cluster or all. The
// brokers must have dropped the topic before, they bring it back otherwise.
// Called by operators.
func deleteTopic(r *request) (remoting.Response, error) {
	topic, cluster, err := wire.ParseTopicInCluster(r.Fields)
	if err != nil {
		return remoting.Response{}, err
	}
	r.h.ns.DeleteTopic(topic, cluster)
	r.h.logger.Info("routes of a topic deleted", "topic", topic, "cluster", cluster, "client", r.conn.RemoteAddr())
	return remoting.Response{}, nil
}
