# Everything a newcomer, a developer and CI need. Each target installs what it needs first, and is quick when it is there.

PORT ?= 8000
DATA ?= data
PYTHON := .venv/bin/python
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup services demo test on-sqlite on-postgresql-and-browser
.PHONY: check types style parts documents collected format docs bench clean

# What one process has compiled, the hundred that the tests start need not compile again.
unexport PYTHONDONTWRITEBYTECODE

help: ## Say what can be made
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 18

CANVAS := $(shell find static/canvas -type f)

setup: .venv/.synced static/dist/.built ## Install the locked packages, and build the canvas

static/dist/.built: .venv/.synced $(CANVAS) package.json package-lock.json scripts/canvas.sh
	@bash scripts/canvas.sh build

.venv/.synced: pyproject.toml uv.lock scripts/setup.sh
	@bash scripts/setup.sh

services: setup ## Install what the tests start: PostgreSQL, Redis, Chromium
	@bash scripts/services.sh

demo: setup ## Serve Interlock with its example and 200 leads: make demo PORT=8000 DATA=data
	@echo "Starting Interlock…"
	@DATA="$(DATA)" ADDRESS="$${ADDRESS:-http://127.0.0.1:$(PORT)}" exec $(PYTHON) manage.py demo --port "$(PORT)"

# Pages let the processor wait, and what computes keeps it busy: side by side they fill both cores to the end. So does a
# lane of three processes, which also wait for servers and locks. Small portions, since what starts servers of its own
# stands side by side at the beginning, and one process would be left with all of it. What a lane prints, it prints when it is through.
test: services ## Run every test; those that use the database run on PostgreSQL too
	@echo "Running the tests side by side: SQLite beside PostgreSQL and the browser. Each tells when it is through."
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target --keep-going on-sqlite on-postgresql-and-browser

on-sqlite: services
	@DATA=.tools/data $(PYTHON) -m pytest -n 3 --maxschedchunk=4 -m "not browser"

# All three at once would have more processes than they keep busy. What fails here keeps nothing of the browser untried.
on-postgresql-and-browser: services
	@failed=0; \
	DATA=.tools/data $(PYTHON) -m pytest -n 3 -p tests.on_postgresql || failed=1; \
	DATA=.tools/data $(PYTHON) -m pytest -n 3 -m browser tests/browser || failed=1; \
	exit $$failed

# The types take one core for as long as all the rest together. Documents are tested by `make test` too, so once is enough.
check: setup ## Check style, types, imports, migrations and documents
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target types style parts \
		$(if $(filter test,$(MAKECMDGOALS)),collected,documents)

types: setup
	@$(PYTHON) -m mypy .

style: setup
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@bash scripts/canvas.sh check

parts: setup
	@.venv/bin/lint-imports
	@DATA=.tools/data $(PYTHON) manage.py makemigrations --check --dry-run

documents: setup
	@DATA=.tools/data $(PYTHON) -m pytest -q tests/test_architecture.py tests/test_docs.py

# Each of the workers that `make test` starts would else compile all of it for itself.
collected: setup
	@DATA=.tools/data $(PYTHON) -m pytest -qq --collect-only >.tools/collected.log || { cat .tools/collected.log; exit 1; }

format: setup ## Write the code as ruff would
	@$(PYTHON) -m ruff check --fix .
	@$(PYTHON) -m ruff format .

docs: setup ## Write the generated documents anew
	@$(PYTHON) -m runtime.nodes._reference > docs/nodes.md
	@DATA=.tools/data $(PYTHON) -m tests.makers.served_kinds > tests/canvas/kinds.json
	@$(PYTHON) scripts/draw.py builder/gallery/lead_qualification.json > docs/lead-qualification.svg

bench: setup ## Measure; prints ratios
	@$(PYTHON) -m bench

clean: ## Remove what was installed and made; data stays
	@rm -rf .venv .tools node_modules static/dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache staticfiles
