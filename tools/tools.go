//go:build tools

// Package tools pins the tools that the Makefile builds.
package tools

import _ "honnef.co/go/tools/cmd/staticcheck"
