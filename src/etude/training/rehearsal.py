"""Before the long run: one step of training, evaluation and saving, then everything put back.

What fails after hours fails here in seconds. The longest rows are taken, so that memory that
suffices now suffices later; with `batch_size: auto` this is where the batch size is found.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from etude.engine import processes
from etude.errors import UserError
from etude.memory import available_bytes, host_peak, reset_peak, resident_bytes
from etude.training.batch_size import (
    largest_by_failing,
    largest_by_measuring,
    out_of_memory,
)
from etude.training.loss import Diverged, check_finite, halve_evaluation, summed_loss
from etude.training.packing import Packed
from etude.training.run import Run, restore, save

APART = {"fp32": 1e-3, "others": 2e-2}  # how far a packed loss may be from the unpacked one


class NoRoom(UserError):
    """There is no memory for a batch as the study asks for it."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a rehearsal measured: seconds for the longest batch, and for the run at that pace."""

    step_seconds: float
    estimated_seconds: float


def rehearse(run: Run, folder: Path) -> Rehearsal:
    """Train, evaluate and save once on the longest rows; parameters and chance are put back.

    What stays is `run.position.batch_size` where the study leaves it open. Raises whatever the
    long run would raise, and `UserError` when the model mixes packed examples. Of several processes
    each rehearses; they go on with what the one of the least memory has found.
    """
    tune = run.tune
    with TemporaryDirectory(dir=folder if processes.is_first() else None) as own:
        temporary = processes.from_first(own)
        checkpoint = Path(temporary) / "rehearsal.safetensors"
        save(run, checkpoint)
        check_packing(run)
        if tune.batch_size == "auto":
            run.position.batch_size = least(largest_batch(run))
            if tune.evaluate_batch_size is None:
                run.position.evaluate_batch_size = run.position.batch_size
        seconds = first_step(run)
        rehearse_validation(run)
        run.position.evaluate_batch_size = least(run.position.evaluate_batch_size)
        found = run.position
        after = Path(temporary) / "after.safetensors"
        save(run, after)
        restore(run, after)
        run.optimizer.state.clear()
        restore(run, checkpoint)
        processes.wait()  # before the first takes the files away
    run.position.batch_size = found.batch_size
    run.position.evaluate_batch_size = found.evaluate_batch_size
    run.position.evaluated_with_less = found.evaluated_with_less
    share = -(-tune.nominal_batch_size * tune.accumulate // processes.count())
    passes = -(-share // found.batch_size)
    return Rehearsal(seconds, seconds * run.total_steps * passes)


def least(size: int) -> int:
    """The smallest number that a process has found."""
    return min(int(row[0]) for row in processes.gathered_numbers([size]))


def first_step(run: Run) -> float:
    """A forward and backward pass over the longest rows, and a step; returns its seconds.

    What one of several processes has no memory for, or finds to be no number, all of them raise,
    so that none waits for it. Where weights are sharded, memory that does not suffice ends the
    process: the others are in the middle of fetching them.
    """
    started, wrong = time.monotonic(), list[tuple[str, str]]()
    try:
        step_on_longest(run)
    except NoRoom as error:
        if processes.sharding() is not None:
            raise
        wrong.append(("no room", str(error)))
    except Diverged as error:
        wrong.append(("diverged", str(error)))
    for kind, told in (item for found in processes.gathered(wrong) for item in found):
        raise (NoRoom if kind == "no room" else Diverged)(told)
    return time.monotonic() - started


def step_on_longest(run: Run) -> None:
    """The same, of this process alone."""
    size = run.examples_at_once
    try:
        loss = backward_on_longest(run, size)
    except (RuntimeError, MemoryError) as error:
        if not out_of_memory(error):
            raise
        raise NoRoom(
            f"tune.batch_size is {size}, but there is no memory for the {size} longest examples "
            "at once: lower it and raise accumulate by as much, or use batch_size: auto."
        ) from None
    check_finite(run, [loss], 0.0, [longest(run, size)])
    run.stepper.step()
    run.stepper.zero_grad()


def longest(run: Run, size: int) -> list[int]:
    """Row numbers of the longest training rows."""
    return sorted(range(len(run.train)), key=lambda row: -run.lengths[row])[:size]


def backward_on_longest(run: Run, size: int) -> float:
    """Gradients of the mean loss of the longest rows; returns that loss."""
    rows = [run.train[index] for index in longest(run, size)]
    loss = summed_loss(run, rows, run.tune.label_smoothing) / sum(row.supervised for row in rows)
    run.accelerator.backward(loss)
    return loss.item()


@torch.no_grad()
def rehearse_validation(run: Run) -> None:
    """A validation batch of the longest rows; halved where memory does not suffice for it."""
    rows = sorted(run.dev, key=lambda row: -row.length)
    while rows:
        size = run.position.evaluate_batch_size
        try:
            summed_loss(run, rows[:size])
        except (RuntimeError, MemoryError) as error:
            if size == 1 or not out_of_memory(error):
                raise
        else:
            return
        halve_evaluation(run)


def largest_batch(run: Run) -> int:
    """How many of a step's rows a forward pass can take: by failing on a GPU, by measuring here.

    The optimizer's state is there before the first attempt, as it will be in the run.
    """
    share = -(-run.tune.nominal_batch_size * run.tune.accumulate // processes.count())
    whole_step = min(len(run.train), share)
    if run.accelerator.device.type != "cpu":
        return largest_by_failing(whole_step, lambda size: attempt(run, size))
    room, held = available_bytes() // processes.here(), resident_bytes()
    return largest_by_measuring(whole_step, lambda size: measured(run, size, held), room)


def attempt(run: Run, size: int) -> None:
    """A whole step on the longest rows, the first time; then its passes alone."""
    try:
        backward_on_longest(run, size)
        if not run.optimizer.state:
            run.stepper.step()
    finally:
        run.stepper.zero_grad()


def measured(run: Run, size: int, held: int) -> int:
    """Bytes that an attempt took at most beyond what the process held before all of them."""
    reset_peak()
    attempt(run, size)
    return max(0, host_peak() - held)


@torch.no_grad()
def check_packing(run: Run) -> None:
    """Refuse to pack for a model that lets packed examples see each other.

    Compares the shortest sequence of several examples with the same examples one by one.
    """
    several = (row for row in run.train if isinstance(row, Packed) and len(row.rows) > 1)
    shortest = min(several, key=lambda row: row.length, default=None)
    if shortest is None:
        return
    run.network.eval()
    together = float(summed_loss(run, [shortest]))
    alone = sum(float(summed_loss(run, [row])) for row in shortest.rows)
    run.network.train()
    exact = run.accelerator.mixed_precision == "no" and not is_quantised(run)
    if abs(together - alone) > APART["fp32" if exact else "others"] * abs(alone):
        raise UserError(
            f"tune.packing: this model lets examples in one sequence see each other (their loss "
            f"is {together:.4f} together and {alone:.4f} apart): remove it; batches are grouped "
            "by length all the same."
        )


def is_quantised(run: Run) -> bool:
    """Whether weights are held in fewer bits than they compute in."""
    return (
        getattr(run.network, "is_quantized", False)
        or getattr(run.network, "quantization_method", None) is not None
    )
