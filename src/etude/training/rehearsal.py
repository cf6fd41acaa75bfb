"""Before the long run: one step of training, evaluation and saving, then everything put back.

What fails after hours fails here in seconds. The longest rows are taken, so that memory that
suffices now suffices later.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from etude.training.train import Run, check_finite, count_steps, restore, save, summed_loss


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a rehearsal measured: seconds for the longest batch, and for the run at that pace."""

    step_seconds: float
    estimated_seconds: float


def rehearse(run: Run, folder: Path) -> Rehearsal:
    """Train, evaluate and save once on the longest rows; parameters and chance are put back.

    Raises whatever the long run would raise.
    """
    longest = sorted(run.train, key=lambda row: -row.length)[: run.tune.batch_size]
    with TemporaryDirectory(dir=folder) as temporary:
        checkpoint = Path(temporary) / "rehearsal.safetensors"
        save(run, checkpoint)
        started = time.monotonic()
        loss = summed_loss(run, longest) / sum(row.supervised for row in longest)
        run.accelerator.backward(loss)
        check_finite(run, loss.item(), 0.0)
        run.stepper.step()
        run.stepper.zero_grad()
        seconds = time.monotonic() - started
        if run.dev:
            with torch.no_grad():
                longest = sorted(run.dev, key=lambda row: -row.length)
                summed_loss(run, longest[: run.tune.batch_size])
        after = Path(temporary) / "after.safetensors"
        save(run, after)
        restore(run, after)
        run.optimizer.state.clear()
        restore(run, checkpoint)
    steps = count_steps(len(run.train), run.tune)
    return Rehearsal(seconds, seconds * steps * run.tune.accumulate)
