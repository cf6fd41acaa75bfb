"""How the learning rate goes over the steps: one function per schedule."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from etude.config.tuning import Constant, Cosine, Linear


def constant(progress: float) -> float:
    """The peak throughout."""
    del progress
    return 1.0


def linear(progress: float) -> float:
    """A straight line from the peak to zero."""
    return 1.0 - progress


def cosine(progress: float) -> float:
    """Half a cosine from the peak to zero (Loshchilov and Hutter 2017, arXiv:1608.03983)."""
    return 0.5 * (1.0 + math.cos(math.pi * progress))


SCHEDULES: dict[str, Callable[[float], float]] = {
    "constant": constant,
    "linear": linear,
    "cosine": cosine,
}


def warmup_steps(schedule: Constant | Linear | Cosine, total: int) -> int:
    """Optimizer steps of warm-up; a ratio is rounded up, as transformers does."""
    if isinstance(schedule, Constant):
        return 0
    if schedule.warmup_steps is not None:
        return schedule.warmup_steps
    return math.ceil((schedule.warmup_ratio or 0.0) * total)


def multiplier(schedule: Any, step: int, total: int) -> float:
    """Share of the peak learning rate for optimizer step `step` (0 to `total` - 1)."""
    warm = warmup_steps(schedule, total)
    if step < warm:
        return step / max(1, warm)
    return SCHEDULES[schedule.name]((step - warm) / max(1, total - warm))
