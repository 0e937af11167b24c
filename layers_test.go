package goddard

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

// layers is the table of packages: each imports only from layers below its
// own. A new package starts with a line here.
var layers = map[string]int{
	"internal/mq":   0,
	"internal/vfs":  0,
	"internal/netx": 0,

	"internal/message":  1,
	"internal/config":   1,
	"internal/remoting": 1,

	"internal/record":        2, // settings of mq as records
	"internal/filter":        2,
	"internal/remoting/wire": 2,
	"internal/commitlog":     2,

	"internal/view": 3,

	"internal/queueindex": 4,
	"internal/topic":      4,
	"internal/group":      4,
	"internal/timer":      4,

	"internal/store": 5,

	"internal/broker":     6,
	"internal/nameserver": 6,

	"internal/native": 7,

	"internal/native/data":     8,
	"internal/native/routes":   8,
	"internal/native/register": 8,

	"":            9, // the root package wires them
	"cmd/goddard": 10,
}

// bottom lists what the packages of layer 0 may import beside the standard
// library.
var bottom = map[string]bool{"golang.org/x/sys/unix": true}

// storage knows no protocol, protocols know no storage.
var forbidden = map[string][]string{
	"internal/store":         {"internal/remoting", "internal/netx"},
	"internal/commitlog":     {"internal/remoting", "internal/netx"},
	"internal/broker":        {"internal/remoting", "internal/netx"},
	"internal/nameserver":    {"internal/remoting", "internal/netx"},
	"internal/remoting":      {"internal/message", "internal/vfs"},
	"internal/remoting/wire": {"internal/message", "internal/vfs"},
}

func TestPackagesImportFromLayersBelow(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,Standard", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name := short(p.ImportPath)
		seen[name] = true
		checkImports(t, name, p.Imports)
	}
	for name := range layers {
		if !seen[name] {
			t.Errorf("the table names package %q, which does not exist", name)
		}
	}
}

func checkImports(t *testing.T, name string, imports []string) {
	layer, ok := layers[name]
	if !ok {
		t.Errorf("package %q has no line in the table", name)
		return
	}
	for _, path := range imports {
		if path == "goddard" || strings.HasPrefix(path, "goddard/") {
			if other, ok := layers[short(path)]; ok && other >= layer {
				t.Errorf("%q (layer %d) imports %q (layer %d)", name, layer, short(path), other)
			}
			for _, no := range forbidden[name] {
				if short(path) == no {
					t.Errorf("%q must not know %q", name, no)
				}
			}
			continue
		}
		if layer == 0 && strings.Contains(path, ".") && !bottom[path] {
			t.Errorf("%q is at the bottom and imports %q", name, path)
		}
	}
}

// short returns an import path without the module.
func short(path string) string {
	return strings.TrimPrefix(strings.TrimPrefix(path, "goddard"), "/")
}
