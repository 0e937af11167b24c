package config

import (
	"embed"
	"fmt"
	"maps"
	"slices"
	"strings"
)

//go:embed keys/*.txt
var keyFiles embed.FS

// laterSections are the sections of roles that do not exist yet. Their keys
// are taken and have no effect.
var laterSections = map[string]bool{"grpc": true, "controller": true, "console": true}

// originalKeys are the keys of RocketMQ 5.5.0, by section.
var originalKeys = readKeys()

func readKeys() map[string]map[string]bool {
	all := map[string]map[string]bool{"console": {}}
	for _, section := range []string{"nameserver", "broker", "grpc", "controller"} {
		b, err := keyFiles.ReadFile("keys/" + section + ".txt")
		if err != nil {
			panic(err) // it is embedded
		}
		all[section] = map[string]bool{}
		for _, key := range strings.Fields(string(b)) {
			all[section][key] = true
		}
	}
	return all
}

func sectionNames() []string { return slices.Sorted(maps.Keys(originalKeys)) }

// keysOf returns the keys of a section, those with an effect first.
func keysOf(section string) []string {
	return append(slices.Sorted(maps.Keys(settings[section])), slices.Sorted(maps.Keys(originalKeys[section]))...)
}

// nearest returns a hint at the known word that looks most like word, or "".
func nearest(word string, known []string) string {
	best, least := "", len(word)/2+1
	for _, k := range known {
		if d := distance(strings.ToLower(word), strings.ToLower(k)); d < least {
			best, least = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// distance returns how many letters must be changed, added or dropped to get
// from a to b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
