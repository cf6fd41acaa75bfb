"""Approximate randomisation: a paired test that assumes no distribution (Noreen 1989; Edgington).

If two approaches answered alike, it would not matter whose answer to an example is called whose.
So their answers are swapped at random, example by example (group by group where the split was
grouped), and the p-value is the share of swaps whose difference is at least as large as the one
that was found. Statistics add up, so ten thousand swaps are one matrix product, for corpus BLEU as
for plain means.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from etude.metrics.metric import Floats, Measured

CHUNK_NUMBERS = 8_000_000  # held at once: 64 MB of float64
STREAM = 1  # of random numbers, apart from those of the bootstrap with the same seed
TOLERANCE = 1e-9  # two differences this near, relative to the scores, are ties


@dataclass(frozen=True, slots=True)
class Pair:
    """Two approaches measured by one metric on the same examples."""

    ours: Measured
    theirs: Measured

    @property
    def sides(self) -> tuple[Measured, Measured]:
        return self.ours, self.theirs

    @property
    def comparable(self) -> bool:
        """Whether answers can be swapped: their statistics are of the same kind."""
        return self.ours.statistics.shape == self.theirs.statistics.shape


def swaps(units: int, resamples: int, seed: int, chunk: int) -> Iterator[NDArray[np.uint8]]:
    """Which units change sides: rows of 0 and 1, shape (rows, units), by chunks.

    Every row once where there are no more than `resamples` of them, else that many at random. They
    depend on the seed and not on the chunk.
    """
    if is_exact(units, resamples):
        for start in range(0, 2**units, chunk):
            numbers = np.arange(start, min(start + chunk, 2**units), dtype=np.uint64)
            yield ((numbers[:, None] >> np.arange(units, dtype=np.uint64)) & 1).astype(np.uint8)
        return
    generator = np.random.default_rng([seed, STREAM])
    words = -(-units // 64)
    for start in range(0, resamples, chunk):
        rows = min(chunk, resamples - start)
        drawn = generator.integers(0, 2**64, size=(rows, words), dtype=np.uint64)
        yield np.unpackbits(drawn.view(np.uint8), axis=1, count=units)


def is_exact(units: int, resamples: int) -> bool:
    """Whether all ways to swap are few enough to be tried one by one."""
    return bool(2 ** min(units, 64) <= resamples)


def randomised(
    pairs: Sequence[Pair], units: NDArray[np.intp], resamples: int, seed: int
) -> list[float | None]:
    """Two-sided p-values of pairs, from the same swaps for all of them.

    `units` gives the unit of each example, as `units_of` counts them. With random swaps one is
    added to counts and total, so that p is never 0 (Phipson and Smyth 2010); where all swaps are
    tried, p is exact. None where the difference is no number or answers cannot be swapped. A swap
    whose difference is no number counts as large, which errs on the side of caution.
    """
    count = int(units.max()) + 1
    found: list[float | None] = [None] * len(pairs)
    differences = {
        place: _differences(pair, *(side.statistics.sum(axis=0)[None] for side in pair.sides))
        for place, pair in enumerate(pairs)
        if pair.comparable
    }
    given = {
        place: (abs(float(gap[0])), float(scale[0]))
        for place, (gap, scale) in differences.items()
        if np.isfinite(gap[0])
    }
    asked = list(given)
    if count < 2 or not asked:
        return found
    ours, theirs = (
        [_summed(pairs[place].sides[side], units, count) for place in asked] for side in (0, 1)
    )
    totals = [(a.sum(axis=0), b.sum(axis=0)) for a, b in zip(ours, theirs, strict=True)]
    gaps = np.hstack([b - a for a, b in zip(ours, theirs, strict=True)])
    ends = np.cumsum([part.shape[1] for part in ours])[:-1]
    large, tried = np.zeros(len(asked), dtype=np.int64), 0
    chunk = max(1, CHUNK_NUMBERS // (2 * count + gaps.shape[1]))
    for changed in swaps(count, resamples, seed, chunk):
        moved = np.split(changed.astype(np.float64) @ gaps, ends, axis=1)
        tried += len(changed)
        for column, (place, (a, b), shift) in enumerate(zip(asked, totals, moved, strict=True)):
            difference, scale = _differences(pairs[place], a + shift, b - shift)
            least = given[place][0] - TOLERANCE * np.maximum(scale, given[place][1])
            large[column] += int((~(np.abs(difference) < least)).sum())
    extra = 0 if is_exact(count, resamples) else 1
    for column, place in enumerate(asked):
        found[place] = float((large[column] + extra) / (tried + extra))
    return found


def _summed(measured: Measured, units: NDArray[np.intp], count: int) -> Floats:
    """Statistics of each unit."""
    sums = np.zeros((count, measured.statistics.shape[1]))
    np.add.at(sums, units, measured.statistics)
    return sums


def _differences(pair: Pair, ours: Floats, theirs: Floats) -> tuple[Floats, Floats]:
    """Differences of sums of statistics, and the size of the scores they are taken of."""
    a, b = pair.ours.aggregate(ours), pair.theirs.aggregate(theirs)
    with np.errstate(invalid="ignore"):  # both infinite: no difference can be named
        return a - b, np.abs(a) + np.abs(b)
