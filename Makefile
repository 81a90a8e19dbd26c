# Two commands do all the set-up: `make app` and `make test`. Both work again, offline, once they have worked.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
TOOLS  := $(VENV)/.tools

.PHONY: app test lint bench demo-reset help

help:  ## say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## / – /'

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "ProjNER needs Python 3.11 or newer; name one with: make PYTHON=python3.12 app"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(TOOLS): $(READY) requirements-dev.txt requirements-ray.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt -r requirements-ray.txt
	@touch $@

app: $(READY)  ## open ProjNER in the browser, on a demo that is already projected
	$(BIN)/projner demo
	$(BIN)/streamlit run app.py

test: $(TOOLS)  ## run every test (browser tests where a Chromium is found)
	$(BIN)/python -m pytest

lint: $(TOOLS)  ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(TOOLS)  ## print the published figures (PROJNER_DATA names the folder of real corpora)
	$(BIN)/python -m benchmarks

demo-reset: $(READY)  ## make the bundled demo projects anew; yours are not touched
	$(BIN)/projner demo --reset
