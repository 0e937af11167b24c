// Package message is a message and its stored form: the record of RocketMQ's
// commit log, byte for byte.
//
//	offset   size  field
//	0        4     total size, of the whole record
//	4        4     magic: v1 0xDAA320A7, v2 0xDAA320AB
//	8        4     CRC-32 (IEEE) of the body, & 0x7FFFFFFF
//	12       4     queue ID
//	16       4     flag, the client's
//	20       8     queue offset
//	28       8     position: the record's own place in the log
//	36       4     system flag
//	40       8     born time, ms of the client's clock
//	48       B     born host: 4 or 16 bytes of address, 4 bytes of port
//	48+B     8     store time, ms of the broker's clock
//	56+B     S     store host, like the born host
//	56+B+S   4     reconsume times
//	60+B+S   8     position of the half message, for a committed transaction
//	68+B+S   4+n   body, with its length
//	…        1+n   topic, with its length; 2+n in v2
//	…        2+n   properties, with their length
//
// All integers are big-endian. v2 is for topics of more than 127 bytes. The
// source is RocketMQ 5.5.0.
//
// Everything here is a plain function of its arguments, safe for concurrent
// use; what Parse returns points into the bytes that it was given.
package message

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"net/netip"

	"goddard/internal/mq"
)

// The magic numbers of a record.
const (
	magicV1    = 0xDAA320A7
	magicV2    = 0xDAA320AB
	magicBlank = 0xCBD43194
)

// Bits of a system flag.
const (
	FlagCompressed  int32 = 0x1
	FlagMultiTags   int32 = 0x2
	FlagTransaction int32 = 0xC // both bits: FlagPrepared, FlagCommit, or FlagRollback
	FlagPrepared    int32 = 0x4
	FlagCommit      int32 = 0x8
	FlagRollback    int32 = 0xC
	FlagBornHostV6  int32 = 0x10
	FlagStoreHostV6 int32 = 0x20
	FlagNeedUnwrap  int32 = 0x40
	FlagInnerBatch  int32 = 0x80
)

// BlankSize is the size of the record that ends a file, bytes.
const BlankSize = 8

// Positions of fields that do not depend on the hosts.
const (
	atQueueOffset = 20
	atPosition    = 28
	atSysFlag     = 36
	atBornHost    = 48
	fixedSize     = 91 // of a v1 record with IPv4 hosts, without body, topic and properties
)

// Errors of Parse and Verify.
var (
	ErrShort   = errors.New("the record is cut off")
	ErrCorrupt = errors.New("the record is damaged")
	ErrBlank   = errors.New("blank record: the file ends here")
)

// A Message is what a record says. BodyCRC is only set by Parse.
type Message struct {
	Topic          mq.Topic
	QueueID        mq.QueueID
	Flag           int32
	SysFlag        int32
	QueueOffset    mq.QueueOffset
	Position       mq.LogOffset
	BornTime       int64 // ms
	BornHost       netip.AddrPort
	StoreTime      int64 // ms
	StoreHost      netip.AddrPort
	ReconsumeTimes int32
	PreparedOffset mq.LogOffset
	Body           []byte
	Properties     Properties
	BodyCRC        uint32
}

// Append appends the record of a message. The flags of the address families
// follow from the hosts; body CRC and lengths are computed.
func (m *Message) Append(dst []byte) []byte {
	return m.append(dst, m.Properties, 0)
}

// AppendWithCRC is like Append, and reserves room at the end of the
// properties for a checksum of the whole record, which Stamp fills in.
func (m *Message) AppendWithCRC(dst []byte) []byte {
	reserve := crcPropertySize
	if n := len(m.Properties); n > 0 && m.Properties[n-1] != PropertySeparator {
		reserve++
	}
	return m.append(dst, m.Properties, reserve)
}

func (m *Message) append(dst []byte, properties []byte, reserve int) []byte {
	sysFlag := m.SysFlag &^ (FlagBornHostV6 | FlagStoreHostV6)
	if isV6(m.BornHost) {
		sysFlag |= FlagBornHostV6
	}
	if isV6(m.StoreHost) {
		sysFlag |= FlagStoreHostV6
	}
	magic, topicLen := uint32(magicV1), 1
	if len(m.Topic) > 127 {
		magic, topicLen = magicV2, 2
	}
	be := binary.BigEndian
	start := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	dst = be.AppendUint32(dst, magic)
	dst = be.AppendUint32(dst, crc32.ChecksumIEEE(m.Body)&0x7FFFFFFF)
	dst = be.AppendUint32(dst, uint32(m.QueueID))
	dst = be.AppendUint32(dst, uint32(m.Flag))
	dst = be.AppendUint64(dst, uint64(m.QueueOffset))
	dst = be.AppendUint64(dst, uint64(m.Position))
	dst = be.AppendUint32(dst, uint32(sysFlag))
	dst = be.AppendUint64(dst, uint64(m.BornTime))
	dst = appendHost(dst, m.BornHost)
	dst = be.AppendUint64(dst, uint64(m.StoreTime))
	dst = appendHost(dst, m.StoreHost)
	dst = be.AppendUint32(dst, uint32(m.ReconsumeTimes))
	dst = be.AppendUint64(dst, uint64(m.PreparedOffset))
	dst = be.AppendUint32(dst, uint32(len(m.Body)))
	dst = append(dst, m.Body...)
	if topicLen == 2 {
		dst = be.AppendUint16(dst, uint16(len(m.Topic)))
	} else {
		dst = append(dst, byte(len(m.Topic)))
	}
	dst = append(dst, m.Topic...)
	dst = be.AppendUint16(dst, uint16(len(properties)+reserve))
	dst = append(dst, properties...)
	if reserve > crcPropertySize {
		dst = append(dst, PropertySeparator)
	}
	if reserve > 0 {
		dst = appendCRCProperty(dst, 0)
	}
	be.PutUint32(dst[start:], uint32(len(dst)-start))
	return dst
}

// Parse reads the record at the start of b. What it returns points into b;
// the topic is a copy. It checks sizes and the magic number, not checksums:
// see Verify. A blank record gives ErrBlank and the number of bytes to the
// end of the file.
func Parse(b []byte) (m Message, n int, err error) {
	size, err := Size(b)
	if err != nil {
		return Message{}, size, err
	}
	if size > len(b) {
		return Message{}, 0, ErrShort
	}
	be := binary.BigEndian
	r := reader{b: b[:size], at: 8}
	v2 := be.Uint32(b[4:]) == magicV2
	m.BodyCRC = r.u32()
	m.QueueID = mq.QueueID(r.u32())
	m.Flag = int32(r.u32())
	m.QueueOffset = mq.QueueOffset(r.u64())
	m.Position = mq.LogOffset(r.u64())
	m.SysFlag = int32(r.u32())
	m.BornTime = int64(r.u64())
	m.BornHost = r.host(m.SysFlag&FlagBornHostV6 != 0)
	m.StoreTime = int64(r.u64())
	m.StoreHost = r.host(m.SysFlag&FlagStoreHostV6 != 0)
	m.ReconsumeTimes = int32(r.u32())
	m.PreparedOffset = mq.LogOffset(r.u64())
	m.Body = r.bytes(int(r.u32()))
	if v2 {
		m.Topic = mq.Topic(r.bytes(int(r.u16())))
	} else {
		m.Topic = mq.Topic(r.bytes(int(r.u8())))
	}
	m.Properties = r.bytes(int(r.u16()))
	if r.bad || r.at != size {
		return Message{}, 0, fmt.Errorf("%w: its fields do not add up to its size of %d bytes", ErrCorrupt, size)
	}
	return m, size, nil
}

// Size returns the size of the record at the start of b, of which 8 bytes are
// enough. A blank record gives ErrBlank with the bytes to the file's end.
func Size(b []byte) (int, error) {
	if len(b) < BlankSize {
		return 0, ErrShort
	}
	size, magic := int32(binary.BigEndian.Uint32(b)), binary.BigEndian.Uint32(b[4:])
	switch {
	case magic == magicBlank && size >= BlankSize:
		return int(size), ErrBlank
	case magic != magicV1 && magic != magicV2:
		return 0, fmt.Errorf("%w: magic number %08X", ErrCorrupt, magic)
	case size < fixedSize:
		return 0, fmt.Errorf("%w: size %d", ErrCorrupt, size)
	}
	return int(size), nil
}

// Stamp fills in what only the append lock knows, and the checksum of the
// whole record when AppendWithCRC left room for one.
func Stamp(rec []byte, offset mq.QueueOffset, position mq.LogOffset, storeTime int64) {
	be := binary.BigEndian
	be.PutUint64(rec[atQueueOffset:], uint64(offset))
	be.PutUint64(rec[atPosition:], uint64(position))
	at := atBornHost + hostSize(int32(be.Uint32(rec[atSysFlag:]))&FlagBornHostV6 != 0)
	be.PutUint64(rec[at:], uint64(storeTime))
	if hasCRCProperty(rec) {
		n := len(rec) - crcPropertySize
		appendCRCProperty(rec[:n], crc32.ChecksumIEEE(rec[:n])&0x7FFFFFFF)
	}
}

// Verify checks a whole record: its size, that it says its own position, and
// its checksums.
func Verify(rec []byte, position mq.LogOffset) error {
	m, n, err := Parse(rec)
	switch {
	case err != nil:
		return err
	case n != len(rec):
		return fmt.Errorf("%w: size %d in a space of %d bytes", ErrCorrupt, n, len(rec))
	case m.Position != position:
		return fmt.Errorf("%w: it says position %d and stands at %d", ErrCorrupt, m.Position, position)
	}
	return m.verify(rec)
}

// verify checks the checksums of a parsed record.
func (m *Message) verify(rec []byte) error {
	if crc := crc32.ChecksumIEEE(m.Body) & 0x7FFFFFFF; crc != m.BodyCRC {
		return fmt.Errorf("%w: body CRC is %08x, should be %08x", ErrCorrupt, crc, m.BodyCRC)
	}
	if n := len(m.Properties); n > 0 && m.Properties[n-1] == 0 {
		return fmt.Errorf("%w: its properties end with a zero byte, as when a write is torn", ErrCorrupt)
	}
	if hasCRCProperty(rec) {
		n := len(rec) - crcPropertySize
		var want [crcPropertySize]byte
		appendCRCProperty(want[:0], crc32.ChecksumIEEE(rec[:n])&0x7FFFFFFF)
		if string(rec[n:]) != string(want[:]) {
			return fmt.Errorf("%w: the checksum of the whole record is wrong", ErrCorrupt)
		}
	}
	return nil
}

// AppendBlank appends the record that ends a file of which remaining bytes
// are left, at least BlankSize.
func AppendBlank(dst []byte, remaining int) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(remaining))
	return binary.BigEndian.AppendUint32(dst, magicBlank)
}

func isV6(host netip.AddrPort) bool { return host.Addr().Is6() && !host.Addr().Is4In6() }

func hostSize(v6 bool) int {
	if v6 {
		return 20
	}
	return 8
}

// appendHost appends an address; one that is not set is 0.0.0.0:0.
func appendHost(dst []byte, host netip.AddrPort) []byte {
	switch addr := host.Addr(); {
	case !addr.IsValid():
		dst = append(dst, 0, 0, 0, 0)
	case isV6(host):
		a := addr.As16()
		dst = append(dst, a[:]...)
	default:
		a := addr.Unmap().As4()
		dst = append(dst, a[:]...)
	}
	return binary.BigEndian.AppendUint32(dst, uint32(host.Port()))
}

// A reader takes fields from a record; what is missing makes it bad.
type reader struct {
	b   []byte
	at  int
	bad bool
}

func (r *reader) bytes(n int) []byte {
	if n < 0 || n > len(r.b)-r.at {
		r.bad = true
		return nil
	}
	r.at += n
	return r.b[r.at-n : r.at : r.at]
}

func (r *reader) u8() uint8 {
	if b := r.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) u16() uint16 {
	if b := r.bytes(2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

func (r *reader) u32() uint32 {
	if b := r.bytes(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

func (r *reader) u64() uint64 {
	if b := r.bytes(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

func (r *reader) host(v6 bool) netip.AddrPort {
	var addr netip.Addr
	if v6 {
		if b := r.bytes(16); b != nil {
			addr = netip.AddrFrom16([16]byte(b))
		}
	} else if b := r.bytes(4); b != nil {
		addr = netip.AddrFrom4([4]byte(b))
	}
	return netip.AddrPortFrom(addr, uint16(r.u32()))
}

// StoreTime returns the store time of a valid record, ms.
func StoreTime(rec []byte) int64 {
	be := binary.BigEndian
	at := atBornHost + hostSize(int32(be.Uint32(rec[atSysFlag:]))&FlagBornHostV6 != 0)
	return int64(be.Uint64(rec[at:]))
}
