package routes

import (
	"goddard/internal/mq"
	"goddard/internal/remoting"
	"goddard/internal/remoting/wire"
)

// clusterInfo serves GET_BROKER_CLUSTER_INFO: all brokers with their
// addresses. Called by clients, brokers and operators.
func clusterInfo(r *request) (remoting.Response, error) {
	info := wire.ClusterInfo{Brokers: map[mq.BrokerName]wire.BrokerData{}, Clusters: map[mq.ClusterName][]mq.BrokerName{}}
	for _, b := range r.h.ns.Brokers() {
		info.Brokers[b.Name] = brokerData(b)
		info.Clusters[b.Cluster] = append(info.Clusters[b.Cluster], b.Name)
	}
	return remoting.Response{Body: wire.Marshal(info)}, nil
}
