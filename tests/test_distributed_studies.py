"""Really two processes (gloo, on the CPU): studies with passages, and searches."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from etude.approaches.settled import read_search, search_folder
from etude.store import Place, read_json, read_lines
from studies import settings, write_rows
from test_distributed import ETUDE, MINUTE, TORCHRUN, answers, finish, launch, start, workers_of
from towns import write_study

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform == "win32", reason="gloo's addresses, signals"),
]


def same_answers(folder: Path, one: Path, name: str, *, tuned: bool) -> None:
    """Two processes answered, and what they say in order is what one process says.

    A tuning's answers are the same up to rounding.
    """
    assert read_json(Place(folder, name, 13).manifest)["processes"] == 2
    assert read_json(Place(one, name, 13).manifest)["processes"] == 1
    if not tuned:
        assert answers(folder, name) == answers(one, name)
        return
    assert read_json(Place(folder, name, 13).weights / "etude.json")["processes"] == 2
    for row, other in zip(answers(folder, name), answers(one, name), strict=True):
        assert row["example_id"] == other["example_id"]
        assert row["passages"] == other["passages"]
        assert row["reference_logprob"] == pytest.approx(other["reference_logprob"], rel=1e-4)


# Passages

RETRIEVE = {"documents": "towns", "k": 3, "cite": True, "abstain": True}
PASSAGES: dict[str, Any] = {
    "base": {},
    "rag": {"retrieve": RETRIEVE},
    "aware": {
        "retrieve": RETRIEVE,
        "tune": {"method": {"name": "lora", "r": 4, "dropout": 0.0}, "epochs": 1, "batch_size": 4},
    },
}


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("towns")
    return write_study(
        folder,
        approaches=PASSAGES,
        generation={"max_tokens": 6, "batch_size": 2},
        ask=["How long is the river of Elm?"],
    )


@pytest.fixture(scope="module")
def one_reads(towns: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "one"
    finish(start(ETUDE, towns, folder))
    return folder


@pytest.mark.parametrize("how", ["--launch", "torchrun"])
def test_a_study_with_passages(how: str, towns: Path, one_reads: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    if how == "torchrun":
        finish(start([*TORCHRUN, "-m", "etude"], towns, folder))
    else:
        finish(start(ETUDE, towns, folder, *launch(tmp_path)))
    for name in PASSAGES:
        same_answers(folder, one_reads, name, tuned=name == "aware")
    # Found once, for both processes: a second search would stand in the log and in the files.
    said = (folder / "log.txt").read_text()
    assert said.count(", passages: ") == 1
    (found,), (before,) = (list(run.glob("retrieved/*")) for run in (folder, one_reads))
    assert found.name == before.name
    rows = [name for line in read_lines(found / "found.jsonl") for name in line]
    assert len(rows) == len(set(rows)) == 8 + 1 + 56  # test, asked, dev and train
    for name in ("found.jsonl", "chunks.jsonl"):
        assert (found / name).read_bytes() == (before / name).read_bytes()
    mine, theirs = (read_json(run / "report.json")["approaches"] for run in (folder, one_reads))
    assert mine["rag"]["metrics"] == theirs["rag"]["metrics"]
    prompts = [Place(run, "aware", 13).prompts.read_bytes() for run in (folder, one_reads)]
    assert prompts[0] == prompts[1]
    targets = [
        read_json(Place(run, "aware", 13).weights / "etude.json")["targets"]
        for run in (folder, one_reads)
    ]
    assert targets[0] == targets[1] == {"cites": 48}


# Searches

TUNE: dict[str, Any] = {
    "method": {"name": "lora", "r": 2, "dropout": 0.0},
    "epochs": 3,
    "batch_size": 4,
    "schedule": "constant",
}
# A rate that is far too high magnifies what rounding leaves, from the sixth digit to the second.
RATES = {"learning_rate": {"log": [1e-5, 1e-3]}, "r": [2, 4]}
GRID = {"learning_rate": [1e-4, 1e-3], "r": [2, 4]}
WILD = {"learning_rate": [1e-4, 1e-3, 1e30], "metric": "perplexity"}
SEARCHES: dict[str, Any] = {
    "drawn": {"tune": {**TUNE, "search": {**RATES, "trials": 5, "prune": "halving"}}},
    "spoken": {"tune": {**TUNE, "max_steps": 4, "clip": None, "search": WILD}},
    "dealt": {"tune": {**TUNE, "search": {**GRID, "workers": 2, "prune": "none"}}},
}


@pytest.fixture(scope="module")
def searches(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("searches")
    rows, quick = write_rows(folder / "animals.jsonl", 40), {"forgetting": {"passages": 0}}
    written = settings(rows, approaches=SEARCHES, **quick)
    path = folder / "study.yaml"
    path.write_text(yaml.safe_dump(written, sort_keys=False))
    return path


@pytest.fixture(scope="module")
def one_searches(searches: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "one"
    finish(start(ETUDE, searches, folder))
    return folder


@pytest.fixture(scope="module")
def two_search(searches: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    finish(start(ETUDE, searches, folder / "two", *launch(folder)))
    return folder / "two"


def found(folder: Path, name: str) -> dict[str, Any]:
    result = read_search(folder, name)
    assert result is not None
    return result


@pytest.mark.parametrize("name", ["drawn", "spoken"])
def test_two_search_as_one_does(name: str, one_searches: Path, two_search: Path) -> None:
    """The same trials, values up to rounding, the same ends, the same best: each done by both."""
    mine, theirs = found(two_search, name), found(one_searches, name)
    assert (mine["processes"], mine["workers"]) == (2, 1)
    assert (theirs["processes"], theirs["workers"]) == (1, 1)
    for trial, other in zip(mine["trials"], theirs["trials"], strict=True):
        for part in ("number", "settings", "state", "same_as"):
            assert trial[part] == other[part]
        assert (
            (trial["value"] is None) == (other["value"] is None) == (trial["state"] == "diverged")
        )
        assert (trial["value"] or 0.0) == pytest.approx(other["value"] or 0.0, rel=1e-4)
        assert trial["dev_losses"] == pytest.approx(other["dev_losses"], rel=1e-4)
    assert mine["best"]["number"] == theirs["best"]["number"]
    same_answers(two_search, one_searches, name, tuned=True)
    assert not list(search_folder(two_search, name).glob("trial-*"))


def states(folder: Path, name: str) -> list[str]:
    """The states of the trials in the database, in their order; none while it is being made."""
    path = search_folder(folder, name) / "trials.db"
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            return [row[0] for row in database.execute("select state from trials order by number")]
    except sqlite3.OperationalError:
        return []


@pytest.mark.skipif(sys.platform != "linux", reason="finds child processes under /proc")
def test_sharded_weights_are_searched_over_and_a_death_costs_a_trial(
    searches: Path, one_searches: Path, tmp_path: Path
) -> None:
    """FSDP2: the same trials as one process does, the one under way begun again."""
    written = yaml.safe_load(searches.read_text())
    written["approaches"] = {"drawn": SEARCHES["drawn"]}
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(written))
    shared = {"distributed_type": "FSDP", "fsdp_config": {"fsdp_version": 2}}
    folder = tmp_path / "run"
    process = start(ETUDE, tmp_path / "study.yaml", folder, *launch(tmp_path, **shared))
    deadline = time.monotonic() + 5 * MINUTE
    while "RUNNING" not in states(folder, "drawn"):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.kill(workers_of(process)[1], signal.SIGKILL)
    finish(process)
    assert states(folder, "drawn")[0] == "FAIL"
    assert len(states(folder, "drawn")) == 1 + SEARCHES["drawn"]["tune"]["search"]["trials"]
    mine, theirs = found(folder, "drawn"), found(one_searches, "drawn")
    assert mine["processes"] == 2
    for trial, other in zip(mine["trials"], theirs["trials"], strict=True):
        assert trial["settings"] == other["settings"]
        assert trial["dev_losses"] == pytest.approx(other["dev_losses"], rel=1e-4)
    assert mine["best"]["number"] == theirs["best"]["number"]
    facts = read_json(Place(folder, "drawn", 13).weights / "etude.json")
    assert (facts["sharded"], facts["processes"]) == (True, 2)


def test_the_cases_are_those_that_matter(one_searches: Path) -> None:
    states = {
        name: [item["state"] for item in found(one_searches, name)["trials"]] for name in SEARCHES
    }
    assert {"pruned", "finished"} <= set(states["drawn"])
    assert sorted(states["spoken"]) == ["diverged", "finished", "finished"]


def dealt_as_by_one(folder: Path, one: Path) -> None:
    """Each done by one of the two alone, so to the same digits as without the other."""
    mine, theirs = found(folder, "dealt"), found(one, "dealt")
    assert (mine["processes"], mine["workers"]) == (1, 2)
    assert {trial["worker"] for trial in mine["trials"]} == {0, 1}

    def by_settings(result: dict[str, Any]) -> dict[str, Any]:
        return {str(trial["settings"]): trial["dev_losses"] for trial in result["trials"]}

    assert by_settings(mine) == by_settings(theirs)
    assert mine["best"]["settings"] == theirs["best"]["settings"]
    same_answers(folder, one, "dealt", tuned=True)
    assert not list(search_folder(folder, "dealt").glob("trial-*"))


def test_trials_are_dealt_out(one_searches: Path, two_search: Path) -> None:
    dealt_as_by_one(two_search, one_searches)


def test_torchrun_deals_trials_out(searches: Path, one_searches: Path, tmp_path: Path) -> None:
    """The first of two commands gives the trials out; the second does its share of them."""
    written = yaml.safe_load(searches.read_text())
    written["approaches"] = {"dealt": SEARCHES["dealt"]}
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(written))
    finish(start([*TORCHRUN, "-m", "etude"], tmp_path / "study.yaml", tmp_path / "run"))
    dealt_as_by_one(tmp_path / "run", one_searches)
    assert set(states(tmp_path / "run", "dealt")) == {"COMPLETE"}
