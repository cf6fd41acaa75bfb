"""How the learning rate goes over the steps: one function per schedule."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from etude.config.schedules import Constant, StepDecay

# (settings, steps since the warm-up, steps of the run after the warm-up) -> share of the peak
Shape = Callable[[Any, int, int], float]


def constant(_: Any, step: int, total: int) -> float:
    """The peak throughout."""
    del step, total
    return 1.0


def linear(_: Any, step: int, total: int) -> float:
    """A straight line from the peak to zero."""
    return 1.0 - step / max(1, total)


def cosine(_: Any, step: int, total: int) -> float:
    """Half a cosine from the peak to zero (Loshchilov and Hutter 2017, arXiv:1608.03983)."""
    return 0.5 * (1.0 + math.cos(math.pi * (step / max(1, total))))


def step_decay(settings: StepDecay, step: int, total: int) -> float:
    """`gamma` times what it was, every `step_size` steps."""
    del total
    return settings.gamma ** (step // settings.step_size)


SCHEDULES: dict[str, Shape] = {
    "constant": constant,
    "constant-with-warmup": constant,
    "linear": linear,
    "cosine": cosine,
    "step-decay": step_decay,
}


def warmup_steps(schedule: Any, total: int) -> int:
    """Optimizer steps of warm-up; a ratio is rounded up, as transformers does.

    A ratio below 1 leaves a step at the peak, so that a training of one step learns something.
    """
    if isinstance(schedule, Constant):
        return 0
    if schedule.warmup_steps is not None:
        return int(schedule.warmup_steps)
    ratio = schedule.warmup_ratio or 0.0
    steps = math.ceil(ratio * total)
    return steps if ratio == 1 else min(steps, max(0, total - 1))


def multiplier(schedule: Any, step: int, total: int) -> float:
    """Share of the peak learning rate for optimizer step `step` (0 to `total` - 1)."""
    warm = warmup_steps(schedule, total)
    if step < warm:
        return step / max(1, warm)
    return SCHEDULES[schedule.name](schedule, step - warm, total - warm)
