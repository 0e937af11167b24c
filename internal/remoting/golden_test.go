package remoting

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const frames = "../../testdata/frames"

// A goldenHeader is a header as an independent reader decoded it.
type goldenHeader struct {
	Code          int32             `json:"code"`
	Language      any               `json:"language"` // name, or number
	Version       int32             `json:"version"`
	Opaque        int32             `json:"opaque"`
	Flag          int32             `json:"flag"`
	Remark        *string           `json:"remark"`
	Fields        map[string]string `json:"extFields"`
	SerializeType string            `json:"serializeType"`
}

type golden struct {
	File     string
	Request  *goldenHeader
	Response *goldenHeader
}

func goldens(t testing.TB) []golden {
	t.Helper()
	f, err := os.Open(filepath.Join(frames, "index.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []golden
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var g golden
		if err := json.Unmarshal(lines.Bytes(), &g); err != nil {
			t.Fatal(err)
		}
		all = append(all, g)
	}
	return all
}

// each calls f with every recorded frame and what it says.
func each(t testing.TB, f func(name string, raw []byte, want *goldenHeader)) {
	t.Helper()
	n := 0
	for _, g := range goldens(t) {
		for ext, want := range map[string]*goldenHeader{".req": g.Request, ".resp": g.Response} {
			if want == nil {
				continue
			}
			raw, err := os.ReadFile(filepath.Join(frames, g.File+ext))
			if err != nil {
				t.Fatal(err)
			}
			f(g.File+ext, raw, want)
			n++
		}
	}
	if n < 1300 {
		t.Fatalf("only %d frames", n)
	}
}

func TestEveryGoldenFrameIsDecodedWithoutLoss(t *testing.T) {
	each(t, func(name string, raw []byte, want *goldenHeader) {
		var c Command
		var scratch []byte
		n, err := Parse(raw, &c, &scratch)
		if err != nil || n != len(raw) {
			t.Errorf("%s: Parse = %d, %v, want %d", name, n, err, len(raw))
			return
		}
		got := goldenHeader{Code: c.Code, Version: c.Version, Opaque: c.Opaque, Flag: c.Flag, SerializeType: "JSON"}
		if c.Serialization == Compact {
			got.SerializeType = "ROCKETMQ"
			got.Code = int32(int16(c.Code)) // as it stands on the wire
		}
		switch want.Language.(type) {
		case string:
			got.Language = c.Language.String()
		default:
			got.Language = float64(c.Language)
		}
		if len(c.Remark) > 0 { // the reader took an empty one for none
			remark := string(c.Remark)
			got.Remark = &remark
		}
		for _, f := range c.Fields {
			if got.Fields == nil {
				got.Fields = map[string]string{}
			}
			got.Fields[string(f.Key)] = string(f.Value)
		}
		if len(want.Fields) == 0 {
			want.Fields = nil
		}
		if diff := cmp.Diff(*want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	})
}

func TestGoldenFramesAreEncodedAgain(t *testing.T) {
	compact := 0
	each(t, func(name string, raw []byte, _ *goldenHeader) {
		var c, again Command
		var scratch, scratchAgain []byte
		if _, err := Parse(raw, &c, &scratch); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		encoded := AppendFrame(nil, &c)
		if c.Serialization == Compact {
			compact++
			if !bytes.Equal(encoded, raw) {
				t.Errorf("%s: encoded as\n%q, want\n%q", name, encoded, raw)
			}
			return
		}
		if _, err := Parse(encoded, &again, &scratchAgain); err != nil {
			t.Errorf("%s: what was encoded cannot be read: %v", name, err)
			return
		}
		if diff := cmp.Diff(c, again); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	})
	if compact == 0 {
		t.Error("no compact frame was tried")
	}
}

func TestTruncatedFramesWaitForMore(t *testing.T) {
	each(t, func(name string, raw []byte, _ *goldenHeader) {
		var c Command
		var scratch []byte
		for i := range min(len(raw), 600) {
			if n, err := Parse(raw[:i], &c, &scratch); n != 0 || err != nil {
				t.Fatalf("%s: Parse of the first %d bytes = %d, %v", name, i, n, err)
			}
		}
	})
}

// FuzzParse compares the header codec with encoding/json.
func FuzzParse(f *testing.F) {
	each(f, func(_ string, raw []byte, _ *goldenHeader) {
		if len(raw) < 2048 {
			f.Add(raw)
		}
	})
	f.Fuzz(func(t *testing.T, b []byte) {
		var c Command
		var scratch []byte
		n, err := Parse(b, &c, &scratch)
		if err != nil || n == 0 {
			return
		}
		if c.Serialization == JSON {
			header := b[prefixSize : n-len(c.Body)]
			if !json.Valid(header) && !bytes.Contains(header, []byte(`\'`)) && !looseNumber(header) {
				t.Fatalf("encoding/json refuses %q", header)
			}
		}
		var again Command
		var scratchAgain []byte
		if _, err := Parse(AppendFrame(nil, &c), &again, &scratchAgain); err != nil {
			t.Fatalf("what was encoded cannot be read: %v", err)
		}
		if len(again.Fields) != len(c.Fields) || again.Opaque != c.Opaque || string(again.Remark) != string(c.Remark) {
			t.Fatalf("%+v became %+v", c, again)
		}
	})
}

// looseNumber reports whether text has a number that only Java's way of
// reading takes, such as 01 or 0x1p3.
func looseNumber(header []byte) bool {
	for _, w := range bytes.FieldsFunc(header, func(r rune) bool { return bytes.ContainsRune([]byte(`{}[],: "`), r) }) {
		if _, err := strconv.ParseFloat(string(w), 64); err == nil && !json.Valid(w) {
			return true
		}
	}
	return false
}

func BenchmarkParseJSON(b *testing.B) { benchmarkParse(b, "310-send_message_v2-1.req") }

func benchmarkParse(b *testing.B, name string) {
	raw, err := os.ReadFile(filepath.Join(frames, name))
	if err != nil {
		b.Fatal(err)
	}
	var c Command
	var scratch []byte
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		scratch = scratch[:0]
		if _, err := Parse(raw, &c, &scratch); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseCompact(b *testing.B) {
	name := ""
	each(b, func(n string, raw []byte, _ *goldenHeader) {
		if name == "" && len(n) > 4 && n[:4] == "310-" && raw[4] == byte(Compact) && filepath.Ext(n) == ".req" {
			name = n
		}
	})
	benchmarkParse(b, name)
}
