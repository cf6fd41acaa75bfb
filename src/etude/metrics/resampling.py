"""The paired bootstrap (Efron and Tibshirani 1993; Koehn 2004 for text metrics).

Every approach is scored on the same resamples of the test set, so that what makes an example
easy or hard for all of them cancels out of their differences. A resample is a row of counts,
how often each unit was drawn; its scores are one matrix product away.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from etude.metrics.metric import Floats, Measured
from etude.records import Example

# Numbers held at once by one chunk of resamples: 64 MB of float64.
CHUNK_NUMBERS = 8_000_000


def units_of(examples: Sequence[Example], grouped: bool) -> tuple[NDArray[np.intp], bool]:
    """Which resampling unit each example belongs to, counted from 0, shape (n,).

    Units are groups when `grouped`; an example without a group is a unit of its own. The second
    value says whether any group was there.
    """
    by_group = grouped and any(example.group is not None for example in examples)
    known: dict[tuple[str, str], int] = {}
    index = [
        known.setdefault(
            ("group", example.group)
            if by_group and example.group is not None
            else ("example", example.id),
            len(known),
        )
        for example in examples
    ]
    return np.asarray(index, dtype=np.intp), by_group


def resample_counts(
    units: int, resamples: int, seed: int, chunk: int
) -> Iterator[NDArray[np.int64]]:
    """How often each unit is drawn: rows of `units` counts that sum to `units`, by chunks.

    The counts depend on the seed and not on the chunk.
    """
    generator = np.random.default_rng(seed)
    for start in range(0, resamples, chunk):
        rows = min(chunk, resamples - start)
        drawn = generator.integers(0, units, size=(rows, units))
        drawn += np.arange(rows)[:, None] * units
        yield np.bincount(drawn.ravel(), minlength=rows * units).reshape(rows, units)


def replicates(
    measured: Sequence[Measured], units: NDArray[np.intp], resamples: int, seed: int
) -> Floats:
    """The value of everything measured on each resample, shape (resamples, len(measured)).

    `units` gives the unit of each example, as `units_of` counts them; column j belongs to
    `measured[j]`. Memory stays bounded whatever the number of resamples.
    """
    count = int(units.max()) + 1
    sums = np.zeros((count, sum(item.statistics.shape[1] for item in measured)))
    np.add.at(sums, units, np.hstack([item.statistics for item in measured]))
    ends = np.cumsum([item.statistics.shape[1] for item in measured])
    chunk = max(1, CHUNK_NUMBERS // (2 * count + sums.shape[1]))
    values = np.empty((resamples, len(measured)))
    start = 0
    for counts in resample_counts(count, resamples, seed, chunk):
        resampled = counts.astype(np.float64) @ sums
        for column, (item, part) in enumerate(
            zip(measured, np.split(resampled, ends[:-1], axis=1), strict=True)
        ):
            values[start : start + len(counts), column] = item.aggregate(part)
        start += len(counts)
    return values


def interval(values: Floats, confidence: float) -> tuple[float, float] | None:
    """Percentile interval of bootstrap replicates; None where no replicate is a number.

    Quantiles are replicates themselves, not points between two, so that an infinite replicate
    cannot turn a bound into nan.
    """
    kept = values[~np.isnan(values)]
    if not kept.size:
        return None
    tail = round((1 - confidence) / 2, 12)  # 0.025 and not a hair more, which is a rank further
    low = np.quantile(kept, tail, method="inverted_cdf")
    high = -np.quantile(-kept, tail, method="inverted_cdf")  # a - b mirrors b - a exactly
    return float(low), float(high)


def two_sided(differences: Floats) -> float | None:
    """Two-sided bootstrap p-value: twice the smaller share of replicates on a side of zero.

    One is added to counts and total (Davison and Hinkley 1997, section 4.2), so it is never 0.
    """
    kept = differences[~np.isnan(differences)]
    if not kept.size:
        return None
    below, above = int((kept <= 0).sum()), int((kept >= 0).sum())
    return min(1.0, 2 * (min(below, above) + 1) / (kept.size + 1))
