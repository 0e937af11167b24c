package broker

import (
	"strconv"

	"goddard/internal/message"
	"goddard/internal/mq"
)

// properties appends the properties under which a message is stored: the
// client's without those that only a broker may set, and the broker's own. It
// returns the unique ID, too, which is made when the client gave none.
func (sb *SendBatch) properties(dst []byte, s *Send, t target) ([]byte, string) {
	var unique []byte
	for name, value := range message.Properties(s.Properties).All() {
		if brokerOwned(name) {
			continue
		}
		switch string(name) {
		case message.PropertyUniqueKey:
			unique = value
		case message.PropertyRealTopic, message.PropertyRealQueue, message.PropertyDelayLevel:
			if t.delayLevel > 0 {
				continue
			}
		}
		dst = message.AppendProperty(dst, string(name), value)
	}
	dst = sb.brokerProperties(dst)
	if unique == nil {
		dst = append(append(dst, message.PropertyUniqueKey...), message.NameSeparator)
		n := len(dst)
		dst = sb.b.ids.Append(dst, sb.now)
		unique = dst[n:len(dst):len(dst)]
		dst = append(dst, message.PropertySeparator)
	}
	if t.delayLevel > 0 {
		dst = appendDelay(dst, t.topic, t.queue, t.delayLevel)
	}
	return dst, string(unique)
}

// brokerOwned reports whether a property is the broker's: it is set here, or
// never taken from a client.
func brokerOwned(name []byte) bool {
	switch string(name) {
	case message.PropertyCluster, message.PropertyRegion, message.PropertyTraceOn, message.PropertyPopCheckPoint, message.PropertyCRC:
		return true
	}
	return false
}

func (sb *SendBatch) brokerProperties(dst []byte) []byte {
	dst = message.AppendProperty(dst, message.PropertyCluster, string(sb.b.o.Cluster))
	dst = message.AppendProperty(dst, message.PropertyRegion, sb.b.o.Region)
	return message.AppendProperty(dst, message.PropertyTraceOn, "true")
}

func appendDelay(dst []byte, real mq.Topic, queue mq.QueueID, level int) []byte {
	dst = message.AppendProperty(dst, message.PropertyDelayLevel, strconv.Itoa(level))
	dst = message.AppendProperty(dst, message.PropertyRealTopic, string(real))
	return message.AppendProperty(dst, message.PropertyRealQueue, strconv.Itoa(int(queue)))
}

// itemProperties appends the properties of one message of a batch: its own,
// and those of the batch that it does not have itself. The unique ID of a
// batch is not that of its messages; like the original, the broker adds
// nothing of its own.
func (sb *SendBatch) itemProperties(dst []byte, s *Send, item message.BatchItem) []byte {
	for name, value := range item.Properties.All() {
		if !brokerOwned(name) {
			dst = message.AppendProperty(dst, string(name), value)
		}
	}
	for name, value := range message.Properties(s.Properties).All() {
		if _, ok := item.Properties.Get(string(name)); !ok && !brokerOwned(name) && string(name) != message.PropertyUniqueKey {
			dst = message.AppendProperty(dst, string(name), value)
		}
	}
	return dst
}
