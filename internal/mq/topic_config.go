package mq

import "maps"

// A TopicFilterType says how the tags of a topic are to be read.
type TopicFilterType string

// The filter types of RocketMQ. Everything in use is SingleTag.
const (
	SingleTag TopicFilterType = "SINGLE_TAG"
	MultiTag  TopicFilterType = "MULTI_TAG"
)

// A TopicConfig is the settings of a topic on one broker. The JSON names are
// those of RocketMQ's wire and of its topics.json.
type TopicConfig struct {
	Attributes  map[string]string `json:"attributes"`
	Order       bool              `json:"order"`
	Perm        Perm              `json:"perm"`
	ReadQueues  int32             `json:"readQueueNums"`
	FilterType  TopicFilterType   `json:"topicFilterType"`
	Name        Topic             `json:"topicName"`
	SysFlag     int32             `json:"topicSysFlag"`
	WriteQueues int32             `json:"writeQueueNums"`
}

// NewTopicConfig returns a readable and writable topic with n queues.
func NewTopicConfig(name Topic, n int32) TopicConfig {
	return TopicConfig{
		Attributes:  map[string]string{},
		Perm:        PermRead | PermWrite,
		ReadQueues:  n,
		FilterType:  SingleTag,
		Name:        name,
		WriteQueues: n,
	}
}

// Equal reports whether two configurations say the same.
func (c TopicConfig) Equal(o TopicConfig) bool {
	return c.Name == o.Name && c.Order == o.Order && c.Perm == o.Perm && c.ReadQueues == o.ReadQueues &&
		c.WriteQueues == o.WriteQueues && c.FilterType == o.FilterType && c.SysFlag == o.SysFlag &&
		maps.Equal(c.Attributes, o.Attributes)
}

// Queues returns the number of queues that can hold messages: the larger of
// the readable and the writable ones.
func (c TopicConfig) Queues() int32 { return max(c.ReadQueues, c.WriteQueues) }
