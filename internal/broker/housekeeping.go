package broker

import (
	"context"
	"time"
)

// Intervals of the housekeeping. The first is the original's.
const (
	scanInterval = 10 * time.Second // for members that fell silent
	diskInterval = 2 * time.Second
)

// runHousekeeping drops members that fell silent and watches the disk.
func (b *Broker) runHousekeeping(ctx context.Context) {
	scan := time.NewTicker(scanInterval)
	defer scan.Stop()
	disk := time.NewTicker(diskInterval)
	defer disk.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-scan.C:
			b.expireMembers()
		case <-disk.C:
			b.disk.update(b)
		}
	}
}
