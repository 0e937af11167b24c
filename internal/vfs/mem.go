package vfs

import (
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// An Op names an operation that can be made to fail.
type Op string

// The operations of a Mem that write.
const (
	OpOpen     Op = "open"
	OpWrite    Op = "write"
	OpSync     Op = "sync"
	OpTruncate Op = "truncate"
	OpAllocate Op = "allocate"
	OpRename   Op = "rename"
	OpRemove   Op = "remove"
	OpSyncDir  Op = "syncdir"
	OpRead     Op = "read"
)

// A Mem is a file system in memory. It remembers what was synced, so that a
// power cut can be tried: see Crash. Directory entries count as synced at
// SyncDir.
type Mem struct {
	mu    sync.Mutex
	files map[string]*memNode // what programs see
	kept  map[string]*memNode // the names that a power cut leaves
	dirs  map[string]bool
	locks map[string]bool
	fault func(Op, string) error
	free  int64
	total int64
}

// NewMem returns an empty file system with a terabyte of room.
func NewMem() *Mem {
	return &Mem{
		files: map[string]*memNode{}, kept: map[string]*memNode{}, dirs: map[string]bool{}, locks: map[string]bool{},
		free: 1 << 40, total: 1 << 40,
	}
}

// A memNode is a file: what is written, what a power cut leaves of it, and
// the writes in between.
type memNode struct {
	data   []byte
	synced []byte
	writes []memWrite // since the last sync, in order
}

// A memWrite is a write, or with data nil a truncation to off, that was not
// synced.
type memWrite struct {
	off  int64
	data []byte
}

// SetFault has f asked before every operation; an error that it returns is
// the operation's. A nil f ends that. A write that fails writes nothing.
func (m *Mem) SetFault(f func(op Op, name string) error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fault = f
}

// SetFree sets what Free returns.
func (m *Mem) SetFree(free, total int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.free, m.total = free, total
}

// A Survival decides how much of one unsynced write a power cut leaves: a
// number of bytes from its start, of the i-th write of n.
type Survival func(name string, i, n int, size int) int

// Common survivals.
var (
	NothingUnsynced Survival = func(string, int, int, int) int { return 0 }
	Everything      Survival = func(_ string, _, _, size int) int { return size }
)

// Crash returns the file system that a power cut at this moment leaves. The
// old one goes on unharmed. Locks are free again.
func (m *Mem) Crash(s Survival) *Mem {
	m.mu.Lock()
	defer m.mu.Unlock()
	after := NewMem()
	maps.Copy(after.dirs, m.dirs)
	for name, node := range m.kept {
		image := slices.Clone(node.synced)
		for i, w := range node.writes {
			if w.data == nil {
				if s(name, i, len(node.writes), 1) > 0 {
					image = resize(image, w.off)
				}
				continue
			}
			n := min(s(name, i, len(node.writes), len(w.data)), len(w.data))
			if n > 0 {
				image = writeAt(image, w.data[:n], w.off)
			}
		}
		copied := &memNode{data: image, synced: slices.Clone(image)}
		after.files[name], after.kept[name] = copied, copied
	}
	return after
}

func resize(b []byte, size int64) []byte {
	if int64(len(b)) >= size {
		return b[:size]
	}
	return append(b, make([]byte, size-int64(len(b)))...)
}

func writeAt(b, data []byte, off int64) []byte {
	if end := off + int64(len(data)); end > int64(len(b)) {
		b = resize(b, end)
	}
	copy(b[off:], data)
	return b
}

func (m *Mem) failLocked(op Op, name string) error {
	if m.fault == nil {
		return nil
	}
	if err := m.fault(op, name); err != nil {
		return &fs.PathError{Op: string(op), Path: name, Err: err}
	}
	return nil
}

// Open implements FS.
func (m *Mem) Open(name string, flag int) (File, error) {
	name = filepath.Clean(name)
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.failLocked(OpOpen, name); err != nil {
		return nil, err
	}
	node, ok := m.files[name]
	switch {
	case !ok && flag&os.O_CREATE == 0:
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	case ok && flag&os.O_EXCL != 0:
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrExist}
	case !ok:
		node = &memNode{}
		m.files[name] = node
	case flag&os.O_TRUNC != 0:
		node.truncate(0)
	}
	return &memFile{m: m, name: name, node: node}, nil
}

// Remove implements FS.
func (m *Mem) Remove(name string) error {
	name = filepath.Clean(name)
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.failLocked(OpRemove, name); err != nil {
		return err
	}
	if _, ok := m.files[name]; !ok {
		return &fs.PathError{Op: "remove", Path: name, Err: fs.ErrNotExist}
	}
	delete(m.files, name)
	return nil
}

// Rename implements FS.
func (m *Mem) Rename(from, to string) error {
	from, to = filepath.Clean(from), filepath.Clean(to)
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.failLocked(OpRename, from); err != nil {
		return err
	}
	node, ok := m.files[from]
	if !ok {
		return &fs.PathError{Op: "rename", Path: from, Err: fs.ErrNotExist}
	}
	delete(m.files, from)
	m.files[to] = node
	return nil
}

// MkdirAll implements FS.
func (m *Mem) MkdirAll(dir string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for d := filepath.Clean(dir); !m.dirs[d]; d = filepath.Dir(d) {
		m.dirs[d] = true
	}
	return nil
}

// ReadDir implements FS.
func (m *Mem) ReadDir(dir string) ([]string, error) {
	dir = filepath.Clean(dir)
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.dirs[dir] {
		return nil, &fs.PathError{Op: "readdir", Path: dir, Err: fs.ErrNotExist}
	}
	seen := map[string]bool{}
	for name := range m.files {
		if filepath.Dir(name) == dir {
			seen[filepath.Base(name)] = true
		}
	}
	for name := range m.dirs {
		if filepath.Dir(name) == dir && name != dir {
			seen[filepath.Base(name)] = true
		}
	}
	return slices.Sorted(maps.Keys(seen)), nil
}

// Stat implements FS.
func (m *Mem) Stat(name string) (fs.FileInfo, error) {
	name = filepath.Clean(name)
	m.mu.Lock()
	defer m.mu.Unlock()
	if node, ok := m.files[name]; ok {
		return memInfo{name: filepath.Base(name), size: int64(len(node.data))}, nil
	}
	if m.dirs[name] {
		return memInfo{name: filepath.Base(name), dir: true}, nil
	}
	return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
}

// SyncDir implements FS.
func (m *Mem) SyncDir(dir string) error {
	dir = filepath.Clean(dir)
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.failLocked(OpSyncDir, dir); err != nil {
		return err
	}
	maps.DeleteFunc(m.kept, func(name string, _ *memNode) bool { return filepath.Dir(name) == dir })
	for name, node := range m.files {
		if filepath.Dir(name) == dir {
			m.kept[name] = node
		}
	}
	return nil
}

// Lock implements FS.
func (m *Mem) Lock(name string) (io.Closer, error) {
	name = filepath.Clean(name)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.locks[name] {
		return nil, fmt.Errorf("%s: %w", name, ErrLocked)
	}
	m.locks[name] = true
	return &memLock{m: m, name: name}, nil
}

// Free implements FS.
func (m *Mem) Free(string) (free, total int64, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.free, m.total, nil
}

type memLock struct {
	m    *Mem
	name string
}

func (l *memLock) Close() error {
	l.m.mu.Lock()
	defer l.m.mu.Unlock()
	delete(l.m.locks, l.name)
	return nil
}

type memFile struct {
	m      *Mem
	name   string
	node   *memNode
	closed bool
}

func (f *memFile) checkLocked(op Op) error {
	if f.closed {
		return &fs.PathError{Op: string(op), Path: f.name, Err: fs.ErrClosed}
	}
	return f.m.failLocked(op, f.name)
}

func (f *memFile) ReadAt(b []byte, off int64) (int, error) {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if err := f.checkLocked(OpRead); err != nil {
		return 0, err
	}
	if off >= int64(len(f.node.data)) {
		return 0, io.EOF
	}
	n := copy(b, f.node.data[off:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (f *memFile) WriteAt(b []byte, off int64) (int, error) {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if err := f.checkLocked(OpWrite); err != nil {
		return 0, err
	}
	f.node.data = writeAt(f.node.data, b, off)
	f.node.writes = append(f.node.writes, memWrite{off: off, data: slices.Clone(b)})
	return len(b), nil
}

func (n *memNode) truncate(size int64) {
	n.data = slices.Clone(resize(n.data, size))
	n.writes = append(n.writes, memWrite{off: size})
}

func (f *memFile) Truncate(size int64) error {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if err := f.checkLocked(OpTruncate); err != nil {
		return err
	}
	f.node.truncate(size)
	return nil
}

func (f *memFile) Sync() error {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if err := f.checkLocked(OpSync); err != nil {
		return err
	}
	for _, w := range f.node.writes {
		if w.data == nil {
			f.node.synced = resize(f.node.synced, w.off)
		} else {
			f.node.synced = writeAt(f.node.synced, w.data, w.off)
		}
	}
	f.node.writes = nil
	return nil
}

func (f *memFile) Size() (int64, error) {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	return int64(len(f.node.data)), nil
}

func (f *memFile) Allocate(_, n int64) error {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if err := f.checkLocked(OpAllocate); err != nil {
		return err
	}
	if n > f.m.free {
		return &fs.PathError{Op: "allocate", Path: f.name, Err: syscall.ENOSPC}
	}
	return nil
}

func (f *memFile) NextData(off int64) (int64, error) {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	for ; off < int64(len(f.node.data)); off++ {
		if f.node.data[off] != 0 {
			return off, nil
		}
	}
	return 0, io.EOF
}

func (f *memFile) StartWriteback(int64, int64) error { return nil }

func (f *memFile) Close() error {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	f.closed = true
	return nil
}

type memInfo struct {
	name string
	size int64
	dir  bool
}

func (i memInfo) Name() string       { return i.name }
func (i memInfo) Size() int64        { return i.size }
func (i memInfo) IsDir() bool        { return i.dir }
func (i memInfo) ModTime() time.Time { return time.Time{} }
func (i memInfo) Sys() any           { return nil }

func (i memInfo) Mode() fs.FileMode {
	if i.dir {
		return fs.ModeDir | 0o755
	}
	return 0o644
}

// String lists the files, for test failures.
func (m *Mem) String() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(m.files)) {
		fmt.Fprintf(&b, "%s %d\n", name, len(m.files[name].data))
	}
	return b.String()
}
