# Two commands do all the set-up on a machine with Python 3.11 and make: `make run` and `make test`.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin

PYTEST := $(BIN)/python -m pytest --quiet --dist worksteal
BESIDE := .pytest_cache/postgresql.log

.PHONY: help run demo demo-live test test-cluster test-live quick check house format bench release screenshots clean
help:            ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /	/'

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

demo-live: .venv/installed-dev    ## the dashboard on a stand-in of a live account
	$(BIN)/python -m tests.standin.demo

test: check                       ## everything CI runs
	@mkdir -p $(dir $(BESIDE)); \
	$(PYTEST) tests/core --on postgresql --numprocesses 1 >$(BESIDE) 2>&1 & beside=$$!; \
	trap 'kill $$beside 2>/dev/null' INT TERM; \
	$(PYTEST) --numprocesses 4; first=$$?; \
	wait $$beside; second=$$?; \
	echo "on PostgreSQL:"; cat $(BESIDE); \
	exit $$((first | second))

test-live: .venv/installed-dev    ## a live account at full scale
	$(PYTEST) tests/core/live tests/e2e/test_cli_sync.py --full --numprocesses 2

test-cluster: .venv/installed-dev ## the core directly, through pgbouncer, beside a synchronous standby, and under Patroni
	for through in server pgbouncer standby; do \
	  echo "through $$through:"; \
	  EIPDECK_TESTS_THROUGH=$$through $(PYTEST) tests/core --on postgresql --numprocesses 2 || exit 1; \
	done
	$(BIN)/python -m tests.cluster.patroni

quick: .venv/installed-dev        ## lint and the fast tests, in less than a minute
	$(BIN)/ruff check .
	$(PYTEST) --quick --numprocesses 2

check: .venv/installed-dev        ## lint, types, import rules, the measures of the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tests/house.py

house:                            ## circles, imports upward, sizes of files and functions
	$(PYTHON) tests/house.py

format: .venv/installed-dev       ## rewrite what ruff can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/installed-dev        ## the figures, as ratios
	$(BIN)/python -m pytest tests/benchmarks --benchmark-enable --benchmark-only --numprocesses 0 --quiet

release: .venv/installed-dev      ## the checklist of a release, with the wheel in clean environments
	$(BIN)/python tests/release.py

screenshots: .venv/installed-dev  ## the pictures in the README
	$(BIN)/python screenshots/make.py

clean:                            ## what `make` made
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache
