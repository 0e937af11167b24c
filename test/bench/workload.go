package main

import (
	"fmt"
	"slices"
	"strings"
)

// A workload is what the brokers are measured with.
type workload struct {
	name  string
	title string // in the table

	// The load; connections is 0 for a workload without one.
	connections int
	inFlight    int // on each
	size        int // of a body
	official    bool
}

var workloads = []workload{
	{name: "producer64", title: "official Java producer, 64 threads, 128 B", connections: 64, inFlight: 1, size: 128, official: true},
	{name: "c1w64", title: "1 connection, 64 in flight, 128 B", connections: 1, inFlight: 64, size: 128},
	{name: "c64w1", title: "64 connections, 1 in flight, 128 B", connections: 64, inFlight: 1, size: 128},
	{name: "c1w64-1k", title: "1 connection, 64 in flight, 1 KiB", connections: 1, inFlight: 64, size: 1 << 10},
	{name: "c64w1-1k", title: "64 connections, 1 in flight, 1 KiB", connections: 64, inFlight: 1, size: 1 << 10},
	{name: "start", title: "start and idle"},
}

// choose finds workloads by their names.
func choose(names string) ([]workload, error) {
	if names == "" {
		return workloads, nil
	}
	var chosen []workload
	for name := range strings.SplitSeq(names, ",") {
		i := slices.IndexFunc(workloads, func(w workload) bool { return w.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no workload %q", name)
		}
		chosen = append(chosen, workloads[i])
	}
	return chosen, nil
}
