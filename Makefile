# Targets for people; what they need of each other is below. `make help` lists them.

SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# Where Go's own archive puts itself; not every shell has it on PATH.
export PATH := $(PATH):/usr/local/go/bin

FUZZTIME ?= 30s
BENCH_N ?= 10000,100000
VERSION := $(shell git describe --tags --always --abbrev=12 --dirty 2>/dev/null || echo dev)

PACKAGES := web/node_modules/.package-lock.json
ASSETS := web/dist/manifest.json
BINARY := bin/oversikt
ASSET_SOURCES := web/build.mjs web/prune.mjs web/absent.json $(shell find web/css web/js web/img -type f 2>/dev/null)
BINARY_SOURCES := scripts/build.sh go.mod go.sum web/embed.go $(shell find cmd internal migrations data web/view -type f \
	! -name '*_test.go' ! -path "*/testdata/*" 2>/dev/null)

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

.PHONY: run
run: $(BINARY) prerequisites ## build and serve on http://127.0.0.1:8080; Ctrl-C stops
	@scripts/run.sh

.PHONY: build
build: $(BINARY) ## bin/oversikt, one static binary

.PHONY: release
release: $(ASSETS) ## dist/: static binaries for Linux, what is in them, checksums
	@scripts/release.sh $(VERSION)

.PHONY: test
test: $(ASSETS) prerequisites browser examples ## every test, against a real Postgres and a real browser
	CHROMIUM=$$(scripts/chromium.sh) PROMTOOL=$$(scripts/promtool.sh) go test $(VET) -count=1 -timeout 15m ./...

.PHONY: test-short
test-short: $(ASSETS) ## tests that need neither database nor browser
	go test -short ./...

.PHONY: check
check: $(ASSETS) ## the gate before a commit: format, vet, lint, generated files, all tests
	@echo "==> gofmt"
	@stale=$$(gofmt -l cmd internal migrations data web/*.go web/view); [ -z "$$stale" ] || { echo "not formatted (make fmt): $$stale"; exit 1; }
	@echo "==> generated files, go.mod, lock file"
	@scripts/check-generated.sh
	@echo "==> go vet"
	@go vet ./...
	@echo "==> staticcheck"
	@go tool staticcheck ./...
	@$(MAKE) --no-print-directory test VET=-vet=off # it would look for some of the same once more

.PHONY: lint
lint: $(ASSETS) ## go vet and staticcheck
	go vet ./...
	go tool staticcheck ./...

.PHONY: fmt
fmt: ## format Go and templates
	gofmt -w cmd internal migrations data web/*.go web/view
	go tool templ fmt web/view

.PHONY: generate
generate: $(ASSETS) ## Go from the templates and from the OpenAPI document, and the assets
	go tool templ generate -path web/view
	go generate ./internal/client

.PHONY: golden
golden: $(ASSETS) prerequisites ## rewrite the golden files from what the code gives now
	go test $$(grep -rl --include='*_test.go' 'flag.Bool("update"' cmd internal | xargs -r dirname | sort -u | sed 's|^|./|') -update

.PHONY: bench
bench: $(ASSETS) prerequisites ## benchmarks, then search over HTTP beside Postgres (BENCH_N=10000,100000)
	go test -run '^$$' -bench . -benchmem ./...
	go run ./internal/bench -n $(BENCH_N)

.PHONY: nodes
nodes: $(ASSETS) prerequisites ## three nodes, a replica and what befalls them, with more edits; migrations on many rows
	go test -count=1 -v -timeout 30m ./internal/faults -run TestThreeNodes -edits 300
	go test -count=1 -v ./migrations -run UnderLoad -rows 300000 -from 26

.PHONY: faults
faults: $(ASSETS) prerequisites ## long: an hour without Postgres, 10 000 connections, every damage, then an hour of soak
	scripts/faults.sh

.PHONY: fuzz
fuzz: $(ASSETS) ## each fuzz target for a while (FUZZTIME=30s)
	scripts/fuzz.sh $(FUZZTIME)

.PHONY: cover
cover: $(ASSETS) prerequisites browser ## coverage by function in coverage.out, the sum here
	CHROMIUM=$$(scripts/chromium.sh) go test -timeout 15m -coverprofile=coverage.out ./...
	go tool cover -func=coverage.out | tail -n 1

.PHONY: schema
schema: $(BINARY) ## dump migrations/schema.sql
	scripts/schema.sh

.PHONY: clean
clean: ## remove what was built; var/ with its database stays
	rm -rf bin dist web/dist web/dist.new web/node_modules .cache coverage.out

# What the targets above need.

.PHONY: prerequisites
prerequisites: $(PACKAGES)
	@scripts/postgres.sh

.PHONY: browser
browser:
	@scripts/chromium.sh >/dev/null # here, where its failing stops make

# What the examples of the API are run with. Where they are not there and may not be installed,
# those examples are skipped, and the test says so.
.PHONY: examples
examples:
	@for program in curl python3; do command -v $$program >/dev/null || scripts/apt-install.sh $$program || [ $$? = 3 ]; done

$(PACKAGES): web/package.json web/package-lock.json web/.npmrc
	@command -v npm >/dev/null || { echo "Node.js 20 or newer with npm is needed: https://nodejs.org/"; exit 1; }
	@cd web && ../scripts/quietly.sh "fetching npm packages (style sheets, fonts, icons, a Postgres server)" npm ci
	@touch $@

$(ASSETS): $(PACKAGES) $(ASSET_SOURCES)
	@cd web && ../scripts/quietly.sh "building style sheet, script and icons" npm run build

$(BINARY): $(ASSETS) $(BINARY_SOURCES)
	@command -v go >/dev/null || { echo "Go 1.26 or newer is needed: https://go.dev/dl/"; exit 1; }
	@scripts/quietly.sh "building $@ $(VERSION) (the first time fetches and compiles the modules: some minutes)" \
		scripts/build.sh $(VERSION) $@
