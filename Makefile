# Two commands do all the set-up on a machine with Python 3.11 and make: `make run` and `make test`.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin

.PHONY: help run demo test check format bench screenshots clean
help:            ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /	/'

.venv/installed: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

.venv/installed-dev: .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

run: .venv/installed              ## the dashboard on the embedded database
	$(BIN)/eipdeck

demo: .venv/installed             ## the dashboard on a throw-away incident
	$(BIN)/eipdeck demo

test: check                       ## everything CI runs
	$(BIN)/python -m pytest --quiet --numprocesses 2 --dist worksteal
	$(BIN)/python -m pytest tests/core --on postgresql --quiet --numprocesses 2 --dist worksteal

check: .venv/installed-dev        ## lint, types, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/installed-dev       ## rewrite what ruff can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/installed-dev        ## the figures, as ratios
	$(BIN)/python -m pytest tests/benchmarks --benchmark-enable --benchmark-only --numprocesses 0 --quiet

screenshots: .venv/installed-dev  ## the pictures in the README
	$(BIN)/python screenshots/make.py

clean:                            ## what `make` made
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache
