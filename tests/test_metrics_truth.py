"""Truth: facts stated, figures held against facts and passage, apart from length and language."""

from __future__ import annotations

import json
import math
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import etude
from brazil_answers import ANSWERS
from etude.config.study import Compare
from etude.errors import UserError
from etude.evaluate import evaluate
from etude.metrics import METRICS, Case, Means, check_needs
from etude.metrics.figures import LAST_YEAR, figures
from etude.metrics.truth import Facts, facts_of, judge
from etude.records import Example, Message, Prediction

MONTHS = (
    *("janeiro", "fevereiro", "março", "abril", "maio", "junho"),
    *("julho", "agosto", "setembro", "outubro", "novembro", "dezembro"),
)
QUESTIONS = Path(etude.__file__).parent / "recipes" / "material" / "brazil.jsonl"


def questions() -> dict[str, Example]:
    rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    return {
        row["id"]: Example(
            row["id"],
            "brazil",
            (Message("user", row["instruction"]),),
            tuple(filter(None, (row["response"], row["response2"], row["response3"]))),
            gold_passages=(row["passage"],),
            metadata={**row, "facts": json.dumps(row["facts"], ensure_ascii=False)},
        )
        for row in rows
    }


ASKED = questions()


def prediction(identity: str, text: str) -> Prediction:
    return Prediction(identity, "lora", 13, text, 9, 3, "stop", 0.1)


def value(name: str, identity: str, text: str) -> float:
    measured = METRICS[name].measure([ASKED[identity]], [prediction(identity, text)], "pt")
    assert measured.values is not None
    return float(measured.values[0])


def planted(*kinds: str) -> list[tuple[str, str]]:
    return [
        (identity, text)
        for identity, answers in ANSWERS.items()
        for kind in kinds
        for text in answers[kind]
    ]


def test_every_question_has_answers_of_every_kind() -> None:
    assert set(ANSWERS) == set(ASKED)
    assert all(all(kinds.values()) and len(kinds) == 5 for kinds in ANSWERS.values())


@pytest.mark.parametrize(("identity", "text"), planted("short", "long", "english"))
def test_a_right_answer_has_all_truth_at_any_length_in_any_language(
    identity: str, text: str
) -> None:
    assert value("truth", identity, text) == 1


@pytest.mark.parametrize(("identity", "text"), planted("wrong", "extra"))
def test_a_wrong_answer_has_less_however_long(identity: str, text: str) -> None:
    assert value("truth", identity, text) < 1


def test_every_wrong_answer_is_below_every_right_short_one() -> None:
    right = [value("truth", identity, text) for identity, text in planted("short")]
    wrong = [value("truth", identity, text) for identity, text in planted("wrong", "extra")]
    assert max(wrong) < min(right)
    # Overlap alone puts long wrong answers above short right ones: that is what truth is for.
    overlap = [value("rouge-1", identity, text) for identity, text in planted("wrong", "extra")]
    brief = [value("rouge-1", identity, text) for identity, text in planted("short")]
    assert max(overlap) > min(brief)


def test_the_references_are_true_and_supported_by_the_passage() -> None:
    for identity, example in ASKED.items():
        assert all(value("truth", identity, text) == 1 for text in example.references)
        # The passage itself states what is asked for: an answer can be read off it.
        judged = judge(example, example.metadata["context"])
        assert judged is not None
        assert judged.contradictions == ()


@pytest.mark.parametrize(("identity", "text"), planted("english"))
def test_language_is_told_apart_from_truth(identity: str, text: str) -> None:
    found = value("right-language", identity, text)
    assert math.isnan(found) or found == 0


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("25 de março de 1824", (1824, 3, 25)),
        ("25 DE MARCO DE 1824.", (1824, 3, 25)),
        ("25/03/1824", (1824, 3, 25)),
        ("25.03.1824", (1824, 3, 25)),
        ("1824-03-25", (1824, 3, 25)),
        ("03/25/1824", (1824, 3, 25)),
        ("March 25, 1824", (1824, 3, 25)),
        ("the 25th of March, 1824", (1824, 3, 25)),
        ("25 de marzo de 1824", (1824, 3, 25)),
        ("1º de março de 1870", (1870, 3, 1)),
        ("em março de 1824", (1824, 3, None)),
        ("no dia 13 de maio", (None, 5, 13)),
        ("em 1824", (1824, None, None)),
    ],
)
def test_dates_in_their_forms(text: str, date: tuple[int | None, ...]) -> None:
    assert [figure.date for figure in figures(text)] == [date]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("700 mil", 7e5),
        ("700.000", 7e5),
        ("700,000", 7e5),
        ("700 000", 7e5),
        ("7,5 milhões", 7.5e6),
        ("7.5 million", 7.5e6),
        ("1.234.567,5", 1234567.5),
        ("27", 27),
        ("8.515", 8515),
        ("8.515", 8.515),
        ("3500", 3500),
    ],
)
def test_numbers_in_their_forms(text: str, number: float) -> None:
    (figure,) = figures(text)
    assert number in figure.readings


@pytest.mark.parametrize(
    "text", ["[2]", "[1, 3]", "1. Brasília", "o século XIX", "", "sem números"]
)
def test_what_is_no_figure(text: str) -> None:
    assert figures(text) == ()


def test_ranges_and_impossible_dates() -> None:
    assert [figure.date[0] for figure in figures("1930-45 e 1951–1954")] == [1930, 1945, 1951, 1954]
    assert all(figure.readings or figure.date[1] is None for figure in figures("45/13/1824"))


@given(st.dates(min_value=date(1000, 1, 1), max_value=date(LAST_YEAR, 12, 31)))
def test_a_date_is_the_same_in_all_its_forms(day: date) -> None:
    parts = (day.year, day.month, day.day)
    names = (
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"
    )
    written = f"{day.day} de {names.split()[day.month - 1]} de {day.year}"
    for text in (written, day.isoformat(), f"{day:%d/%m/}{day.year}"):
        assert [figure.date for figure in figures(f"em {text}, diz-se")] == [parts]


@given(st.text(max_size=60))
def test_any_text_is_read(text: str) -> None:
    for figure in figures(text):
        assert figure.holds(figure)


def example(facts: str, context: str = "", question: str = "Quando?") -> Example:
    return Example(
        "q",
        "t",
        (Message("user", question),),
        ("x",),
        metadata={"facts": facts, "context": context},
    )


@pytest.mark.parametrize(
    ("facts", "context", "answer", "truth"),
    [
        ("1822", "", "Foi em 1822.", 1),
        ("1822", "", "Foi em 7 de setembro de 1822.", 1),  # more exact than what is known
        ("7 de setembro de 1822", "", "Foi em 1822.", 0),  # right, and too little
        ("7 de setembro de 1822", "", "8 de setembro de 1822, não 7 de setembro de 1822", 0),
        ("Brasília", "", "Brasília, com 40 bairros", 1),  # nothing is known of numbers
        ("Brasília", "tem 35 bairros", "Brasília, com 40 bairros", 0),
        ("Brasília", "tem 35 bairros", "Brasília, com 35 bairros [1]", 1),
        ("Brasília|DF; 1960", "", "DF, 1960", 1),
        ("Brasília; 1960", "", "Brasília", 0.5),
        ("Brasília; 1960", "", "Brasília, 1961", 0),
        ("Pedro I", "", "Pedro II", 0),
        ("Pedro I; !rei de Roma", "", "Pedro I, rei de Roma", 0),
        ("Pedro I; ?1831", "1822", "Pedro I, até 1831", 1),
        ("São João", "", "sao joao", 1),
        ("700 mil", "", "cerca de 700.000 pessoas", 1),
        ("700 mil", "", "cerca de 4 milhões de pessoas", 0),
    ],
)
def test_the_formula(facts: str, context: str, answer: str, truth: float) -> None:
    judged = judge(example(facts, context), answer)
    assert judged is not None
    assert judged.value == truth


def test_the_questions_own_figures_are_no_contradiction() -> None:
    asked = example("Washington Luís", "deposto em 24 de outubro de 1930", "Na Revolução de 1930?")
    judged = judge(asked, "Na Revolução de 1930, Washington Luís")
    assert judged is not None
    assert judged.value == 1


def test_facts_in_a_text_and_in_an_array() -> None:
    wanted = Facts((("a", "b"), ("c",)), (("d",),), (("e", "f"),))
    assert facts_of({"facts": "a|b; c; ?d; !e|f;"}) == wanted
    assert facts_of({"facts": '["a|b", "c", "?d", "!e | f"]'}) == wanted
    assert facts_of({"facts": ""}) == facts_of({}) == Facts(())
    assert facts_of({"facts": "[a"}) == Facts((("[a",),))


def test_examples_without_facts_are_left_out_and_counted() -> None:
    examples = [example("1822"), example(""), example("1889")]
    answers = [prediction("q", "1822"), prediction("q", "1822"), prediction("q", "1888")]
    measured = METRICS["truth"].measure(examples, answers, "pt")
    assert measured.values is not None
    assert measured.values.tolist() == pytest.approx([1, math.nan, 0], nan_ok=True)
    total = measured.aggregate(measured.statistics.sum(axis=0, keepdims=True))
    assert total.tolist() == [0.5]
    assert math.isnan(measured.aggregate(np.zeros((1, 2)))[0])
    assert METRICS["truth"].signature("pt", examples) == (
        "max(0, facts stated - contradictions) / facts, figures by value, words folded, of 2 of 3 "
        "examples (the others have no facts)"
    )


def test_a_test_split_without_facts_is_refused() -> None:
    with pytest.raises(UserError) as error:
        check_needs(METRICS["truth"], [example("")], [prediction("q", "x")])
    assert str(error.value) == (
        "truth compares answers with facts, but no test example has any: give the source's rows a "
        "column 'facts', or remove truth from metrics"
    )


def test_where_a_value_comes_from() -> None:
    asked = ASKED["abolicao"]
    answer = prediction("abolicao", ANSWERS["abolicao"]["wrong"][0])
    told = METRICS["truth"].tell(Case([asked], [answer], 0, "pt", Means()))
    assert told.steps == (
        ("1 facts stated", "13 de maio de 1888"),
        ("0 facts missing", "none"),
        ("1 contradictions", "4 milhoes"),
        ("truth", "max(0, 1 - 1) / 1 = 0"),
    )
    nothing = METRICS["truth"].tell(Case([example("")], [answer], 0, "pt", Means()))
    assert nothing.steps == (("value", "left out: the example has no facts"),)


def test_an_approach_that_writes_longer_and_wrong_does_not_win() -> None:
    examples = list(ASKED.values())
    short = [prediction(item.id, ANSWERS[item.id]["short"][0]) for item in examples]
    long = [prediction(item.id, ANSWERS[item.id]["wrong"][0]) for item in examples]
    found = evaluate(
        examples,
        {"base": {13: short}, "tuned": {13: long}},
        ["truth", "length-ratio"],
        Compare(resamples=200),
        "pt",
        13,
        grouped=False,
    )
    assert found.best == "base"
    assert found.score("base", "truth").value == 1
    assert found.score("tuned", "truth").value < 0.2
    assert found.score("tuned", "length-ratio").value > found.score("base", "length-ratio").value
