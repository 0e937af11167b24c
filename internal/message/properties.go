package message

import (
	"bytes"
	"iter"
)

// Separators of an encoded property list: name, NameSeparator, value,
// PropertySeparator, and so on. The last PropertySeparator may be missing.
const (
	NameSeparator     = 0x01
	PropertySeparator = 0x02
)

// Names of properties.
const (
	PropertyKeys              = "KEYS"
	PropertyTags              = "TAGS"
	PropertyWait              = "WAIT"
	PropertyDelayLevel        = "DELAY"
	PropertyUniqueKey         = "UNIQ_KEY"
	PropertyTransaction       = "TRAN_MSG"
	PropertyProducerGroup     = "PGROUP"
	PropertyRealTopic         = "REAL_TOPIC"
	PropertyRealQueue         = "REAL_QID"
	PropertyRetryTopic        = "RETRY_TOPIC"
	PropertyOriginMessageID   = "ORIGIN_MESSAGE_ID"
	PropertyReconsumeTime     = "RECONSUME_TIME"
	PropertyMaxReconsumeTimes = "MAX_RECONSUME_TIMES"
	PropertyCluster           = "CLUSTER"
	PropertyRegion            = "MSG_REGION"
	PropertyTraceOn           = "TRACE_ON"
	PropertyPopCheckPoint     = "POP_CK"
	PropertyTimerDelaySec     = "TIMER_DELAY_SEC"
	PropertyTimerDelayMS      = "TIMER_DELAY_MS"
	PropertyTimerDeliverMS    = "TIMER_DELIVER_MS"
	PropertyShardingKey       = "__SHARDINGKEY"
	PropertyCRC               = "__CRC32#"
)

// Properties is an encoded property list.
type Properties []byte

// All returns the properties in order. Entries without a name or without a
// value are passed over, as the original does.
func (p Properties) All() iter.Seq2[[]byte, []byte] {
	return func(yield func(name, value []byte) bool) {
		for rest := []byte(p); len(rest) > 0; {
			var entry []byte
			entry, rest, _ = bytes.Cut(rest, []byte{PropertySeparator})
			name, value, ok := bytes.Cut(entry, []byte{NameSeparator})
			if ok && len(name) > 0 && len(value) > 0 && !yield(name, value) {
				return
			}
		}
	}
}

// Get returns the value of a property. Where a name stands twice, the last
// one counts.
func (p Properties) Get(name string) ([]byte, bool) {
	if name == "" {
		return nil, false
	}
	var last []byte
	rest := []byte(p)
	for len(rest) > 0 {
		end := bytes.IndexByte(rest, PropertySeparator)
		entry := rest
		if end < 0 {
			rest = nil
		} else {
			entry, rest = rest[:end], rest[end+1:]
		}
		if len(entry) > len(name)+1 && entry[len(name)] == NameSeparator && string(entry[:len(name)]) == name {
			last = entry[len(name)+1:]
		}
	}
	return last, last != nil
}

// Without returns a copy of the list without one property.
func (p Properties) Without(name string) Properties {
	var kept []byte
	for n, value := range p.All() {
		if string(n) != name {
			kept = AppendProperty(kept, string(n), value)
		}
	}
	return kept
}

// AppendProperty appends a property to an encoded list, which ends with a
// separator already or is empty.
func AppendProperty[V string | []byte](dst []byte, name string, value V) []byte {
	dst = append(dst, name...)
	dst = append(dst, NameSeparator)
	dst = append(dst, value...)
	return append(dst, PropertySeparator)
}

// crcPropertySize is the size of the property that holds the checksum of the
// whole record: its name, ten digits, the least significant first, and the
// separators.
const crcPropertySize = len(PropertyCRC) + 1 + 10 + 1

func appendCRCProperty(dst []byte, crc uint32) []byte {
	dst = append(dst, PropertyCRC...)
	dst = append(dst, NameSeparator)
	for range 10 {
		dst = append(dst, byte('0'+crc%10))
		crc /= 10
	}
	return append(dst, PropertySeparator)
}

// hasCRCProperty reports whether a record ends with the checksum property.
func hasCRCProperty(rec []byte) bool {
	n := len(rec) - crcPropertySize
	return n > fixedSize && string(rec[n:n+len(PropertyCRC)]) == PropertyCRC && rec[n+len(PropertyCRC)] == NameSeparator
}
