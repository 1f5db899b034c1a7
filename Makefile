# The two commands of the README are `make demo` and `make test`. Everything else is for maintainers.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.deps-stamp
# Half of the time a test waits for a daemon: two workers for each core keep it busy.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(2 * (os.cpu_count() or 1))')

.PHONY: help demo test check format strangers bench soak bundle lock clean

help: ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "ccontrol needs Python 3.11 or newer; say make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

demo: $(STAMP) ## the whole job on four simulated controllers, under two minutes
	$(BIN)/ccontrol demo

test: $(STAMP) ## every test
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not strangers and not soak"

check: $(STAMP) ## format, lint, types, architecture
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP) ## let the formatter do its work
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

strangers: $(STAMP) ## tests against programs that no one here wrote, installed aside
	tests/strangers/install
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m strangers tests/strangers

bench: $(STAMP) ## what the README's figures come from
	$(BIN)/python -m benchmarks

soak: $(STAMP) ## power cuts, kill -9, contention, and every example of every law: long
	$(BIN)/python -m pytest -m soak -n 0 tests --timeout 3600
	$(BIN)/python -m pytest -m hypothesis --hypothesis-profile thorough -n $(WORKERS) tests

bundle: $(STAMP) ## a wheelhouse for a jump host without a network
	tools/bundle

lock: ## write requirements.lock anew (maintainers; needs uv)
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url --no-annotate --custom-compile-command "make lock" --all-extras --group dev pyproject.toml -o requirements.lock

clean: ## remove what make made
	rm -rf $(VENV) .aside wheelhouse build dist
