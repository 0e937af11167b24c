// Package vfs is the file system as Goddard sees it: the operating system's,
// or one in memory that can crash and fail on demand.
//
// A write is certain to survive a power cut only after Sync of its file; a
// created, renamed or removed name only after SyncDir of its directory. Every
// error is a value: a full or read-only disk never ends the process.
//
// An FS and its Files are safe for concurrent use.
package vfs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// ErrLocked says that somebody else holds the lock of a directory.
var ErrLocked = errors.New("locked by another process")

// An FS opens and names files.
type FS interface {
	// Open opens a file with the flags of package os.
	Open(name string, flag int) (File, error)
	Remove(name string) error
	Rename(from, to string) error
	MkdirAll(dir string) error
	// ReadDir returns the names of the files and directories in dir, sorted.
	ReadDir(dir string) ([]string, error)
	Stat(name string) (fs.FileInfo, error)
	// SyncDir makes the names in a directory survive a power cut.
	SyncDir(dir string) error
	// Lock takes the exclusive lock of a file, which is made when it does not
	// exist, or returns ErrLocked at once. Closing what it returns gives it
	// up. RocketMQ's own lock conflicts with it.
	Lock(name string) (io.Closer, error)
	// Free returns how many bytes of the disk that holds dir may be written,
	// and its size.
	Free(dir string) (free, total int64, err error)
}

// A File is read and written by position.
type File interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	Truncate(size int64) error
	// Sync returns when all that was written is on the disk. After an error
	// nothing is known of what was written before: it must not be retried.
	Sync() error
	Size() (int64, error)
	// Allocate makes sure that a range within the file's size can be written
	// without running out of space.
	Allocate(off, n int64) error
	// NextData returns where the next bytes that may not be zero begin, at or
	// after off, or io.EOF.
	NextData(off int64) (int64, error)
	// StartWriteback asks for a range to be written to the disk soon. It is a
	// hint.
	StartWriteback(off, n int64) error
}

// ReadFile returns the content of a file.
func ReadFile(fsys FS, name string) ([]byte, error) {
	f, err := fsys.Open(name, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	size, err := f.Size()
	if err != nil {
		return nil, err
	}
	b := make([]byte, size)
	if _, err := f.ReadAt(b, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return b, nil
}

// WriteFile replaces a file as a whole: after a crash it has its old content
// or the new one.
func WriteFile(fsys FS, name string, data []byte) error {
	tmp := name + ".tmp"
	if err := writeNew(fsys, tmp, data); err != nil {
		return err
	}
	if err := fsys.Rename(tmp, name); err != nil {
		return err
	}
	return fsys.SyncDir(filepath.Dir(name))
}

func writeNew(fsys FS, name string, data []byte) (err error) {
	f, err := fsys.Open(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.WriteAt(data, 0); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("sync %s: %w", name, err)
	}
	return nil
}
