package nameserver

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"

	"goddard/internal/mq"
	"goddard/internal/vfs"
)

// A KV is named texts, by namespace and key. It is not changed once it is
// made: With and Without return another one.
type KV map[string]map[string]string

// OrderNamespace holds the texts of ordered topics, such as
// "broker-a:4;broker-b:4".
const OrderNamespace = "ORDER_TOPIC_CONFIG"

// With returns the texts with one of them set.
func (kv KV) With(namespace, key, value string) KV {
	next := kv.copy(namespace)
	next[namespace][key] = value
	return next
}

// Without returns the texts without one of them. Its namespace stays.
func (kv KV) Without(namespace, key string) KV {
	if _, ok := kv[namespace]; !ok {
		return kv
	}
	next := kv.copy(namespace)
	delete(next[namespace], key)
	return next
}

// copy returns a copy in which one namespace may be changed.
func (kv KV) copy(namespace string) KV {
	next := KV{}
	maps.Copy(next, kv)
	next[namespace] = map[string]string{}
	maps.Copy(next[namespace], kv[namespace])
	return next
}

// kvFile is the form of the file of named texts: the original's.
type kvFile struct {
	Table KV `json:"configTable"`
}

// ReadKV reads the named texts from a file; one that does not exist has none.
func ReadKV(fsys vfs.FS, name string) (KV, error) {
	b, err := vfs.ReadFile(fsys, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var f kvFile
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return f.Table, nil
}

// WriteKV replaces the file of named texts: after a crash it holds the old
// texts or these.
func WriteKV(fsys vfs.FS, name string, kv KV) error {
	b, err := json.MarshalIndent(kvFile{Table: kv}, "", "\t")
	if err != nil {
		return err
	}
	return vfs.WriteFile(fsys, name, b)
}

// KV returns all named texts.
func (s *Server) KV() KV {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.kv
}

// SetKV replaces all named texts.
func (s *Server) SetKV(kv KV) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kv = kv
}

// Text returns a named text.
func (s *Server) Text(namespace, key string) (string, error) {
	v, ok := s.KV()[namespace][key]
	if !ok {
		return "", mq.Errorf(mq.CodeKeyNotFound, "no value for key %s in namespace %s", key, namespace)
	}
	return v, nil
}

// Texts returns the texts of a namespace. They must not be changed.
func (s *Server) Texts(namespace string) (map[string]string, error) {
	table, ok := s.KV()[namespace]
	if !ok {
		return nil, mq.Errorf(mq.CodeKeyNotFound, "no values in namespace %s", namespace)
	}
	return table, nil
}
