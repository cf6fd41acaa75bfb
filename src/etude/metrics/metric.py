"""What a metric is: statistics of each example, and an aggregate of their sums.

A metric never looks at one score at a time. It turns every example into a row of *statistics*
that may be added up (matches and lengths for BLEU, a sum and a count for a mean), and one
vectorised `aggregate` turns sums of rows into values. A bootstrap over examples or groups is
then one matrix product, for corpus-level metrics and for plain means alike.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from etude.records import Example, Prediction

Floats = NDArray[np.float64]
Need = Literal["text", "label", "reference_logprob"]


@dataclass(frozen=True, slots=True)
class Measured:
    """What a metric found in n examples.

    `statistics` has shape (n, k) and its rows may be added up; `aggregate` turns sums of rows,
    shape (m, k), into m values, and answers nan where a sum holds nothing to score. `values`
    has shape (n,): each example's own value, None where the metric exists only for a set.
    """

    statistics: Floats
    values: Floats | None
    aggregate: Callable[[Floats], Floats]


class Signature(Protocol):
    """Says which implementation and which settings make the values, in one line.

    Without the examples, a number of references that depends on them is given as "var".
    """

    def __call__(self, language: str, examples: Sequence[Example] = ()) -> str: ...


@dataclass(frozen=True, slots=True)
class Metric:
    """One row of `METRICS`.

    `measure` takes examples, their predictions in the same order, and the ISO 639 code of the
    answers' language. `low` and `high` are the ends of the scale (`high` may be infinite),
    `needs` what examples and predictions must hold, `paper` the definition's address,
    `reference` the implementation that the tests compare with.
    """

    name: str
    title: str
    better: Literal["higher", "lower"]
    low: float
    high: float
    needs: frozenset[Need]
    measure: Callable[[Sequence[Example], Sequence[Prediction], str], Measured]
    signature: Signature
    reference: str
    paper: str


def ratio(numerator: Floats, denominator: Floats, empty: float = np.nan) -> Floats:
    """Elementwise quotient; `empty` where the denominator is zero, without a warning."""
    result = np.full(np.broadcast(numerator, denominator).shape, empty)
    np.divide(numerator, denominator, out=result, where=denominator != 0)
    return result


def mean(sums: Floats) -> Floats:
    """Aggregate of mean-type metrics: columns are the sum of values and their count."""
    return ratio(sums[:, 0], sums[:, 1])


def averaged(values: Sequence[float]) -> Measured:
    """A metric of a set that is the mean of its examples' values."""
    column = np.asarray(values, dtype=np.float64)
    return Measured(np.column_stack([column, np.ones_like(column)]), column, mean)
