package message

import (
	"bytes"
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"goddard/internal/mq"
)

var (
	v4 = netip.MustParseAddrPort("10.1.2.3:56352")
	v6 = netip.MustParseAddrPort("[fd00::212]:10911")
)

func samples() map[string]Message {
	plain := Message{
		Topic: "orders", QueueID: 3, Flag: 7, SysFlag: FlagCompressed, QueueOffset: 12, Position: 4096, BornTime: 1700000000000, BornHost: v4,
		StoreTime: 1700000000001, StoreHost: v4, ReconsumeTimes: 2, PreparedOffset: 99, Body: []byte("body"),
		Properties: Properties("TAGS\x01a\x02KEYS\x01k\x02"),
	}
	long := plain
	long.Topic = mq.Topic("%RETRY%" + strings.Repeat("g", 130))
	six := plain
	six.BornHost, six.StoreHost = v6, v6
	empty := plain
	empty.Properties = Properties{}
	return map[string]Message{"plain": plain, "topic over 127 bytes": long, "IPv6": six, "no properties": empty}
}

func TestParseReadsWhatAppendWrites(t *testing.T) {
	for name, m := range samples() {
		for _, rec := range [][]byte{m.Append(nil), m.AppendWithCRC([]byte("before"))[6:]} {
			Stamp(rec, m.QueueOffset, m.Position, m.StoreTime)
			if err := Verify(rec, m.Position); err != nil {
				t.Errorf("%s: Verify: %v", name, err)
			}
			got, n, err := Parse(rec)
			if err != nil || n != len(rec) {
				t.Fatalf("%s: Parse = %d, %v, want %d", name, n, err, len(rec))
			}
			got.BodyCRC = 0
			got.SysFlag &^= FlagBornHostV6 | FlagStoreHostV6
			got.Properties = bytes.TrimSuffix(got.Properties.Without(PropertyCRC), nil)
			if len(got.Properties) == 0 {
				got.Properties = Properties{}
			}
			if diff := cmp.Diff(m, got, cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b })); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
	}
}

func TestEveryTruncationIsAnError(t *testing.T) {
	for name, m := range samples() {
		rec := m.Append(nil)
		for i := range rec {
			if _, _, err := Parse(rec[:i]); !errors.Is(err, ErrShort) {
				t.Errorf("%s: Parse of the first %d bytes: %v", name, i, err)
			}
		}
	}
}

func TestVerifyFindsEveryFlippedBit(t *testing.T) {
	m := samples()["plain"]
	rec := m.AppendWithCRC(nil)
	Stamp(rec, 1, 2, 3)
	for i := range len(rec) * 8 {
		if at := i/8 - (len(rec) - crcPropertySize); at >= 0 && at <= len(PropertyCRC) {
			continue // it is not the checksum's property any more, and the body's checksum is what is left
		}
		rec[i/8] ^= 1 << (i % 8)
		if Verify(rec, 2) == nil {
			t.Fatalf("bit %d of byte %d may flip unseen", i%8, i/8)
		}
		rec[i/8] ^= 1 << (i % 8)
	}
}

func TestVerifyWantsTheRecordsOwnPosition(t *testing.T) {
	m := samples()["plain"]
	rec := m.Append(nil)
	if err := Verify(rec, m.Position+1); !errors.Is(err, ErrCorrupt) {
		t.Errorf("a record at another position: %v", err)
	}
}

func TestBlank(t *testing.T) {
	if n, err := Size(AppendBlank(nil, 77)); n != 77 || !errors.Is(err, ErrBlank) {
		t.Errorf("Size of a blank record = %d, %v", n, err)
	}
}

func TestProperties(t *testing.T) {
	p := Properties("a\x011\x02a\x012\x02\x01x\x02empty\x01\x02last\x01=,\"")
	for _, tt := range []struct {
		name, want string
		ok         bool
	}{{"a", "2", true}, {"last", `=,"`, true}, {"empty", "", false}, {"x", "", false}, {"", "", false}} {
		if got, ok := p.Get(tt.name); string(got) != tt.want || ok != tt.ok {
			t.Errorf("Get(%q) = %q, %v", tt.name, got, ok)
		}
	}
	if got := string(p.Without("a")); got != "last\x01=,\"\x02" {
		t.Errorf("Without = %q", got)
	}
}

func TestTagsCodeIsJavasHashCode(t *testing.T) {
	for tag, want := range map[string]int64{"": 0, "a": 97, "TagA": 2598919, "order_purchased": 1232851922, "größe": 98762257, "😀": 1772899} {
		if got := TagsCode([]byte(tag)); got != want {
			t.Errorf("TagsCode(%q) = %d, want %d", tag, got, want)
		}
	}
}

func TestOffsetID(t *testing.T) {
	for _, host := range []netip.AddrPort{v4, v6} {
		id := OffsetID(host, 1<<40)
		got, at, err := ParseOffsetID(id)
		if err != nil || got != host || at != 1<<40 {
			t.Errorf("ParseOffsetID(%s) = %v, %d, %v", id, got, at, err)
		}
	}
	for _, bad := range []string{"", "xyz", strings.Repeat("0", 31), strings.Repeat("F", 32)} {
		if _, _, err := ParseOffsetID(bad); err == nil {
			t.Errorf("ParseOffsetID(%q) succeeds", bad)
		}
	}
}

func TestParseBatchChecksEverythingFirst(t *testing.T) {
	item := []byte{0, 0, 0, 26, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 1, 'x', 0, 3, 'a', 1, 'b'}
	items, err := ParseBatch(append(item, item...))
	if err != nil || len(items) != 2 || items[1].Flag != 5 || string(items[1].Body) != "x" || string(items[1].Properties) != "a\x01b" {
		t.Fatalf("ParseBatch = %+v, %v", items, err)
	}
	two := append(bytes.Clone(item), item...)
	for i := range two {
		if i == 0 || i == len(item) {
			continue
		}
		if _, err := ParseBatch(two[:i]); err == nil {
			t.Errorf("ParseBatch of the first %d bytes succeeds", i)
		}
	}
	if _, err := ParseBatch(nil); err == nil {
		t.Error("ParseBatch of nothing succeeds")
	}
}

func FuzzParse(f *testing.F) {
	for _, m := range samples() {
		f.Add(m.AppendWithCRC(nil))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, n, err := Parse(b)
		if err != nil {
			return
		}
		if got := m.Append(nil); len(got) > n+1 { // a topic of 128 to 255 bytes in a v1 record grows
			t.Errorf("a record of %d bytes is appended as %d", n, len(got))
		}
		_ = Verify(b[:n], m.Position)
	})
}

func FuzzParseBatch(f *testing.F) {
	f.Add([]byte{0, 0, 0, 23, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 1, 'x', 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		items, err := ParseBatch(b)
		size := 0
		for _, item := range items {
			size += minItemSize + len(item.Body) + len(item.Properties)
		}
		if err == nil && size != len(b) {
			t.Errorf("items of %d bytes in a body of %d", size, len(b))
		}
	})
}

func FuzzProperties(f *testing.F) {
	f.Add([]byte("a\x011\x02b\x012"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p := Properties(b)
		last := map[string]string{}
		for name, value := range p.All() {
			last[string(name)] = string(value)
		}
		for name, want := range last {
			if bytes.IndexByte([]byte(want), NameSeparator) >= 0 {
				continue
			}
			if got, ok := p.Get(name); !ok || string(got) != want {
				t.Errorf("Get(%q) = %q, %v, All says %q", name, got, ok, want)
			}
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	m := samples()["plain"]
	m.Body = make([]byte, 128)
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst = m.AppendWithCRC(dst[:0])
	}
	b.SetBytes(int64(len(dst)))
}

func BenchmarkParse(b *testing.B) {
	m := samples()["plain"]
	m.Body = make([]byte, 128)
	rec := m.Append(nil)
	b.ReportAllocs()
	b.SetBytes(int64(len(rec)))
	for b.Loop() {
		if _, _, err := Parse(rec); err != nil {
			b.Fatal(err)
		}
	}
}
