package mq

import "strconv"

// A Topic is the name of a stream of messages, split into queues.
type Topic string

// A Group is the name of a consumer group or of a producer group. It is not
// the message group of ordered messages, which is a sharding key.
type Group string

// A BrokerName names a master and its replicas.
type BrokerName string

// A ClusterName names the brokers that share topics.
type ClusterName string

// A BrokerID tells the members under one BrokerName apart.
type BrokerID int64

// MasterID is the ID of the master of a broker name.
const MasterID BrokerID = 0

// A ClientID is what a client calls itself in its heartbeats.
type ClientID string

// A QueueID is the number of a queue within its topic on one broker.
type QueueID int32

// A Queue is a message queue: a queue of a topic on a broker.
type Queue struct {
	Topic  Topic
	Broker BrokerName
	ID     QueueID
}

// String returns the queue as topic@broker:id.
func (q Queue) String() string {
	return string(q.Topic) + "@" + string(q.Broker) + ":" + strconv.Itoa(int(q.ID))
}
