package wire

import (
	"maps"
	"slices"

	"goddard/internal/mq"
	"goddard/internal/remoting"
)

// A RouteRequest is the header of GET_ROUTEINFO_BY_TOPIC and of other
// requests about one topic.
type RouteRequest struct{ Topic mq.Topic }

// ParseRouteRequest reads the header.
func ParseRouteRequest(f remoting.Fields) (RouteRequest, error) {
	r := fieldReader{f: f}
	h := RouteRequest{Topic: mq.Topic(r.text("topic"))}
	return h, r.err
}

// AppendFields implements remoting.Header.
func (h RouteRequest) AppendFields(w *remoting.FieldWriter) { w.String("topic", string(h.Topic)) }

// A Route is the body of the answer to GET_ROUTEINFO_BY_TOPIC.
type Route struct {
	Brokers       []BrokerData        `json:"brokerDatas"`
	FilterServers map[string][]string `json:"filterServerTable"`
	OrderTopic    string              `json:"orderTopicConf,omitempty"`
	Queues        []QueueData         `json:"queueDatas"`
}

// BrokerData is the addresses under a broker name.
type BrokerData struct {
	Addresses    map[mq.BrokerID]string `json:"brokerAddrs"`
	Name         mq.BrokerName          `json:"brokerName"`
	Cluster      mq.ClusterName         `json:"cluster"`
	ActingMaster bool                   `json:"enableActingMaster"`
}

// QueueData is the queues of a topic on one broker.
type QueueData struct {
	Broker      mq.BrokerName `json:"brokerName"`
	Perm        mq.Perm       `json:"perm"`
	ReadQueues  int32         `json:"readQueueNums"`
	SysFlag     int32         `json:"topicSysFlag"`
	WriteQueues int32         `json:"writeQueueNums"`
}

// ParseRoute reads the body.
func ParseRoute(b []byte) (Route, error) {
	var r Route
	err := unmarshal(b, &r)
	return r, err
}

// A ClusterInfo is the body of the answer to GET_BROKER_CLUSTER_INFO.
type ClusterInfo struct {
	Brokers  map[mq.BrokerName]BrokerData       `json:"brokerAddrTable"`
	Clusters map[mq.ClusterName][]mq.BrokerName `json:"clusterAddrTable"`
}

// A TopicList is the body of answers that are topics.
type TopicList struct {
	Broker string   `json:"brokerAddr,omitempty"`
	Topics []string `json:"topicList"`
}

// NewTopicList returns a list, sorted.
func NewTopicList[T ~string](names []T) TopicList {
	l := TopicList{Topics: make([]string, len(names))}
	for i, n := range names {
		l.Topics[i] = string(n)
	}
	slices.Sort(l.Topics)
	return l
}

// A KVTable is the body of answers that are named texts.
type KVTable struct {
	Table map[string]string `json:"table"`
}

// NewKVTable returns a table.
func NewKVTable(m map[string]string) KVTable { return KVTable{Table: maps.Clone(m)} }
