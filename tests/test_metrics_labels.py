"""Accuracy and macro-F1 against scikit-learn; perplexity against its definition."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score

from etude.metrics import METRICS, Measured
from etude.records import Example, Prediction

CHOICES = ("negative", "neutral", "positive")


def measure(name: str, truth: list[str], said: list[str | None]) -> Measured:
    examples = [
        Example(f"{i}", "classify", (), (), label=label, choices=CHOICES)
        for i, label in enumerate(truth)
    ]
    answers = [
        Prediction(f"{i}", "a", 1, label or "", 1, 1, "stop", 0.0, label=label)
        for i, label in enumerate(said)
    ]
    return METRICS[name].measure(examples, answers, "en")


def total(measured: Measured) -> float:
    return float(measured.aggregate(measured.statistics.sum(axis=0, keepdims=True))[0])


@pytest.mark.parametrize("seed", range(5))
def test_equal_scikit_learn(seed: int) -> None:
    rng = random.Random(seed)
    truth = rng.choices(CHOICES, weights=(6, 3, 1), k=60)
    said = [label if rng.random() < 0.6 else rng.choice(CHOICES) for label in truth]
    accuracy = measure("accuracy", truth, [*said])
    assert total(accuracy) == pytest.approx(accuracy_score(truth, said))
    expected = f1_score(truth, said, average="macro")
    assert total(measure("macro-f1", truth, [*said])) == pytest.approx(expected)


def test_no_label_is_wrong_and_is_no_class_of_its_own() -> None:
    truth = ["negative", "positive", "positive", "neutral"]
    said = ["negative", "positive", None, "unheard-of"]
    as_text = [label or "none" for label in said]
    expected = f1_score(truth, as_text, labels=list(CHOICES), average="macro", zero_division=0)
    assert total(measure("macro-f1", truth, said)) == pytest.approx(expected)
    assert total(measure("accuracy", truth, said)) == 0.5


def test_macro_f1_leaves_out_what_does_not_occur_and_has_no_value_per_example() -> None:
    measured = measure("macro-f1", ["negative", "positive"], ["negative", "positive"])
    assert total(measured) == 1  # neutral is neither there nor answered
    assert measured.values is None
    assert measured.statistics.shape == (2, 9)
    nothing = measured.aggregate(np.zeros((1, 9)))
    assert np.isnan(nothing[0])


def test_rare_labels_weigh_as_much_as_common_ones() -> None:
    truth = ["negative"] * 9 + ["positive"]
    said: list[str | None] = ["negative"] * 10
    assert total(measure("accuracy", truth, said)) == 0.9
    assert total(measure("macro-f1", truth, said)) == pytest.approx((18 / 19) / 2)


def perplexity(pairs: list[tuple[float, int]]) -> Measured:
    examples = [Example(f"{i}", "generate", (), ("x",)) for i in range(len(pairs))]
    answers = [
        Prediction(
            f"{i}", "a", 1, "", 1, 1, "stop", 0.0, reference_logprob=lp, reference_tokens=tokens
        )
        for i, (lp, tokens) in enumerate(pairs)
    ]
    return METRICS["perplexity"].measure(examples, answers, "en")


def test_perplexity_of_a_uniform_model_is_its_vocabulary() -> None:
    measured = perplexity([(-5 * math.log(512), 5), (-math.log(512), 1)])
    assert measured.values is not None
    np.testing.assert_allclose(measured.values, 512)
    assert total(measured) == pytest.approx(512)


def test_perplexity_counts_tokens_not_examples() -> None:
    measured = perplexity([(-1.0, 1), (-9.0, 3)])
    assert total(measured) == pytest.approx(math.exp(10 / 4))


def test_perplexity_beyond_every_float_is_infinite_without_a_warning() -> None:
    assert total(perplexity([(-1e6, 2)])) == math.inf
    assert total(perplexity([(-math.inf, 2), (-1.0, 1)])) == math.inf
    assert total(perplexity([(math.nan, 2), (-1.0, 1)])) == math.inf
