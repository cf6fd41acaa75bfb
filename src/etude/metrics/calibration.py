"""Does the model know when it is right? Expected calibration error (Naeini 2015; Guo 2017)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from etude.metrics.metric import Case, Floats, Means, Measured, Told, ratio
from etude.records import Example, Prediction

BINS = 15  # of equal width, as in Guo et al.


def calibration_error(
    examples: Sequence[Example], predictions: Sequence[Prediction], language: str, means: Means
) -> Measured:
    """How far the probability of the likeliest label is from the share of right ones.

    The probability is the softmax of `label_scores` over the labels. Answers of like probability
    share one of 15 bins; statistics are each bin's answers, right answers and probabilities. The
    mean gap between the last two, weighted by answers, is the error; it exists only for a set.
    """
    statistics = np.zeros((len(examples), BINS, 3))
    for row, (example, prediction) in enumerate(zip(examples, predictions, strict=True)):
        label, probability = likeliest(prediction.label_scores or {})
        place = bin_of(probability)
        statistics[row, place] = 1, label == example.label, probability
    return Measured(statistics.reshape(len(examples), -1), None, mean_gap)


def likeliest(scores: Mapping[str, float]) -> tuple[str | None, float]:
    """The label with the highest log-probability, and its share among the labels."""
    if not scores:
        return None, 0.0
    names, given = list(scores), np.asarray(list(scores.values()), dtype=np.float64)
    if not np.isfinite(given).any():
        return names[0], 1 / len(names)  # a model that diverged prefers nothing
    weights = np.exp(np.nan_to_num(given, nan=-np.inf) - np.nanmax(given))
    best = int(np.argmax(weights))
    return names[best], float(weights[best] / weights.sum())


def bin_of(probability: float) -> int:
    """Bins are closed above: (0, 1/15], (1/15, 2/15], ..."""
    return min(BINS - 1, max(0, int(np.ceil(probability * BINS)) - 1))


def mean_gap(sums: Floats) -> Floats:
    """The error of m summed rows."""
    count, right, probability = sums[:, 0::3], sums[:, 1::3], sums[:, 2::3]
    return ratio(np.abs(right - probability).sum(axis=1), count.sum(axis=1))


def calibration_signature(language: str, examples: Sequence[Example], means: Means) -> str:
    return f"softmax of the labels' log-probabilities, likeliest label, {BINS} bins of equal width"


def told(case: Case) -> Told:
    """The probabilities, and the bin that this answer is in."""
    scores = case.prediction.label_scores or {}
    label, probability = likeliest(scores)
    place = bin_of(probability)
    columns = [
        f"{kind} in bin {number + 1}"
        for number in range(BINS)
        for kind in ("answers", "right", "probabilities")
    ]
    return Told(
        (
            (
                "log-probabilities",
                ", ".join(f"{name} {value:.4g}" for name, value in scores.items()),
            ),
            ("likeliest label", f"{label}, with probability {probability:.6g} among the labels"),
            ("right label", str(case.example.label)),
            ("bin", f"{place + 1} of {BINS}: ({place / BINS:.3g}, {(place + 1) / BINS:.3g}]"),
            ("value", "none: it exists only for a set of examples"),
        ),
        tuple(columns),
        "sum over bins of |right - probabilities|, divided by all answers",
    )
