# make help lists the targets; make test is what a change must pass.
SHELL := bash
GO ?= go
FUZZTIME ?= 5s

.DEFAULT_GOAL := all

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 22

all: build lint unit ## what one runs before a commit: build, lint, unit tests

build: ## build the binary into bin/
	$(GO) build -o bin/goddard ./cmd/goddard

lint: ## go vet, gofmt and staticcheck
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo "not gofmt'ed:"; gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...
	GOWORK=off $(GO) -C tools build -o ../bin/staticcheck honnef.co/go/tools/cmd/staticcheck
	bin/staticcheck ./...

unit: ## unit tests with the race detector
	$(GO) test -race -shuffle=on ./...

short: ## unit tests without the race detector
	$(GO) test ./...

fuzz: ## each fuzz target for FUZZTIME
	@set -e; for package in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
			echo "$$package $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$package; \
		done; \
	done

conformance: ## the official clients against Goddard
	test/conformance/run goddard
	test/oracle/reads-our-log

conformance-apache: ## the same tests against Apache RocketMQ 5.5.0
	test/conformance/run apache

test: build lint unit fuzz conformance ## everything that a change must pass

bench: build ## benchmarks against the original; figures go to evidence/
	$(GO) test -run '^$$' -bench . -benchtime 1s ./internal/...
	$(GO) -C test run ./bench -goddard ../bin/goddard

torture: build ## a hundred SIGKILLs under load; figures go to evidence/
	$(GO) -C test run ./torture -goddard ../bin/goddard

.PHONY: help all build lint unit short fuzz conformance conformance-apache test bench torture
