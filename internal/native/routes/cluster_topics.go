package routes

import (
	"goddard/internal/remoting"
	"goddard/internal/remoting/wire"
)

// clusterTopics serves GET_TOPICS_BY_CLUSTER: none where the cluster is not
// known. Called by operators.
func clusterTopics(r *request) (remoting.Response, error) {
	cluster, err := wire.ParseCluster(r.Fields)
	if err != nil {
		return remoting.Response{}, err
	}
	return topicList(r.h.ns.TopicsOf(cluster)), nil
}
