// Package wire speaks just enough of the remoting protocol to load a broker
// and to ask it what the official client cannot ask. It has its own encoder
// and decoder: a mistake of the server's must not be repeated here.
//
// A frame on the wire:
//
//	length(4) type(1) headerLength(3) header body
//
// length counts what follows it; type says how the header is written: 0 is
// JSON, 1 the compact form
//
//	code(2) language(1) version(2) opaque(4) flag(4) remark(4+n) fields(4+n)
//
// where fields is a run of key(2+n) value(4+n).
package wire

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
)

// How a header is written.
type Serialization byte

const (
	JSON    Serialization = 0
	Compact Serialization = 1
)

// What every request of ours says about its sender.
const (
	languageOther = 7
	version       = 513
)

const (
	prefix     = 8  // of a frame: length, type, header length
	compactMin = 21 // a compact header without remark and fields
)

// A Field is an entry of a request's header.
type Field struct{ Key, Value string }

// A Reply is a decoded answer.
type Reply struct {
	Code   int
	Remark string
	Fields map[string]string
	Body   []byte
}

// AppendRequest appends a frame. Keys and values of fields are not empty and
// need no escaping in JSON, except for control characters in values.
func AppendRequest(dst []byte, s Serialization, code int, opaque int32, fields []Field, body []byte) []byte {
	start := len(dst)
	dst = append(dst, 0, 0, 0, 0, 0, 0, 0, 0)
	if s == JSON {
		dst = appendJSON(dst, code, opaque, fields)
	} else {
		dst = appendCompact(dst, code, opaque, fields)
	}
	header := len(dst) - start - prefix
	dst = append(dst, body...)
	binary.BigEndian.PutUint32(dst[start:], uint32(len(dst)-start-4))
	binary.BigEndian.PutUint32(dst[start+4:], uint32(s)<<24|uint32(header))
	return dst
}

func appendJSON(dst []byte, code int, opaque int32, fields []Field) []byte {
	dst = append(dst, `{"code":`...)
	dst = strconv.AppendInt(dst, int64(code), 10)
	dst = append(dst, `,"extFields":{`...)
	for i, f := range fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, '"')
		dst = append(dst, f.Key...)
		dst = append(dst, `":"`...)
		dst = appendEscaped(dst, f.Value)
		dst = append(dst, '"')
	}
	dst = append(dst, `},"flag":0,"language":"OTHER","opaque":`...)
	dst = strconv.AppendInt(dst, int64(opaque), 10)
	return append(dst, `,"serializeTypeCurrentRPC":"JSON","version":513}`...)
}

func appendEscaped(dst []byte, s string) []byte {
	for i := range len(s) {
		if s[i] < ' ' {
			dst = fmt.Appendf(dst, `\u%04x`, s[i])
		} else {
			dst = append(dst, s[i])
		}
	}
	return dst
}

func appendCompact(dst []byte, code int, opaque int32, fields []Field) []byte {
	dst = binary.BigEndian.AppendUint16(dst, uint16(code))
	dst = append(dst, languageOther)
	dst = binary.BigEndian.AppendUint16(dst, version)
	dst = binary.BigEndian.AppendUint32(dst, uint32(opaque))
	dst = append(dst, 0, 0, 0, 0, 0, 0, 0, 0) // flag, no remark
	n := 0
	for _, f := range fields {
		n += 6 + len(f.Key) + len(f.Value)
	}
	dst = binary.BigEndian.AppendUint32(dst, uint32(n))
	for _, f := range fields {
		dst = binary.BigEndian.AppendUint16(dst, uint16(len(f.Key)))
		dst = append(dst, f.Key...)
		dst = binary.BigEndian.AppendUint32(dst, uint32(len(f.Value)))
		dst = append(dst, f.Value...)
	}
	return dst
}

var errFrame = errors.New("frame is malformed")

// split cuts what follows a frame's length.
func split(frame []byte) (s Serialization, header, body []byte, err error) {
	if len(frame) < 4 {
		return 0, nil, nil, errFrame
	}
	word := binary.BigEndian.Uint32(frame)
	n := int(word & 0xffffff)
	if n > len(frame)-4 {
		return 0, nil, nil, errFrame
	}
	return Serialization(word >> 24), frame[4 : 4+n], frame[4+n:], nil
}

// parseReply decodes what follows a frame's length.
func parseReply(frame []byte) (Reply, error) {
	s, header, body, err := split(frame)
	if err != nil {
		return Reply{}, err
	}
	r := Reply{Body: body}
	if s == Compact {
		return r, r.parseCompact(header)
	}
	var h struct {
		Code      int               `json:"code"`
		Remark    string            `json:"remark"`
		ExtFields map[string]string `json:"extFields"`
	}
	if err := json.Unmarshal(header, &h); err != nil {
		return Reply{}, fmt.Errorf("header %q: %w", header, err)
	}
	r.Code, r.Remark, r.Fields = h.Code, h.Remark, h.ExtFields
	return r, nil
}

func (r *Reply) parseCompact(h []byte) error {
	if len(h) < compactMin {
		return errFrame
	}
	r.Code = int(binary.BigEndian.Uint16(h))
	remark, h, ok := cut(h[13:], 4)
	if !ok {
		return errFrame
	}
	r.Remark = string(remark)
	fields, _, ok := cut(h, 4)
	if !ok {
		return errFrame
	}
	r.Fields = make(map[string]string)
	for len(fields) > 0 {
		var key, value []byte
		if key, fields, ok = cut(fields, 2); !ok {
			return errFrame
		}
		if value, fields, ok = cut(fields, 4); !ok {
			return errFrame
		}
		r.Fields[string(key)] = string(value)
	}
	return nil
}

// cut takes a run of bytes that begins with its length in width bytes.
func cut(b []byte, width int) (run, rest []byte, ok bool) {
	if len(b) < width {
		return nil, nil, false
	}
	var n int
	if width == 2 {
		n = int(binary.BigEndian.Uint16(b))
	} else {
		n = int(binary.BigEndian.Uint32(b))
	}
	b = b[width:]
	if n > len(b) {
		return nil, nil, false
	}
	return b[:n], b[n:], true
}

// outcome reads only the code and the opaque of a reply, in a small part of
// the time that parseReply takes.
func outcome(frame []byte) (code int, opaque int32, err error) {
	s, header, _, err := split(frame)
	if err != nil {
		return 0, 0, err
	}
	if s == Compact {
		if len(header) < compactMin {
			return 0, 0, errFrame
		}
		return int(binary.BigEndian.Uint16(header)), int32(binary.BigEndian.Uint32(header[5:])), nil
	}
	c, ok1 := number(header, `"code":`)
	o, ok2 := number(header, `"opaque":`)
	if !ok1 || !ok2 {
		return 0, 0, errFrame
	}
	return c, int32(o), nil
}

// number finds the value of a key of the header's own. The keys do not occur
// among the fields, and not in text either, where quotes are escaped.
func number(header []byte, key string) (int, bool) {
	i := bytes.Index(header, []byte(key))
	if i < 0 {
		return 0, false
	}
	rest := bytes.TrimLeft(header[i+len(key):], " ")
	n, digits := 0, 0
	for digits < len(rest) && rest[digits] >= '0' && rest[digits] <= '9' {
		n = n*10 + int(rest[digits]-'0')
		digits++
	}
	return n, digits > 0
}
