package remoting

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// parseJSON reads a JSON header by hand: it is flat but for extFields, and
// every request has one.
func parseJSON(b []byte, c *Command, scratch *[]byte) error {
	p := jsonParser{b: b, scratch: scratch}
	err := p.object(func(key []byte) error {
		switch string(key) {
		case "code":
			return p.int32(&c.Code)
		case "flag":
			return p.int32(&c.Flag)
		case "opaque":
			return p.int32(&c.Opaque)
		case "version":
			return p.int32(&c.Version)
		case "language":
			name, _, err := p.scalar()
			c.Language = parseLanguage(name)
			return err
		case "remark":
			remark, null, err := p.scalar()
			c.Remark, c.HasRemark = remark, !null
			return err
		case "extFields":
			if p.null() {
				return nil
			}
			return p.object(func(key []byte) error {
				value, null, err := p.scalar()
				if err != nil || null {
					return err
				}
				return c.addField(Field{Key: key, Value: value})
			})
		}
		return p.skip(0)
	})
	if err != nil {
		return err
	}
	if p.space(); p.at != len(p.b) {
		return badFrame("JSON header: bytes after its end")
	}
	return nil
}

// A jsonParser reads JSON without building anything.
type jsonParser struct {
	b       []byte
	at      int
	scratch *[]byte
}

func (p *jsonParser) bad(what string) error {
	return badFrame("JSON header: %s at byte %d", what, p.at)
}

func (p *jsonParser) space() {
	for p.at < len(p.b) {
		switch p.b[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

// take consumes a byte after white space.
func (p *jsonParser) take(c byte) bool {
	p.space()
	if p.at < len(p.b) && p.b[p.at] == c {
		p.at++
		return true
	}
	return false
}

// object calls value for each key; value consumes what belongs to it.
func (p *jsonParser) object(value func(key []byte) error) error {
	if !p.take('{') {
		return p.bad("no object")
	}
	if p.take('}') {
		return nil
	}
	for {
		p.space()
		key, err := p.text()
		if err != nil {
			return err
		}
		if !p.take(':') {
			return p.bad("no colon")
		}
		p.space()
		if err := value(key); err != nil {
			return err
		}
		if p.take(',') {
			continue
		}
		if p.take('}') {
			return nil
		}
		return p.bad("neither comma nor end of object")
	}
}

// text reads a string. Without escapes it points into the input.
func (p *jsonParser) text() ([]byte, error) {
	if p.at >= len(p.b) || p.b[p.at] != '"' {
		return nil, p.bad("no string")
	}
	p.at++
	rest := p.b[p.at:]
	for i, c := range rest {
		switch {
		case c == '"':
			p.at += i + 1
			if !utf8.Valid(rest[:i]) {
				return nil, p.bad("not UTF-8")
			}
			return rest[:i:i], nil
		case c == '\\':
			return p.escaped(rest, i)
		case c < ' ':
			return nil, p.bad("control character in a string")
		}
	}
	return nil, p.bad("string without an end")
}

// escaped reads the rest of a string that has an escape at i into scratch.
func (p *jsonParser) escaped(rest []byte, i int) ([]byte, error) {
	out := *p.scratch
	start := len(out)
	out = append(out, rest[:i]...)
	for i < len(rest) {
		c := rest[i]
		switch {
		case c == '"':
			p.at += i + 1
			*p.scratch = out
			if !utf8.Valid(out[start:]) {
				return nil, p.bad("not UTF-8")
			}
			return out[start:len(out):len(out)], nil
		case c < ' ':
			return nil, p.bad("control character in a string")
		case c != '\\':
			out = append(out, c)
			i++
		default:
			n, grown, ok := unescape(out, rest[i:])
			if !ok {
				return nil, p.bad("escape")
			}
			out = grown
			i += n
		}
	}
	return nil, p.bad("string without an end")
}

// unescape appends what the escape at the start of b stands for, and returns
// its size.
func unescape(dst, b []byte) (n int, out []byte, ok bool) {
	if len(b) < 2 {
		return 0, dst, false
	}
	if b[1] == 'u' {
		r, ok := hex4(b)
		if !ok {
			return 0, dst, false
		}
		if utf16.IsSurrogate(r) {
			low, ok := hex4(b[6:])
			if pair := utf16.DecodeRune(r, low); ok && pair != utf8.RuneError {
				return 12, utf8.AppendRune(dst, pair), true
			}
			return 6, utf8.AppendRune(dst, utf8.RuneError), true
		}
		return 6, utf8.AppendRune(dst, r), true
	}
	i := bytes.IndexByte([]byte(`"\/bfnrt'`), b[1])
	if i < 0 {
		return 0, dst, false
	}
	return 2, append(dst, "\"\\/\b\f\n\r\t'"[i]), true
}

// hex4 reads \uXXXX.
func hex4(b []byte) (rune, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range b[2:6] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// word reads a number, true, false or null as it stands.
func (p *jsonParser) word() []byte {
	start := p.at
	for p.at < len(p.b) {
		c := p.b[p.at]
		if c != '-' && c != '+' && c != '.' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			break
		}
		p.at++
	}
	return p.b[start:p.at:p.at]
}

func (p *jsonParser) null() bool {
	if bytes.HasPrefix(p.b[p.at:], []byte("null")) {
		p.at += 4
		return true
	}
	return false
}

// scalar reads a string, or the text of a number or a boolean.
func (p *jsonParser) scalar() (value []byte, null bool, err error) {
	if p.at < len(p.b) && p.b[p.at] == '"' {
		value, err = p.text()
		return value, false, err
	}
	word := p.word()
	if string(word) == "null" {
		return nil, true, nil
	}
	if !isWord(word) {
		return nil, false, p.bad("no value")
	}
	return word, false, nil
}

func isWord(w []byte) bool {
	if string(w) == "true" || string(w) == "false" {
		return true
	}
	_, err := strconv.ParseFloat(string(w), 64)
	return err == nil && len(w) > 0 && w[0] != '+' && w[0] != 'I' && w[0] != 'N' && w[0] != 'i' && w[0] != 'n'
}

func (p *jsonParser) int32(v *int32) error {
	word, null, err := p.scalar()
	if err != nil || null {
		return err
	}
	n, err := strconv.ParseInt(string(word), 10, 32)
	if err != nil {
		return p.bad("no 32-bit number")
	}
	*v = int32(n)
	return nil
}

// maxDepth bounds how deep values may nest that nobody reads.
const maxDepth = 32

// skip passes over a value.
func (p *jsonParser) skip(depth int) error {
	if depth > maxDepth {
		return p.bad("nested too deep")
	}
	if p.at >= len(p.b) {
		return p.bad("no value")
	}
	switch p.b[p.at] {
	case '{':
		return p.object(func([]byte) error { return p.skip(depth + 1) })
	case '[':
		return p.skipArray(depth)
	}
	_, _, err := p.scalar()
	return err
}

func (p *jsonParser) skipArray(depth int) error {
	p.at++
	if p.take(']') {
		return nil
	}
	for {
		p.space()
		if err := p.skip(depth + 1); err != nil {
			return err
		}
		if p.take(',') {
			continue
		}
		if p.take(']') {
			return nil
		}
		return p.bad("neither comma nor end of array")
	}
}
