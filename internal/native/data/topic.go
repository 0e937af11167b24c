package data

import (
	"maps"
	"strings"

	"goddard/internal/mq"
	"goddard/internal/remoting"
	"goddard/internal/remoting/wire"
)

// Served: UPDATE_AND_CREATE_TOPIC. Answered when the log has the settings and
// the name servers know them. Called by: operators, clients.
func createTopic(s *session, cmd *remoting.Command) (remoting.Response, error) {
	h, err := wire.ParseCreateTopic(cmd.Fields)
	if err != nil {
		return remoting.Response{}, err
	}
	old, err := s.h.b.Topic(h.Config.Name)
	if err != nil {
		old = mq.TopicConfig{}
	}
	h.Config.Attributes = modify(old.Attributes, h.Attributes)
	return remoting.Response{}, s.h.b.PutTopic(h.Config)
}

// modify applies modifications of attributes: "+key" sets, "-key" removes.
func modify(old, changes map[string]string) map[string]string {
	attributes := map[string]string{}
	maps.Copy(attributes, old)
	for key, value := range changes {
		if name, ok := strings.CutPrefix(key, "+"); ok {
			attributes[name] = value
		} else {
			delete(attributes, key[1:])
		}
	}
	return attributes
}

// Served: DELETE_TOPIC_IN_BROKER. Called by: operators.
func deleteTopic(s *session, cmd *remoting.Command) (remoting.Response, error) {
	h, err := wire.ParseRouteRequest(cmd.Fields)
	if err != nil {
		return remoting.Response{}, err
	}
	return remoting.Response{}, s.h.b.DeleteTopic(h.Topic)
}

// Served: GET_ALL_TOPIC_CONFIG, all of it in one answer; static topics and
// parts are not served yet. Called by: operators, brokers.
func allTopicConfigs(s *session, _ *remoting.Command) (remoting.Response, error) {
	topics := s.h.b.Topics()
	v := s.h.b.Version()
	body := wire.NewTopicTable(wire.DataVersion{Counter: v.Counter, State: v.State, Time: v.Time}, topics)
	return remoting.Response{Header: wire.Total{Key: "totalTopicNum", N: len(topics)}, Body: wire.Marshal(body)}, nil
}

// Served: GET_TOPIC_CONFIG. Called by: operators.
func topicConfig(s *session, cmd *remoting.Command) (remoting.Response, error) {
	h, err := wire.ParseRouteRequest(cmd.Fields)
	if err != nil {
		return remoting.Response{}, err
	}
	c, err := s.h.b.Topic(h.Topic)
	if err != nil {
		return remoting.Response{}, err
	}
	return remoting.Response{Body: wire.Marshal(c)}, nil
}

// Served: GET_TOPIC_STATS_INFO. Called by: operators.
func topicStats(s *session, cmd *remoting.Command) (remoting.Response, error) {
	h, err := wire.ParseRouteRequest(cmd.Fields)
	if err != nil {
		return remoting.Response{}, err
	}
	stats, err := s.h.b.TopicStats(h.Topic)
	if err != nil {
		return remoting.Response{}, err
	}
	var body wire.TopicStats
	for _, q := range stats {
		body.Offsets = append(body.Offsets, wire.QueueEntry[wire.TopicOffset]{
			Queue: wire.MessageQueue{Broker: s.h.b.Name(), QueueID: q.Queue, Topic: h.Topic},
			Value: wire.TopicOffset{UpdateTime: q.UpdateTime, Max: q.Max, Min: q.Min},
		})
	}
	return remoting.Response{Body: body.Append(nil)}, nil
}

// Served: GET_SYSTEM_TOPIC_LIST_FROM_BROKER. Called by: operators.
func systemTopics(s *session, _ *remoting.Command) (remoting.Response, error) {
	var names []mq.Topic
	for _, c := range s.h.b.Topics() {
		if c.Name.IsSystem() || c.Perm.Inheritable() || c.Name == mq.ReplyTopic(s.h.b.Cluster()) {
			names = append(names, c.Name)
		}
	}
	return remoting.Response{Body: wire.Marshal(wire.NewTopicList(names))}, nil
}

// Served: QUERY_TOPIC_CONSUME_BY_WHO. Called by: operators.
func topicConsumers(s *session, cmd *remoting.Command) (remoting.Response, error) {
	h, err := wire.ParseRouteRequest(cmd.Fields)
	if err != nil {
		return remoting.Response{}, err
	}
	return remoting.Response{Body: wire.Marshal(wire.GroupList{Groups: s.h.b.TopicConsumers(h.Topic)})}, nil
}
