# `make help` lists the targets. Only make and Python 3.11 or newer are needed, except where a target says so.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)
SCENARIO ?= normal
BIN := .venv/bin
MEMBERS := $(patsubst %/pyproject.toml,%,$(wildcard libs/*/pyproject.toml services/*/pyproject.toml local/pyproject.toml))
SOURCES := $(wildcard $(addsuffix /src,$(MEMBERS)))
INSTALLED := .venv/.installed
PYTEST := $(BIN)/pytest -q

.PHONY: help setup up demo test test-services lint types arch unit integration lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(INSTALLED) ## make .venv and install what requirements.lock pins (done by the other targets as needed)

up: $(INSTALLED) ## run everything on this machine, offline, until Ctrl-C; its data is in var/
	@$(BIN)/mercarich up

demo: $(INSTALLED) ## a market of 20 sellers and 10,000 listings, judged by its own ledger (SCENARIO=normal|outage)
	@$(BIN)/mercarich demo --scenario $(SCENARIO)

test: lint types arch unit integration ## everything that needs only Python

test-services: $(INSTALLED) ## the integration tier on real Apache Kafka and MariaDB (needs java, mvn, mariadbd)
	MERCARICH_TEST_SERVICES=1 $(PYTEST) -n 2 --dist loadscope tests/integration

lint: $(INSTALLED) ## ruff: rules and format
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(INSTALLED) ## mypy, strict
	$(BIN)/mypy $(SOURCES)

arch: $(INSTALLED) ## import contracts, and each member's declared dependencies
	$(BIN)/lint-imports
	@for member in $(MEMBERS); do (cd $$member && $(CURDIR)/$(BIN)/deptry src) || exit 1; done

unit: $(INSTALLED) ## the unit tier: no sockets, seconds
	$(PYTEST) -n 2 tests/unit

integration: $(INSTALLED) ## the integration tier on SQLite, the embedded broker and the simulator
	$(PYTEST) -n 2 --dist loadscope tests/integration

lock: ## pin all dependencies again, with hashes (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv, the resolver: pip install uv" >&2; exit 1; }
	uv pip compile requirements-dev.txt requirements-tools.in --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --no-annotate -o requirements.lock \
		$(patsubst %,--no-emit-package %,$(shell sed -n 's/^name = "\(mercarich-.*\)"/\1/p' $(addsuffix /pyproject.toml,$(MEMBERS))))

clean: ## remove the environment, the data of make up and make demo, and every cache
	@if [ -e var/lock ] && [ -x $(BIN)/python ]; then $(BIN)/python -c 'import fcntl; fcntl.flock(open("var/lock"), fcntl.LOCK_EX | fcntl.LOCK_NB)' \
		2>/dev/null || { echo "mercarich is running on var/; end it first" >&2; exit 1; }; fi
	rm -rf var .venv .mypy_cache .ruff_cache .import_linter_cache .pytest_cache .hypothesis
	find libs services local tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED): requirements.lock requirements-dev.txt $(addsuffix /pyproject.toml,$(MEMBERS))
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with its venv module is needed (Debian: apt-get install python3 python3-venv); name it with PYTHON=…" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv --clear .venv
	@echo "installing into .venv (a minute or two)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -r requirements-dev.txt
	@touch $@
