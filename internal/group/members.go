package group

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"goddard/internal/mq"
)

// MemberTimeout is how long a client may be silent before it is taken out of
// its groups.
const MemberTimeout = 120 * time.Second

// A Client is a client on one connection. C tells connections apart.
type Client[C comparable] struct {
	ID       mq.ClientID
	Channel  C
	Language string
	Version  int32
	Address  string // ip:port
	Seen     time.Time
}

// A Consumer is what a heartbeat says of one consumer group.
type Consumer struct {
	Group         mq.Group
	Type          mq.ConsumeType
	Model         mq.MessageModel
	From          mq.ConsumeFrom
	Subscriptions []mq.Subscription
	Notify        bool // tell the members when they change
}

// A Heartbeat is what a client says of itself.
type Heartbeat[C comparable] struct {
	Client    Client[C]
	Consumers []Consumer
	Producers []mq.Group
	// Fingerprint is the client's hash of its subscriptions, 0 when it does
	// not send one. WithoutSubscriptions refreshes the client alone.
	Fingerprint          int32
	WithoutSubscriptions bool
}

// A Notice says that the members of a group, or what they subscribe to,
// changed: the channels are to be told.
type Notice[C comparable] struct {
	Group    mq.Group
	Channels []C
}

// An Info is what is known of a group with live members.
type Info[C comparable] struct {
	Type          mq.ConsumeType
	Model         mq.MessageModel
	From          mq.ConsumeFrom
	Clients       []Client[C] // by ID
	Subscriptions []mq.Subscription
}

// Members are the clients that are connected, by group. It is a plain state
// machine behind one lock, safe for concurrent use; what follows from an
// event is returned.
type Members[C comparable] struct {
	mu        sync.RWMutex
	consumers map[mq.Group]*members[C]
	producers map[mq.Group]map[C]*Client[C]
}

// members are the live members of a consumer group.
type members[C comparable] struct {
	clients       map[C]*Client[C]
	subscriptions map[mq.Topic]mq.Subscription
	typ           mq.ConsumeType
	model         mq.MessageModel
	from          mq.ConsumeFrom
	notify        bool
	fingerprint   int32
}

// NewMembers returns a table without members.
func NewMembers[C comparable]() *Members[C] {
	return &Members[C]{consumers: map[mq.Group]*members[C]{}, producers: map[mq.Group]map[C]*Client[C]{}}
}

// Heartbeat registers a client and refreshes it. Changed tells the client
// to send its subscriptions the next time.
func (m *Members[C]) Heartbeat(h Heartbeat[C], now time.Time) (changed bool, notices []Notice[C]) {
	h.Client.Seen = now
	m.mu.Lock()
	defer m.mu.Unlock()
	changed = h.Fingerprint == 0
	for _, c := range h.Consumers {
		g, ok := m.consumers[c.Group]
		if !ok {
			g = &members[C]{clients: map[C]*Client[C]{}, subscriptions: map[mq.Topic]mq.Subscription{}}
			m.consumers[c.Group] = g
		}
		if h.Fingerprint != 0 && g.fingerprint != h.Fingerprint {
			changed = true
			if !h.WithoutSubscriptions {
				g.fingerprint = h.Fingerprint
			}
		}
		if g.heartbeat(h, c) {
			notices = append(notices, g.notice(c.Group)...)
		}
	}
	for _, name := range h.Producers {
		if m.producers[name] == nil {
			m.producers[name] = map[C]*Client[C]{}
		}
		client := h.Client
		m.producers[name][client.Channel] = &client
	}
	return changed, notices
}

// heartbeat takes what a client says of the group, and reports whether it is
// news for the members.
func (g *members[C]) heartbeat(h Heartbeat[C], c Consumer) bool {
	_, known := g.clients[h.Client.Channel]
	client := h.Client
	g.clients[client.Channel] = &client
	g.typ, g.model, g.from, g.notify = c.Type, c.Model, c.From, c.Notify
	if h.WithoutSubscriptions {
		return !known
	}
	return g.subscribe(c.Subscriptions) || !known
}

// subscribe replaces the subscriptions: a topic that is not named any more
// goes, one that is named again is replaced by a newer version. It reports
// whether a topic came or went.
func (g *members[C]) subscribe(wanted []mq.Subscription) (changed bool) {
	named := map[mq.Topic]bool{}
	for _, s := range wanted {
		named[s.Topic] = true
		old, ok := g.subscriptions[s.Topic]
		if !ok {
			changed = true
		}
		if !ok || s.Version > old.Version {
			g.subscriptions[s.Topic] = s
		}
	}
	for t := range g.subscriptions {
		if !named[t] {
			delete(g.subscriptions, t)
			changed = true
		}
	}
	return changed
}

// notice returns whom to tell about the group: nobody when it does not want
// to be told or consumes by broadcast.
func (g *members[C]) notice(name mq.Group) []Notice[C] {
	if !g.notify || g.model == mq.Broadcasting || len(g.clients) == 0 {
		return nil
	}
	return []Notice[C]{{Group: name, Channels: slices.Collect(maps.Keys(g.clients))}}
}

// Unregister takes a client out of a producer group and a consumer group;
// either may be empty.
func (m *Members[C]) Unregister(channel C, producer, consumer mq.Group) []Notice[C] {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.removeProducerLocked(producer, channel)
	return m.removeConsumerLocked(consumer, channel)
}

// Closed takes a client out of all its groups: its connection is gone.
func (m *Members[C]) Closed(channel C) (notices []Notice[C]) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for name := range m.producers {
		m.removeProducerLocked(name, channel)
	}
	for _, name := range slices.Sorted(maps.Keys(m.consumers)) {
		notices = append(notices, m.removeConsumerLocked(name, channel)...)
	}
	return notices
}

// Expire takes out the clients that have been silent for too long.
func (m *Members[C]) Expire(now time.Time) (notices []Notice[C]) {
	m.mu.Lock()
	defer m.mu.Unlock()
	silent := func(c *Client[C]) bool { return now.Sub(c.Seen) > MemberTimeout }
	for name, clients := range m.producers {
		for channel, c := range clients {
			if silent(c) {
				m.removeProducerLocked(name, channel)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.consumers)) {
		g := m.consumers[name]
		n := len(g.clients)
		maps.DeleteFunc(g.clients, func(_ C, c *Client[C]) bool { return silent(c) })
		if len(g.clients) == 0 {
			delete(m.consumers, name)
		} else if len(g.clients) < n {
			notices = append(notices, g.notice(name)...)
		}
	}
	return notices
}

func (m *Members[C]) removeProducerLocked(name mq.Group, channel C) {
	delete(m.producers[name], channel)
	if len(m.producers[name]) == 0 {
		delete(m.producers, name)
	}
}

func (m *Members[C]) removeConsumerLocked(name mq.Group, channel C) []Notice[C] {
	g, ok := m.consumers[name]
	if !ok {
		return nil
	}
	if _, ok := g.clients[channel]; !ok {
		return nil
	}
	delete(g.clients, channel)
	if len(g.clients) == 0 {
		delete(m.consumers, name)
	}
	return g.notice(name)
}

// ClientIDs returns the IDs of the live members of a group, sorted.
func (m *Members[C]) ClientIDs(name mq.Group) []mq.ClientID {
	m.mu.RLock()
	defer m.mu.RUnlock()
	g, ok := m.consumers[name]
	if !ok {
		return nil
	}
	ids := make([]mq.ClientID, 0, len(g.clients))
	for _, c := range g.clients {
		ids = append(ids, c.ID)
	}
	slices.Sort(ids)
	return ids
}

// Model returns how a group with live members consumes, and where it begins.
func (m *Members[C]) Model(name mq.Group) (model mq.MessageModel, from mq.ConsumeFrom, ok bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	g, ok := m.consumers[name]
	if !ok {
		return "", "", false
	}
	return g.model, g.from, true
}

// Subscription returns what a group wants of a topic.
func (m *Members[C]) Subscription(name mq.Group, t mq.Topic) (mq.Subscription, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	g, ok := m.consumers[name]
	if !ok {
		return mq.Subscription{}, false
	}
	s, ok := g.subscriptions[t]
	return s, ok
}

// Group returns what is known of a group with live members.
func (m *Members[C]) Group(name mq.Group) (Info[C], bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	g, ok := m.consumers[name]
	if !ok {
		return Info[C]{}, false
	}
	info := Info[C]{Type: g.typ, Model: g.model, From: g.from, Clients: byID(g.clients)}
	for _, s := range g.subscriptions {
		info.Subscriptions = append(info.Subscriptions, s)
	}
	slices.SortFunc(info.Subscriptions, func(x, y mq.Subscription) int { return cmp.Compare(x.Topic, y.Topic) })
	return info, true
}

// Producers returns the live members of a producer group, by ID.
func (m *Members[C]) Producers(name mq.Group) []Client[C] {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return byID(m.producers[name])
}

func byID[C comparable](clients map[C]*Client[C]) []Client[C] {
	sorted := make([]Client[C], 0, len(clients))
	for _, c := range clients {
		sorted = append(sorted, *c)
	}
	slices.SortFunc(sorted, func(x, y Client[C]) int { return cmp.Compare(x.ID, y.ID) })
	return sorted
}

// GroupsOf returns the groups with live members that subscribe to a topic,
// sorted.
func (m *Members[C]) GroupsOf(t mq.Topic) []mq.Group {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var names []mq.Group
	for name, g := range m.consumers {
		if _, ok := g.subscriptions[t]; ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
