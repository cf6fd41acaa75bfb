"""Training seeds: how far scores hang on the dice of training, apart from that of examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from etude.metrics.comparing import Comparison, Resampled, standard_error
from etude.metrics.metric import Measured

Runs = Mapping[tuple[str, str], Mapping[int, Measured]]  # (approach, metric) -> seed -> measured


@dataclass(frozen=True, slots=True)
class Spread:
    """One metric of one approach, training seed by training seed.

    `deviation` is the standard deviation of the seeds' values (n - 1), `seed_error` the standard
    error that it leaves in their mean, `example_error` the one that the choice of test examples
    leaves (the standard deviation of the bootstrap). The three are None where they cannot be
    computed. The two errors are of different things and are not added up: another training is
    answered by the first, another test set by the second.
    """

    approach: str
    metric: str
    values: Mapping[int, float]
    deviation: float | None
    seed_error: float | None
    example_error: float | None

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"values": {str(key): value for key, value in self.values.items()}}


def spreads(runs: Runs, whole: Resampled) -> tuple[Spread, ...]:
    """How every approach that was trained more than once scored each time."""
    found = []
    for (approach, metric), by_seed in runs.items():
        if len(by_seed) < 2:
            continue
        values = {
            seed: float(run.aggregate(run.statistics.sum(axis=0, keepdims=True))[0])
            for seed, run in by_seed.items()
        }
        numbers = np.asarray(list(values.values()))
        deviation = float(numbers.std(ddof=1)) if np.isfinite(numbers).all() else None
        error = None if deviation is None else deviation / len(values) ** 0.5
        examples = standard_error(whole.replicates[approach, metric])
        found.append(Spread(approach, metric, values, deviation, error, examples))
    return tuple(found)


def with_seeds(
    comparisons: Sequence[Comparison], found: Sequence[Spread]
) -> tuple[Comparison, ...]:
    """Differences with the standard error that training seeds leave in them.

    Trainings are independent of one another, so the errors' squares add up; an approach without
    repeats (a prompt) brings none.
    """
    errors = {(item.approach, item.metric): item.seed_error for item in found}
    done = []
    for item in comparisons:
        own = [errors.get((name, item.metric)) for name in (item.approach, item.baseline)]
        known = [error for error in own if error is not None]
        total = float(np.hypot.reduce(known)) if known else None
        done.append(replace(item, seed_error=total))
    return tuple(done)
