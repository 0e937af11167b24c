package data

import (
	"time"

	"goddard/internal/broker"
	"goddard/internal/mq"
	"goddard/internal/native"
	"goddard/internal/remoting"
	"goddard/internal/remoting/wire"
	"goddard/internal/store"
)

// Served: PULL_MESSAGE and LITE_PULL_MESSAGE with tags, long polling and the
// consumer offset that they carry.
// Not served yet: SQL92 (answered 1), class filters, light queues.
// Called by: clients, not on the reduced port.
func pullMessage(s *session, cmd *remoting.Command) {
	h, err := wire.ParsePullMessage(cmd.Fields)
	if err != nil {
		s.replyPullError(cmd.To(), 0, err)
		return
	}
	p := &pull{s: s, to: cmd.To(), request: broker.Pull{
		Group: mq.Group(h.Group), Topic: mq.Topic(h.Topic), Queue: mq.QueueID(h.QueueID), Offset: mq.QueueOffset(h.Offset),
		Max: int(h.Max), SubVersion: h.SubVersion, Commit: -1,
	}}
	if h.SysFlag&wire.PullSuspend != 0 {
		p.suspend = time.Duration(min(max(h.SuspendMS, 0), maxSuspendMS)) * time.Millisecond
	}
	if h.SysFlag&wire.PullCommit != 0 {
		p.request.Commit = mq.QueueOffset(h.CommitOffset)
	}
	if h.SysFlag&wire.PullSubscription != 0 {
		p.request.Subscription = &mq.Subscription{
			Topic: p.request.Topic, Type: mq.ExpressionType(h.ExpressionType), Expression: string(h.Subscription), Version: h.SubVersion,
		}
	}
	p.start(true)
}

// maxSuspendMS bounds what a client may ask for; the broker holds shorter.
const maxSuspendMS = 60_000

// A pull is a pull request on its way.
type pull struct {
	s        *session
	to       remoting.To
	request  broker.Pull
	suspend  time.Duration
	prepared *broker.PreparedPull
}

// start checks the pull and serves it. What has to wait for the log or the
// disk goes on where it may.
func (p *pull) start(inline bool) {
	b := p.s.h.b
	prepared, forbidden, err := b.PreparePull(&p.request)
	if inline && mq.CodeOf(err) == mq.CodeGroupNotFound && err != nil {
		p.later(func() {
			if err := b.EnsureGroup(p.request.Group); err != nil {
				p.s.replyPullError(p.to, 0, err)
				return
			}
			p.start(false)
		})
		return
	}
	if err != nil {
		p.s.replyPullError(p.to, int32(forbidden), err)
		return
	}
	p.prepared = prepared
	if inline && b.Cold(prepared) {
		p.later(func() { p.first(false) })
		return
	}
	p.first(inline)
}

func (p *pull) later(job func()) {
	if !p.s.conn.Go(job) {
		p.s.conn.Reply(p.to, native.Busy("too many requests of this connection wait"))
	}
}

// first serves the pull, or has it held until there is something.
func (p *pull) first(inline bool) {
	b := p.s.h.b
	if p.request.Commit >= 0 {
		b.CommitLazily(p.request.Group, p.request.Topic, p.request.Queue, p.request.Commit)
	}
	var result broker.Pulled
	if inline {
		result, p.s.body = b.Pull(p.prepared, p.s.body[:0])
		if !p.holds(result) {
			p.reply(result, p.s.body)
		}
		if cap(p.s.body) > maxKeptBody {
			p.s.body = nil
		}
		return
	}
	p.pullAndReply(p.holds)
}

// maxKeptBody bounds what an idle connection keeps, bytes.
const maxKeptBody = 16 << 10

// holds has the pull held when it found nothing and may wait.
func (p *pull) holds(r broker.Pulled) bool {
	if p.suspend <= 0 || !r.Waits(p.request.Offset) {
		return false
	}
	p.s.h.b.Hold(p.prepared, p.suspend, func() {
		p.s.conn.Ready(func() { p.pullAndReply(func(broker.Pulled) bool { return false }) })
	})
	return true
}

// pullAndReply serves the pull on a goroutine that is not the reading one.
func (p *pull) pullAndReply(holds func(broker.Pulled) bool) {
	pooled := p.s.h.bodies.Get().(*[]byte)
	defer p.s.h.bodies.Put(pooled)
	var result broker.Pulled
	result, *pooled = p.s.h.b.Pull(p.prepared, (*pooled)[:0])
	if !holds(result) {
		p.reply(result, *pooled)
	}
}

func (p *pull) reply(r broker.Pulled, body []byte) {
	p.s.conn.Reply(p.to, remoting.Response{
		Code: pullCode(r, p.request.Offset), Remark: r.Status.String(),
		Header: &wire.PullResult{Next: r.Next, Min: r.Min, Max: r.Max}, Body: body,
	})
}

// pullCode translates how a pull ended.
func pullCode(r broker.Pulled, offset mq.QueueOffset) remoting.ResponseCode {
	switch r.Status {
	case store.Found:
		return remoting.Success
	case store.NoMatchedMessage, store.MessageWasRemoving:
		return remoting.PullRetryImmediately
	case store.OffsetOverflowOne:
		return remoting.PullNotFound
	case store.NoMessageInQueue, store.NoMatchedQueue:
		if offset == 0 {
			return remoting.PullNotFound
		}
		return remoting.PullOffsetMoved
	case store.OffsetOverflowBadly, store.OffsetTooSmall:
		return remoting.PullOffsetMoved
	}
	return remoting.SystemError
}

// replyPullError answers a pull that was refused; the header is there even
// then, as clients expect.
func (s *session) replyPullError(to remoting.To, forbidden int32, err error) {
	r := native.ErrorResponse(err)
	r.Header = &wire.PullResult{Forbidden: forbidden}
	s.conn.Reply(to, r)
}
