# The targets that need more than one command are steps of .ci/run, so that they are the same everywhere.

# A pattern, the packages, and the repetitions for `make bench`; the time for each target of `make fuzz`.
BENCH    ?= .
PKG      ?= ./...
COUNT    ?= 1
FUZZTIME ?= 1m

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show this help
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: check
check: ## Everything that must hold before a change is merged
	.ci/run

.PHONY: test
test: ## The tests of every module, with the race detector
	.ci/run test

.PHONY: lint
lint: ## The linters, with the version pinned in tools/go.mod
	.ci/run lint

.PHONY: vuln
vuln: ## Known vulnerabilities in what the code calls
	.ci/run vuln

.PHONY: bench
bench: ## The benchmarks: make bench BENCH=Upload PKG=./filescan COUNT=10
	go test -run '^$$' -bench '$(BENCH)' -benchmem -count $(COUNT) $(PKG)

.PHONY: fuzz
fuzz: ## Every fuzz target, one after the other: make fuzz FUZZTIME=10s PKG=./acrcloud
	@list=$$(go test -list '^Fuzz' $(PKG)) || { echo "$$list"; exit 1; }; \
	echo "$$list" | awk '/^Fuzz/ { names[++n] = $$1 } $$1 == "ok" { for (i = 1; i <= n; i++) print $$2, names[i]; n = 0 }' | \
	while read -r package target; do \
		echo "=== $$package $$target"; \
		go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1s "$$package" </dev/null || exit 1; \
	done

.PHONY: mutate
mutate: ## Changes that no test notices: make mutate PKG=./webhook
	@case '$(PKG)' in *...) echo 'name one package: make mutate PKG=./webhook' >&2; exit 1;; esac
	tools/mutate $(PKG)

.PHONY: release
release: ## The checklist before a release: make release TAG=v0.2.0
	tools/release check $(TAG)
