"""Truth: which facts an answer states, less what it says against them; apart from its length.

The facts stand in the example's column `facts`: several, in a JSON array or with semicolons between
them, each with its other wordings after bars:

    25 de março de 1824; Dom Pedro I|Pedro I; ?1889; !eleito em 1929|venceu a eleição

A fact is stated where one of its wordings is found in the answer: a date, a year or a number by its
value (`etude.metrics.figures`), anything else as a run of words, whatever their case and accents.
With `?` it need not be stated and is right all the same; with `!` it is a known error.

    truth = max(0, facts stated - contradictions) / facts

Contradictions are known errors that the answer makes, and figures in it that agree with nothing
known: no fact, nothing in the gold passage (column `context`) or in the question. A full date is
held against the known dates and, where none is known, against the years; a year against the years;
a number against the numbers. A figure of a kind that nothing is known of is not held against it.

So a right answer of one word has 1, a long one with the wrong date 0, and a right one in another
language 1, if the facts have its wordings: language, form and groundedness have metrics of their
own. What it does not see: negation ("it was not Brasília"), wrong statements without figures that
are not listed under `!`, figures written as words. A true figure that neither facts nor passage
have is counted against the answer: list it under `?`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from etude.metrics.figures import Figure, figures, folded
from etude.metrics.metric import Case, Means, Measured, Told, mean
from etude.metrics.words import words
from etude.metrics.writing import listed
from etude.records import Example, Prediction

FACTS = "facts"
CONTEXT = "context"


@dataclass(frozen=True, slots=True)
class Facts:
    """The wordings of what must be said, of what may be said, and of what is wrong."""

    asked: tuple[tuple[str, ...], ...]
    allowed: tuple[tuple[str, ...], ...] = ()
    errors: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """What was made of an answer: wordings of stated facts, missing facts, contradictions."""

    stated: tuple[str, ...]
    missing: tuple[str, ...]
    contradictions: tuple[str, ...]

    @property
    def value(self) -> float:
        asked = len(self.stated) + len(self.missing)
        return max(0, len(self.stated) - len(self.contradictions)) / asked


def truth(
    examples: Sequence[Example], predictions: Sequence[Prediction], language: str, means: Means
) -> Measured:
    """Facts stated less contradictions, as a share of the facts; the mean of examples with facts.

    Examples whose row has no facts are left out (their value is nan).
    """
    statistics = np.zeros((len(examples), 2))
    values = np.full(len(examples), np.nan)
    for row, (example, prediction) in enumerate(zip(examples, predictions, strict=True)):
        if judged := judge(example, prediction.text):
            values[row] = judged.value
            statistics[row] = judged.value, 1
    return Measured(statistics, values, mean)


def judge(example: Example, answer: str) -> Judged | None:
    """What an answer states and what it contradicts; None where the example has no facts."""
    facts = facts_of(example.metadata)
    if not facts.asked:
        return None
    said, text = distinct(answer), bare(answer)
    found = [(fact, stated(fact, said, text)) for fact in facts.asked]
    wrong = [wording for fact in facts.errors if (wording := stated(fact, said, text))]
    known = known_figures(example, facts)
    return Judged(
        tuple(wording for _, wording in found if wording),
        tuple(fact[0] for fact, wording in found if not wording),
        (*wrong, *(figure.written for figure in said if contradicts(figure, known))),
    )


def facts_of(metadata: Mapping[str, str]) -> Facts:
    """The facts of an example, from its column."""
    kinds: dict[str, list[tuple[str, ...]]] = {"": [], "?": [], "!": []}
    for text in _items(metadata.get(FACTS, "").strip()):
        mark = text[0] if text[:1] in ("?", "!") else ""
        wordings = tuple(part.strip() for part in text.removeprefix(mark).split("|"))
        if kept := tuple(filter(None, wordings)):
            kinds[mark].append(kept)
    return Facts(tuple(kinds[""]), tuple(kinds["?"]), tuple(kinds["!"]))


def _items(column: str) -> list[str]:
    """The single facts of a column: an array, which is held as JSON, or a text."""
    if column.startswith("["):
        try:
            return [str(item).strip() for item in json.loads(column)]
        except json.JSONDecodeError:
            pass  # no array: a fact that begins with a bracket
    return [item.strip() for item in column.split(";")]


def known_figures(example: Example, facts: Facts) -> tuple[Figure, ...]:
    """The figures of the facts, of the gold passage and of the question."""
    wordings = [text for fact in (*facts.asked, *facts.allowed) for text in fact]
    asked = [turn.content for turn in example.messages if turn.role == "user"][-1:]
    texts = [*wordings, example.metadata.get(CONTEXT, ""), *asked]
    return tuple(figure for text in texts for figure in figures(text))


def distinct(text: str) -> tuple[Figure, ...]:
    """The figures of a text, each value once."""
    return tuple({figure.value: figure for figure in figures(text)}.values())


def bare(text: str) -> str:
    """The words of a text, folded, with a space round each."""
    return f" {' '.join(words(folded(text)))} "


def stated(wordings: tuple[str, ...], said: Sequence[Figure], text: str) -> str:
    """The wording of a fact that an answer (its figures, its bare words) has; "" if none."""
    for wording in wordings:
        only = figure_of(wording)
        if any(figure.holds(only) for figure in said) if only else bare(wording) in text:
            return wording
    return ""


def figure_of(wording: str) -> Figure | None:
    """The figure that a wording is, where it is nothing else."""
    found = figures(wording)
    if len(found) != 1 or bare(found[0].written) != bare(wording):
        return None
    return found[0]


def contradicts(said: Figure, known: Sequence[Figure]) -> bool:
    """Whether figures of its kind are known and none of them agrees."""
    if any(figure.holds(said) for figure in known):
        return False
    if said.readings:
        return any(figure.readings for figure in known)
    year, month, day = said.date
    if any(_has(figure, said) for figure in known):
        return True  # others are known as exactly
    if year is None:
        return False
    years = {figure.date[0] for figure in known} - {None}
    exact = month is not None or day is not None
    return bool(years) and not (exact and year in years)


def _has(known: Figure, said: Figure) -> bool:
    """Whether a known date has all parts that are said."""
    pairs = zip(known.date, said.date, strict=True)
    return all(mine is not None for mine, part in pairs if part is not None)


def truth_signature(language: str, examples: Sequence[Example], means: Means) -> str:
    """What is compared, and in how many of the examples there are facts."""
    sign = "max(0, facts stated - contradictions) / facts, figures by value, words folded"
    if not examples:
        return sign
    having = sum(bool(facts_of(example.metadata).asked) for example in examples)
    if having == len(examples):
        return sign
    return f"{sign}, of {having} of {len(examples)} examples (the others have no facts)"


def told(case: Case) -> Told:
    """Facts stated and missing, contradictions, and the formula with its numbers."""
    judged = judge(case.example, case.prediction.text)
    columns, formula = ("sum of values", "examples with facts"), "sum of values / examples"
    if judged is None:
        return Told((("value", "left out: the example has no facts"),), columns, formula)
    stated_count, wrong = len(judged.stated), len(judged.contradictions)
    asked = stated_count + len(judged.missing)
    return Told(
        (
            (f"{stated_count} facts stated", listed(judged.stated)),
            (f"{len(judged.missing)} facts missing", listed(judged.missing)),
            (f"{wrong} contradictions", listed(judged.contradictions)),
            ("truth", f"max(0, {stated_count} - {wrong}) / {asked} = {judged.value:.6g}"),
        ),
        columns,
        formula,
    )
