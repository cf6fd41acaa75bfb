"""What joins the report: words that differ, examples to read first, and their place on the page."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etude.reading import marked
from etude.report.differing import Piece, differing
from etude.report.highlights import highlights
from etude.report.joined_view import joined_view, rating_row
from etude.report.page import page
from report_material import make_answers as answers
from report_material import make_report as report

WORDS = st.lists(
    st.sampled_from(["the", "cat", "sat", "on", "a", "mat.", "😀", "não"]), max_size=12
)


def whole(pieces: list[Piece], *kinds: str) -> str:
    return "".join(piece.text for piece in pieces if piece.kind in kinds)


class TestDiffering:
    def test_a_word_in_place_of_another(self) -> None:
        assert differing("The cat sat here.", "The dog sat here.") == [
            Piece("same", "The"),
            Piece("gone", " cat"),
            Piece("added", " dog"),
            Piece("same", " sat here."),
        ]

    def test_a_mark_begins_at_a_letter(self) -> None:
        piece = Piece("added", "\n  dog and cat")
        assert (piece.space, piece.word) == ("\n  ", "dog and cat")

    def test_white_space_is_no_difference(self) -> None:
        pieces = differing("a  b\nc", "a b c")
        assert pieces is not None
        assert {piece.kind for piece in pieces} == {"same"}

    def test_texts_with_little_in_common_are_not_marked(self) -> None:
        assert differing("one two three four five six", "seven eight nine ten") is None

    def test_long_texts_are_not_compared(self) -> None:
        assert differing("a " * 1501, "a " * 1501) is None

    @given(first=WORDS, second=WORDS, space=st.sampled_from([" ", "  ", "\n"]))
    def test_the_pieces_hold_both_texts(
        self, first: list[str], second: list[str], space: str
    ) -> None:
        before, after = space.join(first), space.join(second) + space
        pieces = differing(before, after)
        if pieces is not None:
            assert whole(pieces, "same", "added") == after
            assert whole(pieces, "same", "gone").split() == before.split()

    def test_on_a_terminal(self) -> None:
        assert marked("The cat sat here.", "The dog sat here.") == ("The [-cat-] {+dog+} sat here.")
        assert marked(None, "The dog.") == "The dog."


def scores(**by_name: list[float]) -> dict[tuple[str, str], dict[str, float]]:
    return {
        (name, "rouge-l"): {f"e{n}": value for n, value in enumerate(values)}
        for name, values in by_name.items()
    }


def ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["example"] for row in rows]


class TestHighlights:
    def test_planted_examples(self) -> None:
        values = scores(base=[0.5, 0.5, 0.5, 0.5, 0.5], tuned=[0.9, 0.1, 0.5, 0.6, 0.3])
        found = highlights(values, "base", "rouge-l", ["rouge-l"], count=2)
        assert found is not None
        tuned = found["approaches"]["tuned"]
        assert ids(tuned["best"]) == ["e0", "e3"]
        assert ids(tuned["worst"]) == ["e1", "e4"]
        assert ids(tuned["improved"]) == ["e0", "e3"]
        assert ids(tuned["harmed"]) == ["e1", "e4"]
        assert tuned["counts"] == {"improved": 2, "harmed": 2, "of": 5}
        assert tuned["best"][0] == {"example": "e0", "score": 0.9, "baseline": 0.5}

    def test_the_baseline_is_not_set_against_itself(self) -> None:
        found = highlights(scores(base=[0.1, 0.2]), "base", "rouge-l", ["rouge-l"])
        assert found is not None
        assert "improved" not in found["approaches"]["base"]

    def test_what_is_alike_is_neither_improved_nor_harmed(self) -> None:
        found = highlights(scores(base=[0.1], tuned=[0.1]), "base", "rouge-l", ["rouge-l"])
        assert found is not None
        assert found["approaches"]["tuned"]["improved"] == []
        assert found["approaches"]["tuned"]["harmed"] == []

    def test_lower_may_be_better(self) -> None:
        values = {
            (name, "perplexity"): dict(zip("ab", numbers, strict=True))
            for name, numbers in (("base", (5.0, 5.0)), ("tuned", (2.0, 9.0)))
        }
        found = highlights(values, "base", "perplexity", ["perplexity"])
        assert found is not None
        tuned = found["approaches"]["tuned"]
        assert (ids(tuned["best"])[0], ids(tuned["improved"])) == ("a", ["a"])
        assert (ids(tuned["worst"])[0], ids(tuned["harmed"])) == ("b", ["b"])

    def test_another_metric_where_the_deciding_one_has_no_values(self) -> None:
        values = scores(base=[0.1]) | {("base", "bleu"): {}}
        found = highlights(values, "base", "bleu", ["bleu", "rouge-l"])
        assert found is not None
        assert (found["metric"], found["deciding"]) == ("rouge-l", "bleu")

    def test_nothing_without_values(self) -> None:
        assert highlights({("base", "bleu"): {}}, "base", "bleu", ["bleu"]) is None


RATING: dict[str, Any] = {
    "pair": ["base", "lora"],
    "raters": {"ana": 10, "rui": 4},
    "ratings": 14,
    "examples": 10,
    "of": 12,
    "alike": 2,
    "stale": 1,
    "first": 1,
    "second": 12,
    "ties": 1,
    "win_rate": 0.1,
    "low": 0.02,
    "high": 0.4,
    "confidence": 0.95,
    "agreement": [{"raters": ["ana", "rui"], "n": 4, "share": 0.75, "kappa": 0.5}],
}


class TestRatings:
    def test_told_from_the_side_that_is_not_the_baseline(self) -> None:
        row = rating_row(RATING, swapped=True)
        assert (row["first"], row["second"]) == ("lora", "base")
        assert (row["rate"], row["interval"]) == ("90%", "[60%, 98%]")
        assert (row["wins"], row["ties"], row["losses"]) == ("12", "1", "1")
        assert row["said"] == "lora is preferred"
        assert row["agreement"] == ["ana and rui agree on 75% of 4 examples; Cohen's kappa 0.50."]

    def test_as_it_is(self) -> None:
        row = rating_row(RATING, swapped=False)
        assert (row["first"], row["rate"], row["said"]) == ("base", "10%", "lora is preferred")

    def test_nothing_is_settled_around_a_half(self) -> None:
        assert rating_row(RATING | {"high": 0.6}, swapped=False)["said"] == "not settled"


@pytest.fixture
def joined() -> dict[str, Any]:
    """A report with every part that joins it."""
    whole = report()
    names = list(whole["approaches"])
    base, other = whole["baseline"], next(n for n in names if n != whole["baseline"])
    given = answers(whole)
    example = given[0]["id"]
    metric = next(iter(whole["metrics"]))
    row = {"example": example, "score": 0.5, "baseline": 0.25}
    cell = {"value": 0.5, "low": 0.4, "high": 0.6, "n": 10, "alike": [], "change": None}
    change = {
        "before": 0.25, "from": None, "difference": 0.25, "low": 0.1, "high": 0.4, "better": True
    }  # fmt: skip
    task = {
        "metric": "acc", "better": "higher", "shots": 5, "version": "1", "harness": "0.4.13",
        "documents": 20, "notes": ["Cut."],
        "scores": {base: cell, other: cell | {"change": change}},
    }  # fmt: skip
    whole |= {
        "asked": [
            {
                "input": "What <is> it?",
                "expected": "It is a cat.",
                "answers": {
                    base: {"text": "It is a cat.", "finish": "stop", "answer_tokens": 5},
                    other: {"text": "It is a <b>dog</b>.", "finish": "length", "answer_tokens": 5},
                },
                "before": {other: {"text": "", "finish": "stop", "answer_tokens": 1}},
            }
        ],
        "highlights": {
            "metric": metric,
            "deciding": metric,
            "baseline": base,
            "approaches": {
                other: {
                    "best": [row],
                    "worst": [row],
                    "improved": [row],
                    "harmed": [],
                    "counts": {"improved": 1, "harmed": 0, "of": 1},
                }
            },
        },
        "ratings": [RATING | {"pair": [base, other]}],
        "benchmarks": {
            "tasks": {
                "mmlu": task | {"tasks": ["mmlu_anatomy"]},
                "mmlu_anatomy": task | {"tasks": []},
                "cola": task | {"tasks": []},
            },
            "failures": {"lora": "mmlu_virology could not be scored: because."},
        },
    }
    return whole


def section(text: str, name: str) -> str:
    found = re.search(rf'<section id="{name}">.*?</section>', text, re.DOTALL)
    assert found is not None
    return " ".join(found[0].split())


class TestPage:
    def test_what_was_asked(self, joined: dict[str, Any]) -> None:
        text = section(page(joined, answers(joined)), "asked")
        assert "1. What &lt;is&gt; it?" in text
        assert "<del>cat.</del> <ins>&lt;b&gt;dog&lt;/b&gt;.</ins>" in text
        assert "Before tuning" in text
        assert "(an empty answer)" in text
        assert "Cut off at the length limit." in text

    def test_marks_are_told_to_those_who_do_not_see_them(self, joined: dict[str, Any]) -> None:
        text = page(joined, answers(joined))
        assert 'ins::before { content: " [only here: "; }' in text
        assert "text-decoration: line-through" in text

    def test_examples_to_read_first(self, joined: dict[str, Any]) -> None:
        text = section(page(joined, answers(joined)), "highlights")
        assert "Most improved" in text
        assert "Most harmed" not in text
        assert "1 of 1 examples improved, 0 harmed" in text

    def test_ratings(self, joined: dict[str, Any]) -> None:
        text = section(page(joined, answers(joined)), "ratings")
        assert "90%" in text
        assert "A tie counts half" in text
        assert "1 ratings of" in text

    def test_benchmarks(self, joined: dict[str, Any]) -> None:
        text = section(page(joined, answers(joined)), "benchmarks")
        assert "The 1 tasks of mmlu" in text
        assert "+0.250 better" in text
        assert "before tuning 0.250" in text
        assert "10 of 20 documents, 5 shots" in text
        assert "mmlu_virology could not be scored: because." in text
        view = joined_view(joined, answers(joined))["benchmarks"]
        assert [row["name"] for row in view["rows"]] == ["mmlu", "cola"]

    def test_a_report_from_before_these_parts(self) -> None:
        text = page(report(), answers(report()))
        for name in ("asked", "highlights", "ratings", "benchmarks"):
            assert f'id="{name}"' not in text
            assert f'href="#{name}"' not in text
