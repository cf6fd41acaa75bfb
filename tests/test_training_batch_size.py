"""How many examples at once: found by failing, found by measuring, and halved in evaluation."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
import torch

import models
from etude import memory
from etude.approaches.build import as_memory_allows
from etude.approaches.keeping import outcome
from etude.config.tuning import Lora, Tune
from etude.errors import UserError
from etude.training import loss as losses
from etude.training import rehearsal
from etude.training import train as training
from etude.training.batch_size import (
    largest_by_failing,
    largest_by_measuring,
    out_of_memory,
)
from etude.training.loss import validate
from etude.training.methods import prepare
from etude.training.rehearsal import rehearse
from etude.training.run import Run

pytestmark = models.peft_asks_by_an_old_name
AUTO = Tune(method=Lora(r=2), batch_size="auto", accumulate=2, epochs=1, log_steps=1)


def run_of(tune: Tune, **more: Any) -> Run:
    network = models.loaded(models.folder_of("llama")).model
    return models.run_of(prepare(network, tune.method, 0), tune, **more)


def allocation_failed() -> RuntimeError:
    """What torch says on a CPU that has no memory for a tensor."""
    with pytest.raises(RuntimeError) as error:
        torch.empty(2**55, dtype=torch.uint8)
    return error.value


def test_what_running_out_of_memory_looks_like() -> None:
    assert out_of_memory(allocation_failed())
    assert out_of_memory(torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"))
    assert out_of_memory(MemoryError())
    assert not out_of_memory(RuntimeError("shapes do not fit"))
    assert not out_of_memory(ValueError("out of memory"))


# The search


@pytest.mark.parametrize(("largest", "fits", "found"), [(32, 99, 32), (32, 9, 8), (6, 2, 2)])
def test_halving_until_it_runs(largest: int, fits: int, found: int) -> None:
    tried = []

    def attempt(size: int) -> None:
        tried.append(size)
        if size > fits:
            raise torch.OutOfMemoryError("CUDA out of memory.")

    assert largest_by_failing(largest, attempt) == found
    assert tried[0] == largest
    assert tried[-1] == found


def test_nothing_fits_and_other_errors_are_told() -> None:
    def never(size: int) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    def broken(size: int) -> None:
        raise RuntimeError("shapes do not fit")

    with pytest.raises(torch.OutOfMemoryError):
        largest_by_failing(8, never)
    with pytest.raises(RuntimeError, match="shapes"):
        largest_by_failing(8, broken)


@pytest.mark.parametrize(
    ("room", "found"), [(10_000, 32), (3000, 16), (2000, 8), (760, 4), (300, 1), (1, 1)]
)
def test_doubling_as_long_as_there_is_room(room: int, found: int) -> None:
    """A batch takes 100 bytes and 100 for each example; nothing beyond the margin is tried."""
    tried = []

    def attempt(size: int) -> int:
        tried.append(100 + 100 * size)
        return tried[-1]

    assert largest_by_measuring(32, attempt, room) == found
    assert max(tried[1:], default=0) <= 0.8 * room


# In a run


def planted(monkeypatch: pytest.MonkeyPatch, fits: int, *modules: Any) -> list[int]:
    """Let no more than so many rows into memory; returns the sizes of the batches that went in."""
    real, seen = losses.summed_loss, []

    def limited(run: Run, rows: Any, *settings: Any) -> torch.Tensor:
        if len(rows) > fits:
            raise allocation_failed()
        seen.append(len(rows))
        return real(run, rows, *settings)

    for module in modules:
        monkeypatch.setattr(module, "summed_loss", limited)
    return seen


def test_auto_keeps_the_step_however_it_is_divided() -> None:
    nominal = run_of(AUTO.model_copy(update={"batch_size": 8}))
    auto = run_of(AUTO)
    assert auto.total_steps == nominal.total_steps
    for size in (1, 3, 16):
        auto.position.batch_size = size
        for step in range(auto.total_steps):
            rows = [
                sorted(row for batch in run.chosen(step) for row in batch)
                for run in (auto, nominal)
            ]
            assert rows[0] == rows[1]
            assert max(len(batch) for batch in auto.chosen(step)) <= size


def test_auto_gives_the_same_run_whatever_fits(tmp_path: Path) -> None:
    found = {}
    for size in (1, 8, 16):
        run = run_of(AUTO)
        run.position.batch_size = size
        found[size] = [
            row["loss"] for row in models.tuned(run, tmp_path / str(size)) if "loss" in row
        ]
    assert found[1] == pytest.approx(found[8], rel=1e-5)
    assert found[16] == pytest.approx(found[8], rel=1e-5)


def test_on_a_cpu_measured_memory_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_of(AUTO)
    rehearse(run, tmp_path)
    assert run.position.batch_size == 16  # a whole step: 8 x accumulate
    assert run.position.evaluate_batch_size == 16
    real = rehearsal.measured
    monkeypatch.setattr(rehearsal, "available_bytes", lambda: 1000)
    monkeypatch.setattr(
        rehearsal, "measured", lambda run, size, held: min(real(run, size, held), 0) + 600 * size
    )
    run = run_of(AUTO)
    measured = rehearse(run, tmp_path)
    assert run.position.batch_size == 1
    assert measured.estimated_seconds == pytest.approx(measured.step_seconds * run.total_steps * 16)
    known = outcome(run)
    assert (known["batch_size"], known["batch_size_asked"], known["examples_a_step"]) == (
        1,
        "auto",
        16,
    )


def test_what_was_measured_is_what_was_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_of(AUTO)
    held = memory.resident_bytes()
    blocks = []

    def attempt(run: Run, size: int) -> None:
        blocks.append(torch.ones(size * 10_000_000))  # 40 MB each

    monkeypatch.setattr(rehearsal, "attempt", attempt)
    taken = rehearsal.measured(run, 3, held)
    assert taken == pytest.approx(120e6, rel=0.2)


def test_available_memory_is_plausible() -> None:
    assert 10e6 < memory.resident_bytes() < 100e9
    assert 100e6 < memory.available_bytes() < 100e12


def test_a_container_limit_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "container_limits", lambda: [(600_000_000, 400_000_000)])
    assert memory.available_bytes() == 200_000_000


def test_running_out_on_the_way_halves_from_there_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = run_of(AUTO)
    whole.position.batch_size = 16
    expected = [row["loss"] for row in models.tuned(whole, tmp_path / "whole") if "loss" in row]
    run = run_of(AUTO)
    run.position.batch_size = 16
    seen = planted(monkeypatch, 5, training)
    found = [row["loss"] for row in models.tuned(run, tmp_path / "part") if "loss" in row]
    assert run.position.batch_size == 4
    assert max(seen) == 4
    assert found == pytest.approx(expected, rel=1e-5)


def test_a_batch_size_that_was_asked_for_is_kept_or_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted(monkeypatch, 5, rehearsal)
    with pytest.raises(UserError) as refusal:
        rehearse(run_of(AUTO.model_copy(update={"batch_size": 8})), tmp_path)
    assert str(refusal.value) == (
        "tune.batch_size is 8, but there is no memory for the 8 longest examples at once: lower it "
        "and raise accumulate by as much, or use batch_size: auto."
    )
    assert not list(tmp_path.iterdir())


# Evaluation


def test_evaluation_halves_its_batch_and_gives_the_same_loss(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = run_of(AUTO.model_copy(update={"batch_size": 8}), dev=models.rows_of(1, 13))
    expected = validate(run)
    assert not outcome(run)["evaluated_with_less"]
    seen = planted(monkeypatch, 3, losses)
    assert validate(run) == pytest.approx(expected, rel=1e-6)
    assert seen == [2] * 6 + [1]
    assert run.position.evaluate_batch_size == 2
    assert run.position.batch_size == 8  # training has room
    seen.clear()
    validate(run)
    assert seen == [2] * 6 + [1]  # from there on
    known = outcome(run)
    assert (known["evaluate_batch_size"], known["evaluated_with_less"]) == (2, True)


def test_one_example_that_does_not_fit_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_of(AUTO)
    planted(monkeypatch, 0, losses)
    with pytest.raises(RuntimeError, match="can't allocate memory"):
        validate(run)


def test_answers_are_given_in_parts_where_memory_does_not_suffice(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In their order; and from there on, so that what fails is not tried with every batch."""
    seen = list[int]()

    def answer(batch: list[Any]) -> list[Any]:
        if len(batch) > 3:
            raise allocation_failed()
        seen.append(len(batch))
        return [f"answer {item}" for item in batch]

    careful = as_memory_allows(answer, "lora")
    every: list[Any] = list(range(13))
    assert careful(every) == [f"answer {item}" for item in every]
    assert seen == [2] * 6 + [1]
    assert careful(every[:4]) == [f"answer {item}" for item in every[:4]]
    assert seen[7:] == [2, 2]
    assert capsys.readouterr().err.splitlines() == [
        f"lora: no memory for {size} answers at once, going on with {less}"
        for size, less in ((13, 7), (7, 4), (4, 2))
    ]


@pytest.mark.parametrize("size", [1, 2])
def test_what_one_answer_or_another_error_needs_is_told(size: int) -> None:
    def fails(batch: list[Any]) -> list[Any]:
        raise allocation_failed() if size == 1 else RuntimeError("shapes do not fit")

    batch: list[Any] = list(range(size))
    with pytest.raises(RuntimeError, match="shapes" if size > 1 else "can't allocate memory"):
        as_memory_allows(fails, "lora")(batch)


REAL = """
import json, resource, sys, warnings
sys.path.insert(0, {tests!r})
warnings.simplefilter("ignore")
from pathlib import Path
import torch
import models
from etude.config.tuning import Lora, Tune
from etude.engine.batch import Encoded
from etude.memory import resident_bytes
from etude.training.methods import prepare
from etude.training.loss import validate

tune = Tune(method=Lora(r=2), batch_size=256)
network = models.loaded(models.folder_of("llama")).model
# Answers of 200 tokens: 256 at once are 256 x 200 x 400 logits, 80 MB a copy.
dev = [Encoded((1,) + (5,) * 40, (7,) * 200) for _ in range(256)]
run = models.run_of(prepare(network, tune.method, 0), tune, dev=dev)
run.position.evaluate_batch_size = 8
expected = validate(run)
run.position.evaluate_batch_size = 256
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 30_000_000, resource.RLIM_INFINITY))
found = validate(run)
print(json.dumps([expected, found, run.position.evaluate_batch_size]))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="limits its own address space")
def test_a_real_lack_of_memory_in_evaluation() -> None:
    script = textwrap.dedent(REAL).format(tests=str(Path(__file__).parent))
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    expected, found, size = json.loads(done.stdout.splitlines()[-1])
    assert found == pytest.approx(expected, rel=1e-6)
    assert 1 <= size < 256
