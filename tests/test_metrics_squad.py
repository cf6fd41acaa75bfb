"""Exact match and token F1 against SQuAD's definition, in English and Portuguese."""

from __future__ import annotations

import json
import re
import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etude.metrics import METRICS
from etude.metrics.squad import normalize
from etude.records import Example, Prediction


def values(name: str, text: str, references: tuple[str, ...], language: str = "en") -> float:
    measured = METRICS[name].measure(
        [Example("q", "generate", (), references)],
        [Prediction("q", "a", 1, text, 1, 1, "stop", 0.0)],
        language,
    )
    assert measured.values is not None
    return float(measured.values[0])


def both(text: str, *references: str, language: str = "en") -> tuple[float, float]:
    return (
        values("exact-match", text, references, language),
        values("squad-f1", text, references, language),
    )


def oracle(answer: str, truth: str) -> tuple[float, float]:
    """SQuAD's algorithm, by hand: multisets as lists that are struck off one by one."""

    def tokens(text: str) -> list[str]:
        kept = "".join(letter for letter in text.lower() if letter not in string.punctuation)
        return re.sub(r"\b(a|an|the)\b", " ", kept).split()

    said, right = tokens(answer), tokens(truth)
    exact = float(" ".join(said) == " ".join(right))
    if not said or not right:
        return exact, exact
    left = list(right)
    hits = 0
    for token in said:
        if token in left:
            left.remove(token)
            hits += 1
    if hits == 0:
        return exact, 0.0
    precision, recall = hits / len(said), hits / len(right)
    return exact, 2 * precision * recall / (precision + recall)


@pytest.mark.parametrize(
    ("answer", "references", "expected"),
    [
        ("The Beatles!", ("beatles",), (1, 1)),
        ("in a U.S. town", ("US town",), (0, 0.8)),
        ("blue whale", ("red fox",), (0, 0)),
        ("whale blue", ("blue whale",), (0, 1)),
        ("b b c", ("b c c",), (0, 2 / 3)),
        ("fox", ("red fox", "the fox"), (1, 1)),
        ("", ("",), (1, 1)),
        ("the", ("",), (1, 1)),
        ("", ("fox",), (0, 0)),
        ("fox", ("",), (0, 0)),
        ("🎵 fox", ("fox",), (0, 2 / 3)),
        ("“fox”", ("fox",), (0, 0)),  # only ASCII punctuation goes, as in the official script
        ("word " * 3000, ("word",), (0, 2 / 3001)),
    ],
)
def test_english(answer: str, references: tuple[str, ...], expected: tuple[float, float]) -> None:
    assert both(answer, *references) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("answer", "reference", "expected"),
    [
        ("A abolição da escravatura", "abolição da escravatura", (1, 1)),
        ("umas ilhas", "Ilhas.", (1, 1)),
        ("“Os Lusíadas”", "os lusíadas", (1, 1)),
        ("à noite", "noite", (0, 2 / 3)),  # a preposition with its article stays
        ("avó", "avô", (0, 0)),  # accents tell words apart
        ("cafe\u0301", "café", (1, 1)),
        ("the fox", "fox", (0, 2 / 3)),  # English articles are words here
        ("D. Pedro II", "Pedro II", (0, 0.8)),
    ],
)
def test_portuguese(answer: str, reference: str, expected: tuple[float, float]) -> None:
    assert both(answer, reference, language="pt") == pytest.approx(expected)


def test_other_languages_keep_articles_and_cut_scripts_without_spaces() -> None:
    assert both("der Hund", "Hund", language="de") == pytest.approx((0, 2 / 3))
    assert both("东京。", "东京", language="zh") == (1, 1)
    assert both("东京", "京都", language="zh") == (0, 0.5)


def test_three_letter_codes_mean_the_same_language() -> None:
    assert normalize("The uma fox", "eng") == normalize("The uma fox", "en") == "uma fox"
    assert normalize("The uma fox", "por") == normalize("The uma fox", "pt") == "the fox"


WORDS = st.lists(
    st.sampled_from(["a", "the", "An", "fox", "Fox.", "red", "-", "d'or", "été", "\u2003", "\n"]),
    max_size=8,
).map(" ".join)


@given(answer=WORDS | st.text(max_size=20), truth=WORDS)
@settings(max_examples=300, deadline=None)
def test_english_equals_the_official_definition(answer: str, truth: str) -> None:
    assert both(answer, truth) == pytest.approx(oracle(answer, truth))


def test_an_answer_of_squad_in_portuguese_matches_itself() -> None:
    folder = Path(__file__).parents[1].parent / "shared" / "data" / "faquad"
    files = sorted(folder.glob("*.json"))
    if not files:
        pytest.skip("the FaQuAD material is not at hand")
    answers = [
        answer["text"]
        for article in json.loads(files[0].read_text(encoding="utf-8"))["data"]
        for paragraph in article["paragraphs"]
        for question in paragraph["qas"]
        for answer in question["answers"]
    ][:200]
    assert answers
    for answer in answers:
        assert both(f"O {answer.upper()}!", answer, language="pt") == (1, 1)
