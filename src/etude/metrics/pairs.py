"""Answers beside each of their references: what overlap is measured on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from etude.metrics.metric import Floats
from etude.records import Example, Prediction


@dataclass(frozen=True, slots=True)
class Pairs:
    """`answers[p]` was given where `references[p]` is right; `starts[i]` is example i's first pair.

    `starts` has shape (n + 1,), and its last number is that of all pairs.
    """

    answers: tuple[str, ...]
    references: tuple[str, ...]
    starts: NDArray[np.intp]

    @property
    def single(self) -> bool:
        """Whether each example has one reference."""
        return len(self.answers) == len(self.starts) - 1

    def best(self, values: Floats) -> NDArray[np.intp]:
        """Each example's pair with the highest value, shape (n,); of equal ones the first."""
        if self.single:
            return np.arange(len(self.answers))
        spans = zip(self.starts[:-1], self.starts[1:], strict=True)
        return np.asarray(
            [start + np.argmax(values[start:end]) for start, end in spans], dtype=np.intp
        )


def pairs_of(examples: Sequence[Example], predictions: Sequence[Prediction]) -> Pairs:
    """Every answer with every reference of its example, in order."""
    counts = [len(example.references) for example in examples]
    return Pairs(
        answers=tuple(
            prediction.text
            for prediction, count in zip(predictions, counts, strict=True)
            for _ in range(count)
        ),
        references=tuple(text for example in examples for text in example.references),
        starts=np.concatenate(([0], np.cumsum(counts, dtype=np.intp))),
    )
