# Two commands matter: `make run` and `make test`. Each sets up what it needs, once.
PYTHON ?= python3
PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --no-input -q
UV_LOCK = $(PY) -m uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url -q

.DEFAULT_GOAL := help
# What runs from here is a dozen Python processes at least: each would compile all modules again, where the environment says so.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help setup run demo test check score bench faults faults-short fuzz mutants lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

.venv/python.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Deltawire needs Python 3.11 or newer, and '$(PYTHON)' is not that. Debian and Ubuntu: apt install python3 python3-venv. Or name another one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "Python's venv or ensurepip is missing. Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/runtime.stamp: .venv/python.stamp requirements/runtime.txt pyproject.toml
	@echo "setting up .venv: the first time takes about half a minute"
	@$(PIP) install --require-hashes --only-binary :all: -r requirements/runtime.txt
	@$(PIP) install --no-deps --no-build-isolation --no-index -e .
	@touch $@

.venv/dev.stamp: .venv/runtime.stamp requirements/dev.txt
	@echo "setting up the tools for tests and checks"
	@$(PIP) install --require-hashes --only-binary :all: -r requirements/dev.txt
	@touch $@

setup: .venv/runtime.stamp ## install what is needed to run, into .venv

run: .venv/runtime.stamp ## poll, compare, alert: everything on this machine, with an embedded database and broker
	@$(PY) -m worker up

demo: .venv/runtime.stamp ## six weeks of the story in half a minute, without a network
	@$(PY) -m worker demo

test: .venv/dev.stamp ## every test that needs no root and no service
	@$(PY) -m pytest -n auto --maxprocesses 8 --maxschedchunk 2

check: .venv/dev.stamp ## lint, format, types, import rules, packs, deployment files
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports
	@$(PY) -m worker pack lint --strict
	@$(PY) -m worker pack test
	@$(PY) -m tests.lint_deploy

score: .venv/runtime.stamp ## score the engine on the development sets
	@$(PY) -m tests.score

bench: .venv/dev.stamp ## speeds, as ratios to a raw loop in the same run: four minutes (ARGS="--deliveries N --subscribers N")
	@$(PY) -m tests.bench $(ARGS)

faults: .venv/dev.stamp ## every fault of the campaign, as often as it takes: two hours (ARGS="--row NAME --count N" for less)
	@$(PY) -m tests.faults $(ARGS)

faults-short: .venv/dev.stamp ## each fault of the campaign a few times: five minutes
	@$(PY) -m tests.faults --short $(ARGS)

fuzz: .venv/runtime.stamp ## hostile texts against the engine, for SECONDS (default 600) from SEED on (default: another each time)
	@$(PY) -m tests.fuzz $(or $(SECONDS),600) $(SEED)

mutants: .venv/dev.stamp ## faults put into MODULES of the rules (default: compare modality settle), and which no quick test notices
	@$(PY) -m tests.mutants $(MODULES)

lock: .venv/dev.stamp ## make the lock files anew from requirements/*.in
	@$(PIP) install uv
	@$(UV_LOCK) requirements/runtime.in -o requirements/runtime.txt
	@$(UV_LOCK) -c requirements/runtime.txt requirements/dev.in -o requirements/dev.txt

clean: ## remove what the commands above made, except your data in var/
	@rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
