package broker

import (
	"slices"
	"strings"

	"goddard/internal/mq"
	"goddard/internal/record"
)

// Group returns the settings of a consumer group.
func (b *Broker) Group(name mq.Group) (mq.GroupConfig, error) {
	c, ok := b.store.Groups.Get(name)
	if !ok {
		return mq.GroupConfig{}, mq.Errorf(mq.CodeGroupNotFound, "consumer group %s does not exist on broker %s", name, b.o.Name)
	}
	return c, nil
}

// Groups returns the settings of every group, by name.
func (b *Broker) Groups() []mq.GroupConfig {
	all := b.store.Groups.All()
	slices.SortFunc(all, func(x, y mq.GroupConfig) int { return strings.Compare(string(x.Name), string(y.Name)) })
	return all
}

// PutGroup creates a group or changes its settings. It waits for the log.
func (b *Broker) PutGroup(c mq.GroupConfig) error {
	if err := c.Name.Check(); err != nil {
		return err
	}
	b.settings.Lock()
	defer b.settings.Unlock()
	if err := b.store.AppendState(b.host, b.o.Now(), record.GroupPut{Config: c}); err != nil {
		return err
	}
	b.o.Logger.Info("group stored", "group", c.Name)
	return nil
}

// DeleteGroup forgets a group, and with offsets its consumer offsets, too. It
// waits for the log.
func (b *Broker) DeleteGroup(name mq.Group, offsets bool) error {
	b.settings.Lock()
	defer b.settings.Unlock()
	if err := b.store.AppendState(b.host, b.o.Now(), record.GroupDelete{Group: name, Offsets: offsets}); err != nil {
		return err
	}
	b.o.Logger.Info("group deleted", "group", name)
	return nil
}

// ensureGroup returns the settings of a group, which is created when the
// broker may. Creating waits for the log.
func (b *Broker) ensureGroup(name mq.Group) (mq.GroupConfig, error) {
	if c, ok := b.store.Groups.Get(name); ok {
		return c, nil
	}
	if !b.o.AutoCreateGroup {
		return mq.GroupConfig{}, mq.Errorf(mq.CodeGroupNotFound, "consumer group %s does not exist on broker %s, and groups are not created by themselves here (autoCreateSubscriptionGroup)", name, b.o.Name)
	}
	if err := name.Check(); err != nil {
		return mq.GroupConfig{}, err
	}
	if err := b.ensureGroups(name); err != nil {
		return mq.GroupConfig{}, err
	}
	return b.Group(name)
}

func (b *Broker) ensureGroups(names ...mq.Group) error {
	b.settings.Lock()
	defer b.settings.Unlock()
	var states []record.Record
	for _, name := range names {
		if _, ok := b.store.Groups.Get(name); !ok {
			states = append(states, record.GroupPut{Config: mq.NewGroupConfig(name)})
		}
	}
	if len(states) == 0 {
		return nil
	}
	return b.store.AppendState(b.host, b.o.Now(), states...)
}
