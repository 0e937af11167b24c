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

// kvFile is the form of the file of named texts: the original's.
type kvFile struct {
	Table map[string]map[string]string `json:"configTable"`
}

// ReadKV reads the named texts from a file; one that does not exist has none.
func ReadKV(fsys vfs.FS, name string) (map[string]map[string]string, error) {
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

// WriteKV replaces the file of named texts.
func (s *Server) WriteKV(fsys vfs.FS, name string) error {
	s.mu.RLock()
	b, err := json.MarshalIndent(kvFile{Table: s.kv}, "", "\t")
	s.mu.RUnlock()
	if err != nil {
		return err
	}
	return vfs.WriteFile(fsys, name, b)
}

// PutKV sets a text.
func (s *Server) PutKV(namespace, key, value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kv[namespace] == nil {
		s.kv[namespace] = map[string]string{}
	}
	s.kv[namespace][key] = value
}

// DeleteKV forgets a text.
func (s *Server) DeleteKV(namespace, key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.kv[namespace], key)
}

// KV returns a text.
func (s *Server) KV(namespace, key string) (string, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	v, ok := s.kv[namespace][key]
	if !ok {
		return "", mq.Errorf(mq.CodeKeyNotFound, "no value for key %s in namespace %s", key, namespace)
	}
	return v, nil
}

// KVs returns the texts of a namespace.
func (s *Server) KVs(namespace string) (map[string]string, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	table, ok := s.kv[namespace]
	if !ok {
		return nil, mq.Errorf(mq.CodeKeyNotFound, "no values in namespace %s", namespace)
	}
	return maps.Clone(table), nil
}
