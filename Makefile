# `make run` and `make test` need Python 3.11+ and a package index, nothing else.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
COMPILE := uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header
# CycloneDX's own tool, in an environment of its own.
CYCLONEDX := 7.5.0
# What only a browser's tests and `make allure` need, from npm.
NODE := build/node
NPM_PACKAGES := allure@3.18.0 axe-core@4.14.1
# Which run `make allure` shows: a run directory, or the newest under runs/.
RUN ?= latest

# Tests start many processes: without a cache each of them would compile everything again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test lint types imports docs check allure browser lock build sbom clean

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

$(NODE)/.ready: Makefile
	command -v npm >/dev/null || { echo "This needs Node.js with npm (https://nodejs.org/); nothing else here does." >&2; exit 1; }
	npm install --prefix $(NODE) --no-save --no-fund --no-audit --loglevel=error $(NPM_PACKAGES)
	touch $@

allure: $(READY) $(NODE)/.ready ## Render a run's Allure results (RUN=…, by default the newest) with Allure 3
	rm -rf build/allure-results build/allure-report
	$(BIN)/flexcheck report $(RUN) --format allure --out build/allure-results
	cd build && node/node_modules/.bin/allure generate allure-results --config allure-results/allurerc.json --output allure-report
	@# Allure's page reports its readers to Google Analytics and has no switch for it.
	node -e 'const fs = require("fs"), page = process.argv[1]; fs.writeFileSync(page, fs.readFileSync(page, "utf8").replace(/<script async src="https:..www.googletagmanager[^]*?<.script>\s*<script>[^]*?<.script>/, ""))' build/allure-report/index.html
	@echo "To look at it: $(NODE)/node_modules/.bin/allure open build/allure-report"

browser: $(READY) $(NODE)/.ready ## Test report.html in headless Chromium (with chromedriver), and Allure's reading of a run
	FLEXCHECK_BROWSER=1 $(BIN)/python -m pytest tests/reports/test_report_browser.py tests/reports/test_report_allure_render.py $(ARGS)

lock: ## Renew both lock files (needs uv); the short one is what a run needs and no more
	$(COMPILE) --all-extras pyproject.toml -o requirements.lock
	$(COMPILE) --no-annotate --extra build -c requirements.lock pyproject.toml -o requirements-run.lock

build: $(READY) ## Build wheel and source archive
	rm -rf dist
	$(BIN)/python -m hatchling build

sbom: build ## List what the wheel brings along, with licences, as dist/flexcheck.cdx.json
	rm -rf build/sbom
	$(PYTHON) -m venv build/sbom/shipped
	build/sbom/shipped/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-run.lock
	build/sbom/shipped/bin/python -m pip install --quiet --disable-pip-version-check --no-deps dist/*.whl
	build/sbom/shipped/bin/python -m pip uninstall --quiet --yes setuptools wheel pip
	$(PYTHON) -m venv build/sbom/tool
	build/sbom/tool/bin/python -m pip install --quiet --disable-pip-version-check cyclonedx-bom==$(CYCLONEDX)
	build/sbom/tool/bin/cyclonedx-py environment build/sbom/shipped/bin/python --pyproject pyproject.toml --output-reproducible -o dist/flexcheck.cdx.json

clean: ## Remove what was made
	rm -rf .venv build dist runs .coverage* .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
