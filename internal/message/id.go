package message

import (
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"os"
	"sync/atomic"
	"time"

	"goddard/internal/mq"
)

const upperHex = "0123456789ABCDEF"

func appendHex(dst, src []byte) []byte {
	for _, c := range src {
		dst = append(dst, upperHex[c>>4], upperHex[c&0xF])
	}
	return dst
}

// AppendOffsetID appends the ID that says where a message is stored: the
// broker's address and port, and the position, in upper-case hexadecimal.
func AppendOffsetID(dst []byte, host netip.AddrPort, at mq.LogOffset) []byte {
	var b [28]byte
	id := binary.BigEndian.AppendUint64(appendHost(b[:0], host), uint64(at))
	return appendHex(dst, id)
}

// OffsetID returns the ID that says where a message is stored.
func OffsetID(host netip.AddrPort, at mq.LogOffset) string {
	return string(AppendOffsetID(nil, host, at))
}

// ParseOffsetID reads an offset ID.
func ParseOffsetID(id string) (netip.AddrPort, mq.LogOffset, error) {
	b, err := hex.DecodeString(id)
	if err != nil || len(b) != 16 && len(b) != 28 {
		return netip.AddrPort{}, 0, mq.Errorf(mq.CodeInvalidArgument, "%q is no offset message ID: want 32 or 56 hexadecimal digits", id)
	}
	r := reader{b: b}
	host := r.host(len(b) == 28)
	at := mq.LogOffset(r.u64())
	if at < 0 {
		return netip.AddrPort{}, 0, mq.Errorf(mq.CodeInvalidArgument, "%q is no offset message ID: its position is negative", id)
	}
	return host, at, nil
}

// UniqueIDs makes unique message IDs in the form in which clients make them:
// address, process, a hash, milliseconds since the month began, a counter.
// It is safe for concurrent use.
type UniqueIDs struct {
	prefix  [10]byte
	counter atomic.Uint32
}

// NewUniqueIDs returns a source of IDs of a host. The salt tells sources of
// one process apart; the time it was made at will do.
func NewUniqueIDs(host netip.Addr, salt int64) *UniqueIDs {
	u := &UniqueIDs{}
	if a := host.Unmap(); a.Is4() {
		*(*[4]byte)(u.prefix[:4]) = a.As4()
	} else if a.Is6() {
		b := a.As16()
		copy(u.prefix[:4], b[12:])
	}
	binary.BigEndian.PutUint16(u.prefix[4:], uint16(os.Getpid()))
	binary.BigEndian.PutUint32(u.prefix[6:], uint32(salt^salt>>32))
	return u
}

// Append appends a new ID of 32 upper-case hexadecimal digits.
func (u *UniqueIDs) Append(dst []byte, now time.Time) []byte {
	month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, now.Location())
	var b [16]byte
	id := append(b[:0], u.prefix[:]...)
	id = binary.BigEndian.AppendUint32(id, uint32(now.Sub(month).Milliseconds()))
	id = binary.BigEndian.AppendUint16(id, uint16(u.counter.Add(1)))
	return appendHex(dst, id)
}
