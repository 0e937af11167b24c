package routes

import (
	"goddard/internal/remoting"
	"goddard/internal/remoting/wire"
)

// queryDataVersion serves QUERY_DATA_VERSION: whether a broker must register,
// and what is known of it. It counts as a sign of life. Called by brokers.
func queryDataVersion(r *request) (remoting.Response, error) {
	h, err := wire.ParseUnregisterBroker(r.Fields)
	if err != nil {
		return remoting.Response{}, err
	}
	theirs, err := wire.ParseDataVersion(r.Body)
	if err != nil {
		return remoting.Response{}, err
	}
	v, ok := r.h.ns.Version(h.Address, r.h.o.Now())
	if !ok {
		return remoting.Response{Header: wire.DataVersionResult{Changed: true}}, nil
	}
	ours := wire.DataVersion{Counter: v.Counter, State: v.State, Time: v.Time}
	return remoting.Response{Header: wire.DataVersionResult{Changed: ours != theirs}, Body: wire.Marshal(ours)}, nil
}
