"""Approaches on the same resamples of the same examples: scores and paired differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from math import ceil
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from etude.config.study import Compare
from etude.metrics import METRICS
from etude.metrics.certainty import detectable, holm, units_needed
from etude.metrics.metric import Better, Floats, Measured
from etude.metrics.randomisation import Pair, randomised
from etude.metrics.resampling import interval, replicates, two_sided, units_of
from etude.records import Example, Score

Units = Literal["examples", "groups"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """How far an approach is from another one on the same examples, by one metric.

    `difference` is approach minus baseline, `low` and `high` bound its interval, `p` is the
    two-sided p-value of the paired bootstrap; the three are None where nothing can be drawn.
    `n` counts the units that were resampled. `p_randomisation` is the p-value of approximate
    randomisation, `p_corrected` the same (or `p` where answers cannot be swapped) after Holm's
    correction for the number of approaches that are compared by this metric.

    `better` is True where the interval lies wholly on the good side of zero and `p_corrected` is
    at most one minus the confidence; False where the same holds on the bad side; else None.

    `error` is the standard error that the choice of examples brings, `seed_error` the one that
    training seeds bring (None with one seed). `needed` units, about `needed_examples`, would settle
    a difference of this size; `detectable` is the smallest one that these examples would settle
    (both at 80% power).
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
    p_randomisation: float | None = None
    p_corrected: float | None = None
    error: float | None = None
    seed_error: float | None = None
    needed: int | None = None
    needed_examples: int | None = None
    detectable: float | None = None

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
    index: NDArray[np.intp]
    resamples: int
    seed: int

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
        return self.compared(
            [(approach, baseline, name) for approach, name in self.measured if approach != baseline]
        )

    def compared(self, pairs: Sequence[tuple[str, str, str]]) -> tuple[Comparison, ...]:
        """Approaches against others: (approach, other, metric), corrected for their number.

        Comparisons by one metric are a family: they are read together.
        """
        swapped = randomised(
            [
                Pair(self.measured[approach, name], self.measured[other, name])
                for approach, other, name in pairs
            ],
            self.index,
            self.resamples,
            self.seed,
        )
        raw = [self.against(*pair, p) for pair, p in zip(pairs, swapped, strict=True)]
        return corrected(raw, self.confidence)

    def against(self, approach: str, other: str, name: str, p: float | None) -> Comparison:
        """One approach against another, by one metric; `p` is that of randomisation."""
        ours, theirs = (approach, name), (other, name)
        gaps = _gaps(self.replicates[ours], self.replicates[theirs])
        low, high = _bounds(gaps, self.confidence)
        gap, count = float(self.values[ours] - self.values[theirs]), self.unit_count
        error, alpha = standard_error(gaps), 1 - self.confidence
        needed = units_needed(gap, error, count, alpha)
        return Comparison(
            approach,
            other,
            name,
            gap,
            low,
            high,
            None if gaps is None else two_sided(gaps),
            count,
            self.units,
            _better(low, high, METRICS[name].better),
            p_randomisation=p,
            error=error,
            needed=needed,
            needed_examples=needed and ceil(needed * len(self.examples) / count),
            detectable=detectable(error, alpha),
        )


def corrected(comparisons: Sequence[Comparison], confidence: float) -> tuple[Comparison, ...]:
    """Holm's correction by metric; what is not beyond chance after it is not better or worse."""
    families: dict[str, list[int]] = {}
    for place, item in enumerate(comparisons):
        families.setdefault(item.metric, []).append(place)
    found = list(comparisons)
    for places in families.values():
        tests = [comparisons[place] for place in places]
        values = [t.p if t.p_randomisation is None else t.p_randomisation for t in tests]
        for place, test, value in zip(places, tests, holm(values), strict=True):
            sure = value is not None and value <= 1 - confidence + 1e-12
            found[place] = replace(test, p_corrected=value, better=test.better if sure else None)
    return tuple(found)


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
    return Resampled(
        examples,
        measured,
        values,
        drawn,
        compare.confidence,
        units,
        count,
        index,
        compare.resamples,
        seed,
    )


def standard_error(replicates: Floats | None) -> float | None:
    """The standard deviation of bootstrap replicates; None where one is no number."""
    if replicates is None or not np.isfinite(replicates).all():
        return None
    return float(replicates.std(ddof=1))


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
