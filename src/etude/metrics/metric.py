"""What a metric is: statistics of each example, and an aggregate of their sums.

A metric never looks at one score at a time. It turns every example into a row of *statistics*
that may be added up (matches and lengths for BLEU, a sum and a count for a mean), and one
vectorised `aggregate` turns sums of rows into values. A bootstrap over examples or groups is
then one matrix product, for corpus-level metrics and for plain means alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from etude.metrics.texts import Texts
from etude.records import Example, Prediction

if TYPE_CHECKING:
    from etude.metrics.dictionary import Dictionary
    from etude.metrics.encoded import Encoded

Floats = NDArray[np.float64]
Need = Literal[
    "text",
    "label",
    "label_scores",
    "reference_logprob",
    "encoder",
    "dictionary",
    "passages",
    "passage_texts",
    "gold",
    "facts",
]
Better = Literal["higher", "lower", "neither"]  # neither: it is told and decides nothing


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


@dataclass(frozen=True, slots=True)
class Means:
    """What metrics share while they score, and what some of them cannot do without.

    `texts` keeps what was found out of each text; `encoded` holds texts as an encoder's vectors;
    `dictionary` the words that are spelt right. `passages` give, by approach, the text of a
    retrieved chunk by its id.
    """

    texts: Texts = field(default_factory=Texts)
    encoded: Encoded | None = None
    dictionary: Dictionary | None = None
    passages: Mapping[str, Callable[[str], str]] | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One answer among all: example `row` of these examples and predictions."""

    examples: Sequence[Example]
    predictions: Sequence[Prediction]
    row: int
    language: str
    means: Means

    @property
    def example(self) -> Example:
        return self.examples[self.row]

    @property
    def prediction(self) -> Prediction:
        return self.predictions[self.row]


@dataclass(frozen=True, slots=True)
class Told:
    """How one example's value came about.

    `steps` are names and what stands behind them: tokens as the metric sees them, counts, the
    formula with its numbers. `columns` name the statistics that are summed over examples and
    `formula` says how their sums become the value of the set.
    """

    steps: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    formula: str


class Work(Protocol):
    """Statistics of examples and of the predictions for them, in the same order."""

    def __call__(
        self,
        examples: Sequence[Example],
        predictions: Sequence[Prediction],
        language: str,
        means: Means,
        /,
    ) -> Measured: ...


class Sign(Protocol):
    """Says which implementation and which settings make the values, in one line."""

    def __call__(self, language: str, examples: Sequence[Example], means: Means, /) -> str: ...


@dataclass(frozen=True, slots=True)
class Metric:
    """One row of `METRICS`.

    `low` and `high` are the ends of the scale (`high` may be infinite), `needs` what examples and
    predictions must hold, `paper` the definition's address, `reference` the implementation that
    the tests compare with.
    """

    name: str
    title: str
    better: Better
    low: float
    high: float
    needs: frozenset[Need]
    work: Work
    sign: Sign
    tell: Callable[[Case], Told]
    reference: str
    paper: str

    def measure(
        self,
        examples: Sequence[Example],
        predictions: Sequence[Prediction],
        language: str,
        means: Means | None = None,
    ) -> Measured:
        """What the metric finds; `language` is the ISO 639 code of the answers' language.

        `means` are shared by the metrics of one scoring; without them nothing is shared.
        """
        return self.work(examples, predictions, language, means or Means())

    def signature(
        self, language: str, examples: Sequence[Example] = (), means: Means | None = None
    ) -> str:
        """Implementation and settings; without the examples, what depends on them is "var"."""
        return self.sign(language, examples, means or Means())


def ratio(numerator: Floats, denominator: Floats, empty: float = np.nan) -> Floats:
    """Elementwise quotient; `empty` where the denominator is zero, without a warning."""
    result = np.full(np.broadcast(numerator, denominator).shape, empty)
    np.divide(numerator, denominator, out=result, where=denominator != 0)
    return result


def mean(sums: Floats) -> Floats:
    """Aggregate of mean-type metrics: columns are the sum of values and their count."""
    return ratio(sums[:, 0], sums[:, 1])


def averaged(values: Sequence[float] | Floats) -> Measured:
    """A metric of a set that is the mean of its examples' values."""
    column = np.asarray(values, dtype=np.float64)
    return Measured(np.column_stack([column, np.ones_like(column)]), column, mean)


def total(measured: Measured) -> float:
    """The value of the whole set."""
    return float(measured.aggregate(measured.statistics.sum(axis=0, keepdims=True))[0])
