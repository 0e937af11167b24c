package mq

// A RetryPolicyType names how a group spaces its redeliveries.
type RetryPolicyType string

// The retry policies of RocketMQ.
const (
	RetryCustomized  RetryPolicyType = "CUSTOMIZED"
	RetryExponential RetryPolicyType = "EXPONENTIAL"
)

// A RetryPolicy spaces redeliveries; all times are milliseconds.
type RetryPolicy struct {
	Type        RetryPolicyType         `json:"type"`
	Customized  *CustomizedRetryPolicy  `json:"customizedRetryPolicy,omitempty"`
	Exponential *ExponentialRetryPolicy `json:"exponentialRetryPolicy,omitempty"`
}

// A CustomizedRetryPolicy lists the pause before each attempt.
type CustomizedRetryPolicy struct {
	Next []int64 `json:"next"`
}

// An ExponentialRetryPolicy multiplies the pause up to a maximum.
type ExponentialRetryPolicy struct {
	Initial    int64 `json:"initial"`
	Max        int64 `json:"max"`
	Multiplier int64 `json:"multiplier"`
}

// A GroupSubscription is a subscription that is part of a group's settings.
type GroupSubscription struct {
	Topic          Topic  `json:"topic"`
	ExpressionType string `json:"expressionType"`
	Expression     string `json:"expression"`
	Version        int64  `json:"version"`
}

// A GroupConfig is the settings of a consumer group on one broker. The JSON
// names are those of RocketMQ's wire and of its subscriptionGroup.json.
type GroupConfig struct {
	Attributes       map[string]string   `json:"attributes"`
	BrokerID         BrokerID            `json:"brokerId"`
	BroadcastEnable  bool                `json:"consumeBroadcastEnable"`
	ConsumeEnable    bool                `json:"consumeEnable"`
	FromMinEnable    bool                `json:"consumeFromMinEnable"`
	Orderly          bool                `json:"consumeMessageOrderly"`
	TimeoutMinutes   int32               `json:"consumeTimeoutMinute"`
	Name             Group               `json:"groupName"`
	RetryPolicy      RetryPolicy         `json:"groupRetryPolicy"`
	SysFlag          int32               `json:"groupSysFlag"`
	NotifyIDsChanged bool                `json:"notifyConsumerIdsChangedEnable"`
	RetryMaxTimes    int32               `json:"retryMaxTimes"`
	RetryQueues      int32               `json:"retryQueueNums"`
	Subscriptions    []GroupSubscription `json:"subscriptionDataSet,omitempty"`
	BrokerWhenSlow   BrokerID            `json:"whichBrokerWhenConsumeSlowly"`
}

// NewGroupConfig returns the settings that RocketMQ gives a new group.
func NewGroupConfig(name Group) GroupConfig {
	return GroupConfig{
		Attributes:       map[string]string{},
		BroadcastEnable:  true,
		ConsumeEnable:    true,
		FromMinEnable:    true,
		TimeoutMinutes:   15,
		Name:             name,
		RetryPolicy:      RetryPolicy{Type: RetryCustomized},
		NotifyIDsChanged: true,
		RetryMaxTimes:    16,
		RetryQueues:      1,
		BrokerWhenSlow:   1,
	}
}
