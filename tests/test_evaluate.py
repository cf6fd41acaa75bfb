"""Scores and paired intervals: against a naive loop, on planted material, and by simulation."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from etude.config.study import Compare
from etude.errors import UserError
from etude.evaluate import Evaluation, evaluate, to_frames
from etude.metrics import METRICS, resampling
from etude.metrics.comparing import Comparison
from etude.metrics.metric import averaged
from etude.metrics.resampling import interval, replicates, resample_counts, two_sided, units_of
from etude.records import Example, Prediction

WORDS = ["the", "cat", "sat", "on", "a", "mat", "and", "slept", "far", "away", "home", "late"]


def example(name: str, reference: str = "yes", group: str | None = None) -> Example:
    return Example(name, "generate", (), (reference,), group=group)


def answer(name: str, text: str, approach: str = "a", seed: int = 1, **more: float) -> Prediction:
    return Prediction(
        name,
        approach,
        seed,
        text,
        1,
        1,
        "stop",
        0.0,
        reference_logprob=more.get("logprob"),
        reference_tokens=int(more["tokens"]) if "tokens" in more else None,
    )


def right_or_wrong(
    marks: dict[str, Sequence[float]], groups: Sequence[str | None] | None = None, **compare: object
) -> Evaluation:
    """Approaches whose answers match exactly where their mark is 1."""
    n = len(next(iter(marks.values())))
    examples = [example(f"e{i}", group=groups[i] if groups else None) for i in range(n)]
    predictions = {
        approach: {1: [answer(f"e{i}", "yes" if mark else "no") for i, mark in enumerate(row)]}
        for approach, row in marks.items()
    }
    settings = Compare.model_validate({"resamples": 2000} | compare)
    return evaluate(
        examples, predictions, ["exact-match"], settings, "en", 7, grouped=groups is not None
    )


def texts(n: int, approaches: int, seed: int = 0) -> tuple[list[Example], dict[str, list[str]]]:
    """References, and answers that keep a share of their words that grows with the approach."""
    rng = random.Random(seed)
    references = [" ".join(rng.choices(WORDS, k=rng.randint(5, 20))) for _ in range(n)]
    answers = {
        f"a{number}": [
            " ".join(
                word if rng.random() < 0.3 + 0.1 * number else rng.choice(WORDS)
                for word in reference.split()
            )
            for reference in references
        ]
        for number in range(approaches)
    }
    return [example(f"e{i}", text) for i, text in enumerate(references)], answers


def predicted(answers: dict[str, list[str]]) -> dict[str, dict[int, list[Prediction]]]:
    return {
        approach: {1: [answer(f"e{i}", text, approach) for i, text in enumerate(rows)]}
        for approach, rows in answers.items()
    }


def test_scores_and_comparisons_of_a_planted_case() -> None:
    found = right_or_wrong({"base": [0] * 30 + [1] * 30, "tuned": [1] * 55 + [0] * 5})
    base, tuned = found.score("base", "exact-match"), found.score("tuned", "exact-match")
    assert (base.value, base.n, tuned.value) == (0.5, 60, pytest.approx(55 / 60))
    assert base.values == {f"e{i}": float(i >= 30) for i in range(60)}
    assert base.low is not None
    assert base.high is not None
    assert base.low < 0.5 < base.high
    (gap,) = found.comparisons
    assert (gap.approach, gap.baseline, gap.metric) == ("tuned", "base", "exact-match")
    assert gap.difference == pytest.approx(25 / 60)
    assert (gap.better, gap.n, gap.units) == (True, 60, "examples")
    assert gap.p is not None
    assert gap.p < 0.01
    assert found.best == "tuned"
    assert found.rivals == (gap,)


def test_lower_is_better_where_the_metric_says_so() -> None:
    examples = [example(f"e{i}") for i in range(30)]
    rng = random.Random(3)
    predictions = {
        name: {
            1: [
                answer(f"e{i}", "", name, logprob=mean * rng.uniform(4, 6), tokens=5)
                for i in range(30)
            ]
        }
        for name, mean in (("base", -3.0), ("tuned", -2.0), ("broken", -4.0))
    }
    found = evaluate(examples, predictions, ["perplexity"], Compare(resamples=500), "en", 1, False)
    assert found.best == "tuned"
    assert {c.approach: c.better for c in found.comparisons} == {"tuned": True, "broken": False}
    assert [c.baseline for c in found.rivals] == ["base", "broken"]
    assert all(c.difference < 0 and c.better for c in found.rivals)


@pytest.mark.parametrize("metric", ["rouge-l", "bleu", "chrf", "squad-f1"])
def test_resamples_equal_a_naive_loop(metric: str) -> None:
    examples, answers = texts(12, 1)
    predictions = predicted(answers)["a0"][1]
    measured = METRICS[metric].measure(examples, predictions, "en")
    index = np.asarray([0, 0, 1, 1, 1, 2, 3, 4, 5, 5, 6, 6])
    found = replicates([measured], index, resamples=25, seed=3)[:, 0]
    (counts,) = resample_counts(units=7, resamples=25, seed=3, chunk=25)
    for row, drawn in enumerate(counts):
        kept = [i for i, unit in enumerate(index) for _ in range(drawn[unit])]
        again = METRICS[metric].measure(
            [examples[i] for i in kept], [predictions[i] for i in kept], "en"
        )
        expected = again.aggregate(again.statistics.sum(axis=0, keepdims=True))[0]
        assert found[row] == pytest.approx(expected, abs=1e-9)


def test_resamples_do_not_depend_on_the_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = np.vstack(list(resample_counts(units=13, resamples=50, seed=5, chunk=50)))
    parts = np.vstack(list(resample_counts(units=13, resamples=50, seed=5, chunk=7)))
    np.testing.assert_array_equal(whole, parts)
    assert (whole.sum(axis=1) == 13).all()

    examples, answers = texts(13, 1)
    measured = [METRICS["bleu"].measure(examples, predicted(answers)["a0"][1], "en")]
    index, _ = units_of(examples, grouped=False)
    once = replicates(measured, index, resamples=50, seed=5)
    monkeypatch.setattr(resampling, "CHUNK_NUMBERS", 100)
    np.testing.assert_array_equal(replicates(measured, index, resamples=50, seed=5), once)


def test_the_same_seed_gives_the_same_digits_and_another_seed_does_not() -> None:
    examples, answers = texts(20, 2)

    def scored(seed: int) -> Evaluation:
        names = ["rouge", "bleu"]
        return evaluate(
            examples, predicted(answers), names, Compare(resamples=300), "en", seed, False
        )

    assert scored(4) == scored(4)
    assert scored(4).scores[0].low != scored(5).scores[0].low


def test_predictions_may_come_in_any_order() -> None:
    examples, answers = texts(20, 2)
    shuffled = {
        approach: {1: random.Random(9).sample(rows[1], 20)}
        for approach, rows in predicted(answers).items()
    }
    compare = Compare(resamples=200)
    assert evaluate(examples, shuffled, ["chrf"], compare, "en", 1, False) == evaluate(
        examples, predicted(answers), ["chrf"], compare, "en", 1, False
    )


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    rng = np.random.default_rng(11)
    hits = 0
    for trial in range(600):
        values = rng.normal(0.35, 0.2, size=50)
        drawn = replicates([averaged(values.tolist())], np.arange(50), resamples=400, seed=trial)
        bounds = interval(drawn[:, 0], 0.9)
        assert bounds is not None
        hits += bounds[0] <= 0.35 <= bounds[1]
    assert 0.87 <= hits / 600 <= 0.92


def test_a_paired_interval_is_narrower_than_the_two_it_compares() -> None:
    rng = random.Random(2)
    hard = [rng.random() < 0.5 for _ in range(200)]  # examples that nobody gets right
    marks = {
        "base": [float(not h and rng.random() < 0.85) for h in hard],
        "tuned": [float(not h and rng.random() < 0.95) for h in hard],
    }
    found = right_or_wrong(marks)
    (gap,) = found.comparisons
    assert gap.low is not None
    assert gap.high is not None
    variance = 0.0
    for score in found.scores:
        assert score.low is not None
        assert score.high is not None
        variance += (score.high - score.low) ** 2
    assert gap.high - gap.low < 0.75 * math.sqrt(variance)


def test_groups_that_agree_make_intervals_wider() -> None:
    marks = {"base": [0.0] * 60, "tuned": [float(i // 10 % 2) for i in range(60)]}
    by_example = right_or_wrong(marks)
    by_group = right_or_wrong(marks, groups=[f"g{i // 10}" for i in range(60)])

    def width(found: Evaluation) -> float:
        (gap,) = found.comparisons
        assert gap.low is not None
        assert gap.high is not None
        return gap.high - gap.low

    assert width(by_group) > 2 * width(by_example)
    assert by_group.comparisons[0].units == "groups"
    assert by_group.comparisons[0].n == 6
    assert by_group.scores[0].n == 60


def test_an_example_without_a_group_is_a_unit_of_its_own() -> None:
    examples = [
        example(name, group=group)
        for name, group in zip("abcd", ("g", None, "g", None), strict=True)
    ]
    index, by_group = units_of(examples, grouped=True)
    assert (index.tolist(), by_group) == ([0, 1, 0, 2], True)
    index, by_group = units_of(examples, grouped=False)
    assert (index.tolist(), by_group) == ([0, 1, 2, 3], False)
    # A group may bear the name of an example that has none.
    index, _ = units_of([example("x", group="y"), example("y")], grouped=True)
    assert index.tolist() == [0, 1]
    assert units_of([example("x"), example("y")], grouped=True)[1] is False


@pytest.mark.parametrize("groups", [None, ["g", "g", "g"]])
def test_a_single_unit_has_no_interval(groups: list[str | None] | None) -> None:
    n = 3 if groups else 1
    found = right_or_wrong({"base": [0] * n, "tuned": [1] * n}, groups=groups)
    (gap,) = found.comparisons
    assert (gap.difference, gap.low, gap.high, gap.p, gap.better) == (1, None, None, None, None)
    assert all((s.low, s.high) == (None, None) for s in found.scores)


def test_equal_approaches_cannot_be_told_apart_and_the_baseline_wins_ties() -> None:
    found = right_or_wrong({"a": [1, 0] * 20, "b": [1, 0] * 20}, baseline="b")
    (gap,) = found.comparisons
    assert (gap.difference, gap.low, gap.high, gap.p, gap.better) == (0, 0, 0, 1, None)
    assert (found.baseline, found.best) == ("b", "b")


def test_seeds_are_averaged_before_resampling() -> None:
    examples = [example(f"e{i}") for i in range(4)]
    runs = {
        1: [answer(f"e{i}", "yes") for i in range(4)],
        2: [answer(f"e{i}", "yes" if i < 2 else "no", seed=2) for i in range(4)],
    }
    found = evaluate(examples, {"a": runs}, ["exact-match"], Compare(resamples=200), "en", 1, False)
    (score,) = found.scores
    assert score.value == 0.75
    assert score.values == {"e0": 1, "e1": 1, "e2": 0.5, "e3": 0.5}


def test_infinite_values_leave_intervals_and_no_warning() -> None:
    examples = [example(f"e{i}") for i in range(6)]
    fine = [answer(f"e{i}", "", "fine", logprob=-6.0 - i, tokens=3) for i in range(6)]
    broken = [answer(f"e{i}", "", "broken", logprob=-math.inf, tokens=3) for i in range(6)]
    found = evaluate(
        examples,
        {"broken": {1: broken}, "worse": {1: broken}, "fine": {1: fine}},
        ["perplexity"],
        Compare(resamples=200),
        "en",
        1,
        False,
    )
    assert found.score("broken", "perplexity").high == math.inf
    worse, better = found.comparisons
    assert math.isnan(worse.difference)
    assert (worse.low, worse.p, worse.better) == (None, None, None)
    assert (better.difference, better.better) == (-math.inf, True)
    assert found.best == "fine"


def test_p_is_never_zero_and_counts_both_sides() -> None:
    assert two_sided(np.ones(99)) == pytest.approx(0.02)
    assert two_sided(-np.ones(99)) == pytest.approx(0.02)
    assert two_sided(np.asarray([-1.0, 1.0] * 50)) == 1
    assert two_sided(np.asarray([-1.0] * 9 + [1.0] * 90)) == pytest.approx(0.2)
    assert two_sided(np.asarray([math.nan])) is None


def test_an_interval_holds_the_middle_of_its_replicates() -> None:
    values = np.random.default_rng(0).permutation(np.arange(1.0, 1001.0))
    assert interval(values, 0.95) == (25, 976)
    mirrored = interval(-values, 0.95)
    assert mirrored == (-976, -25)
    assert interval(np.asarray([1.0, math.nan, 1.0]), 0.9) == (1, 1)
    assert interval(np.asarray([math.nan]), 0.9) is None


def test_the_deciding_metric_and_the_baseline_are_those_asked_for() -> None:
    examples, answers = texts(10, 3)
    names = ["bleu", "rouge"]

    def scored(**compare: str) -> Evaluation:
        settings = Compare.model_validate({"resamples": 100} | compare)
        return evaluate(examples, predicted(answers), names, settings, "pt", 1, False)

    assert (scored().baseline, scored().metric) == ("a0", "bleu")
    asked = scored(baseline="a1", metric="rouge")
    assert (asked.baseline, asked.metric) == ("a1", "rouge-1")
    assert {c.approach for c in asked.comparisons} == {"a0", "a2"}
    assert asked.metrics == ("bleu", "rouge-1", "rouge-2", "rouge-l", "rouge-lsum")
    assert asked.signatures["bleu"] == METRICS["bleu"].signature("pt", examples)
    assert "Unicode" in asked.signatures["rouge-1"]


MEND = "the file was edited or belongs to other data: delete it and run the study again"


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        (["x"], f"lack 2 of 3 test examples, the first of them 'y': {MEND}"),
        (["x", "y", "y", "z"], f"answer test example 'y' twice: {MEND}"),
        (["x", "y", "z", "q"], f"answer 'q', which is no test example: {MEND}"),
    ],
)
def test_predictions_that_do_not_match_are_refused(ids: list[str], message: str) -> None:
    examples = [example(name) for name in "xyz"]
    predictions = {"lora": {13: [answer(name, "yes") for name in ids]}}
    with pytest.raises(UserError) as error:
        evaluate(examples, predictions, ["bleu"], Compare(), "en", 1, False)
    assert str(error.value) == f"the predictions of 'lora' (seed 13) {message}"


@pytest.mark.parametrize(
    ("predictions", "compare", "message"),
    [
        ({}, {}, "there are no predictions to score: run the study first"),
        ({"told": {}}, {}, "'told' has no predictions to score: run the study again"),
        (
            {"told": {1: [answer("x", "yes")]}},
            {"baseline": "tolt"},
            "compare.baseline names 'tolt', which has no predictions: did you mean 'told'? "
            "Known: told",
        ),
        (
            {"told": {1: [answer("x", "yes")]}},
            {"metric": "chrf"},
            "compare.metric names 'chrf', which is not among the metrics: Known: bleu",
        ),
    ],
)
def test_comparisons_that_cannot_be_made_are_refused(
    predictions: dict[str, dict[int, list[Prediction]]], compare: dict[str, str], message: str
) -> None:
    with pytest.raises(UserError) as error:
        evaluate(
            [example("x")], predictions, ["bleu"], Compare.model_validate(compare), "en", 1, False
        )
    assert str(error.value) == message


def test_an_empty_test_split_is_refused() -> None:
    with pytest.raises(UserError) as error:
        evaluate([], {"told": {1: []}}, ["bleu"], Compare(), "en", 1, False)
    assert str(error.value) == (
        "there are no test examples to score: give data.split.test a larger share"
    )


def test_frames_hold_everything_and_survive_parquet(tmp_path: Path) -> None:
    examples, answers = texts(10, 3)
    found = evaluate(
        examples, predicted(answers), ["squad", "bleu"], Compare(resamples=100), "en", 1, False
    )
    frames = to_frames(found)
    assert frames["table"].shape == (3, 3)
    assert frames["table"].loc["a1", "bleu"] == found.score("a1", "bleu").value
    assert list(frames["table"].columns) == ["exact-match", "squad-f1", "bleu"]
    assert list(frames["table"].index) == ["a0", "a1", "a2"]
    assert len(frames["values"]) == 3 * 3 * 10
    assert list(frames["comparisons"].columns) == list(Comparison.__dataclass_fields__)
    for name, frame in frames.items():
        frame.to_parquet(tmp_path / f"{name}.parquet")
        pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / f"{name}.parquet"), frame)


def test_frames_of_one_approach_and_one_example_are_whole() -> None:
    frames = to_frames(right_or_wrong({"told": [1]}))
    assert frames["scores"]["low"].isna().all()
    assert frames["comparisons"].empty
    assert frames["comparisons"]["better"].dtype == "boolean"
