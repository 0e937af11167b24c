package routes

import (
	"goddard/internal/nameserver"
	"goddard/internal/remoting"
	"goddard/internal/remoting/wire"
)

// unregisterBroker serves UNREGISTER_BROKER, at once. One that is not known
// is no error. Called by brokers.
func unregisterBroker(r *request) (remoting.Response, error) {
	h, err := wire.ParseUnregisterBroker(r.Fields)
	if err != nil {
		return remoting.Response{}, err
	}
	gone := r.h.ns.Unregister(nameserver.Member{Cluster: h.Cluster, Name: h.Name, ID: h.ID, Address: h.Address})
	r.h.gone(gone, "it unregistered")
	return remoting.Response{}, nil
}
