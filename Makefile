# Everything a newcomer, a build or an operator runs. `make demo` and `make test` do all the set-up.
SHELL := /bin/bash
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
	$$p -c 'import sys; sys.exit(not sys.version_info >= (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
RUN := $(BIN)/python -m
STAMP := .venv/.installed
TEST_STAMP := .venv/.installed-test
DATA ?= ../shared/data
# Two more than a small machine has cores, since the tests of faults wait; neighbours stay together for what they share.
WORKERS := -n 4 --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help install demo ring test check format sbom bench soak model

help: ## what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(STAMP) ## the environment; starts nothing

demo: $(STAMP) ## a demo city at http://127.0.0.1:8345/
	@$(BIN)/hotline migrate
	@$(BIN)/hotline seed --demo
	@HOTLINE_CALLS__SECRET=$${HOTLINE_CALLS__SECRET:-demo-calls} exec $(BIN)/hotline serve --host 127.0.0.1 --port 8345

ring: ## plays calls to the demo's telephone desk, extension 8001
	@HOTLINE_CALLS__SECRET=$${HOTLINE_CALLS__SECRET:-demo-calls} $(BIN)/hotline ring

test: $(TEST_STAMP) ## all tests, with the set-up they need
	@bash .ci/parts
	@$(RUN) pytest $(WORKERS) tests

check: $(TEST_STAMP) ## format, lint, types, contracts and the quick tests
	@$(BIN)/ruff format --check -q .
	@$(BIN)/ruff check -q .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(RUN) pytest $(WORKERS) -m "not slow and not postgres and not browser" tests

format: $(TEST_STAMP) ## puts the code into its form
	@$(BIN)/ruff format -q .
	@$(BIN)/ruff check -q --fix .

sbom: $(TEST_STAMP) ## the bill of materials (CycloneDX) of what the lock files pin
	@$(BIN)/python .ci/sbom.py var/sbom.json && echo var/sbom.json

bench: $(TEST_STAMP) ## what it costs, as ratios to the limits of this machine
	@$(RUN) tests.bench

soak: $(TEST_STAMP) ## the long fault and load tests at their full size
	@bash .ci/parts
	@$(RUN) pytest --soak -m soak --durations 0 --durations-min 5 tests

model: $(STAMP) ## trains the shipped model anew from DATA
	@$(RUN) classifiers train $(DATA)/level1_tokens.csv.gz $(DATA)/level1_messages.csv.gz \
		$(DATA)/replied_messages.csv.gz $(DATA)/messages.csv.gz --out classifiers/models/first

$(STAMP): requirements.lock pyproject.toml package-lock.json
	@PYTHON="$(PYTHON)" bash .ci/environment requirements.lock
	@bash .ci/assets
	@touch $@

$(TEST_STAMP): $(STAMP) requirements-test.lock
	@PYTHON="$(PYTHON)" bash .ci/environment requirements-test.lock
	@touch $@
