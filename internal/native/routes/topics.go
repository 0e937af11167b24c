package routes

import (
	"goddard/internal/mq"
	"goddard/internal/nameserver"
	"goddard/internal/remoting"
	"goddard/internal/remoting/wire"
)

// Served: GET_ALL_TOPIC_LIST_FROM_NAMESERVER. Called by: clients.
func allTopics(r *request) (remoting.Response, error) { return topicList(r.h.ns.Topics(nil)), nil }

func topicList[T ~string](names []T) remoting.Response {
	return remoting.Response{Body: wire.Marshal(wire.NewTopicList(names))}
}

// Served: GET_TOPICS_BY_CLUSTER. Called by: operators.
func topicsOfCluster(r *request) (remoting.Response, error) {
	cluster, err := wire.ParseCluster(r.Fields)
	if err != nil {
		return remoting.Response{}, err
	}
	return topicList(r.h.ns.TopicsOf(cluster)), nil
}

// Served: GET_SYSTEM_TOPIC_LIST_FROM_NS: the names of clusters and brokers,
// and the address of a broker, which knows the other system topics.
// Called by: operators.
func systemTopics(r *request) (remoting.Response, error) {
	seen := map[string]bool{}
	var names []string
	var address string
	for _, b := range r.h.ns.Brokers() {
		for _, name := range []string{string(b.Cluster), string(b.Name)} {
			if !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
		for _, a := range b.Addresses {
			address = a
		}
	}
	list := wire.NewTopicList(names)
	list.Broker = address
	return remoting.Response{Body: wire.Marshal(list)}, nil
}

// Served: DELETE_TOPIC_IN_NAMESRV. Called by: operators.
func deleteTopic(r *request) (remoting.Response, error) {
	topic, cluster, err := wire.ParseTopicInCluster(r.Fields)
	if err != nil {
		return remoting.Response{}, err
	}
	r.h.ns.DeleteTopic(topic, cluster)
	return remoting.Response{}, nil
}

// Served: WIPE_WRITE_PERM_OF_BROKER. Called by: operators.
func wipeWritePerm(r *request) (remoting.Response, error) {
	return r.setWritable(false, "wipeTopicCount")
}

// Served: ADD_WRITE_PERM_OF_BROKER. Called by: operators.
func addWritePerm(r *request) (remoting.Response, error) { return r.setWritable(true, "addTopicCount") }

func (r *request) setWritable(writable bool, key string) (remoting.Response, error) {
	h, err := wire.ParseBrokerRequest(r.Fields)
	if err != nil {
		return remoting.Response{}, err
	}
	n := r.h.ns.SetWritable(h.Broker, writable)
	r.h.logger.Info("write permission of a broker changed", "broker", h.Broker, "writable", writable, "topics", n)
	return remoting.Response{Header: wire.Count{Key: key, Topics: n}}, nil
}

// Bits of a topic's system flag.
const (
	flagUnit    = 1
	flagUnitSub = 2
)

// Served: GET_UNIT_TOPIC_LIST. Called by: operators.
func unitTopics(r *request) (remoting.Response, error) {
	return r.topicsByFlag(func(flag int32) bool { return flag&flagUnit != 0 }), nil
}

// Served: GET_HAS_UNIT_SUB_TOPIC_LIST. Called by: operators.
func unitSubTopics(r *request) (remoting.Response, error) {
	return r.topicsByFlag(func(flag int32) bool { return flag&flagUnitSub != 0 }), nil
}

// Served: GET_HAS_UNIT_SUB_UNUNIT_TOPIC_LIST. Called by: operators.
func unitSubUnunitTopics(r *request) (remoting.Response, error) {
	return r.topicsByFlag(func(flag int32) bool { return flag&(flagUnit|flagUnitSub) == flagUnitSub }), nil
}

func (r *request) topicsByFlag(wanted func(flag int32) bool) remoting.Response {
	return topicList(r.h.ns.Topics(func(queues map[mq.BrokerName]nameserver.Queues) bool {
		for _, q := range queues {
			if wanted(q.SysFlag) {
				return true
			}
		}
		return false
	}))
}
