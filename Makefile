# Two commands: `make demo` to see it, `make test` to check it. `make help` lists the rest.

SHELL := /usr/bin/env bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
export CARGO_TERM_COLOR ?= always
# A Node.js of our own, where the machine's is too old (scripts/tools.sh).
export PATH := $(CURDIR)/.tools/node_modules/.bin:$(PATH)

.PHONY: help console demo story test tools fmt lint unit docs deny python bars crash races fuzz

help: ## List what can be made.
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sort | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 20

console: ## Build the console's pages, which the next build of the daemon takes in.
	@scripts/tools.sh console
	cd console && npm ci --no-progress && npm run check && npm run build

demo: ## Build what is needed and run the demo: one process, nothing else to install.
	@scripts/tools.sh build
	@$(MAKE) --no-print-directory console || echo "segue: the pages are not built (see above); the demo goes on without them"
	cargo build --bin segue
	$${CARGO_TARGET_DIR:-target}/debug/segue demo

story: ## Play the whole story through real sockets and print what each party sees.
	@scripts/tools.sh build
	cargo build --bin segue
	$${CARGO_TARGET_DIR:-target}/debug/segue demo --story

test: tools console fmt lint unit docs deny ## Everything: format, lints, tests, doc tests, licences.

tools: ## Install the servers and tools that the tests need, where they are missing.
	@scripts/tools.sh all

fmt: ## Is everything formatted?
	cargo fmt --all --check

lint: ## Do the lints hold?
	cargo clippy --workspace --all-targets --all-features -- -D warnings

unit: ## All tests but the doc tests.
	cargo build --bins
	cargo nextest run --workspace --features segue-session/conformance --no-fail-fast
	cargo nextest run -p segue --features otlp --test otlp

docs: ## Doc tests, and whether the docs build without a warning.
	cargo test --doc --workspace
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --quiet

deny: ## Licences, sources and duplicates of what we depend on.
	cargo deny --all-features check licenses bans sources

python: ## The generated Python client alone.
	cargo build --bins
	cargo nextest run -p segue --test python

crash: ## kill -9 at random moments, a thousand rounds.
	cargo build --bins
	SEGUE_CRASH_ROUNDS=1000 cargo nextest run --profile long -p segue --test crash

races: ## Two devices race to resume, a hundred thousand times: one wins each.
	cargo build --bins
	SEGUE_RACES=100000 cargo nextest run --profile long -p segue --test race

bars: ## Measure every bar that there is (release build, several minutes).
	cargo build --release --bins -p segue -p segue-loadtest
	$${CARGO_TARGET_DIR:-target}/release/segue-loadtest bars

fuzz: ## Run each fuzz target for a minute.
	scripts/fuzz.sh 60
