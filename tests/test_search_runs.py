"""Searches in whole studies: what wins is tuned with, kills cost a trial, others go on from it."""

from __future__ import annotations

import json
import math
import os
import signal
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

import etude
from etude.approaches.settled import read_search, search_folder
from etude.config import Study
from etude.display import Display
from etude.errors import UserError
from etude.plan_view import plan as show_plan
from etude.result import Result
from etude.store import read_json
from etude.verbs import plan
from etude.views import report as show_report
from processes import workers_of
from studies import settings, write_rows
from test_kills import MINUTE, finish, kill_when, start

pytestmark = pytest.mark.long

TUNE: dict[str, Any] = {"epochs": 2, "batch_size": 4, "log_steps": 1, "schedule": "constant"}
RATES: dict[str, Any] = {"learning_rate": {"log": [1e-5, 1e-1]}, "r": [2, 4]}


def two_sources(folder: Path, **approaches: Any) -> Study:
    """A study of one small and one larger source."""
    written = settings(write_rows(folder / "one.jsonl", 24, seed=1))
    one = written["data"]["sources"].pop("animals")
    many = write_rows(folder / "many.jsonl", 40, seed=2)
    changed = one["columns"] | {"id": "many-{name}", "instruction": "Say it in short."}
    written["data"] = {
        "sources": {"one": one, "many": one | {"path": str(many), "columns": changed}},
        "split": {"dev": 4, "test": 5},
    }
    return Study.model_validate(written | {"approaches": approaches})


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A learning rate chosen on one source, then `weights:` with `tune:` to go on with many."""
    return two_sources(
        tmp_path_factory.mktemp("study"),
        base={},
        many={
            "weights": "first",
            "tune": {**TUNE, "search": "first", "mix": {"weights": {"one": 1, "many": 3}}},
        },
        first={"tune": {**TUNE, "mix": ["one"], "search": {**RATES, "trials": 3}}},
        answers={
            "tune": {
                **TUNE,
                "max_steps": 2,
                "search": {"r": [2, 4], "metric": "perplexity", "workers": 2, "prune": "none"},
            }
        },
    )


@pytest.fixture(scope="module")
def result(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Result:
    return etude.run(study, tmp_path_factory.mktemp("runs") / "run", Display(quiet=True))


def losses(result: Result, name: str) -> list[float]:
    return [float(value) for value in result.history(name)["dev_loss"].dropna()]


def test_the_tuning_repeats_the_best_trial(result: Result) -> None:
    found = read_search(result.folder, "first")
    assert found is not None
    assert [trial["number"] for trial in found["trials"]] == [1, 2, 3]
    finished = [trial for trial in found["trials"] if trial["state"] == "finished"]
    assert found["best"] == min(finished, key=lambda trial: trial["value"])
    assert all(set(trial["settings"]) == set(found["space"]) for trial in found["trials"])
    assert losses(result, "first")[1:] == found["best"]["dev_losses"]
    assert losses(result, "first")[-1] == found["best"]["value"]
    rate = found["best"]["settings"]["optimizer.learning_rate"]
    assert result.history("first")["learning_rate"].dropna().max() == pytest.approx(rate)
    facts = read_json(result.place("first").weights / "etude.json")
    assert facts["search"] == found
    assert facts["mix"]["one"]["rows"] == 15
    assert not list(search_folder(result.folder, "first").glob("trial-*"))


def test_another_approach_goes_on_with_what_was_chosen(result: Result) -> None:
    found = read_search(result.folder, "first")
    assert found is not None
    chosen = found["best"]["settings"]
    history = result.history("many")
    assert history["learning_rate"].dropna().max() == pytest.approx(
        chosen["optimizer.learning_rate"]
    )
    adapter = read_json(result.place("many").weights / "adapter_config.json")
    assert adapter["r"] == chosen["method.r"]
    mixed = read_json(result.place("many").weights / "etude.json")["mix"]
    assert mixed == {
        "one": {"rows": 15, "per_epoch": 12, "seen": 24},
        "many": {"rows": 31, "per_epoch": 34, "seen": 68},
    }


def test_a_metric_of_answers_decides_between_workers(result: Result) -> None:
    found = read_search(result.folder, "answers")
    assert found is not None
    assert (found["metric"], found["better"]) == ("perplexity", "lower")
    assert sorted(trial["settings"]["method.r"] for trial in found["trials"]) == [2, 4]
    values = [trial["value"] for trial in found["trials"]]
    assert found["best"]["value"] == min(values) < max(values)
    assert {trial["worker"] for trial in found["trials"]} <= {0, 1}
    for trial in found["trials"]:  # of the same tokens as the loss, so the same but for its scale
        assert [math.log(trial["value"])] == pytest.approx(trial["dev_losses"], rel=1e-4)


def test_the_report_shows_trials_and_tasks(
    result: Result, capsys: pytest.CaptureFixture[str]
) -> None:
    contents = result.contents
    assert contents["approaches"]["many"]["search"] == {"from": "first"}
    assert contents["approaches"]["base"]["search"] is None
    assert contents["approaches"]["first"]["cost"]["search_seconds"] > 0
    assert len(result.trials("first")) == 3
    assert {"optimizer.learning_rate", "value"} <= set(result.trials("first").columns)
    assert list(contents["tasks"]) == ["one", "many"]
    for task in contents["tasks"].values():
        assert task["n"] == 5
        assert set(task["metrics"]["rouge-1"]) == {"base", "many", "first", "answers"}
        low, value, high = (
            task["metrics"]["perplexity"]["first"][part] for part in ("low", "value", "high")
        )
        assert low <= value <= high
    assert len(result.tasks) == 4 * 2 * len(contents["metrics"])
    assert {"search first optimizer.learning_rate", "search first method.r"} <= set(result.figures)
    page = result.report.read_text()
    assert "Search for settings" in page
    assert "Its settings are those that the search of first chose." in page
    assert "Rows seen by source: one 24 (15 different), many 68 (31 different)." in page
    assert "by task" in page
    assert "first: dev loss by learning_rate" in page
    show_report(contents)
    assert "by task" in capsys.readouterr().out


def test_the_plan_says_what_will_be_tried(
    study: Study, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    planned = plan(study, tmp_path / "plan", Display(quiet=True))[1]
    assert planned["approaches"]["first"]["tune"]["search"]["steps"] == 3 * 8
    assert planned["approaches"]["many"]["tune"]["search"] is None
    show_plan(planned)
    assert (
        "first first searches learning_rate (1e-05 to 0.1 (log)), r (2, 4): 3 trials of up to 8 "
        "steps, 24 in all, fewer where pruned (median); best by dev_loss on dev."
    ) in capsys.readouterr().out


def test_nothing_is_searched_twice_and_more_trials_go_on(study: Study, result: Result) -> None:
    def made() -> dict[str, int]:
        return {
            name: (result.place(name).weights / "adapter_model.safetensors").stat().st_mtime_ns
            for name in ("first", "many", "answers")
        }

    before, weights = read_search(result.folder, "first"), made()
    etude.run(study, result.folder, Display(quiet=True))
    assert read_search(result.folder, "first") == before
    assert made() == weights
    written = study.model_dump(mode="json", exclude_unset=True)
    written["approaches"]["first"]["tune"]["search"]["trials"] = 4
    etude.run(Study.model_validate(written), result.folder, Display(quiet=True))
    after = read_search(result.folder, "first")
    assert before is not None
    assert after is not None
    assert after["trials"][:3] == before["trials"]
    assert len(after["trials"]) == 4
    if after["best"] == before["best"]:
        assert made() == weights  # the same settings won: nothing is tuned again


# Kills


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study that searches and does little else."""
    folder = tmp_path_factory.mktemp("killed")
    written = settings(write_rows(folder / "animals.jsonl", 30))
    written["data"]["split"] = {"dev": 4, "test": 2}
    written["approaches"] = {"lora": {"tune": {**TUNE, "search": {**RATES, "trials": 4}}}}
    path = folder / "study.yaml"
    path.write_text(yaml.safe_dump(written))
    return path


@pytest.fixture(scope="module")
def reference(file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "reference"
    finish(start(file, folder))
    return folder


def states(folder: Path) -> list[str]:
    """The states of the trials in the database, in their order."""
    path = search_folder(folder, "lora") / "trials.db"
    try:
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            return [row[0] for row in database.execute("select state from trials order by number")]
        finally:
            database.close()
    except sqlite3.OperationalError:  # not there yet, or being written
        return []


def same_trials(folder: Path, reference: Path) -> None:
    """Settings, values and losses of every trial, and the weights of the tuning after them."""
    mine, theirs = read_search(folder, "lora"), read_search(reference, "lora")
    assert mine is not None
    assert theirs is not None
    for name in ("number", "state", "settings", "value", "dev_losses"):
        assert [item[name] for item in mine["trials"]] == [item[name] for item in theirs["trials"]]
    adapter = "approaches/lora/seed-13/weights/adapter_model.safetensors"
    assert (folder / adapter).read_bytes() == (reference / adapter).read_bytes()


def test_a_killed_run_keeps_its_trials_and_repeats_one(
    file: Path, reference: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    kill_when(
        start(file, folder),
        lambda: states(folder).count("COMPLETE") == 2 and "RUNNING" in states(folder),
    )
    kept = states(folder)
    assert kept == ["COMPLETE", "COMPLETE", "RUNNING"]
    finish(start(file, folder))
    assert states(folder)[:3] == ["COMPLETE", "COMPLETE", "FAIL"]
    assert len(states(folder)) == 5
    same_trials(folder, reference)


@pytest.mark.skipif(sys.platform != "linux", reason="finds child processes under /proc")
def test_a_dying_worker_is_replaced(file: Path, reference: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    process = start(file, folder)
    deadline = time.monotonic() + 3 * MINUTE
    while "RUNNING" not in states(folder):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.02)
    for child in workers_of(process):
        os.kill(child, signal.SIGKILL)
    finish(process)
    assert states(folder)[0] == "FAIL"
    same_trials(folder, reference)


# What goes wrong


def test_a_search_that_fails_takes_only_its_own_down(tmp_path: Path) -> None:
    """A learning rate beyond all numbers diverges in every trial."""
    never = {"learning_rate": [1e30, 1e31], "prune": "none"}
    study = two_sources(
        tmp_path,
        base={},
        wild={"tune": {**TUNE, "clip": None, "search": never}},
        tamed={"tune": {**TUNE, "search": "wild"}},
    )
    found = etude.run(study, tmp_path / "run", Display(quiet=True)).contents
    assert list(found["approaches"]) == ["base"]
    failed = {item["approach"]: item["evidence"] for item in found["findings"] if item["approach"]}
    assert failed["wild"].startswith(
        "Its search failed: None of the 2 trials of the search came to an end (The "
    )
    assert failed["tamed"] == "It takes its settings from the search of wild, which failed."


def test_a_mix_without_validation_is_refused(tmp_path: Path) -> None:
    study = two_sources(tmp_path, a={"tune": {**TUNE, "mix": ["one"]}})
    written = study.model_dump(mode="json", exclude_unset=True)
    source = written["data"]["sources"]["one"]
    source["path"] = {"train": source["path"], "test": source["path"]}
    rows = [json.loads(line) for line in (tmp_path / "one.jsonl").read_text().splitlines()]
    rows[18:] = [row | {"name": f"held-out-{row['name']}"} for row in rows[18:]]
    for name, part in (("train", rows[:12]), ("test", rows[12:18]), ("dev", rows[18:])):
        lines = "".join(json.dumps(row) + "\n" for row in part)
        (tmp_path / f"{name}.jsonl").write_text(lines)
    source["path"] = {"train": str(tmp_path / "train.jsonl"), "test": str(tmp_path / "test.jsonl")}
    many = written["data"]["sources"]["many"]
    many["path"] = {"train": many["path"], "dev": str(tmp_path / "dev.jsonl")}
    written["data"]["split"] = {"dev": 0, "test": 5}
    with pytest.raises(UserError) as error:
        etude.run(Study.model_validate(written), tmp_path / "run", Display(quiet=True))
    assert str(error.value) == (
        "approaches.a.tune.mix learns from one, of which the dev split has no example, so its "
        "validation loss could not be measured: set data.split.dev, or add a source."
    )
