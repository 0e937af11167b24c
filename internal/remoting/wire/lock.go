package wire

import "goddard/internal/mq"

// A MessageQueue is a message queue.
type MessageQueue struct {
	Broker  mq.BrokerName `json:"brokerName"`
	QueueID mq.QueueID    `json:"queueId"`
	Topic   mq.Topic      `json:"topic"`
}

// A LockRequest is the body of LOCK_BATCH_MQ and UNLOCK_BATCH_MQ.
type LockRequest struct {
	ClientID mq.ClientID    `json:"clientId"`
	Group    mq.Group       `json:"consumerGroup"`
	Queues   []MessageQueue `json:"mqSet"`
}

// ParseLockRequest reads the body.
func ParseLockRequest(b []byte) (LockRequest, error) {
	var l LockRequest
	err := unmarshal(b, &l)
	return l, err
}

// A LockResult is the body of the answer to LOCK_BATCH_MQ.
type LockResult struct {
	Locked []MessageQueue `json:"lockOKMQSet"`
}
