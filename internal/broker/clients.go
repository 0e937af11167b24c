package broker

import (
	"time"

	"goddard/internal/group"
	"goddard/internal/mq"
)

// A ChannelID tells the connections of clients apart. Protocols give them
// out; they are never used twice.
type ChannelID uint64

// A Notice says that the members of a group changed: the channels are to be
// told, so that they share the queues anew.
type Notice = group.Notice[ChannelID]

// A Heartbeat is what a client tells about itself.
type Heartbeat = group.Heartbeat[ChannelID]

// Heartbeat registers a client's producers and consumers. Groups that do not
// exist and may not be created are left out. It makes the retry topics of
// new groups, and may wait for the log.
func (b *Broker) Heartbeat(h Heartbeat) (changed bool, notices []Notice) {
	now := b.o.Now()
	kept := h.Consumers[:0:0]
	for _, c := range h.Consumers {
		g, err := b.ensureGroup(c.Group)
		if err != nil {
			b.o.Logger.Warn("group left out of a heartbeat", "group", c.Group, "client", h.Client.ID, "err", err)
			continue
		}
		if err := b.ensureRetryTopic(g); err != nil {
			b.o.Logger.Warn("group has no retry topic", "group", c.Group, "err", err)
		}
		c.Notify = g.NotifyIDsChanged
		kept = append(kept, c)
	}
	h.Consumers = kept
	return b.members.Heartbeat(h, now)
}

func (b *Broker) ensureRetryTopic(g mq.GroupConfig) error {
	return b.ensureTopic(mq.NewTopicConfig(mq.RetryTopic(g.Name), max(1, g.RetryQueues)))
}

// Unregister takes a client out of groups that it left.
func (b *Broker) Unregister(channel ChannelID, producer, consumer mq.Group) []Notice {
	return b.members.Unregister(channel, producer, consumer)
}

// ChannelClosed takes a client out of all its groups.
func (b *Broker) ChannelClosed(channel ChannelID) []Notice { return b.members.Closed(channel) }

// OnMembersExpired has f called with the groups of which a member fell
// silent. It must be set before Start.
func (b *Broker) OnMembersExpired(f func([]Notice)) { b.expired = f }

func (b *Broker) expireMembers() {
	if notices := b.members.Expire(b.o.Now()); len(notices) > 0 && b.expired != nil {
		b.expired(notices)
	}
}

// Members returns the IDs of the live members of a group.
func (b *Broker) Members(g mq.Group) ([]mq.ClientID, error) {
	ids := b.members.ClientIDs(g)
	if len(ids) == 0 {
		return nil, mq.Errorf(mq.CodeInternal, "no consumer of group %s is connected", g)
	}
	return ids, nil
}

// Consumers returns what is known of the live members of a group.
func (b *Broker) Consumers(g mq.Group) (group.Info[ChannelID], error) {
	info, ok := b.members.Group(g)
	if !ok {
		return group.Info[ChannelID]{}, mq.Errorf(mq.CodeConsumerOffline, "no consumer of group %s is connected", g)
	}
	return info, nil
}

// Producers returns the live members of a producer group.
func (b *Broker) Producers(g mq.Group) ([]group.Client[ChannelID], error) {
	clients := b.members.Producers(g)
	if len(clients) == 0 {
		return nil, mq.Errorf(mq.CodeInternal, "no producer of group %s is connected", g)
	}
	return clients, nil
}

// Uptime returns how long the broker has been open.
func (b *Broker) Uptime() time.Duration { return b.o.Now().Sub(b.started) }
