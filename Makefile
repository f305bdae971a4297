# Everything a newcomer, a developer and CI need; `make help` lists it.
# Each target sets up what it needs from the lock files: Python 3.11 and make are enough.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
LINT := .venv-lint
BI := .venv-bi
BIN := $(VENV)/bin
LINT_BIN := $(LINT)/bin

# Quiet, offline-friendly tools; threads are the methods' business, not BLAS's guess.
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export GX_ANALYTICS_ENABLED := false
export PYTHONDONTWRITEBYTECODE ?=

.DEFAULT_GOAL := help
.PHONY: help run test test-bi lint format bench docs clean environment lint-environment bi-environment

help: ## List the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: environment ## Raw files -> panel -> tables -> report, on the sample (or RAW_DIR=...)
	@echo "1/2 dbt build: raw files, marts, checks, published copy (about half a minute)"
	@$(BIN)/dbt build --quiet
	@echo "2/2 analysis.run: models, report, published copy (about a minute)"
	@$(BIN)/python -m analysis.run

# A file's tests stay in one process, in their order; the processes share the built sample.
test: environment lint ## All that CI runs: linters, types, unit, reference and end-to-end tests
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

test-bi: environment bi-environment ## The dashboard in a real Superset and Chromium, and other readers of the copy
	$(BI)/bin/python -m pytest tests/bi

lint: environment lint-environment ## Style, docstrings, types, import rules, SQL
	$(LINT_BIN)/ruff check .
	$(LINT_BIN)/ruff format --check .
	$(LINT_BIN)/mypy --python-executable $(BIN)/python
	$(LINT_BIN)/lint-imports
	$(LINT_BIN)/sqlfluff lint --disable-progress-bar models

format: lint-environment ## Rewrite the code in the house format
	$(LINT_BIN)/ruff check --fix .
	$(LINT_BIN)/ruff format .

bench: environment ## Speed and memory against the bars, beside peers
	$(BIN)/python -m tests.benchmarks

docs: environment ## One offline page of the models, their lineage and columns
	$(BIN)/dbt docs generate --static

clean: ## Remove what was built (the environments stay)
	rm -rf target logs reports
	find warehouse/build warehouse/published -mindepth 1 ! -name .gitkeep -delete

environment: $(VENV)/installed

lint-environment: $(LINT)/installed

bi-environment: $(BI)/installed

# The stamp is written last, so an interrupted installation is repeated.
$(VENV)/installed: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11") if sys.version_info < (3, 11) else None'
	@echo "Setting up $(VENV), once: some minutes, 1.3 GB"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	@touch $@

$(LINT)/installed: requirements-lint.lock
	$(PYTHON) -m venv $(LINT)
	$(LINT_BIN)/python -m pip install --quiet --require-hashes --requirement requirements-lint.lock
	@touch $@

$(BI)/installed: requirements-bi.lock
	$(PYTHON) -m venv $(BI)
	$(BI)/bin/python -m pip install --quiet --require-hashes --requirement requirements-bi.lock
	@if command -v npm > /dev/null; then npm ci --no-audit --no-fund --loglevel=error --prefix tests/bi; fi
	@touch $@
