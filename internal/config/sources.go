package config

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// values returns what the sources say, the weakest first.
func (s Sources) values() ([]value, error) {
	var all []value
	for _, f := range []struct{ name, section string }{{s.NameServerFile, "nameserver"}, {s.File, "broker"}} {
		if f.name == "" {
			continue
		}
		b, err := s.ReadFile(f.name)
		if err != nil {
			return nil, err
		}
		read := parseProperties
		if ext := filepath.Ext(f.name); ext == ".yaml" || ext == ".yml" {
			read = parseYAML
		}
		values, err := read(f.name, f.section, b)
		if err != nil {
			return nil, err
		}
		all = append(all, values...)
	}
	all = append(all, environment(s.Environment)...)
	for _, flag := range s.Set {
		path, text, ok := strings.Cut(flag, "=")
		section, key, dotted := strings.Cut(path, ".")
		if !ok || !dotted {
			return nil, fmt.Errorf("--set %s: want section.key=value, such as broker.listenPort=20911", flag)
		}
		all = append(all, value{section: section, key: key, text: text, source: "--set " + flag})
	}
	return all, nil
}

// parseProperties reads a properties file of the original.
func parseProperties(name, section string, b []byte) ([]value, error) {
	var all []value
	for i, line := range strings.Split(string(b), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == '!' {
			continue
		}
		at := strings.IndexAny(line, "=:")
		if at < 0 {
			return nil, fmt.Errorf("%s:%d: want key=value", name, i+1)
		}
		all = append(all, value{
			section: section, key: strings.TrimSpace(line[:at]), text: strings.TrimSpace(line[at+1:]), source: fmt.Sprintf("%s:%d", name, i+1),
		})
	}
	return all, nil
}

// parseYAML reads a file of sections.
func parseYAML(name, _ string, b []byte) ([]value, error) {
	file, err := parser.ParseBytes(b, 0)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var all []value
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		sections, err := mapping(name, doc.Body)
		if err != nil {
			return nil, err
		}
		for _, section := range sections {
			keys, err := mapping(name, section.Value)
			if err != nil {
				return nil, err
			}
			for _, key := range keys {
				all = append(all, value{
					section: section.Key.String(), key: key.Key.String(), text: scalar(key.Value),
					source: fmt.Sprintf("%s:%d", name, key.Key.GetToken().Position.Line),
				})
			}
		}
	}
	return all, nil
}

// mapping returns the entries of a node that must be a mapping.
func mapping(name string, n ast.Node) ([]*ast.MappingValueNode, error) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values, nil
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, nil
	case *ast.NullNode:
		return nil, nil
	}
	return nil, fmt.Errorf("%s:%d: want a section with keys", name, n.GetToken().Position.Line)
}

// scalar returns the text of a value.
func scalar(n ast.Node) string {
	if s, ok := n.(*ast.StringNode); ok {
		return s.Value
	}
	return n.String()
}

// environment returns what variables say: GODDARD_SECTION_KEY in upper case,
// and two that have names of their own.
func environment(vars []string) []value {
	var all []value
	for _, v := range vars {
		name, text, _ := strings.Cut(v, "=")
		switch {
		case name == "NAMESRV_ADDR":
			all = append(all, value{section: "broker", key: "namesrvAddr", text: text, source: name})
		case name == "GODDARD_ADVERTISE":
			all = append(all, value{section: "broker", key: "brokerIP1", text: text, source: name})
		case strings.HasPrefix(name, "GODDARD_"):
			section, key, ok := strings.Cut(strings.ToLower(strings.TrimPrefix(name, "GODDARD_")), "_")
			if _, known := originalKeys[section]; !ok || !known {
				continue // such as GODDARD_TEST_…: not ours
			}
			all = append(all, value{section: section, key: spelling(section, key), text: text, source: name})
		}
	}
	return all
}

// spelling returns a key as it is spelled, whose letters may all be small.
func spelling(section, key string) string {
	for _, known := range keysOf(section) {
		if strings.EqualFold(known, key) {
			return known
		}
	}
	return key
}
