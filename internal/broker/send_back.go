package broker

import (
	"math/rand/v2"
	"strconv"

	"goddard/internal/commitlog"
	"goddard/internal/message"
	"goddard/internal/mq"
)

// A SendBack gives a message back that a consumer could not process.
type SendBack struct {
	Group        mq.Group
	Position     mq.LogOffset // of the message, in this broker's log
	DelayLevel   int          // below 0: no more attempts; 0: the broker chooses
	MaxReconsume int32        // attempts; below 0: the group's
	OriginID     string       // the message's ID at its first attempt, as the client knows it; may be ""
}

// SendBack stores a message again for its group: on the retry topic after a
// pause that grows with the attempts, or on the dead-letter topic when it was
// tried often enough. It waits for the log.
func (b *Broker) SendBack(s *SendBack) error {
	g, err := b.ensureGroup(s.Group)
	if err != nil {
		return err
	}
	if !b.o.Perm.Writable() {
		return mq.Errorf(mq.CodeNoPermission, "broker %s takes no messages: its permission is %d", b.o.Name, b.o.Perm)
	}
	if g.RetryQueues <= 0 {
		return nil // the group wants no retries: the message is dropped
	}
	if err := b.disk.check(b.o.DiskFullRatio); err != nil {
		return err
	}
	m, err := b.store.Message(s.Position)
	if err != nil {
		return mq.Errorf(mq.CodeInternal, "the message to give back is gone: %w", err)
	}
	limit := g.RetryMaxTimes
	if s.MaxReconsume >= 0 {
		limit = s.MaxReconsume
	}
	if s.DelayLevel < 0 || m.ReconsumeTimes >= limit {
		return b.storeDeadLetter(s, &m)
	}
	return b.storeRetry(s, g, &m)
}

func (b *Broker) storeDeadLetter(s *SendBack, m *message.Message) error {
	topic := mq.DeadLetterTopic(s.Group)
	if err := b.ensureTopic(mq.NewTopicConfig(topic, 1)); err != nil {
		return err
	}
	b.Counters.DeadLetter.Add(1)
	b.o.Logger.Debug("message is a dead letter", "group", s.Group, "offset", int64(s.Position), "attempts", m.ReconsumeTimes+1)
	return b.storeBack(s, m, topic, 0, backProperties(nil, s, m))
}

func (b *Broker) storeRetry(s *SendBack, g mq.GroupConfig, m *message.Message) error {
	if err := b.ensureRetryTopic(g); err != nil {
		return err
	}
	level := s.DelayLevel
	if level == 0 {
		level = 3 + int(m.ReconsumeTimes)
	}
	level = b.o.Delays.Clamp(level)
	topic := mq.RetryTopic(s.Group)
	queue := mq.QueueID(rand.Int32N(g.RetryQueues)) //nolint:gosec // spreads load, guards nothing
	properties := appendDelay(backProperties(nil, s, m), topic, queue, level)
	b.Counters.SentBack.Add(1)
	if err := b.storeBack(s, m, mq.TopicSchedule, mq.QueueID(level-1), properties); err != nil {
		return err
	}
	b.wakeDelays()
	return nil
}

// backProperties appends the properties of a message that is given back.
func backProperties(dst []byte, s *SendBack, m *message.Message) []byte {
	retryTopic, originID := string(m.Topic), s.OriginID
	for name, value := range m.Properties.All() {
		switch string(name) {
		case message.PropertyRetryTopic:
			retryTopic = string(value)
		case message.PropertyOriginMessageID:
			originID = string(value)
		case message.PropertyDelayLevel, message.PropertyRealTopic, message.PropertyRealQueue, message.PropertyWait, message.PropertyCRC:
			// set anew, or of the record that is given back
		default:
			dst = message.AppendProperty(dst, string(name), value)
		}
	}
	if originID == "" {
		originID = message.OffsetID(m.StoreHost, m.Position)
	}
	dst = message.AppendProperty(dst, message.PropertyRetryTopic, retryTopic)
	dst = message.AppendProperty(dst, message.PropertyOriginMessageID, originID)
	return message.AppendProperty(dst, message.PropertyWait, strconv.FormatBool(false))
}

func (b *Broker) storeBack(s *SendBack, m *message.Message, topic mq.Topic, queue mq.QueueID, properties []byte) error {
	if len(properties) > mq.MaxPropertiesLen {
		return mq.Errorf(mq.CodeMessageIllegal, "the properties of the message at %d are too long to give it back", s.Position)
	}
	back := message.Message{
		Topic: topic, QueueID: queue, Flag: m.Flag, SysFlag: m.SysFlag, BornTime: m.BornTime, BornHost: m.BornHost,
		StoreHost: b.host, ReconsumeTimes: m.ReconsumeTimes + 1, Properties: properties, Body: m.Body,
	}
	err := b.store.AppendVisible([]commitlog.Record{{Bytes: b.encode(nil, &back), Slot: b.store.Slot(topic, queue), Count: 1}})
	if err != nil {
		return unavailable(err)
	}
	return nil
}
