# Almanac: what you can ask for. `make help` lists it.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check install -q -c constraints.txt
export PYTHONUNBUFFERED := 1

.DEFAULT_GOAL := help
.PHONY: help run setup test test-slow check messages system-packages clean bench-first-forecast bench-engine bench-engine-full bench-nets bench-nets-full bench-data bench-race

help: ## list the verbs
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-22s %s\n", $$1, $$2}'

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Almanac needs Python 3.11 or newer. Install it, or run: make PYTHON=/path/to/python3.11 run"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing. On Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/.run: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing Almanac into .venv (about 2 GB, 2 to 4 minutes the first time)"
	@$(PIP) -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	@echo "Installing the tools for tests and checks"
	@$(PIP) -e '.[dev]'
	@touch $@

$(VENV)/.bench: $(VENV)/.run
	@$(PIP) -e '.[bench]'
	@touch $@

setup: $(VENV)/.dev ## make .venv with everything for development

run: $(VENV)/.run ## start Almanac on http://127.0.0.1:8000
	@$(BIN)/python manage.py up

system-packages: # browser tests need chromium and CJK fonts; installed only when that is possible
	@if ! command -v chromium >/dev/null && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing chromium and fonts for the browser tests"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
	    chromium fonts-noto-cjk libgomp1 >/dev/null; fi

test: $(VENV)/.dev system-packages ## run the fast tests (real PostgreSQL and Valkey start by themselves)
	@$(BIN)/python -m pytest --numprocesses=2

test-slow: $(VENV)/.dev system-packages ## run the slow tests: long trainings, big files, kills
	@$(BIN)/python -m pytest -m slow

check: $(VENV)/.dev ## lint, types, import directions, templates, migrations, production settings
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@$(BIN)/djlint --lint --quiet templates
	@git ls-files 'templates/*.html' | xargs $(BIN)/djade --check --target-version 5.2
	@$(BIN)/python manage.py makemigrations --check --dry-run --skip-checks
	@$(BIN)/python -m config.deploy_check
	@$(BIN)/python manage.py messages check
	@$(BIN)/mypy .

messages: $(VENV)/.dev ## collect strings for translation and compile the catalogues
	@$(BIN)/python manage.py messages collect
	@$(BIN)/python manage.py messages compile

bench-first-forecast: $(VENV)/.bench system-packages ## measure the figures of the first forecast (about 10 minutes)
	@$(BIN)/python -m benchmarks.first_forecast

bench-engine: $(VENV)/.bench ## measure the forecasting engine (about 10 minutes)
	@$(BIN)/python -m benchmarks.engine

bench-engine-full: $(VENV)/.bench ## the same with 100,000 series, 321 channels and the thorough preset
	@$(BIN)/python -m benchmarks.engine --full

bench-nets: $(VENV)/.bench ## measure the networks beside neuralforecast and a bare loop (about 15 minutes)
	@$(BIN)/python -m benchmarks.nets

bench-nets-full: $(VENV)/.bench ## the same with every network, the default budget, accuracy on ETTh1 and the race (hours)
	@$(BIN)/python -m benchmarks.nets --full

bench-data: $(VENV)/.bench ## measure ingest, formats, quality, SQL and the grid (at most 15 minutes)
	@$(BIN)/python -m benchmarks.data

bench-race: $(VENV)/.bench system-packages ## measure forecasts as a product: press, race, cancel, serving, windows (at most 15 minutes)
	@$(BIN)/python -m benchmarks.race

clean: ## remove .venv, caches and build folders (your data in var/ stays)
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
