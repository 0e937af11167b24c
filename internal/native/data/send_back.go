package data

import (
	"goddard/internal/broker"
	"goddard/internal/remoting"
	"goddard/internal/remoting/wire"
)

// Served: CONSUMER_SEND_MSG_BACK. Called by: clients.
func sendBack(s *session, cmd *remoting.Command) (remoting.Response, error) {
	h, err := wire.ParseSendBack(cmd.Fields)
	if err != nil {
		return remoting.Response{}, err
	}
	return remoting.Response{}, s.h.b.SendBack(&broker.SendBack{
		Group: h.Group, Position: h.Position, DelayLevel: int(h.DelayLevel), MaxReconsume: h.MaxReconsumeTimes, OriginID: h.OriginID,
	})
}

// Served: VIEW_MESSAGE_BY_ID. Called by: operators, clients.
func viewMessage(s *session, cmd *remoting.Command) (remoting.Response, error) {
	h, err := wire.ParseViewMessage(cmd.Fields)
	if err != nil {
		return remoting.Response{}, err
	}
	m, err := s.h.b.Message(h.Position)
	if err != nil {
		return remoting.Response{}, err
	}
	return remoting.Response{Body: m.Append(nil)}, nil
}
