# Everything a newcomer, a developer and CI need. Each target installs what it needs first, and is quick when it is there.

PORT ?= 8000
DATA ?= data
PYTHON := .venv/bin/python
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup services demo test check types format docs bench clean

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
	@DATA="$(DATA)" ADDRESS="$${ADDRESS:-http://127.0.0.1:$(PORT)}" exec $(PYTHON) manage.py demo --port "$(PORT)"

test: services ## Run every test; those that use the database run on PostgreSQL too
	@DATA=.tools/data $(PYTHON) -m pytest -n 3 -p tests.on_postgresql
	@DATA=.tools/data $(PYTHON) -m pytest -n 3 -m "not browser"
	@DATA=.tools/data $(PYTHON) -m pytest -n 2 -m browser tests/browser

check: setup ## Check style, types, imports, migrations and documents
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy .
	@bash scripts/canvas.sh check
	@.venv/bin/lint-imports
	@DATA=.tools/data $(PYTHON) manage.py makemigrations --check --dry-run
	@DATA=.tools/data $(PYTHON) -m pytest -q tests/test_architecture.py tests/test_docs.py

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
