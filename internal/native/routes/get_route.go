package routes

import (
	"goddard/internal/mq"
	"goddard/internal/nameserver"
	"goddard/internal/remoting"
	"goddard/internal/remoting/wire"
)

// getRoute serves GET_ROUTEINFO_BY_TOPIC, in standard JSON for every version:
// clients of all versions read it. A request without a topic asks for one
// that nobody has. Not served: static topics, zones.
// Called by clients and brokers.
func getRoute(r *request) (remoting.Response, error) {
	topic, _ := r.Fields.Get("topic")
	route, err := r.h.ns.Route(mq.Topic(topic))
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
