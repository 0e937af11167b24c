package data

import (
	"goddard/internal/broker"
	"goddard/internal/mq"
	"goddard/internal/native"
	"goddard/internal/remoting"
	"goddard/internal/remoting/wire"
)

// Served: SEND_MESSAGE, SEND_MESSAGE_V2 and SEND_BATCH_MESSAGE, to any topic
// that clients may send to; topics are created as the original does; delay
// levels; retry topics with dead letters.
// Not served yet: transactions, delivery times, inner batches, light queues.
// Called by: clients.

// maxBatchBytes is how much one read's sends may come to before they are
// stored without waiting for the rest of the read.
const maxBatchBytes = 1 << 20

// sends gathers the sends of one read. It belongs to the reading goroutine.
type sends struct {
	s     *session
	batch *broker.SendBatch
	to    []remoting.To // of the sends in batch
	topic topicNames
	send  broker.Send
}

func newSends(s *session) *sends { return &sends{s: s, batch: s.h.b.NewSendBatch()} }

// sendMessage adds a send to the batch of this read.
func sendMessage(s *session, cmd *remoting.Command) {
	h, err := wire.ParseSendMessage(cmd.Fields)
	if err != nil {
		s.conn.Reply(cmd.To(), native.ErrorResponse(err))
		return
	}
	snd := &s.sends.send
	s.sends.fill(snd, &h, cmd)
	err = s.sends.batch.Add(snd)
	if missing, ok := err.(*broker.MissingTopicError); ok { //nolint:errorlint // Add returns it as it is
		s.createAndSend(missing, cmd)
		return
	}
	if err != nil {
		s.conn.Reply(cmd.To(), s.refusal(err))
		return
	}
	s.sends.to = append(s.sends.to, cmd.To())
	if s.sends.batch.Size() >= maxBatchBytes {
		s.sends.store()
	}
}

// fill translates a header. The send points into the command.
func (ss *sends) fill(snd *broker.Send, h *wire.SendMessage, cmd *remoting.Command) {
	*snd = broker.Send{
		Topic: ss.topic.name(h.Topic), Template: mq.Topic(h.DefaultTopic), TemplateQueues: h.DefaultQueues,
		Queue: mq.QueueID(h.QueueID), SysFlag: h.SysFlag, Flag: h.Flag, BornTime: h.BornTime, BornHost: ss.s.conn.RemoteAddr(),
		ReconsumeTimes: h.ReconsumeTimes, MaxReconsume: h.MaxReconsumeTimes, Batch: h.Batch, Properties: h.Properties, Body: cmd.Body,
	}
}

// createAndSend creates the topic that a send needs, on the goroutine for
// what may wait, and sends then.
func (s *session) createAndSend(missing *broker.MissingTopicError, cmd *remoting.Command) {
	kept := cmd.Clone()
	queued := s.conn.Go(func() {
		alone := newSends(s)
		h, err := wire.ParseSendMessage(kept.Fields)
		for range maxCreations {
			if err != nil {
				break
			}
			var snd broker.Send
			alone.fill(&snd, &h, kept)
			if missing != nil {
				if err = s.h.b.Create(missing); err != nil {
					break
				}
			}
			if err = alone.batch.Add(&snd); err == nil {
				alone.to = append(alone.to, kept.To())
				alone.store()
				return
			}
			var again bool
			if missing, again = err.(*broker.MissingTopicError); again { //nolint:errorlint // as above
				err = nil
			}
		}
		s.conn.Reply(kept.To(), s.refusal(err))
	})
	if !queued {
		s.conn.Reply(cmd.To(), native.Busy("too many requests of this connection wait"))
	}
}

// maxCreations bounds how many topics one send may need: its own, and that of
// its dead letters.
const maxCreations = 3

// refusal returns the answer to a send that was refused. It carries what the
// original's answer carries.
func (s *session) refusal(err error) remoting.Response {
	if err == nil {
		err = mq.Errorf(mq.CodeBusy, "the topic was deleted while a message was sent to it")
	}
	r := native.ErrorResponse(err)
	r.Header = sendRegion(s.h.b.Region())
	return r
}

// sendRegion is the header of the answer to a send that was refused.
type sendRegion string

// AppendFields implements remoting.Header.
func (r sendRegion) AppendFields(w *remoting.FieldWriter) {
	w.String("MSG_REGION", string(r))
	w.Bool("TRACE_ON", true)
}

// store stores the batch and answers its sends: at once, or with synchronous
// flush when the disk has them; then the batch is not used again.
func (ss *sends) store() {
	if ss.batch.Len() == 0 {
		return
	}
	s, to := ss.s, ss.to
	late := s.h.b.Synchronous()
	batch := ss.batch
	if late {
		ss.batch, ss.to = s.h.b.NewSendBatch(), nil
	}
	header := wire.SendResult{Region: s.h.b.Region(), TraceOn: true}
	batch.Store(func(i int, r broker.SendResult, err error) {
		if err != nil {
			s.conn.Reply(to[i], s.refusal(err))
			return
		}
		h := &header
		if late {
			h = &wire.SendResult{Region: header.Region, TraceOn: true}
		}
		h.MessageID, h.QueueID, h.QueueOffset, h.TransactionID = r.MessageIDs, r.Queue, r.Offset, r.TransactionID
		s.conn.Reply(to[i], remoting.Response{Code: sendCode(r.Status), Header: h})
	})
	if !late {
		batch.Reset()
		ss.to = ss.to[:0]
	}
}

func sendCode(status broker.SendStatus) remoting.ResponseCode {
	if status == broker.FlushTimeout {
		return remoting.FlushDiskTimeout
	}
	return remoting.Success
}

// topicNames remembers the last topic name of a connection, so that a
// producer of one topic costs no allocation for it.
type topicNames struct{ last mq.Topic }

func (n *topicNames) name(b []byte) mq.Topic {
	if string(n.last) != string(b) {
		n.last = mq.Topic(b)
	}
	return n.last
}
