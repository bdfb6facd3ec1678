.DEFAULT_GOAL := help
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
# Tests wait much of their time, for processes and pages: three keep two cores busy.
JOBS ?= 3
ARGS ?=
BROWSERS := chromium chromium-browser google-chrome google-chrome-stable chrome

# The first of these that runs, is new enough and can make a virtual environment.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 \
	&& { echo $$python; break; }; done)

.PHONY: help
help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: venv
venv: $(VENV)/.test ## Make .venv with everything that developers need

# What the demo needs, and then what the tests need on top.
$(VENV)/.demo: EXTRA := demo
$(VENV)/.test: EXTRA := test
$(VENV)/.test: $(VENV)/.demo
$(VENV)/.demo $(VENV)/.test: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "FirmText needs Python 3.11 or newer with its venv module (Debian: apt install python3-venv)." \
		"If yours has another name: make PYTHON=/path/to/python" >&2; exit 1; }
	@test -x $(BIN)/python || { echo "Making $(VENV) with $(PYTHON)"; "$(PYTHON)" -m venv $(VENV); }
	@echo "Installing what the $(EXTRA) needs"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[$(EXTRA)]'
	@touch $@

.PHONY: browser
browser:
	@for browser in $(BROWSERS); do command -v $$browser >/dev/null && exit 0; done; \
	echo "No browser found: installing Debian's chromium"; \
	as_root=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	$$as_root apt-get update -qq && $$as_root apt-get install -y -qq --no-install-recommends chromium

# The processes that tests start read what the first of them compiled, whatever the shell says.
.PHONY: test
test test-all: export PYTHONDONTWRITEBYTECODE :=
test: $(VENV)/.test browser ## Test on SQLite and PostgreSQL with real servers and Chromium (20 minutes at most)
	$(BIN)/pytest -n $(JOBS) -m 'not slow' $(ARGS)

.PHONY: test-all
test-all: $(VENV)/.test browser ## Test, and what takes longer, and print the lines covered (60 minutes at most)
	$(BIN)/pytest -n $(JOBS) --cov --cov-report=term:skip-covered $(ARGS)

.PHONY: campaign
campaign: export PYTHONPATH := $(CURDIR)/tests:$(CURDIR)/tests/support
campaign: $(VENV)/.test ## Let everything go wrong for SECONDS=1800 (SEED= FAULTS=F01,F17 DB=postgresql), then count
	$(BIN)/python -m campaign --seconds $(or $(SECONDS),1800) --seed $(or $(SEED),0) --db $(or $(DB),postgresql) \
		--faults "$(FAULTS)" $(ARGS)

.PHONY: kill-run
kill-run: $(VENV)/.test ## Send 1,000 texts while the worker is killed every five seconds, then count
	$(BIN)/python benchmarks/kill_run.py $(ARGS)

.PHONY: bench
bench: $(VENV)/.test browser ## Measure, beside baselines (QUICK=1: in two minutes; ONLY=P2,P7: these)
	@$(BIN)/python -m benchmarks

.PHONY: lint
lint: $(VENV)/.test ## Check style and layout
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

.PHONY: format
format: $(VENV)/.test ## Lay out the code and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# A type checker runs no import hooks, so it sees the package as a wheel would install it.
.PHONY: types
types: $(VENV)/.test ## Check types
	@rm -rf .types && mkdir .types && cp -r flask_firmtext .types/
	@cp -r cli migrations .types/flask_firmtext/
	cd .types && ../$(BIN)/mypy --config-file ../pyproject.toml --cache-dir ../.mypy_cache -p flask_firmtext

.PHONY: docs
docs: $(VENV)/.test ## Write the generated pages: settings, commands, signals, faults and attacks
	$(BIN)/python docs/generate.py

.PHONY: docs-site
docs-site: $(VENV)/.test ## Build the site of the documents into build/site; a warning is an error
	$(BIN)/sphinx-build -q -W -n -d build/doctrees docs build/site

.PHONY: screenshots
screenshots: export PYTHONPATH := $(CURDIR):$(CURDIR)/tests/support:$(CURDIR)/tests/hosts
screenshots: $(VENV)/.test browser ## Take the pictures of the documents anew, of a demo and of the hosts in tests
	$(BIN)/python -m docs.screenshots $(ARGS)

.PHONY: catalogues
catalogues: $(VENV)/.test ## Bring the catalogues of translations up to date with the code
	$(BIN)/python docs/catalogues.py

.PHONY: check
check: lint types test ## What CI runs

.PHONY: package
package: $(VENV)/.test ## Build the sdist, and the wheel from it, into dist/
	@rm -rf build dist
	$(BIN)/python -m build --no-isolation

.PHONY: clean
clean: ## Remove what was built and cached; the demo's data and .venv stay
	@rm -rf build dist .types .test .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage htmlcov *.egg-info

-include demo.mk
