package routes

import "goddard/internal/remoting"

// brokerHeartbeat serves BROKER_HEARTBEAT, of which the address counts alone:
// brokers leave their ID out. One that is not known stays unknown, and is
// told nothing: it registers every 30 seconds. Called by brokers.
func brokerHeartbeat(r *request) (remoting.Response, error) {
	address, _ := r.Fields.Get("brokerAddr")
	r.h.ns.Refresh(string(address), r.h.o.Now())
	return remoting.Response{}, nil
}
