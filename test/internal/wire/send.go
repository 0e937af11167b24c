package wire

import (
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"time"
)

// Codes of requests.
const (
	codeCreateTopic = 17
	codeMaxOffset   = 30
	codeRoute       = 105
	codeSend        = 310
)

// Codes of replies.
const (
	CodeOK             = 0
	CodeIllegalMessage = 13
	CodeNoPermission   = 16
	CodeUnknownTopic   = 17
)

// A Sender appends requests that send messages as the official Java client
// does, to the queues of a topic in turn.
type Sender struct {
	Serialization Serialization
	Topic         string
	Queues        int

	fields []Field
	sent   uint64
	id     [16]byte
}

// Append appends the request with which body is sent next, and says to which
// queue.
func (s *Sender) Append(dst []byte, opaque int32, body []byte, now time.Time) ([]byte, int) {
	if s.fields == nil {
		s.fields = []Field{
			{"a", "load"}, {"b", s.Topic}, {"c", "TBW102"}, {"d", strconv.Itoa(s.Queues)}, {"e", ""}, {"f", "0"}, {"g", ""}, {"h", "0"},
			{"i", ""}, {"j", "0"}, {"k", "false"}, {"m", "false"},
		}
		binary.BigEndian.PutUint64(s.id[:], uint64(now.UnixNano()))
	}
	s.sent++
	binary.BigEndian.PutUint64(s.id[8:], s.sent)
	queue := int(s.sent % uint64(s.Queues))
	s.fields[4].Value = strconv.Itoa(queue)
	s.fields[6].Value = strconv.FormatInt(now.UnixMilli(), 10)
	s.fields[8].Value = s.properties()
	return AppendRequest(dst, s.Serialization, codeSend, opaque, s.fields, body), queue
}

func (s *Sender) properties() string {
	p := make([]byte, 0, 64)
	p = append(p, "UNIQ_KEY\x01"...)
	p = hex.AppendEncode(p, s.id[:])
	return string(append(p, "\x02WAIT\x01true\x02"...))
}
