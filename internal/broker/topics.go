package broker

import (
	"context"
	"log/slog"
	"slices"
	"strings"

	"goddard/internal/mq"
	"goddard/internal/record"
)

// Topic returns the settings of a topic.
func (b *Broker) Topic(name mq.Topic) (mq.TopicConfig, error) {
	c, ok := b.store.Topics.Get(name)
	if !ok {
		return mq.TopicConfig{}, mq.Errorf(mq.CodeTopicNotFound, "topic %s does not exist on broker %s", name, b.o.Name)
	}
	return c, nil
}

// Topics returns the settings of every topic, by name.
func (b *Broker) Topics() []mq.TopicConfig {
	all := b.store.Topics.All()
	slices.SortFunc(all, func(x, y mq.TopicConfig) int { return strings.Compare(string(x.Name), string(y.Name)) })
	return all
}

// OnTopicsChanged has f called with the topics that were created or changed,
// after each change.
func (b *Broker) OnTopicsChanged(f func([]mq.TopicConfig)) { b.topicsChanged.Store(&f) }

// PutTopic creates a topic or changes its settings. It waits for the log.
func (b *Broker) PutTopic(c mq.TopicConfig) error {
	if err := checkTopicConfig(c); err != nil {
		return err
	}
	return b.putTopics(func() []mq.TopicConfig { return []mq.TopicConfig{c} })
}

func checkTopicConfig(c mq.TopicConfig) error {
	if err := c.Name.Check(); err != nil {
		return err
	}
	if c.Name.IsSystem() {
		return mq.Errorf(mq.CodeInvalidArgument, "topic %s belongs to the system and cannot be changed", c.Name)
	}
	return checkQueues(c)
}

// maxQueues bounds the queues of one topic: a slip of the finger must not
// cost a gigabyte.
const maxQueues = 65536

func checkQueues(c mq.TopicConfig) error {
	if c.ReadQueues < 0 || c.ReadQueues > maxQueues || c.WriteQueues < 0 || c.WriteQueues > maxQueues {
		return mq.Errorf(mq.CodeInvalidArgument, "topic %s: %d read and %d write queues: want 0 to %d", c.Name, c.ReadQueues, c.WriteQueues, maxQueues)
	}
	return nil
}

// putTopics appends the settings that wanted returns, as far as they are new,
// and tells who registers topics, which may wait for that. Only one change is
// made at a time; wanted sees the settings that all earlier changes left.
func (b *Broker) putTopics(wanted func() []mq.TopicConfig) error {
	changed, err := b.appendTopics(wanted)
	if len(changed) > 0 {
		b.tellTopics(changed)
	}
	return err
}

func (b *Broker) appendTopics(wanted func() []mq.TopicConfig) (changed []mq.TopicConfig, err error) {
	b.settings.Lock()
	defer b.settings.Unlock()
	var states []record.Record
	for _, c := range wanted() {
		if old, ok := b.store.Topics.Get(c.Name); ok && old.Equal(c) {
			continue
		}
		changed = append(changed, c)
		states = append(states, record.TopicPut{Config: c})
	}
	if len(changed) == 0 {
		return nil, nil
	}
	if err := b.store.AppendState(b.host, b.o.Now(), states...); err != nil {
		return nil, err
	}
	for _, c := range changed {
		level := slog.LevelInfo
		if c.Name.IsSystem() || c.Perm.Inheritable() {
			level = slog.LevelDebug // made at start
		}
		b.o.Logger.Log(context.Background(), level, "topic stored", "topic", c.Name, "read_queues", c.ReadQueues, "write_queues", c.WriteQueues, "perm", int(c.Perm))
	}
	return changed, nil
}

func (b *Broker) tellTopics(changed []mq.TopicConfig) {
	if f := b.topicsChanged.Load(); f != nil {
		(*f)(changed)
	}
}

// DeleteTopic forgets a topic, its queues and the offsets in it. Its messages
// stay in the log until the log is cut. It waits for the log.
func (b *Broker) DeleteTopic(name mq.Topic) error {
	if err := name.Check(); err != nil {
		return err
	}
	if name.IsSystem() {
		return mq.Errorf(mq.CodeInvalidArgument, "topic %s belongs to the system and cannot be deleted", name)
	}
	if _, ok := b.store.Topics.Get(name); !ok {
		return nil
	}
	b.settings.Lock()
	err := b.store.AppendState(b.host, b.o.Now(), record.TopicDelete{Topic: name})
	b.settings.Unlock()
	if err != nil {
		return err
	}
	b.o.Logger.Info("topic deleted", "topic", name)
	b.tellTopics(nil)
	return nil
}

// ensureTopic makes a topic unless it exists.
func (b *Broker) ensureTopic(c mq.TopicConfig) error {
	if _, ok := b.store.Topics.Get(c.Name); ok {
		return nil
	}
	return b.putTopics(func() []mq.TopicConfig {
		if _, ok := b.store.Topics.Get(c.Name); ok {
			return nil
		}
		return []mq.TopicConfig{c}
	})
}

// createFrom makes a topic after a template, as a first send to it asks.
func (b *Broker) createFrom(template, name mq.Topic, queues int32) error {
	if name.IsRetry() {
		return b.ensureTopic(mq.NewTopicConfig(name, 1))
	}
	t, ok := b.store.Topics.Get(template)
	switch {
	case !ok:
		return mq.Errorf(mq.CodeTopicNotFound, "topic %s does not exist on broker %s, and neither does %s to create it from", name, b.o.Name, template)
	case !t.Perm.Inheritable():
		return mq.Errorf(mq.CodeTopicNotFound, "topic %s does not exist on broker %s, and topics are not created by themselves here (autoCreateTopicEnable)", name, b.o.Name)
	}
	c := mq.NewTopicConfig(name, max(1, min(queues, t.WriteQueues)))
	c.Perm = t.Perm &^ mq.PermInherit
	c.SysFlag = t.SysFlag
	return b.ensureTopic(c)
}

// createSystemSettings makes the topics and groups that every broker has.
func (b *Broker) createSystemSettings() error {
	err := b.putTopics(func() []mq.TopicConfig {
		var missing []mq.TopicConfig
		for _, c := range b.systemTopics() {
			if old, ok := b.store.Topics.Get(c.Name); !ok || c.Name == mq.TopicTemplate && old.Perm != c.Perm {
				missing = append(missing, c)
			}
		}
		return missing
	})
	if err != nil {
		return err
	}
	return b.ensureGroups(mq.SystemGroups()...)
}

func (b *Broker) systemTopics() []mq.TopicConfig {
	topics := []mq.TopicConfig{
		mq.NewTopicConfig(mq.TopicSelfTest, 1),
		mq.NewTopicConfig(mq.TopicBenchmark, 1024),
		mq.NewTopicConfig(mq.TopicOffsetMoved, 1),
		mq.NewTopicConfig(mq.TopicSchedule, int32(len(b.o.Delays))),
		mq.NewTopicConfig(mq.TopicHalf, 1),
		mq.NewTopicConfig(mq.TopicOp, 1),
		mq.NewTopicConfig(mq.TopicTimer, 1),
		mq.NewTopicConfig(mq.TopicState, 1),
		mq.NewTopicConfig(mq.ReplyTopic(b.o.Cluster), 1),
	}
	template := mq.NewTopicConfig(mq.TopicTemplate, b.o.TemplateQueues)
	if b.o.AutoCreateTopic {
		template.Perm |= mq.PermInherit
	}
	cluster := mq.NewTopicConfig(mq.Topic(b.o.Cluster), 16)
	cluster.Perm |= mq.PermInherit
	name := mq.NewTopicConfig(mq.Topic(b.o.Name), 1)
	name.Perm |= mq.PermInherit
	topics = append(topics, template, cluster, name)
	if b.o.TraceTopicEnable {
		topics = append(topics, mq.NewTopicConfig(mq.TopicTrace, 1))
	}
	return topics
}
