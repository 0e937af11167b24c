package routes

import (
	"goddard/internal/remoting"
	"goddard/internal/remoting/wire"
)

// wipeWritePerm serves WIPE_WRITE_PERM_OF_BROKER: producers leave the broker
// alone until its topics change. Called by operators.
func wipeWritePerm(r *request) (remoting.Response, error) {
	return r.setWritable(false, "wipeTopicCount")
}

// addWritePerm serves ADD_WRITE_PERM_OF_BROKER. Called by operators.
func addWritePerm(r *request) (remoting.Response, error) {
	return r.setWritable(true, "addTopicCount")
}

func (r *request) setWritable(writable bool, key string) (remoting.Response, error) {
	h, err := wire.ParseBrokerRequest(r.Fields)
	if err != nil {
		return remoting.Response{}, err
	}
	n := r.h.ns.SetWritable(h.Broker, writable)
	r.h.logger.Info("write permission of a broker changed", "broker", h.Broker, "writable", writable, "topics", n, "client", r.conn.RemoteAddr())
	return remoting.Response{Header: wire.Count{Key: key, Topics: n}}, nil
}
