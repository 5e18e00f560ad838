# What people and CI call. `make help` lists it.
SHELL := /bin/bash
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Another package index for the CPU build of torch: make demo TORCH_INDEX=https://download.pytorch.org/whl/cpu
TORCH_INDEX ?=
SERVE ?= 1
# Tests run in so many processes.
JOBS ?= 2
HOST ?= 127.0.0.1
PORT ?= 8000
DASHBOARD_PORT ?= 8501
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
PIP := $(BIN)/python -m pip --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help install install-dev demo test test-all test-browser faults fuzz screenshots check fix sample migrate taxonomy serve-api serve-dashboard evaluate bench bench-load bench-pages clean lock

help:  ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

# torch first and alone, without what it needs: that is pinned with the rest. Only what has the known hash is installed.
$(STAMP): requirements/torch.txt requirements/base.txt pyproject.toml | $(BIN)/python
	$(PIP) install -q $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) --no-deps -r requirements/torch.txt
	$(PIP) install -q --no-deps --require-hashes -r requirements/base.txt
	$(PIP) install -q --no-deps --no-build-isolation -e .
	@touch $@

$(DEV_STAMP): $(STAMP) requirements/dev.txt
	$(PIP) install -q --no-deps --require-hashes -r requirements/dev.txt
	@touch $@

install: $(STAMP)  ## Create .venv and install what running needs
install-dev: $(DEV_STAMP)  ## ... and what testing needs

demo: $(STAMP)  ## Import the sample, run everything, report, serve (SERVE=0: stop after the report)
	$(BIN)/sottovoce demo $(if $(filter 0,$(SERVE)),--no-serve) --host $(HOST) --port $(PORT) --dashboard-port $(DASHBOARD_PORT)

test: $(DEV_STAMP)  ## Check style, types and imports, and run the tests (packaged models, both databases)
	$(MAKE) --no-print-directory check
	$(BIN)/python -m pytest -q -n $(JOBS) --dist loadfile

test-all: $(DEV_STAMP)  ## ... the slow ones too
	$(BIN)/python -m pytest -q -m 'not browser and not bench'

# Told by the pages' tests where it is; without npm they say that they left it out.
AXE := axe-core@4.14.1
NPM_FOLDER := data/var/npm
$(NPM_FOLDER)/$(AXE): Makefile
	@mkdir -p $(NPM_FOLDER)
	npm install --prefix $(NPM_FOLDER) --no-save --no-package-lock --ignore-scripts --no-audit --no-fund --silent $(AXE) \
	  || { echo 'npm could not get $(AXE): look at the network, or at npm_config_registry' >&2; exit 1; }
	@touch $@

test-browser: $(DEV_STAMP) $(if $(shell command -v npm),$(NPM_FOLDER)/$(AXE))  ## Open the served pages in Chromium, with axe-core (SOTTOVOCE_CHROMIUM=path)
	@$(BIN)/python -m tests.browser.chromium >/dev/null
	$(BIN)/python -m pytest -q -m browser -n $(JOBS) $(BROWSER_ARGS) tests/browser

# Kills on each database; each is about a minute on a busy machine.
POINTS ?= 50
faults: $(DEV_STAMP)  ## Kill imports and runs, fill the disk, stop the database, walk the migrations, restore backups, read bombs (POINTS=50)
	$(BIN)/python -m pytest -q -m 'slow or not slow' tests/pipelines/backup tests/data/store/test_walk.py tests/e2e/test_faults.py tests/e2e/test_killed.py \
	  tests/e2e/test_read_only.py tests/pipelines/readers/test_hostile.py
	$(BIN)/python -m tests.e2e.kills --points $(POINTS)

FILES ?= 100000
EXAMPLES ?= 90
fuzz: $(DEV_STAMP)  ## Generated files through the readers, generated requests to the API with every kind of key (FILES=, EXAMPLES=)
	$(BIN)/python -m tests.pipelines.readers.fuzz --files $(FILES)
	$(BIN)/python -m tests.api.fuzz --examples $(EXAMPLES)

screenshots: $(DEV_STAMP)  ## Take pictures of each page over the sample, light and dark, into docs/images
	$(BIN)/python -m tests.browser.screenshots docs/images

check: $(DEV_STAMP)  ## Style, types, import directions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: $(DEV_STAMP)  ## Mend style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

sample: $(STAMP)  ## Import the shipped sample and analyse it
	$(BIN)/sottovoce import data/sample
	$(BIN)/sottovoce run

migrate: $(STAMP)  ## Bring the database to this version
	$(BIN)/sottovoce migrate

taxonomy: $(STAMP)  ## Train the shipped tagger again from data/taxonomy
	$(BIN)/sottovoce taxonomy train

serve-api: $(STAMP)  ## Serve the API
	$(BIN)/sottovoce serve --host $(HOST) --port $(PORT)

serve-dashboard: $(STAMP)  ## Serve the dashboard
	$(BIN)/sottovoce dashboard --host $(HOST) --port $(DASHBOARD_PORT)

CORPORA ?= ../shared/corpora
evaluate: $(STAMP)  ## Measure on labelled corpora and write docs/quality.md (CORPORA=folder)
	$(BIN)/sottovoce evaluate all $(CORPORA) --docs docs/quality.md

bench: $(DEV_STAMP)  ## Measure beside the stock libraries, write docs/performance.md and docs/quality.md (goes on where it was)
	$(BIN)/sottovoce bench all $(CORPORA) --docs docs

LOAD ?= data/var/load
# How much is seeded, and which databases are asked.
LOAD_COMMENTS ?= 1000000
LOAD_ACCOUNTS ?= 2000
LOAD_ON ?= sqlite,postgresql
bench-load: $(DEV_STAMP)  ## Seed a million comments, serve them, ask 20 times a second; figures for docs/performance.md
	$(BIN)/sottovoce bench load-all $(LOAD) --comments $(LOAD_COMMENTS) --accounts $(LOAD_ACCOUNTS) --on $(LOAD_ON)

# The store that bench-load asks too; a seed that was cut off is made again.
SEEDED := $(LOAD)/sqlite-$(LOAD_COMMENTS)/seeded
$(SEEDED): | $(DEV_STAMP)
	rm -f $(@D)/sottovoce.db*
	$(BIN)/sottovoce bench seed --home $(@D) --comments $(LOAD_COMMENTS) --accounts $(LOAD_ACCOUNTS)
	@touch $@

bench-pages: $(DEV_STAMP) $(SEEDED)  ## ... open every page over them in Chromium (SOTTOVOCE_CHROMIUM=path); figures for docs/performance.md
	$(BIN)/sottovoce bench pages --home $(LOAD)/sqlite-$(LOAD_COMMENTS)

lock: $(DEV_STAMP)  ## Pin again what is installed (after changing pyproject.toml)
	$(BIN)/python requirements/lock.py

clean:  ## Remove the environment and local data
	rm -rf $(VENV) data/var
