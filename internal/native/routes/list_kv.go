package routes

import (
	"goddard/internal/remoting"
	"goddard/internal/remoting/wire"
)

// listKV serves GET_KVLIST_BY_NAMESPACE; 22 when there is no such namespace.
// Called by clients and operators.
func listKV(r *request) (remoting.Response, error) {
	h, err := wire.ParseKVRequest(r.Fields, false, false)
	if err != nil {
		return remoting.Response{}, err
	}
	table, err := r.h.ns.Texts(h.Namespace)
	if err != nil {
		return remoting.Response{}, err
	}
	return remoting.Response{Body: wire.Marshal(wire.NewKVTable(table))}, nil
}
