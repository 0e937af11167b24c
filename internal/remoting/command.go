// Package remoting is RocketMQ's native protocol: frames, and a server and a
// client that exchange them.
//
//	size  field
//	4     length of what follows
//	1     serialization of the header: 0 JSON, 1 compact
//	3     length of the header
//	H     header
//	B     body: the rest
//
// Both ends send requests on the same connection. A response carries the
// opaque number of its request and may come at any time, in any order. The
// source is RocketMQ 5.5.0.
//
// Parse and AppendFrame are plain functions; Server, Conn and Client say for
// themselves what may be called when.
package remoting

import "slices"

// Version is the protocol version that Goddard announces: that of 5.5.0.
const Version = 513

// Bits of a flag.
const (
	flagResponse = 1
	flagOneWay   = 2
)

// A Serialization is the form of a header.
type Serialization uint8

// The serializations.
const (
	JSON    Serialization = 0
	Compact Serialization = 1
)

// A Field is an extension field of a header.
type Field struct{ Key, Value []byte }

// Fields are the extension fields of a header, in order.
type Fields []Field

// Get returns the value of a field. Where a key stands twice, the last one
// counts.
func (f Fields) Get(key string) (value []byte, ok bool) {
	for i := len(f) - 1; i >= 0; i-- {
		if string(f[i].Key) == key {
			return f[i].Value, true
		}
	}
	return nil, false
}

// A Command is a decoded frame. What its slices point to belongs to the
// connection that read it, and lasts as long as the call that hands it out.
type Command struct {
	Code          int32
	Flag          int32
	Language      Language
	Version       int32
	Opaque        int32
	Remark        []byte
	HasRemark     bool
	Fields        Fields
	Body          []byte
	Serialization Serialization
}

// IsResponse reports whether the frame answers a request.
func (c *Command) IsResponse() bool { return c.Flag&flagResponse != 0 }

// OneWay reports whether the sender wants no answer.
func (c *Command) OneWay() bool { return c.Flag&flagOneWay != 0 }

// Clone returns a copy that lasts.
func (c *Command) Clone() *Command {
	kept := *c
	kept.Remark = slices.Clone(c.Remark)
	kept.Body = slices.Clone(c.Body)
	kept.Fields = make(Fields, len(c.Fields))
	for i, f := range c.Fields {
		kept.Fields[i] = Field{Key: slices.Clone(f.Key), Value: slices.Clone(f.Value)}
	}
	return &kept
}

// To returns what is needed to answer the request.
func (c *Command) To() To {
	return To{opaque: c.Opaque, serialization: c.Serialization, oneWay: c.OneWay()}
}

// A To is what is needed to answer a request. It outlasts the Command.
type To struct {
	opaque        int32
	serialization Serialization
	oneWay        bool
}

// A Header is the typed form of extension fields.
type Header interface {
	AppendFields(w *FieldWriter)
}

// A Response answers a request. The empty remark is none.
type Response struct {
	Code   ResponseCode
	Remark string
	Header Header // nil for none
	Body   []byte
}

// A Language is the language of a client, by its number in RocketMQ.
type Language uint8

// Languages that Goddard itself names.
const (
	Java  Language = 0
	Other Language = 7
)

var languageNames = [...]string{"JAVA", "CPP", "DOTNET", "PYTHON", "DELPHI", "ERLANG", "RUBY", "OTHER", "HTTP", "GO", "PHP", "OMS", "RUST", "NODE_JS"}

// String returns RocketMQ's name of the language.
func (l Language) String() string {
	if int(l) < len(languageNames) {
		return languageNames[l]
	}
	return languageNames[Other]
}

// parseLanguage returns the language of a name; one that nobody knows is
// Other.
func parseLanguage(name []byte) Language {
	for i, n := range languageNames {
		if string(name) == n {
			return Language(i)
		}
	}
	return Other
}
