package routes

import (
	"goddard/internal/mq"
	"goddard/internal/remoting"
	"goddard/internal/remoting/wire"
)

// memberGroupBody is the body of the answer to GET_BROKER_MEMBER_GROUP.
type memberGroupBody struct {
	Group memberGroupData `json:"brokerMemberGroup"`
}

type memberGroupData struct {
	Addresses map[mq.BrokerID]string `json:"brokerAddrs"`
	Name      mq.BrokerName          `json:"brokerName"`
	Cluster   mq.ClusterName         `json:"cluster"`
}

// memberGroup serves GET_BROKER_MEMBER_GROUP: the addresses under a broker
// name, none where it is not known. Called by brokers.
func memberGroup(r *request) (remoting.Response, error) {
	h, err := wire.ParseBrokerRequest(r.Fields)
	if err != nil {
		return remoting.Response{}, err
	}
	b := r.h.ns.Broker(h.Cluster, h.Broker)
	body := memberGroupBody{Group: memberGroupData{Addresses: b.Addresses, Name: b.Name, Cluster: b.Cluster}}
	if body.Group.Addresses == nil {
		body.Group.Addresses = map[mq.BrokerID]string{}
	}
	return remoting.Response{Body: wire.Marshal(body)}, nil
}
