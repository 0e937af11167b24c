package routes

import (
	"fmt"

	"goddard/internal/nameserver"
	"goddard/internal/remoting"
	"goddard/internal/remoting/wire"
)

// putKV serves PUT_KV_CONFIG; answered when the disk has it, and without
// effect when it has not. Called by operators.
func putKV(r *request) (remoting.Response, error) {
	h, err := wire.ParseKVRequest(r.Fields, true, true)
	if err != nil {
		return remoting.Response{}, err
	}
	return remoting.Response{}, r.h.changeKV(func(kv nameserver.KV) nameserver.KV { return kv.With(h.Namespace, h.Key, h.Value) })
}

// changeKV replaces the named texts, first on the disk.
func (h *Handler) changeKV(change func(nameserver.KV) nameserver.KV) error {
	h.kv.Lock()
	defer h.kv.Unlock()
	next := change(h.ns.KV())
	if h.o.KVFile != "" {
		if err := nameserver.WriteKV(h.o.FS, h.o.KVFile, next); err != nil {
			return fmt.Errorf("store the named texts: %w", err)
		}
	}
	h.ns.SetKV(next)
	return nil
}
