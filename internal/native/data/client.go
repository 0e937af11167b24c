package data

import (
	"goddard/internal/broker"
	"goddard/internal/filter"
	"goddard/internal/group"
	"goddard/internal/mq"
	"goddard/internal/remoting"
	"goddard/internal/remoting/wire"
)

// Served: HEART_BEAT of both versions. It succeeds for groups that cannot be
// created, too. Called by: clients.
func heartbeat(s *session, cmd *remoting.Command) (remoting.Response, error) {
	body, err := wire.ParseHeartbeat(cmd.Body)
	if err != nil {
		return remoting.Response{}, err
	}
	changed, notices := s.h.b.Heartbeat(translateHeartbeat(s, cmd, &body))
	s.h.notify(notices)
	return remoting.Response{Header: wire.HeartbeatResult{SubscriptionChanged: changed}}, nil
}

func translateHeartbeat(s *session, cmd *remoting.Command, body *wire.Heartbeat) broker.Heartbeat {
	h := broker.Heartbeat{
		Client: group.Client[broker.ChannelID]{
			ID: body.ClientID, Channel: s.channel, Language: cmd.Language.String(), Version: cmd.Version, Address: s.conn.RemoteAddr().String(),
		},
		Fingerprint: body.Fingerprint, WithoutSubscriptions: body.WithoutSub,
	}
	for _, p := range body.Producers {
		h.Producers = append(h.Producers, p.Group)
	}
	for _, c := range body.Consumers {
		consumer := group.Consumer{Group: c.Group, Type: c.Type, Model: c.Model, From: c.From}
		for _, sub := range c.Subscriptions {
			consumer.Subscriptions = append(consumer.Subscriptions, mq.Subscription{
				Topic: sub.Topic, Type: sub.ExpressionType, Expression: sub.Expression, Version: sub.Version,
			})
		}
		h.Consumers = append(h.Consumers, consumer)
	}
	return h
}

// notify tells the members of groups that changed to share the queues anew.
func (h *Handler) notify(notices []broker.Notice) {
	for _, n := range notices {
		for _, channel := range n.Channels {
			s, ok := h.session(channel)
			if !ok {
				continue
			}
			if err := s.conn.Notify(remoting.NotifyConsumerIDsChanged, wire.GroupRequest{Group: n.Group}, nil); err != nil {
				h.logger.Debug("member cannot be told", "group", n.Group, "client", s.conn.RemoteAddr(), "err", err)
			}
		}
	}
}

// Served: UNREGISTER_CLIENT. Called by: clients.
func unregisterClient(s *session, cmd *remoting.Command) (remoting.Response, error) {
	h, err := wire.ParseUnregisterClient(cmd.Fields)
	if err != nil {
		return remoting.Response{}, err
	}
	s.h.notify(s.h.b.Unregister(s.channel, h.ProducerGroup, h.ConsumerGroup))
	return remoting.Response{}, nil
}

// Served: GET_CONSUMER_LIST_BY_GROUP. Called by: clients.
func consumerList(s *session, cmd *remoting.Command) (remoting.Response, error) {
	h, err := wire.ParseGroupRequest(cmd.Fields)
	if err != nil {
		return remoting.Response{}, err
	}
	ids, err := s.h.b.Members(h.Group)
	if err != nil {
		return remoting.Response{}, err
	}
	return remoting.Response{Body: wire.Marshal(wire.ConsumerIDs{IDs: ids})}, nil
}

// Served: CHECK_CLIENT_CONFIG for tags; SQL92 is refused (1), as by a broker
// of the original without enablePropertyFilter. Called by: clients.
func checkClientConfig(s *session, cmd *remoting.Command) (remoting.Response, error) {
	c, err := wire.ParseClientConfig(cmd.Body)
	if err != nil {
		return remoting.Response{}, err
	}
	sub := c.Subscription
	if sub.ExpressionType != "" && sub.ExpressionType != mq.ExpressionTag {
		return remoting.Response{}, mq.Errorf(mq.CodeInternal, "filters of type %s are not served yet, tags are", sub.ExpressionType)
	}
	if _, err := filter.ParseTags(sub.Expression); err != nil {
		return remoting.Response{}, mq.Errorf(mq.CodeSubscriptionInvalid, "subscription of group %s to topic %s: %w", c.Group, sub.Topic, err)
	}
	return remoting.Response{}, nil
}
