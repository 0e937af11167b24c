package broker

import (
	"errors"
	"net/netip"
	"strconv"
	"time"

	"goddard/internal/message"
	"goddard/internal/mq"
)

// A Send asks to store a message, or with Batch the messages of a batch body.
// What its slices point to is not kept.
type Send struct {
	Topic          mq.Topic
	Template       mq.Topic   // the topic is created after it when it does not exist
	TemplateQueues int32      // how many queues the sender would like then
	Queue          mq.QueueID // below 0: any
	SysFlag        int32
	Flag           int32
	BornTime       int64 // ms
	BornHost       netip.AddrPort
	ReconsumeTimes int32
	MaxReconsume   int32 // redeliveries before a retry is a dead letter; below 0: the group's
	Batch          bool
	Properties     []byte
	Body           []byte
}

// A SendStatus says how safe a stored message is.
type SendStatus uint8

// The ways in which a send succeeds.
const (
	SendOK       SendStatus = iota
	FlushTimeout            // stored, but not synced in time
)

// A SendResult says where a message went.
type SendResult struct {
	Status        SendStatus
	Queue         mq.QueueID
	Offset        mq.QueueOffset // of the first message of a batch
	TransactionID string         // the unique ID; "" for a batch
	MessageIDs    []byte         // offset IDs, joined by commas; valid during the call that hands it out
}

// A MissingTopicError says that a send needs a topic that must be created
// first: see Create.
type MissingTopicError struct {
	config   mq.TopicConfig
	template mq.Topic
}

// Error names the topic.
func (e *MissingTopicError) Error() string {
	return "topic " + string(e.config.Name) + " has to be created first"
}

// Create makes the topic that a send was missing. It waits for the log.
func (b *Broker) Create(e *MissingTopicError) error {
	if e.template == "" {
		return b.ensureTopic(e.config)
	}
	return b.createFrom(e.template, e.config.Name, e.config.WriteQueues)
}

// A target is where a message will be stored, after all rules.
type target struct {
	topic      mq.Topic
	queue      mq.QueueID
	delayLevel int // > 0: stored for later
	dead       bool
}

// resolve applies the rules of a send, in the order of the original.
func (b *Broker) resolve(s *Send, now time.Time) (target, error) {
	if !b.o.Perm.Writable() {
		return target{}, mq.Errorf(mq.CodeNoPermission, "broker %s takes no messages: its permission is %d", b.o.Name, b.o.Perm)
	}
	if err := b.disk.check(b.o.DiskFullRatio); err != nil {
		return target{}, err
	}
	if !s.Topic.Sendable() {
		return target{}, mq.Errorf(mq.CodeNoPermission, "sending to topic %s is forbidden: it belongs to the system", s.Topic)
	}
	c, ok := b.store.Topics.Get(s.Topic)
	if !ok {
		if err := s.Topic.Check(); err != nil {
			return target{}, err
		}
		return target{}, &MissingTopicError{config: mq.NewTopicConfig(s.Topic, s.TemplateQueues), template: s.Template}
	}
	if !c.Perm.Writable() {
		return target{}, mq.Errorf(mq.CodeNoPermission, "topic %s is not writable: its permission is %d", s.Topic, c.Perm)
	}
	t := target{topic: s.Topic, queue: s.Queue}
	if s.Queue >= mq.QueueID(c.Queues()) {
		return target{}, mq.Errorf(mq.CodeInvalidArgument, "queue %d of topic %s does not exist: it has %d", s.Queue, s.Topic, c.Queues())
	}
	if s.Queue < 0 {
		if c.WriteQueues == 0 {
			return target{}, mq.Errorf(mq.CodeNoPermission, "topic %s has no queue to write to", s.Topic)
		}
		t.queue = mq.QueueID(b.nextQueue.Add(1) % uint32(c.WriteQueues))
	}
	if err := b.checkSize(s); err != nil {
		return target{}, err
	}
	return b.redirect(s, t, now)
}

// redirect finds out whether a message goes elsewhere first: to the dead
// letters, or to the delayed messages.
func (b *Broker) redirect(s *Send, t target, now time.Time) (target, error) {
	props := message.Properties(s.Properties)
	if g, ok := s.Topic.RetryGroup(); ok {
		dead, err := b.givenUp(s, g, now)
		if err != nil {
			return target{}, err
		}
		if dead {
			t = target{topic: mq.DeadLetterTopic(g), dead: true}
			if _, ok := b.store.Topics.Get(t.topic); !ok {
				return target{}, &MissingTopicError{config: mq.NewTopicConfig(t.topic, 1)}
			}
			return t, nil
		}
	}
	if s.Batch {
		return t, nil
	}
	if v, ok := props.Get(message.PropertyTransaction); ok && isTrue(v) {
		return target{}, mq.Errorf(mq.CodeMessageIllegal, "transactional messages are not served yet")
	}
	if v, ok := props.Get(message.PropertyDelayLevel); ok {
		if level, err := strconv.Atoi(string(v)); err == nil && level > 0 {
			t.delayLevel = b.o.Delays.Clamp(level)
			return t, nil
		}
	}
	for _, name := range []string{message.PropertyTimerDelaySec, message.PropertyTimerDelayMS, message.PropertyTimerDeliverMS} {
		if _, ok := props.Get(name); ok {
			return target{}, mq.Errorf(mq.CodeMessageIllegal, "messages with a delivery time (%s) are not served yet, delay levels are", name)
		}
	}
	return t, nil
}

// givenUp reports whether a message that a consumer sends to its retry topic
// has been tried often enough, or comes from a consumer that holds a queue
// lock: an ordered one, which gives up on its own.
func (b *Broker) givenUp(s *Send, g mq.Group, now time.Time) (bool, error) {
	c, ok := b.store.Groups.Get(g)
	if !ok {
		return false, mq.Errorf(mq.CodeGroupNotFound, "consumer group %s of retry topic %s does not exist on broker %s", g, s.Topic, b.o.Name)
	}
	limit := c.RetryMaxTimes
	if s.MaxReconsume >= 0 {
		limit = s.MaxReconsume
	}
	return s.ReconsumeTimes > limit || b.locks.HeldByAnyone(g, now), nil
}

func (b *Broker) checkSize(s *Send) error {
	switch {
	case len(s.Body) == 0:
		return mq.Errorf(mq.CodeMessageIllegal, "the message has no body")
	case len(s.Body) > b.o.MaxBodySize:
		return mq.Errorf(mq.CodeMessageIllegal, "the body of %d bytes is longer than %d bytes (maxMessageSize)", len(s.Body), b.o.MaxBodySize)
	case len(s.Properties) > mq.MaxPropertiesLen:
		return mq.Errorf(mq.CodeMessageIllegal, "the properties of %d bytes are longer than %d bytes", len(s.Properties), mq.MaxPropertiesLen)
	}
	return nil
}

func isTrue(v []byte) bool {
	b, err := strconv.ParseBool(string(v))
	return err == nil && b
}

// asMissing returns the missing topic in err's chain.
func asMissing(err error) (*MissingTopicError, bool) { return errors.AsType[*MissingTopicError](err) }
