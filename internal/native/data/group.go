package data

import (
	"goddard/internal/broker"
	"goddard/internal/filter"
	"goddard/internal/group"
	"goddard/internal/mq"
	"goddard/internal/remoting"
	"goddard/internal/remoting/wire"
)

// Served: UPDATE_AND_CREATE_SUBSCRIPTIONGROUP. Called by: operators.
func createGroup(s *session, cmd *remoting.Command) (remoting.Response, error) {
	c, err := wire.ParseGroupConfig(cmd.Body)
	if err != nil {
		return remoting.Response{}, err
	}
	return remoting.Response{}, s.h.b.PutGroup(c)
}

// Served: DELETE_SUBSCRIPTIONGROUP. Called by: operators.
func deleteGroup(s *session, cmd *remoting.Command) (remoting.Response, error) {
	h, err := wire.ParseDeleteGroup(cmd.Fields)
	if err != nil {
		return remoting.Response{}, err
	}
	return remoting.Response{}, s.h.b.DeleteGroup(h.Group, h.CleanOffsets)
}

// Served: GET_ALL_SUBSCRIPTIONGROUP_CONFIG, all of it in one answer.
// Called by: operators, brokers.
func allGroups(s *session, _ *remoting.Command) (remoting.Response, error) {
	body := wire.GroupTable{
		Version: wire.DataVersion{Counter: s.h.b.GroupChanges()}, Forbidden: map[mq.Group]map[string]int32{}, Groups: map[mq.Group]mq.GroupConfig{},
	}
	for _, c := range s.h.b.Groups() {
		body.Groups[c.Name] = c
	}
	return remoting.Response{Header: wire.Total{Key: "totalGroupNum", N: len(body.Groups)}, Body: wire.Marshal(body)}, nil
}

// Served: GET_SUBSCRIPTIONGROUP_CONFIG; a group that does not exist is
// created when it may. Called by: operators.
func groupConfig(s *session, cmd *remoting.Command) (remoting.Response, error) {
	name, err := wire.ParseGroupName(cmd.Fields, "group")
	if err != nil {
		return remoting.Response{}, err
	}
	if err := s.h.b.EnsureGroup(name); err != nil {
		return remoting.Response{}, err
	}
	c, err := s.h.b.Group(name)
	if err != nil {
		return remoting.Response{}, err
	}
	return remoting.Response{Body: wire.Marshal(c)}, nil
}

// Served: GET_CONSUMER_CONNECTION_LIST. Called by: operators.
func consumerConnections(s *session, cmd *remoting.Command) (remoting.Response, error) {
	h, err := wire.ParseGroupRequest(cmd.Fields)
	if err != nil {
		return remoting.Response{}, err
	}
	info, err := s.h.b.Consumers(h.Group)
	if err != nil {
		return remoting.Response{}, err
	}
	body := wire.ConsumerConnection{
		Connections: connections(info.Clients), From: info.From, Type: info.Type, Model: info.Model,
		Subscriptions: map[mq.Topic]wire.SubscriptionData{},
	}
	for _, sub := range info.Subscriptions {
		body.Subscriptions[sub.Topic] = subscriptionData(sub)
	}
	return remoting.Response{Body: wire.Marshal(body)}, nil
}

func subscriptionData(sub mq.Subscription) wire.SubscriptionData {
	d := wire.SubscriptionData{
		Codes: []wire.TagsCode{}, ExpressionType: sub.Type, Expression: sub.Expression, Version: sub.Version, Tags: []string{}, Topic: sub.Topic,
	}
	if tags, err := filter.ParseTags(sub.Expression); err == nil && sub.Type == mq.ExpressionTag {
		d.Tags = append(d.Tags, tags.Names()...)
		for _, c := range tags.Codes() {
			d.Codes = append(d.Codes, wire.TagsCode(c))
		}
	}
	return d
}

func connections(clients []group.Client[broker.ChannelID]) []wire.Connection {
	list := make([]wire.Connection, 0, len(clients))
	for _, c := range clients {
		list = append(list, wire.Connection{Address: c.Address, ID: c.ID, Language: c.Language, Version: c.Version})
	}
	return list
}

// Served: GET_PRODUCER_CONNECTION_LIST. Called by: operators.
func producerConnections(s *session, cmd *remoting.Command) (remoting.Response, error) {
	name, err := wire.ParseGroupName(cmd.Fields, "producerGroup")
	if err != nil {
		return remoting.Response{}, err
	}
	clients, err := s.h.b.Producers(name)
	if err != nil {
		return remoting.Response{}, err
	}
	return remoting.Response{Body: wire.Marshal(wire.ProducerConnection{Connections: connections(clients)})}, nil
}

// Served: GET_CONSUME_STATS, of one topic or of all that the group has
// offsets in. Called by: operators.
func consumeStats(s *session, cmd *remoting.Command) (remoting.Response, error) {
	h, err := wire.ParseConsumeStatsRequest(cmd.Fields)
	if err != nil {
		return remoting.Response{}, err
	}
	var body wire.ConsumeStats
	for _, o := range s.h.b.ConsumeStats(h.Group, h.Topic) {
		body.Offsets = append(body.Offsets, wire.QueueEntry[wire.ConsumeOffset]{
			Queue: wire.MessageQueue{Broker: s.h.b.Name(), QueueID: o.Queue, Topic: o.Topic},
			Value: wire.ConsumeOffset{Broker: o.Max, Consumer: max(o.Offset, 0), UpdateTime: o.UpdateTime, Pulled: max(o.Offset, 0)},
		})
	}
	return remoting.Response{Body: body.Append(nil)}, nil
}
