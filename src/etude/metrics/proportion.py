"""Shares and their intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist


def wilson(successes: float, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """The score interval of a share (Wilson 1927, doi:10.1080/01621459.1927.10502953).

    `successes` may hold halves, for ties; then the interval is a little wider than it need be. It
    never leaves 0 to 1, and has a width where all or none succeed. (0, 1) where `n` is 0.
    """
    if n == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = successes / n
    middle = share + z * z / (2 * n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low, high = (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)
    return max(0.0, low), min(1.0, high)


def kappa(first: Sequence[str], second: Sequence[str]) -> float | None:
    """Agreement of two raters beyond chance (Cohen 1960, doi:10.1177/001316446002000104).

    1 is full agreement and 0 what chance gives. None without ratings, and where both always said
    one and the same, so that chance explains all of it.
    """
    n = len(first)
    if n == 0:
        return None
    observed = sum(one == other for one, other in zip(first, second, strict=True)) / n
    said = {*first, *second}
    chance = sum((first.count(word) / n) * (second.count(word) / n) for word in said)
    return None if chance == 1 else (observed - chance) / (1 - chance)


def paired(
    before: Sequence[float], after: Sequence[float], confidence: float = 0.95
) -> tuple[float, float, float]:
    """The mean difference of paired values (0 or 1, or any) with its interval.

    By the normal law over the differences. Of values that are 0 or 1, half a pair is added to each
    of the four kinds first (Agresti and Min 2005, doi:10.1002/sim.1781), so that an interval has a
    width where no pair differs. The difference itself is that of the values.
    """
    n = len(before)
    differences = [two - one for one, two in zip(before, after, strict=True)]
    mean = math.fsum(differences) / n
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    if {*before, *after} <= {0.0, 1.0}:
        gained, lost = differences.count(1.0), differences.count(-1.0)
        total, apart = n + 2, gained - lost
        middle = apart / total
        spread = math.sqrt((gained + lost + 1) - apart * apart / total) / total
        return mean, max(-1.0, middle - z * spread), min(1.0, middle + z * spread)
    if n < 2:
        return mean, -math.inf, math.inf
    variance = math.fsum((item - mean) ** 2 for item in differences) / (n - 1)
    half = z * math.sqrt(variance / n)
    return mean, mean - half, mean + half
