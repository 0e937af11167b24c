package main

import "time"

// verdict counts what was sent and stored, and how often the broker broke a
// promise.
type verdict struct {
	Sent         int `json:"sent"`
	Refused      int `json:"refused"` // with a promise that it is not stored
	Acknowledged int `json:"acknowledged"`
	Stored       int `json:"stored"`

	Lost       int `json:"lost"`
	Changed    int `json:"changed"`
	Reordered  int `json:"reordered"`
	Duplicates int `json:"duplicates"`
	Foreign    int `json:"foreign"` // or refused
	Gaps       int `json:"gaps"`
}

func (v verdict) holds() bool {
	return v.Lost == 0 && v.Changed == 0 && v.Reordered == 0 && v.Duplicates == 0 && v.Foreign == 0 && v.Gaps == 0
}

// judge compares what was sent, by producer and number, with what is stored,
// by queue and in the order of the queue.
func judge(seed uint64, all [][]sent, found [][]stored) verdict {
	var v verdict
	times := make([][]int, len(all)) // how often a message was found
	for p := range all {
		times[p] = make([]int, len(all[p]))
	}
	for queue := range found {
		next := int64(0)
		var newest time.Duration // when the youngest message before this one was sent
		for _, s := range found[queue] {
			v.Stored++
			if s.offset != next {
				v.Gaps++
			}
			next = s.offset + 1
			p, n, intact := identify(seed, s.body)
			if p < 0 || p >= len(all) || n < 0 || n >= len(all[p]) || all[p][n].wasRefused {
				v.Foreign++
				continue
			}
			m := all[p][n]
			if times[p][n]++; times[p][n] > 1 {
				v.Duplicates++
				continue
			}
			if !intact || m.acked > 0 && (m.queue != queue || m.offset != s.offset) {
				v.Changed++
			}
			if m.acked > 0 && newest > m.acked {
				v.Reordered++
			}
			newest = max(newest, m.at)
		}
	}
	for p := range all {
		for n, m := range all[p] {
			v.Sent++
			if m.wasRefused {
				v.Refused++
			}
			if m.acked > 0 {
				v.Acknowledged++
				if times[p][n] == 0 {
					v.Lost++
				}
			}
		}
	}
	return v
}
