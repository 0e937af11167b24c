package routes

import (
	"goddard/internal/mq"
	"goddard/internal/nameserver"
	"goddard/internal/remoting"
	"goddard/internal/remoting/wire"
)

// Served: GET_ROUTEINFO_BY_TOPIC, in standard JSON for every version: clients
// of all versions read it. Not served yet: static topics, zones.
// Called by: clients.
func getRoute(r *request) (remoting.Response, error) {
	h, err := wire.ParseRouteRequest(r.Fields)
	if err != nil {
		return remoting.Response{}, err
	}
	route, err := r.h.ns.Route(h.Topic)
	if err != nil {
		return remoting.Response{}, err
	}
	body := wire.Route{FilterServers: map[string][]string{}, OrderTopic: route.Order}
	for _, b := range route.Brokers {
		body.Brokers = append(body.Brokers, brokerData(b))
	}
	for _, q := range route.Queues {
		body.Queues = append(body.Queues, wire.QueueData{
			Broker: q.Broker, Perm: q.Perm, ReadQueues: q.ReadQueues, SysFlag: q.SysFlag, WriteQueues: q.WriteQueues,
		})
	}
	return remoting.Response{Body: wire.Marshal(body)}, nil
}

func brokerData(b nameserver.Broker) wire.BrokerData {
	return wire.BrokerData{Addresses: b.Addresses, Name: b.Name, Cluster: b.Cluster, ActingMaster: b.ActingMaster}
}

// Served: GET_BROKER_CLUSTER_INFO. Called by: clients.
func clusterInfo(r *request) (remoting.Response, error) {
	info := wire.ClusterInfo{Brokers: map[mq.BrokerName]wire.BrokerData{}, Clusters: map[mq.ClusterName][]mq.BrokerName{}}
	for _, b := range r.h.ns.Brokers() {
		info.Brokers[b.Name] = brokerData(b)
		info.Clusters[b.Cluster] = append(info.Clusters[b.Cluster], b.Name)
	}
	return remoting.Response{Body: wire.Marshal(info)}, nil
}

// memberGroupBody is the body of the answer to GET_BROKER_MEMBER_GROUP.
type memberGroupBody struct {
	Group struct {
		Addresses map[mq.BrokerID]string `json:"brokerAddrs"`
		Name      mq.BrokerName          `json:"brokerName"`
		Cluster   mq.ClusterName         `json:"cluster"`
	} `json:"brokerMemberGroup"`
}

// Served: GET_BROKER_MEMBER_GROUP. Called by: brokers.
func memberGroup(r *request) (remoting.Response, error) {
	h, err := wire.ParseBrokerRequest(r.Fields)
	if err != nil {
		return remoting.Response{}, err
	}
	var body memberGroupBody
	body.Group.Name, body.Group.Cluster = h.Broker, h.Cluster
	body.Group.Addresses = map[mq.BrokerID]string{}
	for _, b := range r.h.ns.Brokers() {
		if b.Name == h.Broker && b.Cluster == h.Cluster {
			body.Group.Addresses = b.Addresses
		}
	}
	return remoting.Response{Body: wire.Marshal(body)}, nil
}
