package remoting

import (
	"encoding/binary"
	"unicode/utf8"
)

const compactFixed = 21 // bytes of a compact header without remark and fields

// parseCompact reads a compact header:
//
//	i16 code, i8 language, i16 version, i32 opaque, i32 flag,
//	i32 length and remark, i32 length and fields;
//	each field: i16 length and key, i32 length and value
func parseCompact(b []byte, c *Command) error {
	if len(b) < compactFixed {
		return badFrame("compact header of %d bytes", len(b))
	}
	be := binary.BigEndian
	c.Code = unalias(int32(int16(be.Uint16(b))))
	c.Language = Language(b[2])
	c.Version = int32(int16(be.Uint16(b[3:])))
	c.Opaque = int32(be.Uint32(b[5:]))
	c.Flag = int32(be.Uint32(b[9:]))
	rest := b[13:]
	remark, rest, ok := cut32(rest)
	if !ok || !utf8.Valid(remark) {
		return badFrame("remark of a compact header")
	}
	c.Remark, c.HasRemark = remark, len(remark) > 0
	ext, rest, ok := cut32(rest)
	if !ok || len(rest) > 0 {
		return badFrame("fields of a compact header")
	}
	for len(ext) > 0 {
		if len(ext) < 2 {
			return badFrame("field of a compact header")
		}
		n := int(int16(be.Uint16(ext)))
		if n < 0 || n > len(ext)-2 {
			return badFrame("key of %d bytes", n)
		}
		f := Field{Key: ext[2 : 2+n : 2+n]}
		if f.Value, ext, ok = cut32(ext[2+n:]); !ok {
			return badFrame("value of field %q", f.Key)
		}
		if err := c.addField(f); err != nil {
			return err
		}
	}
	return nil
}

// cut32 cuts bytes off that stand behind their length.
func cut32(b []byte) (value, rest []byte, ok bool) {
	if len(b) < 4 {
		return nil, nil, false
	}
	n := int64(int32(binary.BigEndian.Uint32(b)))
	if n < 0 || n > int64(len(b)-4) {
		return nil, nil, false
	}
	return b[4 : 4+n : 4+n], b[4+n:], true
}

func (c *Command) addField(f Field) error {
	if len(c.Fields) == MaxFields {
		return badFrame("more than %d fields", MaxFields)
	}
	if !utf8.Valid(f.Key) || !utf8.Valid(f.Value) {
		return badFrame("field %q is not UTF-8", f.Key)
	}
	c.Fields = append(c.Fields, f)
	return nil
}

// unalias returns the request code that a compact header cut to 16 bits: the
// codes from 200050 on arrive as 3442 and so on.
func unalias(code int32) int32 {
	switch {
	case 3442 <= code && code <= 3448, 3462 <= code && code <= 3471, code == 3543:
		return code + 3<<16
	}
	return code
}
