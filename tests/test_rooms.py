"""The house itself: imports go one way, light commands stay light, every table has its rows."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

import etude
from etude import config
from etude.config import methods, settings, sources, study, tuning

PACKAGE = Path(etude.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))

# From the bottom of the house to the top: a room imports only what stands before it.
# fmt: off
FLOORS = (
    ("errors", "interruption", "environment", "progress", "memory", "records", "music"),
    ("config", "store", "prompts", "data", "engine", "retrieval", "training"),
    ("metrics", "approaches"),
    ("benchmarks", "evaluate", "verdict", "rating", "diagnosis"),
    ("checks", "fits", "plan", "report", "result"),
    ("forkserver", "child", "display", "forgetting"),
    ("retrieving",),
    ("benchmarking",),
    ("measuring", "explaining"),
    ("launching", "meeting", "machines", "crew", "following", "searching"),
    ("study", "worker", "preloaded"),
    ("verbs", "begin", "views", "looking", "reading", "side_by_side"),
    ("plan_view", "looking_raw"),
    ("langchain",),
    ("telling", "commands", "arguments", "cli", "__main__", "__init__"),
)
# fmt: on
ROOMS = [room for floor in FLOORS for room in floor]
HEAVY = {"torch", "transformers", "datasets", "numpy", "pandas", "pyarrow", "matplotlib", "peft"}


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def rooms_imported(path: Path) -> Iterator[tuple[str, int]]:
    """Rooms that a file imports, anywhere in it (functions and TYPE_CHECKING too)."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.module is not None, f"{path}: a relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            package, _, rest = name.partition(".")
            if package == "etude":
                yield rest.partition(".")[0], node.lineno


def test_every_room_has_its_place() -> None:
    assert sorted({room_of(path) for path in FILES}) == sorted(ROOMS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_one_way(path: Path) -> None:
    here = ROOMS.index(room_of(path))
    for room, line in rooms_imported(path):
        assert room in ROOMS, f"line {line}: etude.{room} is no room"
        assert ROOMS.index(room) <= here, f"line {line}: {room_of(path)} stands before {room}"


def test_the_search_for_imports_finds_them() -> None:
    found = {room for room, _ in rooms_imported(PACKAGE / "cli.py")}
    assert {"errors", "study", "display"} <= found  # on top, in a function, under TYPE_CHECKING


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_are_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 320


# What light commands load


def loaded(code: str, folder: Path) -> set[str]:
    """Top-level modules that a fresh interpreter holds after running some code."""
    ending = "import sys, json; print(json.dumps(sorted({n.split('.')[0] for n in sys.modules})))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{ending}"],
        capture_output=True,
        text=True,
        cwd=folder,
        check=True,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def command(*arguments: str) -> str:
    """Code that runs a command in-process and goes on."""
    return f"from etude.cli import main\ntry: main({list(arguments)})\nexcept SystemExit: pass"


@pytest.mark.parametrize(
    "code", ["import etude", command("--help"), command("run", "--help"), command("--version")]
)
def test_help_loads_next_to_nothing(code: str, tmp_path: Path) -> None:
    here = loaded(code, tmp_path)
    assert "etude" in here
    assert not here & (HEAVY | {"pydantic", "yaml", "rich", "jinja2"})
    if "--version" not in code:  # which looks it up in the package's metadata
        assert not here & {"email", "subprocess"}  # a third of the time that help takes


def test_new_loads_no_libraries_of_models(tmp_path: Path) -> None:
    here = loaded(command("new", "dialogue-demo"), tmp_path)
    assert (tmp_path / "dialogue-demo.study.yaml").exists()
    assert "pydantic" in here
    assert not here & HEAVY


def test_look_loads_no_torch(tmp_path: Path) -> None:
    here = loaded(command("look", "dialogue-demo", "--quiet"), tmp_path)
    assert (tmp_path / "runs" / "dialogue-demo" / "look.json").exists()
    assert not here & {"torch", "transformers", "datasets", "peft", "matplotlib"}


# Variants: what may be written in a study, and the table that does it


def literals(annotation: Any) -> set[str]:
    """Every text in an annotation's Literals."""
    found: set[str] = set()
    for part in get_args(annotation):
        found |= {part} if isinstance(part, str) else literals(part)
    return found


def tags(union: Any, field: str) -> set[str]:
    """The tags of a tagged union's members."""
    members = get_args(get_args(union)[0]) or get_args(union)[:1]
    return {get_args(member.model_fields[field].annotation)[0] for member in members}


def test_sources() -> None:
    from etude.data import SOURCES

    assert set(SOURCES) == tags(sources.Source, "kind")


def test_methods() -> None:
    from etude.training.methods import METHODS

    assert set(METHODS) == tags(methods.Method, "name")


def test_optimizers() -> None:
    from etude.training.optimizers import OPTIMIZERS

    assert set(OPTIMIZERS) == tags(tuning.Optimizer, "name")


def test_schedules() -> None:
    from etude.training.schedules import SCHEDULES

    assert set(SCHEDULES) == tags(tuning.Schedule, "name")


def test_trackers() -> None:
    from etude.training.history import TRACKERS

    assert set(TRACKERS) == literals(study.Study.model_fields["track"].annotation)


def test_packaged_bases() -> None:
    from etude.engine.base import MODELS, RANDOM, SHIPPED
    from etude.engine.random_base import MAKERS

    assert set(MAKERS) == set(RANDOM)
    assert {path.parent.name for path in MODELS.glob("*/config.json")} == set(SHIPPED)


def test_choosers_of_shots() -> None:
    from etude.prompts.shots import CHOOSERS

    assert set(CHOOSERS) == literals(study.Shots.model_fields["choose"].annotation)


def test_markups() -> None:
    from etude.prompts import MARKUPS

    assert {*MARKUPS, "auto"} == literals(study.Model.model_fields["markup"].annotation)


def test_metrics() -> None:
    from etude.metrics import GROUPS, METRICS

    assert {*METRICS, *GROUPS} == set(get_args(study.MetricName))


# Settings


def blocks(base: type[settings.Settings] = settings.Settings) -> Iterator[type[settings.Settings]]:
    """Every block of the study file."""
    for block in base.__subclasses__():
        if block.__module__.startswith(config.__name__):
            yield block
        yield from blocks(block)


def test_every_setting_has_its_help() -> None:
    for block in blocks():
        for name, field in block.model_fields.items():
            said = field.description or ""
            assert said.endswith("."), f"{block.__name__}.{name}: {said!r}"


def test_every_block_says_what_it_is() -> None:
    for block in blocks():
        assert block.__dict__.get("__doc__"), block.__name__


def test_every_setting_is_read() -> None:
    read = {
        node.attr
        for path in FILES
        if room_of(path) != "config" or path.name == "precision.py"  # whose functions read it
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
    }
    settings_there = {(block.__name__, name) for block in blocks() for name in block.model_fields}
    assert len(settings_there) > 80
    assert {row for row in settings_there if row[1] not in read} == set()
