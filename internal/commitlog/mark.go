package commitlog

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io/fs"
	"os"
	"time"

	"goddard/internal/mq"
	"goddard/internal/vfs"
)

// A mark remembers in a small file how far the log was synced: the position,
// and a checksum. It may be behind, never ahead. Below it a bad record is
// damage; above it, it is what a crash tore off.
type mark struct {
	f      vfs.File
	last   mq.LogOffset
	lastAt time.Time
}

const (
	markSize     = 12
	markInterval = time.Second // between two writes
)

// openMark opens the mark and returns the position, 0 when there is none.
func openMark(o Options) (mark, error) {
	if o.Mark == "" {
		return mark{}, nil
	}
	b, err := vfs.ReadFile(o.FS, o.Mark)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return mark{}, err
	}
	m := mark{}
	if len(b) >= markSize && crc32.ChecksumIEEE(b[:8]) == binary.BigEndian.Uint32(b[8:]) {
		m.last = mq.LogOffset(binary.BigEndian.Uint64(b))
	}
	m.f, err = o.FS.Open(o.Mark, os.O_RDWR|os.O_CREATE)
	return m, err
}

// write writes the mark if it moved, now or not more often than the interval.
// One that cannot be written is only further behind.
func (m *mark) write(l *Log, now bool) {
	at := l.Synced()
	if m.f == nil || at == m.last || !now && l.o.Now().Sub(m.lastAt) < markInterval {
		return
	}
	b := binary.BigEndian.AppendUint64(nil, uint64(at))
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
	if _, err := m.f.WriteAt(b, 0); err != nil {
		l.o.Logger.Warn("sync mark cannot be written", "file", l.o.Mark, "err", err)
	}
	m.last, m.lastAt = at, l.o.Now()
}
