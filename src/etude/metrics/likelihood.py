"""Perplexity of the references, from log-probabilities saved with the predictions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from etude.metrics.metric import Case, Floats, Means, Measured, Told, ratio
from etude.records import Example, Prediction


def perplexity(
    examples: Sequence[Example], predictions: Sequence[Prediction], language: str, means: Means
) -> Measured:
    """exp of the mean negative log-probability of a token, of all reference tokens together.

    Statistics are the log-probability of the first reference (natural logarithm), its tokens,
    and whether it was impossible to the model: a log-probability that is not finite, as a model
    that diverged gives. A set with an impossible reference has infinite perplexity. Only models
    with the same tokeniser can be compared by it.
    """
    given = np.asarray(
        [[p.reference_logprob, p.reference_tokens] for p in predictions], dtype=np.float64
    ).reshape(-1, 2)
    impossible = ~np.isfinite(given[:, 0])
    logprob = np.where(impossible, 0.0, given[:, 0])
    statistics = np.column_stack([logprob, given[:, 1], impossible])
    return Measured(statistics, of_tokens(statistics), of_tokens)


def of_tokens(sums: Floats) -> Floats:
    """Perplexity of m summed rows; infinite where it is beyond the largest float."""
    with np.errstate(over="ignore"):
        finite = np.exp(-ratio(sums[:, 0], sums[:, 1]))
    return np.where(sums[:, 2] > 0, np.inf, finite)


def perplexity_signature(language: str, examples: Sequence[Example], means: Means) -> str:
    return "per token of the model's tokeniser, first reference, end of sequence included"


def told(case: Case) -> Told:
    """The log-probability that was saved, and exp of its mean."""
    logprob, tokens = case.prediction.reference_logprob, case.prediction.reference_tokens
    value = of_tokens(perplexity([case.example], [case.prediction], "", Means()).statistics)[0]
    return Told(
        (
            ("reference", case.example.references[0] if case.example.references else ""),
            ("saved log-probability", f"{logprob} (natural logarithm) of {tokens} tokens"),
            ("perplexity", f"exp(-({logprob}) / {tokens}) = {value:.6g}"),
        ),
        ("log-probabilities", "tokens", "impossible references"),
        "exp(-log-probabilities / tokens); infinite with an impossible reference",
    )
