"""Many comparisons, and how many examples a difference needs: Holm's correction and power.

Formulas and where they come from: `docs/design/statistics.md`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

MOST = 10**9  # examples: what would take more is no difference that anybody settles
POWER = 0.8  # the chance to find a difference that is there (Cohen 1988)


def holm(values: Sequence[float | None]) -> list[float | None]:
    """P-values corrected for their number (Holm 1979), in the order given.

    The smallest is multiplied by how many there are, the next by one fewer, and so on; none comes
    out below one before it, or above 1. What has no p-value is no comparison and not counted.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    known = sorted((value, place) for place, value in enumerate(values) if value is not None)
    corrected: list[float | None] = [None] * len(values)
    largest = 0.0
    for rank, (value, place) in enumerate(known):
        largest = max(largest, min(1.0, (len(known) - rank) * value))
        corrected[place] = largest
    return corrected


def units_needed(
    difference: float | None,
    error: float | None,
    units: int,
    alpha: float = 0.05,
    power: float = POWER,
) -> int | None:
    """How many units (examples, or groups) would settle a difference of this size.

    `error` is the standard error of the difference on `units` units. With d the difference and s
    the standard deviation of a unit's own difference, s = error * sqrt(units), a paired two-sided
    test at `alpha` finds d with probability `power` from

        n = ((z(1 - alpha/2) + z(power)) * s / d)^2 + z(1 - alpha/2)^2 / 2

    units on. The first term is the normal approximation (Lachin 1981), the second what estimating s
    costs (Guenther 1981). Never fewer than a randomisation test needs to reach `alpha` at all. None
    where there is no difference (or one that a billion would not settle), or no error to reckon
    with.
    """
    if not difference or error is None or units < 2 or not math.isfinite(difference):
        return None
    quantile = NormalDist().inv_cdf
    reach = quantile(1 - alpha / 2)
    variance = error**2 * units * units / (units - 1)  # the bootstrap divides by n, not n - 1
    needed = (reach + quantile(power)) ** 2 * variance / difference**2 + reach**2 / 2
    return None if needed > MOST else max(math.ceil(needed), fewest_units(alpha))


def fewest_units(alpha: float = 0.05) -> int:
    """From how many units on swapping can give a two-sided p of `alpha`: 2 / 2^n is the least."""
    return math.ceil(math.log2(2 / alpha))


def detectable(error: float | None, alpha: float = 0.05, power: float = POWER) -> float | None:
    """The smallest difference that as many units as there are would find with this power.

    None where there is no error to reckon with: approaches that differ nowhere teach nothing.
    """
    if not error:
        return None
    quantile = NormalDist().inv_cdf
    return (quantile(1 - alpha / 2) + quantile(power)) * error
