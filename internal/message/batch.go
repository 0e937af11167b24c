package message

import (
	"encoding/binary"
	"fmt"
)

// A BatchItem is one message of the body of a batch send.
type BatchItem struct {
	Flag       int32
	Body       []byte
	Properties Properties
}

// minItemSize is the size of an item without body and properties.
const minItemSize = 4 + 4 + 4 + 4 + 4 + 2

// ParseBatch reads the body of a batch send: for each message its size, two
// words that are not used, flag, body with length, properties with length. It
// checks all of it before it returns anything; the items point into body.
func ParseBatch(body []byte) ([]BatchItem, error) {
	var items []BatchItem
	for at := 0; at < len(body); {
		rest := body[at:]
		if len(rest) < minItemSize {
			return nil, fmt.Errorf("message %d: %w: %d bytes are left", len(items), ErrShort, len(rest))
		}
		size := int(int32(binary.BigEndian.Uint32(rest)))
		if size < minItemSize || size > len(rest) {
			return nil, fmt.Errorf("message %d: %w: size %d, %d bytes are left", len(items), ErrCorrupt, size, len(rest))
		}
		r := reader{b: rest[:size], at: 12}
		item := BatchItem{Flag: int32(r.u32())}
		item.Body = r.bytes(int(int32(r.u32())))
		item.Properties = r.bytes(int(r.u16()))
		if r.bad || r.at != size {
			return nil, fmt.Errorf("message %d: %w: its fields do not add up to its size of %d bytes", len(items), ErrCorrupt, size)
		}
		if len(item.Body) == 0 {
			return nil, fmt.Errorf("message %d has no body", len(items))
		}
		items = append(items, item)
		at += size
	}
	if len(items) == 0 {
		return nil, fmt.Errorf("%w: no message in it", ErrShort)
	}
	return items, nil
}
