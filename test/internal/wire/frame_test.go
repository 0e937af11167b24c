package wire

import (
	"encoding/json"
	"maps"
	"testing"
)

// A request has the same layout as a reply, so what was encoded is decoded.
func TestRequestsAreDecodable(t *testing.T) {
	fields := []Field{{"topic", "orders"}, {"i", "KEYS\x01a b\x02"}}
	for _, s := range []Serialization{JSON, Compact} {
		frame := AppendRequest(nil, s, 310, 77, fields, []byte("body"))
		code, opaque, err := outcome(frame[4:])
		if code != 310 || opaque != 77 || err != nil {
			t.Errorf("serialization %d: outcome = %d, %d, %v", s, code, opaque, err)
		}
		r, err := parseReply(frame[4:])
		want := map[string]string{"topic": "orders", "i": "KEYS\x01a b\x02"}
		if err != nil || r.Code != 310 || !maps.Equal(r.Fields, want) || string(r.Body) != "body" {
			t.Errorf("serialization %d: parseReply = %+v, %v", s, r, err)
		}
		for n := 4; n < len(frame)-len("body"); n++ {
			if _, err := parseReply(frame[4:n]); err == nil {
				t.Errorf("serialization %d: the first %d bytes are taken for a reply", s, n)
			}
		}
	}
}

func TestTextDoesNotHideTheOutcome(t *testing.T) {
	header, err := json.Marshal(map[string]any{
		"code": 1, "remark": `{"code":5,"opaque":6}`, "extFields": map[string]string{"msgId": `"opaque":9`}, "opaque": 7,
	})
	if err != nil {
		t.Fatal(err)
	}
	frame := append([]byte{0, 0, 0, byte(len(header))}, header...)
	code, opaque, err := outcome(frame)
	if code != 1 || opaque != 7 || err != nil {
		t.Errorf("outcome = %d, %d, %v, want 1, 7", code, opaque, err)
	}
}

func FuzzReply(f *testing.F) {
	for _, s := range []Serialization{JSON, Compact} {
		f.Add(AppendRequest(nil, s, 310, 77, []Field{{"topic", "orders"}}, []byte("body"))[4:])
	}
	f.Fuzz(func(_ *testing.T, frame []byte) {
		_, _ = parseReply(frame)
		_, _, _ = outcome(frame)
	})
}
