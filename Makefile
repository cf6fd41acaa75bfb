# Two commands do all their own set-up: `make demo` and `make test`.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test long check docs bench clean

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Etude needs Python 3.11 or newer; set PYTHON=")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt torch
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

# The main job: a study from raw material to a report, the path of which is printed last.
demo: .venv/ready
	$(BIN)/etude run music-theory

test: .venv/ready
	$(BIN)/pytest

# Tests that take minutes: every recipe at a fraction of its size, real material where it is at
# hand; kills at every step; memory as measured.
long: .venv/ready
	$(BIN)/pytest -m long

# What every change must pass besides the tests: style, types, the documentation.
check: .venv/ready .venv/docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

.venv/docs: .venv/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[docs]'
	touch $@

docs: .venv/docs
	$(BIN)/mkdocs serve

.venv/bench: .venv/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	touch $@

# Figures of the whole process beside its peers, one JSON row each.
bench: .venv/bench
	$(BIN)/python bench/run.py
	$(BIN)/python bench/generation.py

clean:
	rm -rf .venv runs site
