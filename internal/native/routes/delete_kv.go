package routes

import (
	"goddard/internal/nameserver"
	"goddard/internal/remoting"
	"goddard/internal/remoting/wire"
)

// deleteKV serves DELETE_KV_CONFIG; answered when the disk has it. A text that
// is not there is no error. Called by operators.
func deleteKV(r *request) (remoting.Response, error) {
	h, err := wire.ParseKVRequest(r.Fields, true, false)
	if err != nil {
		return remoting.Response{}, err
	}
	return remoting.Response{}, r.h.changeKV(func(kv nameserver.KV) nameserver.KV { return kv.Without(h.Namespace, h.Key) })
}
