package broker

import (
	"goddard/internal/filter"
	"goddard/internal/mq"
	"goddard/internal/store"
)

// A Pull asks for messages of one queue.
type Pull struct {
	Group  mq.Group
	Topic  mq.Topic
	Queue  mq.QueueID
	Offset mq.QueueOffset
	Max    int

	// Subscription is what the consumer wants. Without one, the group's
	// heartbeats say it; then SubVersion is the version that the consumer has.
	Subscription *mq.Subscription
	SubVersion   int64

	// Commit is the consumer's offset in the queue, below 0 for none.
	Commit mq.QueueOffset
}

// A Forbidden says why a pull was not allowed; the numbers are the original's.
type Forbidden int32

// The reasons.
const (
	NotForbidden       Forbidden = 0
	ForbiddenBroker    Forbidden = 1
	ForbiddenGroup     Forbidden = 2
	ForbiddenTopic     Forbidden = 3
	ForbiddenBroadcast Forbidden = 4
)

// A Pulled says what a pull found.
type Pulled struct {
	store.Fetched
	Forbidden Forbidden // with mq.CodeNoPermission
	Broker    mq.BrokerID
}

// A PreparedPull is a pull that was checked. It may be tried again and again.
type PreparedPull struct {
	Pull
	tags filter.Tags
	slot uint32
}

// PreparePull checks a pull by the rules of the original, in their order.
// With mq.CodeGroupNotFound the group may be created: see EnsureGroup.
func (b *Broker) PreparePull(p *Pull) (*PreparedPull, Forbidden, error) {
	if !b.o.Perm.Readable() {
		return nil, ForbiddenBroker, mq.Errorf(mq.CodeNoPermission, "broker %s serves no messages: its permission is %d", b.o.Name, b.o.Perm)
	}
	g, err := b.Group(p.Group)
	if err != nil {
		return nil, 0, err
	}
	if !g.ConsumeEnable {
		return nil, ForbiddenGroup, mq.Errorf(mq.CodeNoPermission, "consumer group %s is not allowed to consume (consumeEnable)", p.Group)
	}
	c, err := b.Topic(p.Topic)
	if err != nil {
		return nil, 0, err
	}
	if !c.Perm.Readable() {
		return nil, ForbiddenTopic, mq.Errorf(mq.CodeNoPermission, "topic %s is not readable: its permission is %d", p.Topic, c.Perm)
	}
	if p.Queue < 0 || p.Queue >= mq.QueueID(c.ReadQueues) {
		return nil, 0, mq.Errorf(mq.CodeInvalidArgument, "queue %d of topic %s does not exist: it has %d", p.Queue, p.Topic, c.ReadQueues)
	}
	sub, forbidden, err := b.subscription(p, g)
	if err != nil {
		return nil, forbidden, err
	}
	if sub.Type != "" && sub.Type != mq.ExpressionTag {
		return nil, 0, mq.Errorf(mq.CodeInternal, "filters of type %s are not served yet, tags are", sub.Type)
	}
	tags, err := filter.ParseTags(sub.Expression)
	if err != nil {
		return nil, 0, mq.Errorf(mq.CodeSubscriptionInvalid, "subscription of group %s to topic %s: %w", p.Group, p.Topic, err)
	}
	return &PreparedPull{Pull: *p, tags: tags, slot: b.store.Slot(p.Topic, p.Queue)}, 0, nil
}

// subscription returns what a pull wants: what it says itself, or what the
// group's heartbeats said.
func (b *Broker) subscription(p *Pull, g mq.GroupConfig) (mq.Subscription, Forbidden, error) {
	if p.Subscription != nil {
		return *p.Subscription, 0, nil
	}
	model, _, ok := b.members.Model(p.Group)
	if !ok {
		return mq.Subscription{}, 0, mq.Errorf(mq.CodeSubscriptionMissing, "consumer group %s has no live member on broker %s", p.Group, b.o.Name)
	}
	if !g.BroadcastEnable && model == mq.Broadcasting {
		return mq.Subscription{}, ForbiddenBroadcast, mq.Errorf(mq.CodeNoPermission, "consumer group %s is not allowed to consume by broadcast (consumeBroadcastEnable)", p.Group)
	}
	sub, ok := b.members.Subscription(p.Group, p.Topic)
	if !ok {
		return mq.Subscription{}, 0, mq.Errorf(mq.CodeSubscriptionMissing, "consumer group %s is not subscribed to topic %s", p.Group, p.Topic)
	}
	if sub.Version < p.SubVersion {
		return mq.Subscription{}, 0, mq.Errorf(mq.CodeSubscriptionOutdated, "the subscription of group %s to topic %s is older (%d) than the consumer's (%d)", p.Group, p.Topic, sub.Version, p.SubVersion)
	}
	return sub, 0, nil
}

// EnsureGroup makes a group unless it exists, when the broker may. It may
// wait for the log.
func (b *Broker) EnsureGroup(g mq.Group) error {
	_, err := b.ensureGroup(g)
	return err
}

// Pull appends what is there now to dst. It does not wait for messages; see
// Hold for that.
func (b *Broker) Pull(p *PreparedPull, dst []byte) (Pulled, []byte) {
	f := store.Fetch{Topic: p.Topic, Queue: p.Queue, Offset: p.Offset, Max: p.Max}
	if !p.tags.All() {
		f.Match = p.tags.Matches
	}
	n := len(dst)
	fetched, dst := b.store.Fetch(f, dst)
	if fetched.Count > 0 {
		b.Counters.Fetched.Add(int64(fetched.Count))
		b.Counters.FetchBytes.Add(int64(len(dst) - n))
	}
	return Pulled{Fetched: fetched}, dst
}

// Cold reports whether a pull would read messages from the disk.
func (b *Broker) Cold(p *PreparedPull) bool { return b.store.Cold(p.Topic, p.Queue, p.Offset) }

// Waits reports whether a pull that ended like this has nothing to do but to
// wait for the next message.
func (p Pulled) Waits(offset mq.QueueOffset) bool {
	switch p.Status {
	case store.OffsetOverflowOne:
		return true
	case store.NoMessageInQueue, store.NoMatchedQueue:
		return offset == 0
	}
	return false
}
