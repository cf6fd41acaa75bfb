"""Questions on notes, scales, intervals, chords and keys, with computed answers."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from etude.music.facts import ROOTS, TOPICS, Fact, said
from etude.music.names import LANGUAGES, Language, read_note
from etude.music.wordings import QUESTIONS, blanks

# No file stands behind these questions: whoever changes what is asked or in which words raises
# `etude.data.prepare.FORMAT`, or runs that hold the old questions would keep them.
SEED = 13
# Roots that the demo's study holds out. G# and Ab sound the same, and so do C# and Db: one of them
# learnt would half give the other away.
TEST_ROOTS = ("E", "Ab", "G#")
DEV_ROOTS = ("A", "Db", "C#")


@dataclass(frozen=True, slots=True)
class Question:
    """A question and its only right answer.

    `root` is the note it is about, as English spells it. `fact` is the same for all questions that
    ask the same thing, in whatever words and language.
    """

    id: str
    topic: str
    root: str
    language: Language
    fact: str
    question: str
    answer: str


def make_questions(
    count: int,
    seed: int = SEED,
    languages: Sequence[Language] = LANGUAGES,
    topics: Sequence[str] = tuple(TOPICS),
    dev_roots: Collection[str] = DEV_ROOTS,
    test_roots: Collection[str] = TEST_ROOTS,
) -> list[Question]:
    """`count` different questions in an order by chance, the same for the same arguments.

    Roots, languages and topics have as nearly equal shares as their facts allow; a fact comes
    again in other words only when a topic has no other left. A fact that relates two roots is
    asked of the one that is held out further only: with E a test root, training is not told that
    the relative minor of G major is E minor. Fewer than `count` are given where there are no more.
    """
    chance = random.Random(f"{seed}")  # noqa: S311 - a choice of questions, no secret
    held_out = dict.fromkeys(dev_roots, 1) | dict.fromkeys(test_roots, 2)
    stacks = [
        _in_many_words(_facts(root, topic, held_out), language, chance)
        for root in ROOTS
        for language in dict.fromkeys(languages)
        for topic in dict.fromkeys(topics)
    ]
    chosen: list[Question] = []
    while stacks and len(chosen) < count:
        chance.shuffle(stacks)
        drawn = [(next(stack, None), stack) for stack in stacks]
        chosen += [question for question, _ in drawn if question is not None]
        stacks = [stack for question, stack in drawn if question is not None]
    del chosen[count:]
    chance.shuffle(chosen)
    return chosen


def _facts(root: str, topic: str, held_out: dict[str, int]) -> list[Fact]:
    own = held_out.get(root, 0)
    return [
        fact
        for fact in TOPICS[topic](read_note(root))
        if fact.partner is None or held_out.get(str(fact.partner), 0) <= own
    ]


def _in_many_words(
    facts: list[Fact], language: Language, chance: random.Random
) -> Iterator[Question]:
    """Every fact in one wording, then every fact in another, until none is left."""
    orders = []
    for fact in facts:
        numbers = list(range(len(QUESTIONS[language][fact.wording])))
        chance.shuffle(numbers)
        orders.append((fact, numbers))
    while orders:
        chance.shuffle(orders)
        for fact, numbers in orders:
            yield _question(fact, language, numbers.pop())
        orders = [(fact, numbers) for fact, numbers in orders if numbers]


def _question(fact: Fact, language: Language, number: int) -> Question:
    return Question(
        id=f"{fact.id}-{language}-{number + 1}",
        topic=fact.topic,
        root=str(fact.root),
        language=language,
        fact=fact.id,
        question=QUESTIONS[language][fact.wording][number].format_map(blanks(fact, language)),
        answer=said(fact.answer, language),
    )
