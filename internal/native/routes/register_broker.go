package routes

import (
	"time"

	"goddard/internal/mq"
	"goddard/internal/nameserver"
	"goddard/internal/remoting"
	"goddard/internal/remoting/wire"
)

// maxTimeout bounds the time that a broker may ask to be silent for.
const maxTimeout = 24 * time.Hour

// registerBroker serves REGISTER_BROKER, plain and compressed. A broker that
// is refused is answered 1 (its checksum is wrong, its body cannot be read,
// it is unknown and registers a single topic) or 29 (nobody could use its
// name or address). Not served: static topics, zones, filter servers.
// Called by brokers.
func registerBroker(r *request) (remoting.Response, error) {
	h, err := wire.ParseRegisterBroker(r.Fields)
	if err != nil {
		return remoting.Response{}, err
	}
	if h.BodyCRC != 0 && h.BodyCRC != wire.BodyCRC(r.Body) {
		return remoting.Response{}, mq.Errorf(mq.CodeInternal, "the checksum of the registration's body is wrong")
	}
	var body wire.RegisterBody // without a body there are no topics
	if len(r.Body) > 0 {
		if body, err = wire.ParseRegisterBody(r.Body, h.Compressed); err != nil {
			return remoting.Response{}, err
		}
	}
	v := body.Topics.Version
	registered, err := r.h.ns.Register(nameserver.Registration{
		Member:       nameserver.Member{Cluster: h.Cluster, Name: h.Name, ID: h.ID, Address: h.Address},
		HAAddress:    h.HAAddress,
		Timeout:      time.Duration(min(h.HeartbeatTimeout, maxTimeout.Milliseconds())) * time.Millisecond,
		ActingMaster: h.ActingMaster,
		Channel:      r.channel,
		Version:      nameserver.Version{State: v.State, Counter: v.Counter, Time: v.Time},
		Topics:       body.Topics.Topics,
	}, r.h.o.Now())
	if err != nil {
		return remoting.Response{}, err
	}
	r.registered(&h, &registered)
	return r.registerResult(&registered), nil
}

// registered logs what changed.
func (r *request) registered(h *wire.RegisterBroker, result *nameserver.Registered) {
	r.h.gone(result.Replaced, "another one took its place")
	switch {
	case result.Newer != "":
		r.h.logger.Warn("broker is ignored, a newer one has its name and ID",
			"broker", h.Name, "id", h.ID, "address", h.Address, "newer", result.Newer)
	case result.New:
		r.h.logger.Info("broker registered", "broker", h.Name, "id", h.ID, "cluster", h.Cluster, "address", h.Address)
	}
}

func (r *request) registerResult(result *nameserver.Registered) remoting.Response {
	response := remoting.Response{Header: wire.RegisterResult{HAAddress: result.MasterHA, Master: result.Master}}
	if !r.h.ns.Settings().OrderToBrokers {
		return response
	}
	if order, err := r.h.ns.Texts(nameserver.OrderNamespace); err == nil {
		response.Body = wire.Marshal(wire.NewKVTable(order))
	}
	return response
}
