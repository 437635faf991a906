# `make run` and `make test` need Python 3.11+ and a package index, nothing else.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help run test lint types imports docs check lock build clean

help: ## Show what can be made
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort

# The stamp is younger than what it was made from exactly when nothing has to be installed.
$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "flexcheck needs Python 3.11 or newer; name one with PYTHON=…")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(READY)

run: $(READY) ## Judge the embedded mock and say where the report is
	$(BIN)/flexcheck run

test: $(READY) ## Run our own tests on two cores, with coverage
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n 2 $(ARGS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

lint: $(READY) ## Style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY) ## Static types
	$(BIN)/mypy

imports: $(READY) ## The arrows between the rooms
	$(BIN)/lint-imports

docs: $(READY) ## Build the handbook as a site, with every link checked
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

check: lint types imports docs test ## All that CI checks

lock: ## Renew requirements.lock (needs uv)
	uv pip compile --quiet --universal --generate-hashes --all-extras --python-version 3.11 --no-header pyproject.toml -o requirements.lock

build: $(READY) ## Build the wheel
	$(BIN)/python -m hatchling build -t wheel

clean: ## Remove what was made
	rm -rf .venv build dist runs .coverage* .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
