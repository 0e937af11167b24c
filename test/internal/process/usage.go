package process

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"
)

// A tick of /proc: USER_HZ is 100 on every Linux that Go supports.
const tick = 10 * time.Millisecond

var errProc = errors.New("unexpected text in /proc")

// CPU is the time that a process used, in user and kernel mode.
func CPU(pid int) (time.Duration, error) {
	fields, err := stat(pid)
	if err != nil {
		return 0, err
	}
	return sum(fields[11:13])
}

// GroupCPU is the time that the processes of a process group used that still
// run, and those of their children that have ended.
func GroupCPU(pgid int) (time.Duration, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return 0, err
	}
	var total time.Duration
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		fields, err := stat(pid)
		if err != nil || string(fields[2]) != strconv.Itoa(pgid) {
			continue // it ended, or is not of the group
		}
		used, err := sum(fields[11:15])
		if err != nil {
			return 0, err
		}
		total += used
	}
	return total, nil
}

// stat returns the fields of /proc/PID/stat that follow the command: state
// first, so the field N of proc(5) is at N-3.
func stat(pid int) ([][]byte, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil, err
	}
	fields := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:])
	if len(fields) < 40 {
		return nil, errProc
	}
	return fields, nil
}

// sum adds times in ticks.
func sum(fields [][]byte) (time.Duration, error) {
	var total time.Duration
	for _, f := range fields {
		n, err := strconv.ParseInt(string(f), 10, 64)
		if err != nil {
			return 0, errProc
		}
		total += time.Duration(n) * tick
	}
	return total, nil
}

// Machine is what all processors together did since the start of the machine.
type Machine struct {
	Busy  time.Duration // user, nice, system and interrupts
	Steal time.Duration // another machine had the processor
}

// ReadMachine reads /proc/stat.
func ReadMachine() (Machine, error) {
	b, err := os.ReadFile("/proc/stat")
	if err != nil {
		return Machine{}, err
	}
	line, _, _ := bytes.Cut(b, []byte("\n"))
	fields := bytes.Fields(line)
	if len(fields) < 9 {
		return Machine{}, errProc
	}
	working, err := sum(fields[1:4])
	if err != nil {
		return Machine{}, err
	}
	interrupts, err := sum(fields[6:8])
	if err != nil {
		return Machine{}, err
	}
	steal, err := sum(fields[8:9])
	return Machine{Busy: working + interrupts, Steal: steal}, err
}

// Resident is the memory of a process that is in RAM, in bytes.
func Resident(pid int) (int64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	return kilobytes(b, "VmRSS:")
}

// Dirty is what the machine has yet to write to its disks, in bytes.
func Dirty() (int64, error) {
	b, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, err
	}
	return kilobytes(b, "Dirty:")
}

func kilobytes(text []byte, key string) (int64, error) {
	_, rest, ok := bytes.Cut(text, []byte(key))
	fields := bytes.Fields(rest)
	if !ok || len(fields) == 0 {
		return 0, errProc
	}
	n, err := strconv.ParseInt(string(fields[0]), 10, 64)
	return n << 10, err
}
