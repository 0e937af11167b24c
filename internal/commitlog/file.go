package commitlog

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"goddard/internal/mq"
	"goddard/internal/vfs"
)

// A file is one of the files of the log.
type file struct {
	vfs.File
	start mq.LogOffset
}

func fileName(start mq.LogOffset) string { return fmt.Sprintf("%020d", int64(start)) }

// fileAt returns the file that holds a position, or nil.
func (l *Log) fileAt(at mq.LogOffset) *file {
	files := *l.files.Load()
	if len(files) == 0 || at < files[0].start {
		return nil
	}
	i := int64(at-files[0].start) / l.o.FileSize
	if i >= int64(len(files)) {
		return nil
	}
	return files[i]
}

// openFiles opens the files that are there and checks that they are the
// files of one log: of the size that is asked for, without a gap.
func openFiles(o Options) (files []*file, err error) {
	if err := o.FS.MkdirAll(o.Dir); err != nil {
		return nil, err
	}
	names, err := o.FS.ReadDir(o.Dir)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			closeFiles(files)
		}
	}()
	for i, name := range names {
		start, err := strconv.ParseInt(name, 10, 64)
		if err != nil || len(name) != 20 {
			return files, fmt.Errorf("%s is no file of a commit log", filepath.Join(o.Dir, name))
		}
		path := filepath.Join(o.Dir, name)
		f, err := o.FS.Open(path, os.O_RDWR)
		if err != nil {
			return files, err
		}
		files = append(files, &file{File: f, start: mq.LogOffset(start)})
		size, err := f.Size()
		switch {
		case err != nil:
			return files, err
		case size == 0 && i == len(names)-1: // made, and never given its size
			last := files[len(files)-1]
			if err := last.Truncate(o.FileSize); err != nil {
				return files, err
			}
		case size != o.FileSize:
			return files, fmt.Errorf("%s has %d bytes, but files of %d bytes are configured (mappedFileSizeCommitLog): set it to %d", path, size, o.FileSize, size)
		}
		if n := len(files); n > 1 && files[n-1].start != files[n-2].start+mq.LogOffset(o.FileSize) {
			return files, fmt.Errorf("%s does not follow %s: a file between them is missing", path, fileName(files[n-2].start))
		}
	}
	return files, nil
}

func closeFiles(files []*file) {
	for _, f := range files {
		_ = f.Close() // after an error that says more
	}
}

// addFile makes the next file. The caller holds allocMu.
func (l *Log) addFile() error {
	files := *l.files.Load()
	start := mq.LogOffset(0)
	if n := len(files); n > 0 {
		start = files[n-1].start + mq.LogOffset(l.o.FileSize)
	}
	f, err := createFile(l.o, start)
	if err != nil {
		return err
	}
	grown := append(slices.Clone(files), f)
	l.files.Store(&grown)
	return nil
}

func createFile(o Options, start mq.LogOffset) (*file, error) {
	f, err := o.FS.Open(filepath.Join(o.Dir, fileName(start)), os.O_RDWR|os.O_CREATE)
	if err != nil {
		return nil, err
	}
	if err := f.Truncate(o.FileSize); err != nil {
		_ = f.Close() // after an error that says more
		return nil, err
	}
	// Its size before its name: a file of another size would not be taken.
	if err := errors.Join(f.Sync(), o.FS.SyncDir(o.Dir)); err != nil {
		_ = f.Close() // likewise
		return nil, err
	}
	return &file{File: f, start: start}, nil
}

// zeroFrom overwrites what is not zero from a position of the file on.
func (f *file) zeroFrom(at, size int64) error {
	b := make([]byte, 1<<16)
	zero := make([]byte, len(b))
	for at < size {
		next, err := f.NextData(at)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		at = max(at, next)
		b = b[:min(int64(len(b)), size-at)]
		if _, err := f.ReadAt(b, at); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if !bytes.Equal(b, zero[:len(b)]) {
			if _, err := f.WriteAt(zero[:len(b)], at); err != nil {
				return err
			}
		}
		at += int64(len(b))
	}
	return nil
}
