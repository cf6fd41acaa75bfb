"""Retrieval's own scores: whether what should be found is, and how near to the top.

From ids alone (`etude.retrieval.gold` says when a chunk is gold), so neither the index nor the
passages are needed. An approach that retrieves nothing has no value; an example without gold
passages does not count.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from etude.metrics.metric import Case, Floats, Means, Measured, Sign, Told, Work, mean
from etude.records import Example, Prediction
from etude.retrieval import ranking
from etude.retrieval.gold import newly_found

Ranks = Callable[[Sequence[str], Sequence[str]], float]  # chunks in order, gold passages -> value
Valued = Callable[[Example, Prediction, str, Means], float | None]
"""Example, answer, language, means -> value; None where the example does not count."""
SHARED = "a chunk is gold that shares half of the shorter of the two with a gold passage"


def recall(k: int) -> Ranks:
    """The share of gold passages that are among the first k."""
    return lambda chunks, gold: ranking.recall(chunks, gold, k)


def ndcg(k: int) -> Ranks:
    """Normalised discounted cumulative gain of the first k."""
    return lambda chunks, gold: ranking.ndcg(chunks, gold, k)


def ranked(value: Ranks) -> Work:
    """The mean of a ranking's measure over examples with gold passages."""

    def held(example: Example, made: Prediction, language: str, means: Means) -> float | None:
        del language, means
        return value(found_by(made), example.gold_passages) if example.gold_passages else None

    return counting(held)


def counting(value: Valued) -> Work:
    """The mean over the examples that count, where passages were retrieved; None does not count."""

    def measure(
        examples: Sequence[Example], predictions: Sequence[Prediction], language: str, means: Means
    ) -> Measured:
        statistics = np.zeros((len(examples), 2))
        if retrieves(predictions):
            for row, (example, made) in enumerate(zip(examples, predictions, strict=True)):
                found = value(example, made, language, means)
                if found is not None:
                    statistics[row] = found, 1
        return over_counted(statistics)

    return measure


def over_counted(statistics: Floats) -> Measured:
    """Means of values over the examples that count: columns are the value and whether it counts."""
    return Measured(statistics, mean(statistics), mean)


def retrieves(predictions: Sequence[Prediction]) -> bool:
    """Whether these are of an approach that retrieves."""
    return any(prediction.passages for prediction in predictions)


def found_by(prediction: Prediction) -> list[str]:
    """The ids of what was retrieved, the nearest first."""
    return [passage.id for passage in prediction.passages]


def signed(what: str) -> Sign:
    """What is measured, and what counts as gold."""

    def sign(language: str, examples: Sequence[Example], means: Means) -> str:
        return f"{what}, over questions with gold passages; {SHARED}"

    return sign


def told(value: Ranks, formula: str) -> Callable[[Case], Told]:
    """The ranking, with the gold passages that each place brings."""

    def tell(case: Case) -> Told:
        chunks, gold = found_by(case.prediction), case.example.gold_passages
        steps = [("gold passages", ", ".join(gold) or "none: the example does not count")]
        if not retrieves(case.predictions):
            steps.append(("retrieved", "nothing: the approach retrieves no passages"))
        elif gold:
            news = newly_found(chunks, gold)
            for rank, (chunk, new) in enumerate(zip(chunks, news, strict=True), start=1):
                steps.append((f"rank {rank}", f"{chunk}{' (gold)' if new else ''}"))
            steps.append((formula, f"{value(chunks, gold):.6g}"))
        return Told(
            tuple(steps), ("sum of values", "examples that count"), "sum of values / examples"
        )

    return tell
