package routes

import (
	"goddard/internal/nameserver"
	"goddard/internal/remoting"
	"goddard/internal/remoting/wire"
)

// registerTopic serves REGISTER_TOPIC_IN_NAMESRV. Where one of its brokers is
// not known, nothing is taken and the answer is 1; the original takes nothing
// either, and says nothing. Called by brokers.
func registerTopic(r *request) (remoting.Response, error) {
	h, err := wire.ParseRouteRequest(r.Fields)
	if err != nil {
		return remoting.Response{}, err
	}
	body, err := wire.ParseRoute(r.Body)
	if err != nil {
		return remoting.Response{}, err
	}
	queues := make([]nameserver.Queues, len(body.Queues))
	for i, q := range body.Queues {
		queues[i] = nameserver.Queues{
			Broker: q.Broker, Perm: q.Perm, ReadQueues: q.ReadQueues, WriteQueues: q.WriteQueues, SysFlag: q.SysFlag,
		}
	}
	return remoting.Response{}, r.h.ns.RegisterTopic(h.Topic, queues)
}
