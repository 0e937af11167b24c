package wire

import (
	"goddard/internal/mq"
	"goddard/internal/remoting"
)

// A KVRequest is the header of the requests about named texts of the name
// server. Value is for PUT_KV_CONFIG alone; Key is missing when a whole
// namespace is asked for.
type KVRequest struct{ Namespace, Key, Value string }

// ParseKVRequest reads the header; needs says which of key and value must be
// there.
func ParseKVRequest(f remoting.Fields, needKey, needValue bool) (KVRequest, error) {
	r := fieldReader{f: f}
	h := KVRequest{Namespace: r.text("namespace"), Key: r.optional("key"), Value: r.optional("value")}
	if needKey {
		h.Key = r.text("key")
	}
	if needValue {
		h.Value = r.text("value")
	}
	return h, r.err
}

// A KVValue is the header of the answer to GET_KV_CONFIG.
type KVValue struct{ Value string }

// AppendFields implements remoting.Header.
func (h KVValue) AppendFields(w *remoting.FieldWriter) { w.String("value", h.Value) }

// A BrokerRequest is the header of a request that names a broker.
type BrokerRequest struct {
	Cluster mq.ClusterName // may be empty
	Broker  mq.BrokerName
}

// ParseBrokerRequest reads the header.
func ParseBrokerRequest(f remoting.Fields) (BrokerRequest, error) {
	r := fieldReader{f: f}
	h := BrokerRequest{Cluster: mq.ClusterName(r.optional("clusterName")), Broker: mq.BrokerName(r.text("brokerName"))}
	return h, r.err
}

// A Count is the header of an answer that says how many topics changed.
type Count struct {
	Key    string
	Topics int
}

// AppendFields implements remoting.Header.
func (h Count) AppendFields(w *remoting.FieldWriter) { w.Int(h.Key, int64(h.Topics)) }

// ParseCluster reads the header of GET_TOPICS_BY_CLUSTER.
func ParseCluster(f remoting.Fields) (mq.ClusterName, error) {
	r := fieldReader{f: f}
	name := mq.ClusterName(r.text("cluster"))
	return name, r.err
}

// ParseTopicInCluster reads the header of DELETE_TOPIC_IN_NAMESRV; the
// cluster may be empty.
func ParseTopicInCluster(f remoting.Fields) (mq.Topic, mq.ClusterName, error) {
	r := fieldReader{f: f}
	t, c := mq.Topic(r.text("topic")), mq.ClusterName(r.optional("clusterName"))
	return t, c, r.err
}
