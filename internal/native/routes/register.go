package routes

import (
	"time"

	"goddard/internal/mq"
	"goddard/internal/nameserver"
	"goddard/internal/remoting"
	"goddard/internal/remoting/wire"
)

// Served: REGISTER_BROKER, plain and compressed.
// Not served yet: static topics. Called by: brokers.
func registerBroker(r *request) (remoting.Response, error) {
	h, err := wire.ParseRegisterBroker(r.Fields)
	if err != nil {
		return remoting.Response{}, err
	}
	if h.BodyCRC != 0 && h.BodyCRC != wire.BodyCRC(r.Body) {
		return remoting.Response{}, mq.Errorf(mq.CodeInternal, "the checksum of the registration's body is wrong")
	}
	body, err := wire.ParseRegisterBody(r.Body, h.Compressed)
	if err != nil {
		return remoting.Response{}, err
	}
	v := body.Topics.Version
	member := nameserver.Member{Cluster: h.Cluster, Name: h.Name, ID: h.ID, Address: h.Address}
	known := r.h.ns.Refresh(member, r.h.o.Now())
	master, err := r.h.ns.Register(nameserver.Registration{
		Member: member, HAAddress: h.HAAddress, Timeout: time.Duration(h.HeartbeatTimeout) * time.Millisecond, ActingMaster: h.ActingMaster,
		Channel: r.channel, Version: nameserver.Version{State: v.State, Counter: v.Counter, Time: v.Time}, Topics: body.Topics.Topics,
	}, r.h.o.Now())
	if err != nil {
		return remoting.Response{}, err
	}
	if !known {
		r.h.logger.Info("broker registered", "broker", h.Name, "id", h.ID, "cluster", h.Cluster, "address", h.Address, "topics", len(body.Topics.Topics))
	}
	response := remoting.Response{Header: wire.RegisterResult{HAAddress: master.HAAddress, Master: master.Address}}
	if order, err := r.h.ns.KVs(orderNamespace); err == nil {
		response.Body = wire.Marshal(wire.NewKVTable(order))
	}
	return response, nil
}

// orderNamespace holds the configuration of ordered topics.
const orderNamespace = "ORDER_TOPIC_CONFIG"

// Served: UNREGISTER_BROKER. Called by: brokers.
func unregisterBroker(r *request) (remoting.Response, error) {
	h, err := wire.ParseUnregisterBroker(r.Fields)
	if err != nil {
		return remoting.Response{}, err
	}
	m := nameserver.Member{Cluster: h.Cluster, Name: h.Name, ID: h.ID, Address: h.Address}
	r.h.ns.Unregister(m)
	r.h.gone([]nameserver.Member{m}, "it unregistered")
	return remoting.Response{}, nil
}

// Served: BROKER_HEARTBEAT. Called by: brokers.
func brokerHeartbeat(r *request) (remoting.Response, error) {
	h, err := wire.ParseUnregisterBroker(r.Fields)
	if err != nil {
		return remoting.Response{}, err
	}
	r.h.ns.Refresh(nameserver.Member{Cluster: h.Cluster, Name: h.Name, ID: h.ID, Address: h.Address}, r.h.o.Now())
	return remoting.Response{}, nil
}

// Served: QUERY_DATA_VERSION. Called by: brokers.
func queryDataVersion(r *request) (remoting.Response, error) {
	h, err := wire.ParseUnregisterBroker(r.Fields)
	if err != nil {
		return remoting.Response{}, err
	}
	theirs, err := wire.ParseDataVersion(r.Body)
	if err != nil {
		return remoting.Response{}, err
	}
	v, ok := r.h.ns.Version(nameserver.Member{Cluster: h.Cluster, Name: h.Name, ID: h.ID, Address: h.Address}, r.h.o.Now())
	ours := wire.DataVersion{Counter: v.Counter, State: v.State, Time: v.Time}
	response := remoting.Response{Header: wire.DataVersionResult{Changed: !ok || ours != theirs}}
	if ok {
		response.Body = wire.Marshal(ours)
	}
	return response, nil
}

// Served: REGISTER_TOPIC_IN_NAMESRV. Called by: brokers.
func registerTopic(r *request) (remoting.Response, error) {
	h, err := wire.ParseRouteRequest(r.Fields)
	if err != nil {
		return remoting.Response{}, err
	}
	body, err := wire.ParseRoute(r.Body)
	if err != nil {
		return remoting.Response{}, err
	}
	var queues []nameserver.Queues
	for _, q := range body.Queues {
		queues = append(queues, nameserver.Queues{
			Broker: q.Broker, Perm: q.Perm, ReadQueues: q.ReadQueues, WriteQueues: q.WriteQueues, SysFlag: q.SysFlag,
		})
	}
	return remoting.Response{}, r.h.ns.RegisterTopic(h.Topic, queues)
}
