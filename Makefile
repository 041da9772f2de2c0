# What a person does with a checkout. `make help` lists it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
TESTS ?=
# One more than there are processors, as some tests only wait.
JOBS ?= $(shell expr `getconf _NPROCESSORS_ONLN` + 1)

# Tests start many processes, and each would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
LONG := rights chaos fuzz test-undo test-killed test-large-export test-external
.PHONY: help install programs run test $(LONG) lint types check fix docs bench lock clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1|\2/' \
		| while IFS='|' read -r name what; do printf '  %-14s %s\n' "$$name" "$$what"; done

install: $(INSTALLED) ## Create .venv with everything that the lock file names

# The two files decide what is installed, so a newer one of them means: install again.
$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'Ajar needs Python 3.11 or later: set PYTHON=python3.x' >&2; exit 1; }
	@test -x $(BIN)/pip || scripts/create-venv $(PYTHON) $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

run: install ## Start the server
	$(BIN)/ajar serve

# What tests use that no package of Python brings along; those that are named may do without.
programs:
	@scripts/need chromium chromium chromium-browser google-chrome
	@scripts/need redis-server redis-server valkey-server

# A file's tests stay in one process, so that what a module sets up is set up once.
test: install $(if $(TESTS),,programs) ## Run the tests: make test TESTS=tests/test_config.py for some of them
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(TESTS)

rights: install ## Ask everything for what is hidden, as every role
	AJAR_WHOLE_MATRIX=1 $(BIN)/python -m pytest -n 0 tests/rights

test-undo: install ## Make 10,000 random changes, and undo them
	AJAR_UNDO_CHANGES=10000 $(BIN)/python -m pytest -s tests/undo/test_random.py

test-killed: install ## Kill workers in the middle of a bulk edit of 100,000 leads
	AJAR_BULK_LEADS=100000 $(BIN)/python -m pytest -n 0 tests/bulk/test_killed.py

test-large-export: install ## Export 100,000 leads, and see that memory does not grow
	AJAR_EXPORT_LEADS=100000 $(BIN)/python -m pytest -n 0 tests/exporting/test_large.py

test-external: install $(if $(TESTS),,programs) ## Run the tests against PostgreSQL 15 of the system
	scripts/with-postgresql-15 $(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(TESTS)

# The whole of what `make test` has in a short form: 1,000 writes over connections that are cut, 10,000
# changes while processes are killed 100 times, 20,000 deliveries to a receiver that often fails.
chaos: install ## Kill processes and cut connections for long, and look whether anything is lost
	AJAR_TEST_WRITES=1000 AJAR_TEST_MUTATIONS=10000 AJAR_TEST_KILLS=100 AJAR_TEST_DELIVERIES=20000 \
		AJAR_TEST_PAIRS=10000 $(BIN)/python -m pytest -n 0 tests/chaos tests/search/test_without_lag.py \
		tests/webhooks/test_worker.py -k \
		'once or lost or killed or together or just_written'

fuzz: install ## Send what the API description allows, and what it does not, until something breaks
	AJAR_FUZZ=$(or $(FUZZ),200) $(BIN)/python -m pytest -n $(JOBS) tests/test_schemathesis.py

lint: install ## Check the style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install ## Check the types
	$(BIN)/pyright

check: lint types test ## All that CI checks

fix: install ## Repair the style where that is automatic
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: install ## Write the tables of docs/api/ anew from the declarations
	$(BIN)/python -m scripts.api_docs

bench: install ## Measure
	$(BIN)/python -m benchmarks

# uv resolves for every platform and Python at once; it is needed for nothing else.
lock: ## Write requirements.lock anew from pyproject.toml, with the newest versions
	$(PYTHON) -m venv $(VENV)/lock
	$(VENV)/lock/bin/pip install --quiet --disable-pip-version-check uv
	$(VENV)/lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
		--extra dev --generate-hashes --no-annotate --no-header --native-tls \
		--no-emit-index-url --no-emit-find-links pyproject.toml --output-file requirements.lock
	rm -rf $(VENV)/lock

clean: ## Remove what the other targets made
	rm -rf $(VENV) dist build .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
