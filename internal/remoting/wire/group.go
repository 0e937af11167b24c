package wire

import (
	"strconv"

	"goddard/internal/mq"
	"goddard/internal/remoting"
)

// ParseGroupConfig reads the body of UPDATE_AND_CREATE_SUBSCRIPTIONGROUP.
// What it leaves out has RocketMQ's default.
func ParseGroupConfig(b []byte) (mq.GroupConfig, error) {
	c := mq.NewGroupConfig("")
	err := unmarshal(b, &c)
	return c, err
}

// A DeleteGroup is the header of DELETE_SUBSCRIPTIONGROUP.
type DeleteGroup struct {
	Group        mq.Group
	CleanOffsets bool
}

// ParseDeleteGroup reads the header.
func ParseDeleteGroup(f remoting.Fields) (DeleteGroup, error) {
	r := fieldReader{f: f}
	h := DeleteGroup{Group: mq.Group(r.text("groupName")), CleanOffsets: r.boolOr("cleanOffset", false)}
	return h, r.err
}

// A GroupTable is the body of the answer to GET_ALL_SUBSCRIPTIONGROUP_CONFIG.
type GroupTable struct {
	Version   DataVersion                   `json:"dataVersion"`
	Forbidden map[mq.Group]map[string]int32 `json:"forbiddenTable"`
	Groups    map[mq.Group]mq.GroupConfig   `json:"subscriptionGroupTable"`
}

// A Total is the header of an answer that is a part of a table.
type Total struct {
	Key string
	N   int
}

// AppendFields implements remoting.Header.
func (h Total) AppendFields(w *remoting.FieldWriter) { w.String(h.Key, strconv.Itoa(h.N)) }

// ParseGroupName reads the header of GET_SUBSCRIPTIONGROUP_CONFIG.
func ParseGroupName(f remoting.Fields, key string) (mq.Group, error) {
	r := fieldReader{f: f}
	g := mq.Group(r.text(key))
	return g, r.err
}

// A Connection is a client in the list of a group's clients.
type Connection struct {
	Address  string      `json:"clientAddr"`
	ID       mq.ClientID `json:"clientId"`
	Language string      `json:"language"`
	Version  int32       `json:"version"`
}

// A ConsumerConnection is the body of the answer to
// GET_CONSUMER_CONNECTION_LIST.
type ConsumerConnection struct {
	Connections   []Connection                  `json:"connectionSet"`
	From          mq.ConsumeFrom                `json:"consumeFromWhere"`
	Type          mq.ConsumeType                `json:"consumeType"`
	Model         mq.MessageModel               `json:"messageModel"`
	Subscriptions map[mq.Topic]SubscriptionData `json:"subscriptionTable"`
}

// A ProducerConnection is the body of the answer to
// GET_PRODUCER_CONNECTION_LIST.
type ProducerConnection struct {
	Connections []Connection `json:"connectionSet"`
}

// A ConsumeStats is the body of the answer to GET_CONSUME_STATS.
type ConsumeStats struct {
	Offsets QueueTable[ConsumeOffset]
}

// A ConsumeOffset is how far a group got in a queue.
type ConsumeOffset struct {
	Broker     mq.QueueOffset `json:"brokerOffset"`
	Consumer   mq.QueueOffset `json:"consumerOffset"`
	UpdateTime int64          `json:"lastTimestamp"`
	Pulled     mq.QueueOffset `json:"pullOffset"`
}

// Append appends the JSON of the body.
func (s ConsumeStats) Append(dst []byte) []byte {
	dst = append(dst, `{"consumeTps":0.0,"offsetTable":`...)
	return append(s.Offsets.Append(dst), '}')
}

// A GroupList is the body of the answer to QUERY_TOPIC_CONSUME_BY_WHO.
type GroupList struct {
	Groups []mq.Group `json:"groupList"`
}

// A ConsumeStatsRequest is the header of GET_CONSUME_STATS.
type ConsumeStatsRequest struct {
	Group mq.Group
	Topic mq.Topic // "" for all
}

// ParseConsumeStatsRequest reads the header.
func ParseConsumeStatsRequest(f remoting.Fields) (ConsumeStatsRequest, error) {
	r := fieldReader{f: f}
	h := ConsumeStatsRequest{Group: mq.Group(r.text("consumerGroup")), Topic: mq.Topic(r.optional("topic"))}
	return h, r.err
}
