"""Prose about music theory, for a model to read before it is ever asked.

Only facts about the given roots are told, so that the roots of a test stay unknown. Both functions
go on without end (take what is needed with `itertools.islice`) and repeat themselves in time.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence

from etude.music.enquiries import ENQUIRIES
from etude.music.facts import INTERVALS, ROOTS, TOPICS, Degree, Fact, Signature, Value, said
from etude.music.names import Language, read_note
from etude.music.sentences import NUMBERS, SIZES, SPEAKERS, STATEMENTS
from etude.music.theory import Interval
from etude.music.wordings import blanks, with_article

Topic = list[Fact]


def prose(roots: Iterable[str], language: Language, chance: random.Random) -> Iterator[str]:
    """Sentences, paragraphs about one root and small dialogues, one text at a time.

    One sentence in thirty says how wide an interval is, which hangs on no root.
    """
    known = _by_root(roots)
    while known:
        shape = chance.random()
        if shape < 1 / 30:
            yield _size(language, chance)
            continue
        if shape < 0.5:
            yield _statement(_any(known, chance), language, chance)
            continue
        facts = _several(chance.choice(known), chance)
        if shape < 0.75:
            yield " ".join(_statement(fact, language, chance) for fact in facts)
            continue
        asks, answers = chance.choice(SPEAKERS[language])
        lines = []
        for fact in facts[:3]:
            question, answer = _exchange(fact, language, chance)
            lines += [f"{asks}: {question}", f"{answers}: {answer}"]
        yield "\n".join(lines)


def conversations(
    roots: Iterable[str], language: Language, chance: random.Random
) -> Iterator[tuple[str, str]]:
    """(question, answer), in other words than the recipe's, without end.

    One answer in three is as short as the recipe's, the others are sentences.
    """
    known = _by_root(roots)
    while known:
        yield _exchange(_any(known, chance), language, chance)


def _by_root(roots: Iterable[str]) -> list[list[Topic]]:
    """Root -> topic -> facts; a fact that says as much of a root not given is left out."""
    given = list(dict.fromkeys(str(read_note(root)) for root in roots))
    withheld = set(ROOTS) - set(given)
    by_root = []
    for root in given:
        topics = [
            [fact for fact in facts_of(read_note(root)) if str(fact.partner) not in withheld]
            for facts_of in TOPICS.values()
        ]
        by_root.append([facts for facts in topics if facts])
    return by_root


def _any(known: Sequence[Sequence[Topic]], chance: random.Random) -> Fact:
    return chance.choice(chance.choice(chance.choice(known)))


def _several(topics: Sequence[Topic], chance: random.Random) -> list[Fact]:
    """Two to five facts of one root, each of a topic of its own."""
    chosen = chance.sample(topics, min(len(topics), chance.randint(2, 5)))
    return [chance.choice(facts) for facts in chosen]


def _exchange(fact: Fact, language: Language, chance: random.Random) -> tuple[str, str]:
    question = chance.choice(ENQUIRIES[language][fact.wording])
    asked = question.format_map(_in_full(fact, language, in_words=False))
    if chance.random() < 1 / 3:
        return asked, said(fact.answer, language)
    answer = _statement(fact, language, chance)
    if isinstance(fact.answer, bool):
        answer = f"{said(fact.answer, language).capitalize()}. {answer}"
    return asked, answer


def _statement(fact: Fact, language: Language, chance: random.Random) -> str:
    wording = fact.wording
    if isinstance(fact.answer, bool):
        wording += "-yes" if fact.answer else "-no"
    elif isinstance(fact.answer, Signature) and not fact.answer.notes:
        wording = "key-none"
    sentence = chance.choice(STATEMENTS[language][wording])
    return sentence.format_map(_in_full(fact, language, in_words=chance.random() < 0.3))


def _in_full(fact: Fact, language: Language, in_words: bool) -> dict[str, str]:
    """The fact's values and its answer, by the names that sentences use."""
    texts = blanks(fact, language, in_words)
    answer = fact.answer
    texts["answer"] = _listed(answer, language, in_words)
    if isinstance(answer, Interval):
        texts["a_answer"] = with_article(texts["answer"], language)
    elif isinstance(answer, Signature):
        texts["count"] = said(Signature(answer.notes, listed=False), language)
        texts["which"] = _listed(answer.notes, language, in_words)
    elif isinstance(answer, int):
        texts["semitones"] = _semitones(answer, language)
    degree = fact.given.get("degree")
    if isinstance(degree, Degree):
        texts["degree_number"] = str(degree.number)
    return texts


def _size(language: Language, chance: random.Random) -> str:
    distance = chance.choice(INTERVALS)
    texts = {
        "a_interval": with_article(said(distance, language), language),
        "semitones": _semitones(distance.semitones, language),
    }
    return chance.choice(SIZES[language]).format_map(texts)


def _semitones(count: int, language: Language) -> str:
    """`one semitone`, `três semitons`."""
    unit = {"en": ("semitone", "semitones"), "pt": ("semitom", "semitons")}[language]
    return f"{NUMBERS[language][count]} {unit[count != 1]}"


def _listed(value: Value, language: Language, in_words: bool) -> str:
    """A value in words; a list has "and" before its last entry."""
    text = said(value, language, in_words)
    if not isinstance(value, tuple) or len(value) < 2:
        return text
    before, last = text.rsplit(", ", 1)
    return f"{before} {'and' if language == 'en' else 'e'} {last}"
