# Every task of this repository. `make help` lists them; README.md says what a reader needs.
# Set-up is a file, .venv/.ready: it is rebuilt when the lock or the project file is newer than it.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
# Two workers: more only compete for the browser and for memory on a small machine.
WORKERS ?= 2
BIN := .venv/bin
# An already installed uv is used; otherwise pip fetches one into .tools, away from the project.
UV := $(or $(shell command -v uv 2>/dev/null),.tools/bin/uv)

export UV_PYTHON_DOWNLOADS := never
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# The project environment is meant, whatever environment the caller has active.
unexport VIRTUAL_ENV
unexport PYTHONPATH

.PHONY: help demo test check web docs bench scoreboard clean setup

help:  ## list the tasks
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: .venv/.ready  ## make the environment from requirements.lock (every other task does so too)

.tools/bin/uv:
	@echo "fetching uv with pip into .tools ..."
	@$(PYTHON) -m venv .tools
	@.tools/bin/python -m pip install --quiet uv

.venv/.ready: requirements.lock pyproject.toml | $(filter .tools/bin/uv,$(UV))
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "ringfence needs Python 3.11 or newer")'
	@echo "setting up .venv from requirements.lock ..."
	@$(BIN)/python -c '' 2>/dev/null || $(UV) venv --quiet --clear --python "$$(command -v $(PYTHON))" .venv
	@$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps -e .
	@touch $@

demo: .venv/.ready  ## compare two books, isolated and cross, and write a report of each under out/
	@mkdir -p out
	@$(BIN)/ringfence compare examples/two-btc.toml --html out/two-btc.html
	@$(BIN)/ringfence compare examples/binance-faq-cross.toml --html out/binance-faq-cross.html

test: .venv/.ready  ## all tests
	@$(BIN)/pytest -q -n $(WORKERS) --dist loadfile

check: .venv/.ready  ## lint, format, types, import contracts, house rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/pytest -q -n $(WORKERS) tests/house

web: .venv/.ready  ## start the page on 127.0.0.1
	@$(BIN)/ringfence web

docs: .venv/.ready  ## write the generated pages under docs/ anew
	@shopt -s nullglob; for page in scripts/docs_*.py; do $(BIN)/python "$$page"; done

bench: .venv/.ready  ## measure what the README claims
	@shopt -s nullglob; for claim in bench/bench_*.py; do echo "== $$claim"; $(BIN)/python -m "bench.$$(basename "$$claim" .py)"; done

scoreboard: .venv/.ready  ## ask freqtrade, ccxt and jesse too and write docs/accuracy.md (CASES="FILE ..." for others)
	@$(BIN)/python -m bench.board $(foreach file,$(CASES),--cases $(file))

clean:  ## remove the environment, caches and out/
	@rm -rf .venv .tools out dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
