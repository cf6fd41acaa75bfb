"""Findings of retrieval: each on its planted case, and silent on its twin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from etude.diagnosis import CHECKS, Evidence
from etude.diagnosis.passages import fates, is_right
from etude.records import Example, Finding, Message, Passage, Prediction
from findings import evidence

SEVERAL = {"language": "mul"}
PORTUGUESE = "Qual é o maior rio que nasce perto da cidade e corre para o mar?"
ENGLISH = "Which is the longest river that rises near the town and runs to the sea?"


def questions(count: int, text: str = ENGLISH) -> list[Example]:
    return [
        Example(
            f"q{n}", "task", (Message("user", text),), (f"river {n}",), gold_passages=(f"d{n}",)
        )
        for n in range(count)
    ]


def answer(number: int, ranks: str, text: str = "", **changes: Any) -> Prediction:
    """An answer; `ranks` has a letter per passage: G gold, o another, in capitals shown."""
    passages = tuple(
        Passage(
            f"d{number if sign.lower() == 'g' else 900 + rank}:0-50",
            1 / (rank + 1),
            sign.isupper(),
        )
        for rank, sign in enumerate(ranks)
    )
    return Prediction(
        f"q{number}", "rag", 13, text, 9, 3, "stop", 0.1, passages=passages, **changes
    )


def facts(**changes: Any) -> dict[str, Any]:
    """What is known of an index of English documents that is cut as English."""
    given = {
        "language": "en",
        "languages": {"en": 40, "unclear": 3},
        "settings": {"search": {"name": "bm25"}},
        "index": {"language": "en"},
        "depth": 4,
        "k": 2,
    }
    return given | changes


def made(answers: Sequence[Prediction], text: str = ENGLISH, **changes: Any) -> Evidence:
    given: dict[str, Any] = {
        "examples": questions(len(answers), text),
        "predictions": {"rag": {13: answers}},
        "retrieval": {"rag": facts()},
        "trained_with": {},
    }
    return evidence(**given | changes)


def right(count: int, ranks: str = "GO") -> list[Prediction]:
    return [answer(n, ranks, f"The river {n}.") for n in range(count)]


def wrong(count: int, ranks: str = "GO", first: int = 0) -> list[Prediction]:
    return [answer(n, ranks, "A mountain.") for n in range(first, first + count)]


def spanish_stems() -> Evidence:
    return made(right(12), retrieval={"rag": facts(index={"language": "es"})})


def portuguese_documents(search: str = "bm25") -> Evidence:
    about = facts(
        languages={"pt": 40}, index={"language": "pt"}, settings={"search": {"name": search}}
    )
    return made(right(12), retrieval={"rag": about})


def learnt(chunks: Sequence[str], **tuning: str) -> Evidence:
    return made(
        right(12), learnt_passages={"rag": frozenset(chunks)}, tunings={"rag": tuned(**tuning)}
    )


def tuned(**changes: str) -> dict[str, Any]:
    return {"examples": 60, "truncated_prompts": 0, "truncated_answers": 0, "steps": 30} | changes


def strange_gold(count: int) -> Evidence:
    """Nothing gold is found of the first `count` of twelve, whose gold no document is named."""
    gold = {
        "of": 12,
        "unknown": [f"q{n}" for n in range(count)],
        "first": "d0" if count else None,
        "documents": ["a.md", "b.md"],
    }
    answers = [*wrong(count, "OOoo"), *right(12)[count:]]
    return made(answers, retrieval={"rag": facts(gold=gold)})


CASES = [
    ("index-language", "stems of another language", spanish_stems(), made(right(12)), "warning"),
    (
        "index-language",
        "questions in another language",
        portuguese_documents(),
        made(
            right(12),
            PORTUGUESE,
            retrieval={"rag": facts(languages={"pt": 40}, index={"language": "pt"})},
        ),
        "warning",
    ),
    (
        "index-language",
        "by vectors it may be right",
        spanish_stems(),
        portuguese_documents("dense"),
        "warning",
    ),
    (
        "index-language",
        "too few to tell",
        spanish_stems(),
        made(
            right(12), retrieval={"rag": facts(index={"language": "es"}, languages={"en": 9})}
        ),
        "warning",
    ),
    (
        "index-language",
        "in one language of several",
        made(right(12), retrieval={"rag": facts(index=SEVERAL)}),
        made(right(12), retrieval={"rag": facts(index=SEVERAL, languages={"en": 20, "pt": 20})}),
        "note",
    ),
    (
        "gold-unknown",
        "all are",
        strange_gold(12),
        made(right(12)),
        "warning",
    ),
    ("gold-unknown", "one is", strange_gold(1), strange_gold(0), "note"),
    (
        "gold-not-retrieved",
        "what no document has is not missed",
        made(wrong(12, "OOoo")),
        strange_gold(12),
        "warning",
    ),
    (
        "gold-not-retrieved",
        "a fifth is missing",
        made([*right(8), *wrong(2, "OO", 8)]),
        made([*right(9), *wrong(1, "OO", 9)]),
        "warning",
    ),
    (
        "gold-not-retrieved",
        "wrong answers are the model's",
        made(wrong(12, "OOoo")),
        made(wrong(12)),
        "warning",
    ),
    (
        "gold-not-used",
        "half are wrong",
        made([*right(6), *wrong(6, first=6)]),
        made(right(12)),
        "warning",
    ),
    (
        "gold-not-used",
        "nothing gold was shown",
        made(wrong(12)),
        made(wrong(12, "OOgo")),
        "warning",
    ),
    ("passages-cut", "all are cut", made(right(12, "Go")), made(right(12)), "warning"),
    (
        "passages-cut",
        "one is cut",
        made([answer(0, "Go", "river 0"), *right(20)[1:]]),
        made(right(20, "GOoo")),
        "note",
    ),
    (
        "test-passages-learnt",
        "met in the tuning",
        learnt(["d3:0-50", "x:0-9"]),
        learnt(["x:0-50"]),
        "note",
    ),
    (
        "test-passages-learnt",
        "their text was learnt",
        learnt([f"d{n}:0-50" for n in range(6)], supervise="all"),
        made(right(12)),
        "warning",
    ),
]  # fmt: skip


def found(kind: str, given: Evidence) -> list[Finding]:
    return list(CHECKS[kind].look(given))


@pytest.mark.parametrize(
    ("kind", "planted", "twin", "level"),
    [(case[0], *case[2:]) for case in CASES],
    ids=[f"{case[0]}: {case[1]}" for case in CASES],
)
def test_it_fires_and_its_twin_is_silent(
    kind: str, planted: Evidence, twin: Evidence, level: str
) -> None:
    (finding,) = found(kind, planted)
    assert finding.kind == kind
    assert finding.level == level
    assert finding.approach == "rag"
    assert finding.what.startswith("rag: ")
    assert any(sign.isdigit() for sign in finding.evidence)
    assert finding.advice
    assert found(kind, twin) == []


def test_what_is_deeper_is_told_from_what_is_nowhere() -> None:
    (finding,) = found("gold-not-retrieved", made([*wrong(8, "OOgo"), *wrong(4, "OOoo", 8)]))
    assert finding.what == "rag: the retriever misses the gold passage of 12 of 12 questions."
    assert "Not among the first 2: 12, of which 8 are among the 4 recorded and 4 are not." in (
        finding.evidence
    )
    assert finding.advice.startswith("Raise retrieve.k (now 2)")
    (nowhere,) = found("gold-not-retrieved", made(wrong(12, "OOoo")))
    assert nowhere.advice.startswith("Try search: hybrid or dense")


def test_each_gold_passage_has_one_fate() -> None:
    answers = [
        answer(0, "OOoo", "river 0"),
        answer(1, "OOgo"),
        answer(2, "Og"),
        answer(3, "GO", "mountain"),
        answer(4, "OG", "It is the river 4 [2]."),
    ]
    assert fates(made(answers), "rag") == {
        "q0": "not found",
        "q1": "below k",
        "q2": "cut",
        "q3": "not used",
        "q4": "used",
    }


def test_an_answer_is_right_by_label_or_words() -> None:
    (example,) = questions(1)
    one = answer(0, "GO", "River 0!")
    assert is_right(example, one, "en")
    assert is_right(example, replace(one, text="they say that it is the river 0 there"), "en")
    assert not is_right(example, replace(one, text="they say that it is a mountain"), "en")
    assert not is_right(example, replace(one, text=""), "en")
    weight = replace(example, references=("1600 grams",))
    assert is_right(weight, replace(one, text="1,600 grams in all"), "en")
    assert not is_right(weight, replace(one, text="1800 grams"), "en")
    assert is_right(
        replace(example, references=("the red bridge",)), replace(one, text="red"), "en"
    )
    labelled = replace(example, label="good", references=("good",))
    assert is_right(labelled, replace(one, label="good"), "en")
    assert not is_right(labelled, replace(one, label="bad"), "en")


def test_long_answers_are_not_judged_by_their_words() -> None:
    long = [replace(item, references=("word " * 40,)) for item in questions(12)]
    assert found("gold-not-used", made(wrong(12), examples=long)) == []


def test_passages_that_gave_way_are_no_cut_prompts() -> None:
    answers = [answer(n, "Go", "river", truncated_tokens=20) for n in range(12)]
    assert found("truncated-prompts", made(answers)) == []
    whole = [answer(n, "GO", "river", truncated_tokens=20) for n in range(12)]
    assert len(found("truncated-prompts", made(whole))) == 1


def test_passages_in_use_alone_are_another_context() -> None:
    trained = {"passages": None, "prompt": "{text}"}
    used = {"passages": "3 of towns", "prompt": "{text}"}
    (finding,) = found(
        "template-drift",
        made(right(12), trained_with={"rag": trained}, contexts={"rag": used}),
    )
    assert finding.level == "note"
    assert "Set of passages: none in training, '3 of towns' in use" in finding.evidence
    same = made(right(12), trained_with={"rag": used}, contexts={"rag": used})
    assert found("template-drift", same) == []


def test_answers_that_say_nothing_are_told_from_wrong_ones() -> None:
    silent = [answer(n, "GO", "The passages do not say.") for n in range(7)]
    (finding,) = found("gold-not-used", made([*silent, *wrong(5, first=7)]))
    assert finding.what == (
        "rag: of 12 questions whose gold passage stood in the prompt, 12 are answered wrongly; 7 "
        "of them say that the passages do not hold it."
    )
