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

from etude.training.checkpoint import load_checkpoint, save_checkpoint
from etude.training.train import Run, count_steps, summed_loss


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
        save_checkpoint(checkpoint, run.parameters, run.optimizer, {})
        started = time.monotonic()
        loss = summed_loss(run, longest) / sum(row.supervised for row in longest)
        run.accelerator.backward(loss)
        run.stepper.step()
        run.stepper.zero_grad()
        seconds = time.monotonic() - started
        with torch.no_grad():
            summed_loss(run, sorted(run.dev, key=lambda row: -row.length)[: run.tune.batch_size])
        after = Path(temporary) / "after.safetensors"
        save_checkpoint(after, run.parameters, run.optimizer, {})
        load_checkpoint(after, run.parameters, run.optimizer)
        run.optimizer.state.clear()
        load_checkpoint(checkpoint, run.parameters, run.optimizer)
    steps = count_steps(len(run.train), run.tune)
    return Rehearsal(seconds, seconds * steps * run.tune.accumulate)
