package routes

import (
	"fmt"

	"goddard/internal/remoting"
	"goddard/internal/remoting/wire"
)

// Served: PUT_KV_CONFIG; answered when the disk has it. Called by: operators.
func putKV(r *request) (remoting.Response, error) {
	h, err := wire.ParseKVRequest(r.Fields, true, true)
	if err != nil {
		return remoting.Response{}, err
	}
	r.h.ns.PutKV(h.Namespace, h.Key, h.Value)
	return remoting.Response{}, r.h.writeKV()
}

// Served: DELETE_KV_CONFIG; answered when the disk has it. Called by: operators.
func deleteKV(r *request) (remoting.Response, error) {
	h, err := wire.ParseKVRequest(r.Fields, true, false)
	if err != nil {
		return remoting.Response{}, err
	}
	r.h.ns.DeleteKV(h.Namespace, h.Key)
	return remoting.Response{}, r.h.writeKV()
}

func (h *Handler) writeKV() error {
	if h.o.KVFile == "" {
		return nil
	}
	h.kv.Lock()
	defer h.kv.Unlock()
	if err := h.ns.WriteKV(h.o.FS, h.o.KVFile); err != nil {
		return fmt.Errorf("store the named texts: %w", err)
	}
	return nil
}

// Served: GET_KV_CONFIG. Called by: clients.
func getKV(r *request) (remoting.Response, error) {
	h, err := wire.ParseKVRequest(r.Fields, true, false)
	if err != nil {
		return remoting.Response{}, err
	}
	v, err := r.h.ns.KV(h.Namespace, h.Key)
	return remoting.Response{Header: wire.KVValue{Value: v}}, err
}

// Served: GET_KVLIST_BY_NAMESPACE. Called by: clients.
func listKV(r *request) (remoting.Response, error) {
	h, err := wire.ParseKVRequest(r.Fields, false, false)
	if err != nil {
		return remoting.Response{}, err
	}
	table, err := r.h.ns.KVs(h.Namespace)
	if err != nil {
		return remoting.Response{}, err
	}
	return remoting.Response{Body: wire.Marshal(wire.NewKVTable(table))}, nil
}

// Served: GET_NAMESRV_CONFIG. Not served yet: UPDATE_NAMESRV_CONFIG.
// Called by: operators.
func getConfig(r *request) (remoting.Response, error) {
	if r.h.o.Config == nil {
		return remoting.Response{}, nil
	}
	return remoting.Response{Body: r.h.o.Config()}, nil
}
