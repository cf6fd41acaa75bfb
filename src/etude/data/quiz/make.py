"""All questions on an article: made, checked, and taken in turns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from etude.data.articles import Article
from etude.data.quiz.cloze import clozes
from etude.data.quiz.dates import dates
from etude.data.quiz.definitions import definitions
from etude.data.quiz.facts import facts
from etude.data.quiz.pieces import pieces
from etude.data.quiz.question import LeftOut, Make, Question
from etude.data.quiz.sections import sections
from etude.data.quiz.subject import Subject, subject_of
from etude.data.quiz.words import WORDED, folded
from etude.errors import UserError

FORMAT = 2  # raised by hand when the same article gives other questions
Maker = Callable[[Subject], Iterator[Question | LeftOut]]

MAKERS: dict[Make, Maker] = {
    "definition": definitions,
    "fact": facts,
    "date": dates,
    "section": sections,
    "cloze": clozes,
    "text": pieces,
}
NEED_WORDS: tuple[Make, ...] = ("definition", "fact", "date")
LEFTOVERS = re.compile(r"[{}|<>\[\]]|https?:|\s{2}|\(\s*\)|\?\?")


@dataclass(frozen=True, slots=True)
class Made:
    """The questions on an article with their subject's text, and what was left out."""

    questions: tuple[Question, ...]
    left_out: tuple[LeftOut, ...]
    text: str


def make_questions(
    article: Article,
    make: Sequence[Make] = ("definition", "fact", "date", "section", "cloze"),
    per_article: int | None = None,
) -> Made:
    """Questions of the kinds `make`; the same article gives the same ones.

    With `per_article`, so many at most, of every kind in turn. UserError where a kind needs words
    of a language that none are known of.
    """
    if (refused := unworded(article.language, make)) is not None:
        raise UserError(refused)
    subject = subject_of(article)
    made: list[list[Question]] = []
    left: list[LeftOut] = []
    for kind in dict.fromkeys(make):
        held = []
        for item in MAKERS[kind](subject):
            reason = problem(item, subject) if isinstance(item, Question) else None
            if isinstance(item, LeftOut):
                left.append(item)
            elif reason is not None:
                left.append(LeftOut(kind, reason, item.question))
            else:
                held.append(item)
        made.append(held)
    made = _agreeing(made, left)
    turns = [item for row in zip_longest(*made) for item in row if item is not None]
    chosen = set(map(id, turns[:per_article]))
    kept = tuple(item for row in made for item in row if id(item) in chosen)
    return Made(kept, tuple(left), subject.text)


def unworded(language: str, make: Sequence[Make]) -> str | None:
    """Why some kinds of questions cannot be made of articles in a language; None where all can."""
    wanting = [kind for kind in make if kind in NEED_WORDS]
    if not wanting or language.partition("-")[0] in WORDED:
        return None
    possible = ", ".join(kind for kind in MAKERS if kind not in NEED_WORDS)
    said = f"are in '{language}'" if language else "name no language"
    return (
        f"Questions of the kind {wanting[0]} are written in Portuguese (pt) and English (en), "
        f"but the articles {said}: set make to some of {possible}."
    )


def problem(item: Question, subject: Subject) -> str | None:
    """What is wrong with a question, if something is."""
    if item.make == "text":
        return None
    if LEFTOVERS.search(item.question) or any(LEFTOVERS.search(text) for text in item.answers):
        return "markup is left in it"
    asked = f" {_bare(item.question)} "
    for answer in item.answers:
        words = _bare(answer)
        if not words or f" {words} " in asked:
            return "the answer stands in the question"
    return None


def _bare(text: str) -> str:
    return re.sub(r"[^\w]+", " ", folded(text)).strip()


def _agreeing(made: list[list[Question]], left: list[LeftOut]) -> list[list[Question]]:
    """Every question once; one with two different answers not at all."""
    answers: dict[str, set[str]] = {}
    for item in (item for row in made for item in row if item.make != "text"):
        found = {folded(answer) for answer in item.answers}
        known = answers.setdefault(item.question, found)
        answers[item.question] = known & found  # empty: nothing that both say
    seen: set[str] = set()
    kept: list[list[Question]] = []
    for row in made:
        kept.append([])
        for item in row:
            if item.make != "text" and not answers[item.question]:
                left.append(LeftOut(item.make, "two answers to one question", item.question))
            elif item.make == "text":  # its heading may be a question of another kind
                kept[-1].append(item)
            elif item.question in seen:
                left.append(LeftOut(item.make, "asked already", item.question))
            else:
                seen.add(item.question)
                kept[-1].append(item)
    return kept
