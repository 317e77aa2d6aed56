# `make` lists the targets. Everything is kept in .venv; nothing is installed elsewhere.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?=
RESET ?=
ARGS ?=
on_port := $(if $(PORT),--port $(PORT))

# Names differ from those of earlier tools that may have made a .venv here.
MADE := $(VENV)/.suivi-made
FOR_USE := $(VENV)/.suivi-for-use
FOR_WORK := $(VENV)/.suivi-for-work

export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Tests and tools run in the environment made here, whichever other one is active.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV
# What is compiled once is kept: the tests start hundreds of processes.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## List these targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

.PHONY: demo
demo: $(FOR_USE) ## Play one case through a real server and keep it running. RESET=1 starts afresh, PORT=8080 moves it.
	$(BIN)/suivi demo $(if $(RESET),--reset) $(on_port)

.PHONY: serve
serve: $(FOR_USE) ## Start the server on your own data, configured by SUIVI_… variables. PORT=8080 moves it.
	$(BIN)/suivi serve $(on_port)

.PHONY: worker
worker: $(FOR_USE) ## Deliver notices in a process of its own, beside servers with SUIVI_DELIVER=false.
	$(BIN)/suivi worker

.PHONY: test
test: check ## Check, then run all tests on the embedded parts and on PostgreSQL, Valkey and SeaweedFS.
	@tests/both-parts $(BIN)/pytest

.PHONY: check
check: $(FOR_WORK) ## Lint, formatting and types: ruff, mypy --strict, pyright.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@echo "$(BIN)/mypy --strict, and $(BIN)/pyright beside it"; \
	$(BIN)/mypy --strict & types=$$!; \
	$(BIN)/pyright --pythonpath $(BIN)/python || failed=1; \
	wait $$types && exit $${failed:-0}

.PHONY: format
format: $(FOR_WORK) ## Put imports in order and format the code.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: bench
bench: $(FOR_WORK) ## Measure the endpoint beside PostGraphile and the limit of the machine. ARGS=--help tells more.
	$(BIN)/python -m bench $(ARGS)

.PHONY: schema
schema: $(FOR_USE) ## Write schema.graphql from the code.
	$(BIN)/suivi schema > $(VENV)/schema.graphql
	mv $(VENV)/schema.graphql schema.graphql

.PHONY: docs
docs: $(FOR_USE) ## Write the pages of docs/ that are read off the code.
	$(BIN)/python docs/generate.py

.PHONY: lock
lock: $(MADE) ## Choose the newest versions that fit pyproject.toml and write both lock files.
	$(BIN)/python -m pip install --quiet uv
	$(compile) --extra demo --upgrade --output-file requirements.lock
	$(compile) --extra demo --extra dev --upgrade --constraint requirements.lock --output-file requirements-dev.lock

compile = $(BIN)/uv pip compile pyproject.toml --group build --universal --python-version 3.11 \
	--generate-hashes --no-header --no-annotate --quiet

.PHONY: clean
clean: ## Remove .venv and everything that tools left behind; your data in .suivi stays.
	rm -rf $(VENV) build dist .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The editable install is built by the hatchling of the lock files, so nothing comes without a hash.
install = $(BIN)/python -m pip install --quiet --require-hashes --requirement $(1) \
	&& $(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .

$(FOR_WORK): $(MADE) requirements.lock requirements-dev.lock pyproject.toml
	@echo "Installing what development needs into $(VENV); this takes a minute the first time."
	@$(call install,requirements-dev.lock)
	@touch $(FOR_USE) $@

$(FOR_USE): $(MADE) requirements.lock pyproject.toml
	@echo "Installing what Suivi needs into $(VENV); this takes a minute the first time."
	@$(call install,requirements.lock)
	@touch $@

$(MADE):
	@command -v $(PYTHON) > /dev/null || { echo "There is no $(PYTHON) here. Suivi needs Python 3.11 or newer: apt-get install python3 python3-venv, or name yours: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Suivi needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) -V 2>&1). Name a newer one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2> /dev/null || { echo "$(PYTHON) cannot make virtual environments here. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@
