package data

import (
	"goddard/internal/native"
	"goddard/internal/remoting"
	"goddard/internal/remoting/wire"
)

// Served: QUERY_CONSUMER_OFFSET. Called by: clients, operators.
func queryConsumerOffset(s *session, cmd *remoting.Command) (remoting.Response, error) {
	h, err := wire.ParseQueryConsumerOffset(cmd.Fields)
	if err != nil {
		return remoting.Response{}, err
	}
	offset, err := s.h.b.ConsumerOffset(h.Group, h.Topic, h.QueueID, h.OrZero)
	return remoting.Response{Header: wire.Offset{Offset: offset}}, err
}

// Served: UPDATE_CONSUMER_OFFSET; answered when the log has it.
// Called by: clients, operators.
func updateConsumerOffset(s *session, cmd *remoting.Command) {
	to := cmd.To()
	h, err := wire.ParseUpdateConsumerOffset(cmd.Fields)
	if err == nil {
		err = s.h.b.Commit(h.Group, h.Topic, h.QueueID, h.Offset, func(err error) {
			if err != nil {
				s.conn.Reply(to, native.ErrorResponse(err))
				return
			}
			s.conn.Reply(to, remoting.Response{})
		})
	}
	if err != nil {
		s.conn.Reply(to, native.ErrorResponse(err))
	}
}

// Served: GET_MAX_OFFSET. Called by: clients, operators.
func maxOffset(s *session, cmd *remoting.Command) (remoting.Response, error) {
	h, err := wire.ParseQueueRequest(cmd.Fields)
	if err != nil {
		return remoting.Response{}, err
	}
	offset, err := s.h.b.MaxOffset(h.Topic, h.QueueID)
	return remoting.Response{Header: wire.Offset{Offset: offset}}, err
}

// Served: GET_MIN_OFFSET. Called by: clients, operators.
func minOffset(s *session, cmd *remoting.Command) (remoting.Response, error) {
	h, err := wire.ParseQueueRequest(cmd.Fields)
	if err != nil {
		return remoting.Response{}, err
	}
	offset, err := s.h.b.MinOffset(h.Topic, h.QueueID)
	return remoting.Response{Header: wire.Offset{Offset: offset}}, err
}

// Served: SEARCH_OFFSET_BY_TIMESTAMP. Called by: clients, operators.
func searchOffset(s *session, cmd *remoting.Command) (remoting.Response, error) {
	h, err := wire.ParseSearchOffset(cmd.Fields)
	if err != nil {
		return remoting.Response{}, err
	}
	offset, err := s.h.b.SearchOffset(h.Topic, h.QueueID, h.Time, h.Upper)
	return remoting.Response{Header: wire.Offset{Offset: offset}}, err
}

// Served: GET_EARLIEST_MSG_STORETIME. Called by: clients, operators.
func earliestTime(s *session, cmd *remoting.Command) (remoting.Response, error) {
	h, err := wire.ParseQueueRequest(cmd.Fields)
	if err != nil {
		return remoting.Response{}, err
	}
	ms, err := s.h.b.EarliestTime(h.Topic, h.QueueID)
	return remoting.Response{Header: wire.Timestamp{Time: ms}}, err
}
