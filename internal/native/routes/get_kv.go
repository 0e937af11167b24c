package routes

import (
	"goddard/internal/remoting"
	"goddard/internal/remoting/wire"
)

// getKV serves GET_KV_CONFIG; 22 when there is no such text. Called by clients
// and operators.
func getKV(r *request) (remoting.Response, error) {
	h, err := wire.ParseKVRequest(r.Fields, true, false)
	if err != nil {
		return remoting.Response{}, err
	}
	v, err := r.h.ns.Text(h.Namespace, h.Key)
	if err != nil {
		return remoting.Response{}, err
	}
	return remoting.Response{Header: wire.KVValue{Value: v}}, nil
}
