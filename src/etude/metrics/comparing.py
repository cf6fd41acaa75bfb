"""Approaches on the same resamples of the same examples: scores and paired differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from etude.config.study import Compare
from etude.metrics import METRICS
from etude.metrics.metric import Better, Floats, Measured
from etude.metrics.resampling import interval, replicates, two_sided, units_of
from etude.records import Example, Score

Units = Literal["examples", "groups"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """How far an approach is from another one on the same examples, by one metric.

    `difference` is approach minus baseline, `low` and `high` bound its interval, `p` is the
    two-sided p-value of the paired bootstrap; the three are None where nothing can be drawn.
    `n` counts the units that were resampled. `better` is True where the interval lies wholly on
    the good side of zero, False where wholly on the bad side, None where zero is inside.
    """

    approach: str
    baseline: str
    metric: str
    difference: float
    low: float | None
    high: float | None
    p: float | None
    n: int
    units: Units
    better: bool | None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Resampled:
    """What was measured on some examples, and the same on resamples of them.

    `replicates` are None where there are fewer than two units to draw from.
    """

    examples: Sequence[Example]
    measured: Mapping[tuple[str, str], Measured]
    values: Mapping[tuple[str, str], float]
    replicates: Mapping[tuple[str, str], Floats | None]
    confidence: float
    units: Units
    unit_count: int

    def scores(self) -> tuple[Score, ...]:
        """Every approach by every metric."""
        return tuple(self.score(approach, name) for approach, name in self.measured)

    def score(self, approach: str, name: str) -> Score:
        """One approach by one metric."""
        key = (approach, name)
        low, high = _bounds(self.replicates[key], self.confidence)
        own = self.measured[key].values
        ids = (example.id for example in self.examples)
        per_example = {} if own is None else dict(zip(ids, own.tolist(), strict=True))
        return Score(name, approach, self.values[key], low, high, len(self.examples), per_example)

    def comparisons(self, baseline: str) -> tuple[Comparison, ...]:
        """Every approach against the baseline, by every metric."""
        return tuple(
            self.against(approach, baseline, name)
            for approach, name in self.measured
            if approach != baseline
        )

    def against(self, approach: str, other: str, name: str) -> Comparison:
        """One approach against another, by one metric."""
        ours, theirs = (approach, name), (other, name)
        gaps = _gaps(self.replicates[ours], self.replicates[theirs])
        low, high = _bounds(gaps, self.confidence)
        p = None if gaps is None else two_sided(gaps)
        gap = float(self.values[ours] - self.values[theirs])
        better, count = _better(low, high, METRICS[name].better), self.unit_count
        return Comparison(approach, other, name, gap, low, high, p, count, self.units, better)


def resampled(
    examples: Sequence[Example],
    measured: Mapping[tuple[str, str], Measured],
    compare: Compare,
    seed: int,
    grouped: bool,
) -> Resampled:
    """All approaches and metrics on the same resamples of these examples."""
    index, by_group = units_of(examples, grouped)
    count = int(index.max()) + 1
    drawn: dict[tuple[str, str], Floats | None] = dict.fromkeys(measured)
    if count >= 2:
        found = replicates(list(measured.values()), index, compare.resamples, seed)
        drawn |= zip(measured, found.T, strict=True)
    values = {key: _total(item) for key, item in measured.items()}
    units: Units = "groups" if by_group else "examples"
    return Resampled(examples, measured, values, drawn, compare.confidence, units, count)


def _total(measured: Measured) -> float:
    return float(measured.aggregate(measured.statistics.sum(axis=0, keepdims=True))[0])


def _gaps(ours: Floats | None, theirs: Floats | None) -> Floats | None:
    if ours is None or theirs is None:
        return None
    with np.errstate(invalid="ignore"):  # both infinite: no difference can be named
        return ours - theirs


def _bounds(values: Floats | None, confidence: float) -> tuple[float | None, float | None]:
    found = None if values is None else interval(values, confidence)
    return found or (None, None)


def _better(low: float | None, high: float | None, good: Better) -> bool | None:
    if low is None or high is None or low <= 0 <= high or good == "neither":
        return None
    return (low > 0) == (good == "higher")
