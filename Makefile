# `make run` and `make test` need Python 3.11+ and a package index, nothing else.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
# What only a browser's tests and `make allure` need, from npm.
NODE := build/node
NPM_PACKAGES := allure@3.18.0 axe-core@4.14.1
# Which run `make allure` shows: a run directory, or the newest under runs/.
RUN ?= latest

.DEFAULT_GOAL := help
.PHONY: help run test lint types imports docs check allure browser lock build clean

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
	$(BIN)/flexcheck report $(RUN) --format allure --output build/allure-results
	cd build && node/node_modules/.bin/allure generate allure-results --config allure-results/allurerc.json --output allure-report
	@# Allure's page reports its readers to Google Analytics and has no switch for it.
	node -e 'const fs = require("fs"), page = process.argv[1]; fs.writeFileSync(page, fs.readFileSync(page, "utf8").replace(/<script async src="https:..www.googletagmanager[^]*?<.script>\s*<script>[^]*?<.script>/, ""))' build/allure-report/index.html
	@echo "To look at it: $(NODE)/node_modules/.bin/allure open build/allure-report"

browser: $(READY) $(NODE)/.ready ## Test report.html in headless Chromium (with chromedriver), and Allure's reading of a run
	FLEXCHECK_BROWSER=1 $(BIN)/python -m pytest tests/reports/test_report_browser.py tests/reports/test_report_allure_render.py $(ARGS)

lock: ## Renew requirements.lock (needs uv)
	uv pip compile --quiet --universal --generate-hashes --all-extras --python-version 3.11 --no-header pyproject.toml -o requirements.lock

build: $(READY) ## Build the wheel
	$(BIN)/python -m hatchling build -t wheel

clean: ## Remove what was made
	rm -rf .venv build dist runs .coverage* .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
