"""The verdict's sentences, word by word, for planted cases."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from etude.config.study import Compare
from etude.evaluate import Evaluation, evaluate
from etude.records import Example, Prediction
from etude.verdict import number, verdict

COMPARE = Compare()  # 10,000 resamples: the second digit of an interval is settled


def scored(
    marks: dict[str, Sequence[float]], groups: Sequence[str] | None = None, metric: str = "accuracy"
) -> Evaluation:
    """Approaches that are right where their mark is 1; by perplexity, marks are losses."""
    n = len(next(iter(marks.values())))
    examples = [
        Example(f"{i}", "t", (), ("x",), groups[i] if groups else None, "yes", ("yes", "no"))
        for i in range(n)
    ]
    predictions = {
        approach: {
            13: [
                Prediction(
                    f"{i}",
                    approach,
                    13,
                    "",
                    1,
                    1,
                    "stop",
                    0.0,
                    label="yes" if mark else "no",
                    reference_logprob=-float(mark),
                    reference_tokens=1,
                )
                for i, mark in enumerate(row)
            ]
        }
        for approach, row in marks.items()
    }
    return evaluate(examples, predictions, [metric], COMPARE, "en", 1, groups is not None)


def first(right: int, of: int = 100) -> list[float]:
    return [1.0] * right + [0.0] * (of - right)


def last(right: int, of: int = 100) -> list[float]:
    return first(right, of)[::-1]


CASES = {
    "clear winner of two": (
        scored({"told": first(50), "lora": first(80)}),
        "lora",
        "lora is best: accuracy 0.800 (95% interval 0.720 to 0.880) on 100 test examples. "
        "It is 0.300 above the baseline told (0.210 to 0.390), which chance does not explain.",
    ),
    "clear winner of three": (
        scored({"told": first(50), "lora": first(80), "full": first(60)}),
        "lora",
        "lora is best: accuracy 0.800 (95% interval 0.720 to 0.880) on 100 test examples. "
        "It is 0.300 above the baseline told (0.210 to 0.390), which chance does not explain. "
        "full is behind it beyond chance (by 0.200, 0.120 to 0.280).",
    ),
    "clear winner of four": (
        scored({"told": first(50), "lora": first(80), "full": first(60), "bad": first(9)}),
        "lora",
        "lora is best: accuracy 0.800 (95% interval 0.720 to 0.880) on 100 test examples. "
        "It is 0.300 above the baseline told (0.210 to 0.390), which chance does not explain. "
        "Every other approach is behind it beyond chance.",
    ),
    "winner with equals": (
        scored({"told": first(50), "lora": first(80), "full": last(79), "few": last(75)}),
        "lora",
        "lora is best: accuracy 0.800 (95% interval 0.720 to 0.880) on 100 test examples. "
        "It is 0.300 above the baseline told (0.210 to 0.390), which chance does not explain. "
        "It cannot be told apart from full or few.",
    ),
    "tie": (
        scored({"told": first(50), "lora": last(55)}),
        None,
        "lora is best: accuracy 0.550 (95% interval 0.450 to 0.650) on 100 test examples. "
        "It is 0.0500 above the baseline told, but this may be chance: the interval of the "
        "difference (-0.140 to 0.240) contains zero. Nothing is shown to beat the baseline. If the "
        "difference is as large as it looks, about 3,100 test examples would settle it (80% "
        "power).",
    ),
    "the best is unsure and the second is sure": (
        scored({"told": first(50), "lora": last(62), "full": first(60)}),
        "full",
        "lora is best: accuracy 0.620 (95% interval 0.520 to 0.710) on 100 test examples. "
        "It is 0.120 above the baseline told, but this may be chance: the interval of the "
        "difference (-0.0600 to 0.300) contains zero. "
        "full is 0.100 above the baseline (0.0500 to 0.160) beyond chance.",
    ),
    "baseline best, the other behind": (
        scored({"told": first(80), "lora": first(50)}),
        "told",
        "No approach beats the baseline told: it scores accuracy 0.800 (95% interval 0.720 to "
        "0.880) on 100 test examples. lora is worse beyond chance (by 0.300, 0.210 to 0.390).",
    ),
    "baseline best, all behind": (
        scored({"told": first(80), "lora": first(50), "full": first(40)}),
        "told",
        "No approach beats the baseline told: it scores accuracy 0.800 (95% interval 0.720 to "
        "0.880) on 100 test examples. Every other approach is worse beyond chance.",
    ),
    "baseline best, some equal": (
        scored({"told": first(80), "lora": last(79), "few": last(78), "full": first(40)}),
        None,
        "No approach beats the baseline told: it scores accuracy 0.800 (95% interval 0.720 to "
        "0.880) on 100 test examples. lora and few cannot be told apart from it; full is worse "
        "beyond chance.",
    ),
    "all the same": (
        scored({"told": first(80), "lora": first(80)}),
        None,
        "No approach beats the baseline told: it scores accuracy 0.800 (95% interval 0.720 to "
        "0.880) on 100 test examples. lora cannot be told apart from it.",
    ),
    "single approach": (
        scored({"told": first(80)}),
        None,
        "told scores accuracy 0.800 (95% interval 0.720 to 0.880) on 100 test examples. It is "
        "the only approach, so there is nothing to compare it with.",
    ),
    "lower is better": (
        scored({"told": [3.0, 3.2] * 50, "lora": [2.0, 2.4] * 50}, metric="perplexity"),
        "lora",
        "lora is best: perplexity 9.03 (95% interval 8.67 to 9.39) on 100 test examples. "
        "It is 13.2 below the baseline told (13.1 to 13.3), which chance does not explain.",
    ),
    "few examples in groups": (
        scored({"told": first(0, 6), "lora": first(6, 6)}, groups="aabbcc"),
        None,
        "lora is best: accuracy 1.00 (95% interval 1.00 to 1.00) on 6 test examples in 3 groups, "
        "too few for intervals to be relied on. It is 1.00 above the baseline told, but this may "
        "be chance: randomisation gives it p = 0.250. Nothing is shown to beat the baseline. If "
        "the difference is as large as it looks, about 6 groups like these (12 test examples) "
        "would settle it (80% power).",
    ),
    "a lead that the number of comparisons takes away": (
        scored(
            {"told": first(10, 20), "lora": first(16, 20)}
            | {f"n{n}": first(10, 20) for n in range(4)}
        ),
        None,
        "lora is best: accuracy 0.800 (95% interval 0.600 to 0.950) on 20 test examples. It is "
        "0.300 above the baseline told, but this may be chance: randomisation gives it p = 0.150 "
        "after correction for 5 comparisons. Nothing is shown to beat the baseline.",
    ),
    "one example": (
        scored({"told": [0], "lora": [1]}),
        None,
        "lora is best: accuracy 1.00 on 1 test example. It is 1.00 above the baseline told. With "
        "a single test example no interval can be drawn, so nothing is certain.",
    ),
    "one group, baseline best": (
        scored({"told": [1, 1], "lora": [1, 0]}, groups="aa"),
        None,
        "No approach beats the baseline told: it scores accuracy 1.00 on 2 test examples in 1 "
        "group. With a single group no interval can be drawn, so nothing is certain.",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_sentences(name: str) -> None:
    evaluation, winner, sentences = CASES[name]
    assert verdict(evaluation, COMPARE) == (winner, sentences)
    assert len(sentences.replace(". ", ".\n").splitlines()) <= 4


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.41234, "0.412"),
        (0.9996, "1.00"),
        (0.09996, "0.100"),
        (12.345, "12.3"),
        (99.96, "100"),
        (1234.5, "1,234"),
        (123456.0, "123,456"),
        (-0.00123456, "-0.00123"),
        (0.0000123, "0.0000123"),
        (0.0, "0"),
        (-0.0, "0"),
        (float("inf"), "infinity"),
        (float("-inf"), "-infinity"),
        (float("nan"), "undefined"),
    ],
)
def test_numbers_have_three_significant_digits(value: float, text: str) -> None:
    assert number(value) == text
