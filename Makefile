# Two commands do all their own set-up: `make demo` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
PEERS ?= runs/peers
LONG ?=
WORKERS ?= 2

.PHONY: demo test long check docs bench peers growth bench-dumps bench-gpu clean

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Etude needs Python 3.11 or newer; set PYTHON=")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt torch
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

# The main job: a study from raw material to a report, the path of which is printed last.
demo: .venv/ready
	$(BIN)/etude run music-theory

# In WORKERS processes of one thread each; what takes a process a minute takes two of them half.
test: .venv/ready
	OMP_NUM_THREADS=1 $(BIN)/pytest -n $(WORKERS) --dist worksteal

# Tests that take minutes: every recipe at a fraction of its size, real material where it is at
# hand; kills at every step; memory as measured.
long: .venv/ready
	OMP_NUM_THREADS=1 $(BIN)/pytest -n $(WORKERS) --dist worksteal -m long $(LONG)

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

# Figures of the whole process beside its peers, one JSON row each; what does not install is left
# out and named.
bench: .venv/bench
	-$(MAKE) peers
	$(BIN)/python bench/run.py --peers $(PEERS)
	$(BIN)/python bench/run.py --methods
	$(BIN)/python bench/generation.py
	$(BIN)/python bench/retrieval.py

# LLaMA-Factory asks for other versions of nearly everything, so it gets an environment of its own,
# with the torch that ours has. Of the packages that it brings, those for pictures and sound are
# taken out: text needs neither, and beside a torch without CUDA they cannot be loaded.
peers: $(PEERS)/llamafactory/ready

$(PEERS)/llamafactory/ready: constraints.txt
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check \
		llamafactory==0.9.5 $$(grep '^torch==' constraints.txt)
	$(@D)/bin/python -m pip uninstall --quiet --yes torchvision torchaudio
	touch $@

# How time and memory grow with the work: docs/results/growth.md.
growth: .venv/ready
	$(BIN)/python bench/growth.py

# How fast dumps of wikis are read: docs/results/dumps.md.
bench-dumps: .venv/bench
	$(BIN)/python bench/dumps.py

# On a machine with CUDA: docs/results/gpu.md.
bench-gpu: .venv/bench
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench-gpu]'
	$(BIN)/python bench/gpu.py

clean:
	rm -rf .venv runs site
