"""kill -9 at several moments: what DATA-MODEL allows is lost, and the same digits come out."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from etude.store import Place, read_json
from etude.training.checkpoint import read_position
from processes import children, workers_of
from studies import write_study

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform != "linux", reason="finds child processes under /proc"),
]

MINUTE = 60.0


def start(study: Path, folder: Path, *overrides: str) -> subprocess.Popen[str]:
    """`etude run` in a process group of its own."""
    command = [sys.executable, "-m", "etude", "run", str(study), "--folder", str(folder)]
    return subprocess.Popen(
        [*command, "--quiet", *overrides],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finish(process: subprocess.Popen[str]) -> None:
    output, errors = process.communicate(timeout=5 * MINUTE)
    assert process.returncode == 0, errors
    assert output.strip().endswith("report.html")


def kill_when(process: subprocess.Popen[str], condition: Callable[[], bool]) -> None:
    """Kill the whole of it the moment something is on disk."""
    deadline = time.monotonic() + 3 * MINUTE
    while not condition():
        assert process.poll() is None, "the run ended before the moment to kill it came"
        assert time.monotonic() < deadline
        time.sleep(0.002)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def steps(place: Place) -> int:
    """Optimizer steps in the history so far."""
    lines = place.history.read_text().splitlines() if place.history.exists() else []
    rows = [json.loads(line) for line in lines if line.endswith("}")]
    return max((row["step"] for row in rows), default=-1)


def predicted(place: Place) -> int:
    """Lines of unfinished predictions."""
    part = place.predictions.with_suffix(".jsonl.part")
    return part.read_bytes().count(b"\n") if part.exists() else 0


def losses(place: Place) -> list[tuple[int, float | None, float | None]]:
    rows = [json.loads(line) for line in place.history.read_text().splitlines()]
    return [(row["step"], row.get("loss"), row.get("dev_loss")) for row in rows]


def answers(place: Place) -> list[dict[str, object]]:
    rows = [json.loads(line) for line in place.predictions.read_text().splitlines()]
    return [{key: value for key, value in row.items() if key != "seconds"} for row in rows]


def same_digits(folder: Path, reference: Path) -> None:
    """Weights, losses, answers and scores are those of the uninterrupted run."""
    for name in ("zero-shot", "lora"):
        mine, theirs = Place(folder, name, 13), Place(reference, name, 13)
        assert answers(mine) == answers(theirs)
        assert (
            read_json(mine.path / "batches.json")["batches"]
            == (read_json(theirs.path / "batches.json")["batches"])
        )
    mine, theirs = Place(folder, "lora", 13), Place(reference, "lora", 13)
    assert losses(mine) == losses(theirs)
    adapter = "adapter_model.safetensors"
    assert (mine.weights / adapter).read_bytes() == (theirs.weights / adapter).read_bytes()
    scores = [read_json(run / "report.json")["approaches"] for run in (folder, reference)]
    assert scores[0]["lora"]["metrics"] == scores[1]["lora"]["metrics"]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_study(tmp_path_factory.mktemp("study"))


@pytest.fixture(scope="module")
def reference(study: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The uninterrupted run."""
    folder = tmp_path_factory.mktemp("runs") / "reference"
    finish(start(study, folder))
    return folder


@pytest.mark.parametrize("step", [0, 3, 17])
def test_killed_in_training(study: Path, reference: Path, tmp_path: Path, step: int) -> None:
    place = Place(tmp_path / "run", "lora", 13)
    kill_when(start(study, place.folder), lambda: steps(place) >= step)
    before = steps(place)
    assert not place.weights.exists()
    process = start(study, place.folder)
    if step:  # a checkpoint after every step: at most the step under way is done again
        deadline = time.monotonic() + MINUTE
        checkpoint = place.path / "checkpoint.safetensors"
        assert checkpoint.exists()
        while steps(place) < before - 1 and time.monotonic() < deadline:
            time.sleep(0.002)
        assert steps(place) >= before - 1
    finish(process)
    same_digits(place.folder, reference)


@pytest.mark.parametrize("whom", ["the parent", "everybody"])
def test_asked_to_end_in_training(study: Path, reference: Path, tmp_path: Path, whom: str) -> None:
    """SIGTERM: the step under way is finished and kept, although no checkpoint is due by time."""
    place = Place(tmp_path / "run", "lora", 13)
    process = start(study, place.folder, "approaches.lora.tune.save_seconds=100000")
    deadline = time.monotonic() + 3 * MINUTE
    while steps(place) < 3:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.002)
    assert not (place.path / "checkpoint.safetensors").exists()
    if whom == "the parent":
        os.kill(process.pid, signal.SIGTERM)
    else:
        os.killpg(process.pid, signal.SIGTERM)
    _, errors = process.communicate(timeout=3 * MINUTE)
    assert process.returncode == 143
    assert errors.strip() == (
        "etude: Ended as asked (SIGTERM). The same command goes on where this one stopped."
    )
    kept = read_position(place.path / "checkpoint.safetensors")["step"]
    assert kept == steps(place) >= 3
    process = start(study, place.folder, "approaches.lora.tune.save_seconds=100000")
    while steps(place) == kept and process.poll() is None:
        time.sleep(0.002)
    assert steps(place) > kept  # it went on, and did not begin anew
    finish(process)
    same_digits(place.folder, reference)


def test_a_child_alone_that_is_asked_to_end(study: Path, reference: Path, tmp_path: Path) -> None:
    """The other approaches are compared; what the child had is kept."""
    place = Place(tmp_path / "run", "lora", 13)
    process = start(study, place.folder, "approaches.lora.tune.save_seconds=100000")
    deadline = time.monotonic() + 3 * MINUTE
    while steps(place) < 3:
        assert time.monotonic() < deadline
        time.sleep(0.002)
    for child in workers_of(process):
        os.kill(child, signal.SIGTERM)
    process.communicate(timeout=3 * MINUTE)
    assert process.returncode == 1
    failed = [row for row in read_json(place.folder / "findings.json") if row["kind"] == "failed"]
    assert [(row["approach"], row["evidence"]) for row in failed] == [
        (
            "lora",
            "the process was asked to end (SIGTERM) and has kept what it had: run it again",
        )
    ]
    assert read_position(place.path / "checkpoint.safetensors")["step"] == steps(place)
    finish(start(study, place.folder))
    same_digits(place.folder, reference)


def test_a_loss_that_is_no_number_fails_its_approach_alone(study: Path, tmp_path: Path) -> None:
    place = Place(tmp_path / "run", "lora", 13)
    process = start(study, place.folder, "approaches.lora.tune.optimizer.learning_rate=1e38")
    output, _ = process.communicate(timeout=5 * MINUTE)
    assert process.returncode == 1
    assert output.strip().endswith("report.html")
    report = read_json(place.folder / "report.json")
    assert list(report["approaches"]) == ["zero-shot"]
    [failed] = [finding for finding in report["findings"] if finding["kind"] == "failed"]
    step = read_position(place.path / "checkpoint.safetensors")["step"]
    said = failed["evidence"]
    assert failed["approach"] == "lora"
    assert f" is nan at step {step + 1}, in the batch of row-" in said
    assert ": lower the learning rate (now 1e+38), warm up, or clip more. " in said
    assert said.endswith(
        f"The last good checkpoint is kept in {place.path / 'checkpoint.safetensors'}."
    )


@pytest.mark.parametrize(("approach", "lines"), [("zero-shot", 4), ("lora", 8)])
def test_killed_while_predicting(
    study: Path, reference: Path, tmp_path: Path, approach: str, lines: int
) -> None:
    place = Place(tmp_path / "run", approach, 13)
    kill_when(start(study, place.folder), lambda: predicted(place) >= lines)
    kept = predicted(place)
    assert kept >= lines
    weights = place.weights / "adapter_model.safetensors"
    trained = weights.stat().st_mtime_ns if weights.exists() else None
    finish(start(study, place.folder))
    if trained is not None:
        assert weights.stat().st_mtime_ns == trained, "finished weights were trained again"
    same_digits(place.folder, reference)


def test_a_dying_child_leaves_the_rest_standing(study: Path, tmp_path: Path) -> None:
    """Out-of-memory kills take one approach down; the study says so and goes on later."""
    place = Place(tmp_path / "run", "lora", 13)
    process = start(study, place.folder)
    deadline = time.monotonic() + 3 * MINUTE
    while steps(place) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.002)
    for child in workers_of(process):
        os.kill(child, signal.SIGKILL)
    output, _ = process.communicate(timeout=3 * MINUTE)
    assert process.returncode == 1
    assert output.strip().endswith("report.html")
    report = read_json(place.folder / "report.json")
    assert list(report["approaches"]) == ["zero-shot"]
    failed = [finding for finding in report["findings"] if finding["kind"] == "failed"]
    assert [finding["approach"] for finding in failed] == ["lora"]
    assert "killed" in failed[0]["evidence"]
    finish(start(study, place.folder))
    assert list(read_json(place.folder / "report.json")["approaches"]) == ["zero-shot", "lora"]


def test_no_child_outlives_its_parent(study: Path, tmp_path: Path) -> None:
    place = Place(tmp_path / "run", "lora", 13)
    process = start(study, place.folder)
    deadline = time.monotonic() + 3 * MINUTE
    while steps(place) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.002)
    started = {*workers_of(process), *children(process.pid)}
    assert len(started) == 2  # who works, and the server that it was forked by
    os.kill(process.pid, signal.SIGKILL)  # the parent alone
    process.communicate()
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{child}").exists() for child in started):
        assert time.monotonic() < deadline, "a child went on without its parent"
        time.sleep(0.05)
