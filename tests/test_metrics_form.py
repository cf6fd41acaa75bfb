"""Length, ending, repetition, variety, language, spelling, calibration: on planted answers."""

from __future__ import annotations

import math
import random
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import (
    balanced_accuracy_score,
    matthews_corrcoef,
)

from etude.config.study import Compare
from etude.errors import UserError
from etude.evaluate import evaluate
from etude.metrics import METRICS, Means, Measured, total
from etude.metrics.calibration import BINS
from etude.metrics.dictionary import Dictionary, read_dictionary
from etude.metrics.words import words
from etude.records import Example, Message, Prediction
from metrics_helper import made_up, measure, records

LABELS = ("negative", "neutral", "positive")


def test_length_ratio_is_of_all_words_together() -> None:
    found = measure("length-ratio", [("a b c", ("a b",)), ("a", ("a b c d", "x"))])
    assert total(found) == 4 / 3  # the reference of one word is the nearer one
    assert found.values is not None
    assert found.values.tolist() == [1.5, 1.0]


def test_a_metric_without_a_better_end_decides_nothing() -> None:
    examples, answers = records([("a b", ("a",)), ("a", ("a b",)), ("c", ("c",))] * 10)
    examples = [Example(f"{i}", "t", (), e.references) for i, e in enumerate(examples)]
    answers = [Prediction(f"{i}", "a", 1, p.text, 1, 1, "stop", 0.0) for i, p in enumerate(answers)]
    other = [Prediction(p.example_id, "b", 1, p.text * 9, 1, 1, "stop", 0.0) for p in answers]
    predictions = {"a": {1: answers}, "b": {1: other}}
    names = ["squad-f1", "length-ratio"]
    found = evaluate(examples, predictions, names, Compare(resamples=200), "en", 1, False)
    by_metric = {item.metric: item for item in found.comparisons}
    assert by_metric["length-ratio"].better is None
    assert by_metric["squad-f1"].better is not None
    with pytest.raises(UserError) as error:
        evaluate(examples, predictions, names[::-1], Compare(resamples=200), "en", 1, False)
    assert str(error.value) == (
        "length-ratio cannot decide, because neither end of its scale is better: name another "
        "metric in compare.metric, or put one before it in metrics"
    )


def test_stop_rate_counts_answers_that_end() -> None:
    examples, answers = records([("x", ("x",)), ("y", ("y",))])
    cut = Prediction("1", "a", 1, "y", 1, 9, "length", 0.0)
    assert total(METRICS["stop-rate"].measure(examples, [answers[0], cut], "en")) == 0.5


def test_repetition_of_planted_answers() -> None:
    loop = "Paris is the capital of France. " * 3  # 18 words, 15 runs of four, 6 different
    found = measure(
        "seq-rep-4", [(loop, ("x",)), ("one two three four five", ("x",)), ("a", ("x",))]
    )
    assert found.values is not None
    np.testing.assert_allclose(found.values, [1 - 6 / 15, 0, 0])


def by_hand(answers: list[str], order: int) -> list[list[tuple[str, ...]]]:
    cut = [words(text) for text in answers]
    return [[tuple(row[i : i + order]) for i in range(len(row) - order + 1)] for row in cut]


@pytest.mark.parametrize("order", [1, 2])
def test_distinct_equals_counting(order: int) -> None:
    pairs = made_up(3)
    found = measure(f"distinct-{order}", pairs)
    grams = [gram for row in by_hand([text for text, _ in pairs], order) for gram in row]
    assert total(found) == pytest.approx(len(set(grams)) / len(grams))


def test_repetition_equals_counting() -> None:
    pairs = made_up(4)
    found = measure("seq-rep-4", pairs)
    rows = by_hand([text for text, _ in pairs], 4)
    expected = [1 - len(set(row)) / len(row) if row else 0.0 for row in rows]
    np.testing.assert_allclose(found.values, expected)


def test_the_same_answer_to_everything_is_not_distinct() -> None:
    same = measure("distinct-1", [("I do not know", ("x",))] * 10)
    assert total(same) == pytest.approx(0.1)
    assert total(measure("distinct-1", [("I do not know", ("x",))])) == 1
    assert math.isnan(total(measure("distinct-1", [("", ("x",))])))


ENGLISH = "The committee decided yesterday that the old railway station should become a library."
PORTUGUESE = "A comissão decidiu ontem que a velha estação de trem deve virar uma biblioteca."


def test_the_right_language() -> None:
    pairs = [(ENGLISH, ("x",)), (PORTUGUESE, ("x",)), ("ok", ("x",))]
    found = measure("right-language", pairs, "pt")
    assert found.values is not None
    assert found.values[:2].tolist() == [0, 1]
    assert math.isnan(found.values[2])  # too short to tell
    assert total(found) == 0.5


def test_a_rows_own_language_is_asked_before_the_studys() -> None:
    examples = [
        Example("a", "t", (), (ENGLISH,), metadata={"language": "en"}),
        Example("b", "t", (), (PORTUGUESE,)),
    ]
    answers = [Prediction(i, "a", 1, ENGLISH, 1, 1, "stop", 0.0) for i in ("a", "b")]
    several = METRICS["right-language"].measure(examples, answers, "mul")
    assert several.values is not None
    assert several.values.tolist() == [1, 0]  # "b" is asked for in its reference's language


def test_spelling_errors(tmp_path: Path) -> None:
    listed = tmp_path / "words.txt"
    listed.write_text("the\ncat\nDon't\nsleeps\n", encoding="utf-8")
    means = Means(dictionary=read_dictionary([str(listed)]))
    examples, answers = records(
        [("The catt doesn't sleep 99 times, don't", ("cat sleep",)), ("", ("x",))], "Why, Ana?"
    )
    found = METRICS["spelling"].measure(examples, answers, "en", means)
    # the catt doesn t sleep times don t: sleep is the reference's, t and don are the list's.
    assert found.statistics[0].tolist() == [3, 8]
    assert total(found) == 3 / 8
    assert "4 words of words.txt" not in METRICS["spelling"].signature("en", examples, means)
    assert "5 words of words.txt" in METRICS["spelling"].signature("en", examples, means)


def test_a_dictionary_of_the_material() -> None:
    train = [Example("t", "t", (Message("user", "Where is Lisbon?"),), ("In Portugal.",))]
    found = read_dictionary([], train, use_material=True)
    assert found == Dictionary(
        frozenset({"where", "is", "lisbon", "in", "portugal"}), "5 of the training split"
    )


def test_dictionaries_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        read_dictionary([str(tmp_path / "none.txt")])
    assert str(error.value) == (
        f"dictionary.path: {tmp_path / 'none.txt'} cannot be read (No such file or directory): "
        "name a text file with one word a line."
    )
    (tmp_path / "latin.txt").write_bytes("ação".encode("latin-1"))
    with pytest.raises(UserError) as error:
        read_dictionary([str(tmp_path / "latin.txt")])
    assert "is not UTF-8: save the word list as UTF-8." in str(error.value)
    (tmp_path / "empty.txt").write_text("")
    with pytest.raises(UserError) as error:
        read_dictionary([str(tmp_path / "empty.txt")])
    assert str(error.value).startswith("dictionary holds no words: ")


def classified(
    name: str,
    truth: list[str],
    said: list[str | None],
    scores: list[dict[str, float]] | None = None,
) -> Measured:
    examples = [
        Example(f"{i}", "classify", (), (), label=label, choices=LABELS)
        for i, label in enumerate(truth)
    ]
    answers = [
        Prediction(
            f"{i}", "a", 1, label or "", 1, 1, "stop", 0.0, label=label,
            label_scores=scores[i] if scores else None,
        )
        for i, label in enumerate(said)
    ]  # fmt: skip
    return METRICS[name].measure(examples, answers, "en")


@pytest.mark.parametrize("seed", range(5))
def test_labels_equal_scikit_learn(seed: int) -> None:
    rng = random.Random(seed)
    truth = rng.choices(LABELS, weights=(6, 3, 1), k=60)
    said = [label if rng.random() < 0.6 else rng.choice(LABELS) for label in truth]
    balanced = total(classified("balanced-accuracy", truth, [*said]))
    assert balanced == pytest.approx(balanced_accuracy_score(truth, said))
    assert total(classified("mcc", truth, [*said])) == pytest.approx(matthews_corrcoef(truth, said))


def test_an_answer_that_is_no_label_is_one_of_its_own() -> None:
    truth = ["negative", "positive", "positive", "neutral"]
    said = ["negative", "positive", None, "unheard-of"]
    as_text = [label if label in LABELS else "none" for label in said]
    assert total(classified("mcc", truth, said)) == pytest.approx(matthews_corrcoef(truth, as_text))
    assert total(classified("balanced-accuracy", truth, said)) == 0.5


def test_one_label_for_all_says_nothing() -> None:
    said: list[str | None] = ["negative"] * 4
    assert total(classified("mcc", ["negative", "negative", "positive", "neutral"], said)) == 0


def test_calibration_equals_its_definition() -> None:
    rng = random.Random(2)
    truth = rng.choices(LABELS, k=300)
    scores = [{label: rng.gauss(0, 2) for label in LABELS} for _ in truth]
    said: list[str | None] = [max(row, key=lambda label: row[label]) for row in scores]
    bins: dict[int, list[tuple[float, bool]]] = {}
    for right, label, row in zip(truth, said, scores, strict=True):
        weights = {name: math.exp(value) for name, value in row.items()}
        confidence = weights[str(label)] / sum(weights.values())
        bins.setdefault(math.ceil(confidence * BINS) - 1, []).append((confidence, right == label))
    expected = sum(
        abs(sum(r for _, r in rows) - sum(c for c, _ in rows)) for rows in bins.values()
    ) / len(truth)
    assert total(classified("calibration-error", truth, said, scores)) == pytest.approx(expected)


def test_calibration_of_planted_answers() -> None:
    sure = [{"negative": 0.0, "neutral": -800.0, "positive": -800.0}] * 4
    said: list[str | None] = ["negative"] * 4
    right, wrong = ["negative"] * 4, ["positive"] * 4
    assert total(classified("calibration-error", right, said, sure)) == 0
    assert total(classified("calibration-error", wrong, said, sure)) == 1
    half = ["negative", "negative", "positive", "positive"]
    even = [{"negative": -1.0, "neutral": -900.0, "positive": -1.0}] * 4
    assert total(classified("calibration-error", half, said, even)) == 0
    broken = [dict.fromkeys(LABELS, -math.inf)] * 4
    assert total(classified("calibration-error", half, said, broken)) == pytest.approx(
        1 / 2 - 1 / 3
    )


def test_predictions_without_probabilities_are_refused() -> None:
    examples = [Example("q", "classify", (), (), label="positive", choices=LABELS)]
    answers = [Prediction("q", "told", 13, "positive", 1, 1, "stop", 0.0, label="positive")]
    with pytest.raises(UserError) as error:
        evaluate(
            examples, {"told": {13: answers}}, ["calibration-error"], Compare(), "en", 1, False
        )
    assert str(error.value) == (
        "calibration-error reads the probability of every label, but the predictions of 'told' "
        "(seed 13) hold none for test example 'q': run the study again with task: classify, or "
        "remove it"
    )


def test_cosine_to_the_set_is_the_mean_of_all_cosines() -> None:
    pairs = made_up(9, count=12, references=1)
    to_set = measure("cosine-set", pairs)
    references = [refs[0] for _, refs in pairs]
    for row, (text, _) in enumerate(pairs):
        # Each reference in turn takes the place of the example's own.
        own = [
            measure("cosine", [*[("", (r,)) for r in references[:i]], (text, (references[i],)),
                               *[("", (r,)) for r in references[i + 1 :]]]).values[i]
            for i in range(len(references))
        ]  # fmt: skip
        assert to_set.values is not None
        assert to_set.values[row] == pytest.approx(sum(own) / len(own))


def test_words_with_a_digit_are_not_looked_up() -> None:
    means = Means(dictionary=Dictionary(frozenset({"a"}), "one word"))
    examples, answers = records([("a 1990s b2b zz", ("q",))])
    found = METRICS["spelling"].measure(examples, answers, "en", means)
    assert found.statistics[0].tolist() == [1, 2]
