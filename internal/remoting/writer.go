package remoting

import (
	"encoding/binary"
	"strconv"
	"unicode/utf8"
)

// A FieldWriter appends the extension fields of a header in the serialization
// of its frame.
type FieldWriter struct {
	dst           []byte
	start         int // of the frame
	fields        int // where the fields begin
	count         int
	serialization Serialization
	head          head
}

// A head is the fixed part of a header.
type head struct {
	code     int32
	flag     int32
	language Language
	version  int32
	opaque   int32
}

// begin begins a frame at the end of dst.
func (w *FieldWriter) begin(dst []byte, s Serialization, h head) {
	w.start, w.serialization, w.head, w.count = len(dst), s, h, 0
	dst = append(dst, 0, 0, 0, 0, byte(s), 0, 0, 0)
	if s == JSON {
		dst = append(dst, `{"code":`...)
		dst = strconv.AppendInt(dst, int64(h.code), 10)
		w.dst = dst
		w.fields = len(dst)
		return
	}
	dst = binary.BigEndian.AppendUint16(dst, uint16(h.code))
	dst = append(dst, byte(h.language))
	dst = binary.BigEndian.AppendUint16(dst, uint16(h.version))
	dst = binary.BigEndian.AppendUint32(dst, uint32(h.opaque))
	dst = binary.BigEndian.AppendUint32(dst, uint32(h.flag))
	w.dst = dst
	w.fields = len(dst)
}

// key begins a field.
func (w *FieldWriter) key(key string) {
	if w.serialization == Compact {
		w.dst = binary.BigEndian.AppendUint16(w.dst, uint16(len(key)))
		w.dst = append(w.dst, key...)
		w.count++
		return
	}
	if w.count == 0 {
		w.dst = append(w.dst, `,"extFields":{"`...)
	} else {
		w.dst = append(w.dst, `,"`...)
	}
	w.count++
	w.dst = append(appendEscaped(w.dst, key), `":"`...)
}

// String appends a field.
func (w *FieldWriter) String(key, value string) {
	w.key(key)
	if w.serialization == Compact {
		w.dst = binary.BigEndian.AppendUint32(w.dst, uint32(len(value)))
		w.dst = append(w.dst, value...)
		return
	}
	w.dst = append(appendEscaped(w.dst, value), '"')
}

// Bytes appends a field of text.
func (w *FieldWriter) Bytes(key string, value []byte) {
	w.key(key)
	if w.serialization == Compact {
		w.dst = binary.BigEndian.AppendUint32(w.dst, uint32(len(value)))
		w.dst = append(w.dst, value...)
		return
	}
	w.dst = append(appendEscaped(w.dst, value), '"')
}

// Int appends a field of a number.
func (w *FieldWriter) Int(key string, value int64) {
	w.key(key)
	if w.serialization == JSON {
		w.dst = append(strconv.AppendInt(w.dst, value, 10), '"')
		return
	}
	n := len(w.dst)
	w.dst = append(w.dst, 0, 0, 0, 0)
	w.dst = strconv.AppendInt(w.dst, value, 10)
	binary.BigEndian.PutUint32(w.dst[n:], uint32(len(w.dst)-n-4))
}

// Bool appends a field of true or false.
func (w *FieldWriter) Bool(key string, value bool) {
	if value {
		w.String(key, "true")
	} else {
		w.String(key, "false")
	}
}

// end finishes the header of a frame whose body will have size bytes, and
// returns all that was written.
func (w *FieldWriter) end(remark string, hasRemark bool, size int) []byte {
	if w.serialization == JSON {
		w.endJSON(remark, hasRemark)
	} else {
		w.endCompact(remark)
	}
	frame := w.dst[w.start:]
	header := len(frame) - prefixSize
	binary.BigEndian.PutUint32(frame, uint32(4+header+size))
	binary.BigEndian.PutUint32(frame[4:], uint32(w.serialization)<<24|uint32(header))
	return w.dst
}

func (w *FieldWriter) endJSON(remark string, hasRemark bool) {
	dst := w.dst
	if w.count > 0 {
		dst = append(dst, '}')
	}
	dst = append(dst, `,"flag":`...)
	dst = strconv.AppendInt(dst, int64(w.head.flag), 10)
	dst = append(dst, `,"language":"`...)
	dst = append(dst, w.head.language.String()...)
	dst = append(dst, `","opaque":`...)
	dst = strconv.AppendInt(dst, int64(w.head.opaque), 10)
	if hasRemark {
		dst = append(dst, `,"remark":"`...)
		dst = append(appendEscaped(dst, remark), '"')
	}
	dst = append(dst, `,"serializeTypeCurrentRPC":"JSON","version":`...)
	dst = strconv.AppendInt(dst, int64(w.head.version), 10)
	w.dst = append(dst, '}')
}

// endCompact puts the remark and the length of the fields before the fields.
func (w *FieldWriter) endCompact(remark string) {
	size := len(w.dst) - w.fields
	room := 4 + len(remark) + 4
	for range room {
		w.dst = append(w.dst, 0)
	}
	copy(w.dst[w.fields+room:], w.dst[w.fields:w.fields+size])
	binary.BigEndian.PutUint32(w.dst[w.fields:], uint32(len(remark)))
	copy(w.dst[w.fields+4:], remark)
	binary.BigEndian.PutUint32(w.dst[w.fields+4+len(remark):], uint32(size))
}

const lowerHex = "0123456789abcdef"

// appendEscaped appends text as it stands in a JSON string. What is not UTF-8
// is replaced.
func appendEscaped[S string | []byte](dst []byte, s S) []byte {
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < ' ':
			dst = append(dst, '\\', 'u', '0', '0', lowerHex[c>>4], lowerHex[c&0xF])
		case c < utf8.RuneSelf:
			dst = append(dst, c)
		default:
			r, n := decodeRune(s[i:])
			dst = utf8.AppendRune(dst, r)
			i += n
			continue
		}
		i++
	}
	return dst
}

func decodeRune[S string | []byte](s S) (rune, int) {
	var b [utf8.UTFMax]byte
	n := copy(b[:], s)
	return utf8.DecodeRune(b[:n])
}
