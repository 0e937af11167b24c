package nameserver

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"goddard/internal/mq"
	"goddard/internal/vfs"
)

func TestTextsOutliveTheServer(t *testing.T) {
	fsys := vfs.NewMem()
	if kv, err := ReadKV(fsys, "kv.json"); err != nil || len(kv) != 0 {
		t.Fatalf("texts of no file: %v, %v", kv, err)
	}
	var none KV
	kv := none.With("N", "k", "v").With("N", "gone", "x").With("M", "k", "w").Without("N", "gone").Without("nowhere", "k")
	if err := WriteKV(fsys, "kv.json", kv); err != nil {
		t.Fatal(err)
	}
	got, err := ReadKV(fsys, "kv.json")
	if want := (KV{"N": {"k": "v"}, "M": {"k": "w"}}); err != nil || !cmp.Equal(got, want) {
		t.Errorf("read: %v\n%s", err, cmp.Diff(want, got))
	}
}

func TestTheOriginalsFileOfTextsIsRead(t *testing.T) {
	fsys := vfs.NewMem()
	const file = "{\n\t\"configTable\":{\"ORDER_TOPIC_CONFIG\":{\"t\":\"broker-a:4\"\n\t\t}\n\t}\n}"
	if err := vfs.WriteFile(fsys, "kvConfig.json", []byte(file)); err != nil {
		t.Fatal(err)
	}
	kv, err := ReadKV(fsys, "kvConfig.json")
	if err != nil || kv["ORDER_TOPIC_CONFIG"]["t"] != "broker-a:4" {
		t.Errorf("read: %v, %v", kv, err)
	}
	if err := vfs.WriteFile(fsys, "kvConfig.json", []byte(file[:20])); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadKV(fsys, "kvConfig.json"); err == nil {
		t.Error("a file that is cut was read")
	}
}

func TestAFailedWriteLeavesTheOldTexts(t *testing.T) {
	fsys := vfs.NewMem()
	old := KV{"N": {"k": "old"}}
	if err := WriteKV(fsys, "kv.json", old); err != nil {
		t.Fatal(err)
	}
	full := errors.New("no space")
	for n := range 20 {
		ops := 0
		fsys.SetFault(func(vfs.Op, string) error {
			if ops++; ops > n {
				return full
			}
			return nil
		})
		err := WriteKV(fsys, "kv.json", KV{"N": {"k": "new"}})
		fsys.SetFault(nil)
		got, readErr := ReadKV(fsys, "kv.json")
		if readErr != nil || err != nil && got["N"]["k"] == "" {
			t.Fatalf("after %d operations: %v, then %v, %v", n, err, got, readErr)
		}
		if err == nil {
			return
		}
	}
	t.Error("20 operations do not write a file")
}

func TestTextsAreNotChangedInPlace(t *testing.T) {
	kv := KV{"N": {"k": "v"}}
	kv.With("N", "k", "other")
	kv.Without("N", "k")
	if kv["N"]["k"] != "v" {
		t.Errorf("texts = %v", kv)
	}
}

func TestOrderedTopicsCarryTheirTextWhenThatIsOn(t *testing.T) {
	s := New(KV{OrderNamespace: {"t": "a:4"}})
	mustRegister(t, s, registration("a", 0, 1, "t"))
	if r, _ := s.Route("t"); r.Order != "" {
		t.Errorf("by default the route says %q", r.Order)
	}
	s.Configure(func(x *Settings) { x.OrderTopics = true })
	if r, _ := s.Route("t"); r.Order != "a:4" {
		t.Errorf("the route says %q", r.Order)
	}
	s.SetKV(s.KV().Without(OrderNamespace, "t"))
	if _, err := s.Text(OrderNamespace, "t"); mq.CodeOf(err) != mq.CodeKeyNotFound {
		t.Errorf("a deleted text: %v", err)
	}
	if table, err := s.Texts(OrderNamespace); err != nil || len(table) != 0 {
		t.Errorf("the namespace: %v, %v", table, err)
	}
	if _, err := s.Texts("nowhere"); mq.CodeOf(err) != mq.CodeKeyNotFound {
		t.Errorf("texts of no namespace: %v", err)
	}
}
