"""What follows from a validation: which weights are the best so far, and whether to go on."""

from __future__ import annotations

import math
from dataclasses import dataclass

from etude.config.tuning import EarlyStopping


@dataclass(slots=True)
class Judgement:
    """What validations have shown so far; part of a checkpoint.

    `reference` is the loss that progress is measured from, `waited` the validations since. The
    one before the first step is not counted: nothing has been learnt by then.
    """

    best_loss: float | None = None
    best_step: int = 0
    reference: float | None = None
    waited: int = 0
    stopped: bool = False


def judge(judgement: Judgement, step: int, loss: float, stopping: EarlyStopping | None) -> bool:
    """Note a validation; returns whether it is the best so far. One that is no number never is."""
    finite = math.isfinite(loss)
    best = finite and (judgement.best_loss is None or loss < judgement.best_loss)
    if best:
        judgement.best_loss, judgement.best_step = loss, step
    if stopping is not None:
        before = judgement.reference
        if finite and (before is None or loss < before - stopping.min_delta):
            judgement.reference, judgement.waited = loss, 0
        else:
            judgement.waited += 1
        judgement.stopped = judgement.waited >= stopping.patience
    return best
