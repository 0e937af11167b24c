package data

import (
	"goddard/internal/mq"
	"goddard/internal/remoting"
	"goddard/internal/remoting/wire"
)

// Served: LOCK_BATCH_MQ, on this broker alone. Called by: clients.
func lockQueues(s *session, cmd *remoting.Command) (remoting.Response, error) {
	r, err := wire.ParseLockRequest(cmd.Body)
	if err != nil {
		return remoting.Response{}, err
	}
	result := wire.LockResult{Locked: []wire.MessageQueue{}}
	for _, q := range s.h.b.LockQueues(r.Group, r.ClientID, queues(r.Queues)) {
		result.Locked = append(result.Locked, wire.MessageQueue{Broker: q.Broker, QueueID: q.ID, Topic: q.Topic})
	}
	return remoting.Response{Body: wire.Marshal(result)}, nil
}

// Served: UNLOCK_BATCH_MQ, on this broker alone. Called by: clients.
func unlockQueues(s *session, cmd *remoting.Command) (remoting.Response, error) {
	r, err := wire.ParseLockRequest(cmd.Body)
	if err != nil {
		return remoting.Response{}, err
	}
	s.h.b.UnlockQueues(r.Group, r.ClientID, queues(r.Queues))
	return remoting.Response{}, nil
}

func queues(named []wire.MessageQueue) []mq.Queue {
	queues := make([]mq.Queue, len(named))
	for i, q := range named {
		queues[i] = mq.Queue{Topic: q.Topic, Broker: q.Broker, ID: q.QueueID}
	}
	return queues
}
