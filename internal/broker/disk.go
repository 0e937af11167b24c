package broker

import (
	"sync/atomic"

	"goddard/internal/mq"
)

// A diskMark remembers whether the disk is too full to take messages.
type diskMark struct {
	full  atomic.Bool
	usage atomic.Uint64 // thousandths of the disk in use
}

// update looks at the disk.
func (d *diskMark) update(b *Broker) {
	free, total, err := b.o.FS.Free(b.o.Dir)
	if err != nil || total == 0 {
		return // nothing is known: the log itself refuses when space runs out
	}
	usage := 1 - float64(free)/float64(total)
	d.usage.Store(uint64(usage * 1000))
	full := usage > b.o.DiskFullRatio
	if d.full.Swap(full) != full {
		if full {
			b.o.Logger.Warn("disk is full, sends are refused", "dir", b.o.Dir, "used", usage, "limit", b.o.DiskFullRatio)
		} else {
			b.o.Logger.Info("disk has room again, sends are taken", "dir", b.o.Dir, "used", usage)
		}
	}
}

// check returns an error when the disk is too full for a client's message.
func (d *diskMark) check(limit float64) error {
	if !d.full.Load() {
		return nil
	}
	return mq.Errorf(mq.CodeUnavailable, "the disk is %.1f%% full, sends stop at %.0f%%: free some space", float64(d.usage.Load())/10, limit*100)
}
