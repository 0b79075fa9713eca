# Every target sets itself up. It needs only make and Python 3.11, 3.12 or 3.13 with venv and pip:
# .venv is made from requirements.lock, and made up to date again when the lock or pyproject.toml changes.
#
#   make forecast ARGS="scenario=strict_regulation members=8"
#   make test ARGS="-k ledger"
#   make test PYTHON=/path/to/python3.12

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
ARGS ?=
RIGHT_VERSION := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python; do \
	"$$python" -c '$(RIGHT_VERSION)' 2>/dev/null && echo "$$python" && break; done)

.PHONY: help setup forecast fit test bench bench-quick bench-studies lint lock clean
.DEFAULT_GOAL := help

help:  ## show the targets
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 14

setup: $(STAMP)  ## make .venv from the lock and install the project into it

$(STAMP): requirements.lock pyproject.toml
	@"$(PYTHON)" -c '$(RIGHT_VERSION)' || { \
		echo "livemarket needs Python 3.11, 3.12 or 3.13 with venv and pip, and found '$(PYTHON)'."; \
		echo "Name one: make PYTHON=/path/to/python3.12"; exit 1; }
	@test ! -x $(BIN)/python || $(BIN)/python -c '$(RIGHT_VERSION)' || rm -rf $(VENV)
	@test -x $(BIN)/python && $(BIN)/python -m pip --version >/dev/null 2>&1 || "$(PYTHON)" -m venv --clear $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --requirement requirements.lock
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

forecast: $(STAMP)  ## forecast the market: ARGS="scenario=baseline members=8"
	$(BIN)/forecast $(ARGS)

fit: $(STAMP)  ## fit both worlds: what the report says, and what the data say
	$(BIN)/python -m experiments.fit world=report $(ARGS)
	$(BIN)/python -m experiments.fit world=data $(ARGS)
	$(BIN)/python -m experiments.worlds_page

test: $(STAMP)  ## run every test on all cores, the linters among them: ARGS="-k ledger"
	$(BIN)/python -m pytest -n auto $(ARGS)

bench: $(STAMP)  ## measure speed and memory beside other frameworks, into docs/ (15 minutes)
	$(BIN)/python -m experiments.bench $(ARGS)

bench-quick: $(STAMP)  ## the same with small sizes, printed only (2 minutes)
	$(BIN)/python -m experiments.bench quick=true $(ARGS)

bench-studies: $(STAMP)  ## what the store and the engine of experiments cost, into docs/studies.md (5 minutes)
	$(BIN)/python -m experiments.bench.studies $(ARGS)

lint: $(STAMP)  ## ruff, mypy and the import contracts alone
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy sim
	$(BIN)/lint-imports

lock:  ## renew uv.lock and requirements.lock from pyproject.toml (needs uv)
	uv lock
	uv export --quiet --locked --no-hashes --no-annotate --no-header --all-groups --no-emit-project --output-file requirements.lock

clean:  ## remove the environments and the tools' caches, never results
	rm -rf $(VENV) .bench-venv .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis
