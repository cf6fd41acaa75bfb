# Two commands do all their own set-up: `make demo` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
DIALOGSUM := ../shared/data/dialogsum

.PHONY: demo test check docs bench clean

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Etude needs Python 3.11 or newer; set PYTHON=")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt torch
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

# The main job: a study from raw material to a report, the path of which is printed last.
demo: .venv/ready
	$(BIN)/etude run $(if $(wildcard $(DIALOGSUM)),dialogsum-demo \
	  data.sources.dialogues.path.train=$(DIALOGSUM)/dialogsum.train.jsonl.gz \
	  data.sources.dialogues.path.dev=$(DIALOGSUM)/dialogsum.dev.jsonl \
	  data.sources.dialogues.path.test=$(DIALOGSUM)/dialogsum.test.jsonl,dialogue-demo)

test: .venv/ready
	$(BIN)/pytest

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

clean:
	rm -rf .venv runs site
