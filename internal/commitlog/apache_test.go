package commitlog

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"goddard/internal/message"
	"goddard/internal/mq"
	"goddard/internal/vfs"
)

// An expected line of what an independent reader found in a store of the
// original.
type expected struct {
	Kind           string
	PhysicalOffset int64
	Size           int
	Magic          string
	Topic          string
	QueueID        int32
	QueueOffset    int64
	SysFlag        int32
	Flag           int32
	BodyCRC        uint32
	BornTimestamp  int64
	BornHost       string
	StoreTimestamp int64
	StoreHost      string
	ReconsumeTimes int32
	Prepared       int64 `json:"preparedTransactionOffset"`
	BodyLength     int
	BodySha256     string
	Properties     map[string]string
	OffsetMsgID    string
}

func TestReadsEveryRecordOfTheOriginal(t *testing.T) {
	for _, store := range []string{"clean", "killed"} {
		t.Run(store, func(t *testing.T) {
			dir := filepath.Join("..", "..", "testdata", "apache-store", store)
			fsys, size := unpackCommitLog(t, filepath.Join(dir, "store.tar.gz"))
			want, end := readExpected(t, filepath.Join(dir, "expected.jsonl"))
			var n int
			l, err := Open(Options{FS: fsys, Dir: "commitlog", FileSize: size}, func(rec []byte, at mq.LogOffset) error {
				if n == len(want) {
					return fmt.Errorf("a record at %d that the independent reader did not find", at)
				}
				if err := same(want[n], rec, at); err != nil {
					return fmt.Errorf("record %d at %d: %w", n, at, err)
				}
				n++
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			if n != len(want) || int64(l.Written()) != end {
				t.Errorf("%d records up to %d, want %d up to %d", n, l.Written(), len(want), end)
			}
			for _, e := range want {
				rec, err := l.Record(mq.LogOffset(e.PhysicalOffset))
				if err != nil || len(rec) != e.Size {
					t.Fatalf("Record(%d) = %d bytes, %v", e.PhysicalOffset, len(rec), err)
				}
			}
		})
	}
}

func same(want expected, rec []byte, at mq.LogOffset) error {
	m, n, err := message.Parse(rec)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(m.Body)
	got := expected{
		Kind: "record", PhysicalOffset: int64(at), Size: n, Magic: strings.ToUpper(hex.EncodeToString(rec[4:8])), Topic: string(m.Topic),
		QueueID: int32(m.QueueID), QueueOffset: int64(m.QueueOffset), SysFlag: m.SysFlag, Flag: m.Flag, BodyCRC: m.BodyCRC,
		BornTimestamp: m.BornTime, BornHost: m.BornHost.String(), StoreTimestamp: m.StoreTime, StoreHost: m.StoreHost.String(),
		ReconsumeTimes: m.ReconsumeTimes, Prepared: int64(m.PreparedOffset), BodyLength: len(m.Body), BodySha256: hex.EncodeToString(sum[:]),
		OffsetMsgID: message.OffsetID(m.StoreHost, m.Position),
	}
	properties := map[string]string{}
	for name, value := range m.Properties.All() {
		properties[string(name)] = string(value)
	}
	maps.DeleteFunc(want.Properties, func(_, v string) bool { return v == "" }) // passed over by every decoder
	if !maps.Equal(properties, want.Properties) {
		return fmt.Errorf("properties %v, want %v", properties, want.Properties)
	}
	want.Properties = nil
	if g, w := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want); g != w {
		return fmt.Errorf("\n got %s\nwant %s", g, w)
	}
	return nil
}

func readExpected(t *testing.T, name string) (records []expected, end int64) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e expected
		var kind struct{ Kind string }
		if err := json.Unmarshal(lines.Bytes(), &kind); err != nil {
			t.Fatal(err)
		}
		if kind.Kind != "record" && kind.Kind != "end" {
			continue
		}
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatalf("%s: %v", lines.Bytes()[:min(200, len(lines.Bytes()))], err)
		}
		if e.Kind == "end" {
			end = e.PhysicalOffset
		} else {
			records = append(records, e)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return records, end
}

// unpackCommitLog unpacks the commit log of a store into memory.
func unpackCommitLog(t *testing.T, name string) (fsys *vfs.Mem, fileSize int64) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	fsys = vfs.NewMem()
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return fsys, fileSize
		}
		if err != nil {
			t.Fatal(err)
		}
		parts := strings.Split(filepath.ToSlash(h.Name), "/")
		i := slices.Index(parts, "commitlog")
		if h.Typeflag != tar.TypeReg || i < 0 {
			continue
		}
		var b bytes.Buffer
		if _, err := io.Copy(&b, r); err != nil {
			t.Fatal(err)
		}
		fileSize = int64(b.Len())
		if err := vfs.WriteFile(fsys, filepath.Join(parts[i:]...), b.Bytes()); err != nil {
			t.Fatal(err)
		}
	}
}
