"""Perplexity of the references, from log-probabilities saved with the predictions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from etude.metrics.metric import Floats, Measured, ratio
from etude.records import Example, Prediction


def perplexity(
    examples: Sequence[Example], predictions: Sequence[Prediction], language: str
) -> Measured:
    """exp of the mean negative log-probability of a token, of all reference tokens together.

    Statistics are the log-probability of the first reference (natural logarithm) and its
    tokens. Only models with the same tokeniser can be compared by it.
    """
    statistics = np.asarray(
        [[p.reference_logprob, p.reference_tokens] for p in predictions], dtype=np.float64
    ).reshape(-1, 2)
    return Measured(statistics, of_tokens(statistics), of_tokens)


def of_tokens(sums: Floats) -> Floats:
    """Perplexity of m summed rows; infinite where it is beyond the largest float."""
    with np.errstate(over="ignore"):
        return np.exp(-ratio(sums[:, 0], sums[:, 1]))


def perplexity_signature(language: str, examples: Sequence[Example] = ()) -> str:
    return "per token of the model's tokeniser, first reference, end of sequence included"
