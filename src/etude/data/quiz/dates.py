"""`Em que ano ...?` and `When ...?`: what sentences place in time, and when people lived."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from etude.data.quiz.dating import ANY_YEAR, DATES, PLACED, other_forms
from etude.data.quiz.question import LeftOut, Question
from etude.data.quiz.sections import SERVING
from etude.data.quiz.sentences import Span, paragraphs, sentences, without_asides
from etude.data.quiz.subject import DASH, YEAR, Subject
from etude.data.quiz.tellings import Telling, telling_of
from etude.data.quiz.words import folded

LONGEST = 110  # characters of what a question says beside its first words
LIFE = {
    "pt": ("Quando nasceu {name}?", "Quando morreu {name}?"),
    "en": ("When was {name} born?", "When did {name} die?"),
}
UNSURE = re.compile(
    r"(?i)\b(c\.|ca\.|cerca|circa|about|batizad|baptised|baptized|provavel|probabl|talvez|\?|ou|or)\b"
    r"|\?"
)


@dataclass(frozen=True, slots=True)
class Dated:
    """A date in a sentence: its words, and which part of them is the answer."""

    span: Span
    answer: str
    kind: str


def dates(subject: Subject) -> Iterator[Question | LeftOut]:
    """Questions on the days, months and years that sentences give.

    Asked about is what one sentence tells of the article's subject, or of something with a name
    of its own, in words that can be understood alone; other sentences are left out.
    """
    if not subject.has_topic:
        return
    yield from life(subject)
    for part in subject.parts:
        if folded(part.title) in SERVING:
            continue
        for paragraph in paragraphs(subject.text, *part.span):
            continued = subject.person  # whose sentences without a subject go on with the person
            for span in sentences(subject.text, *paragraph):
                sentence = without_asides(subject.text[span.start : span.end])
                telling = telling_of(sentence, subject, continued=continued)
                continued = continued and telling.of_person
                yield from one(subject, sentence, span, telling)


def one(
    subject: Subject, sentence: str, span: Span, telling: Telling
) -> Iterator[Question | LeftOut]:
    """The question on the only date of a sentence, where it has one and can be asked about."""
    found = [dated(match) for match in PLACED[subject.language].finditer(sentence)]
    years = len(ANY_YEAR.findall(sentence))
    if not found or years == 0:
        return
    if years > 1:
        yield LeftOut("date", "a sentence with several dates", sentence[:80])
        return
    question = telling.question(found[0].span, found[0].kind, subject)
    if question is None or len(question) > LONGEST + len(subject.article.title) * 2:
        yield LeftOut("date", "a date whose sentence cannot be asked about", sentence[:80])
        return
    yield Question("date", question, other_forms(found[0].answer, subject.language), *span)


def dated(match: re.Match[str]) -> Dated:
    """What a match of `PLACED` says."""
    kind = next(name for name, text in match.groupdict().items() if text is not None)
    return Dated(Span(*match.span()), re.sub(r"\s+", " ", match[kind]), kind)


def life(subject: Subject) -> Iterator[Question]:
    """When someone was born and died, of the brackets after the name: `(Lisboa, 12 de ... - ...)`."""
    definition = subject.definition
    if not subject.person or definition is None or definition.aside is None:
        return
    aside = subject.text[slice(*definition.aside)]
    asked = LIFE[subject.language]
    halves = [half for half in DASH.split(aside) if re.search(YEAR, half)]
    if len(halves) == 1 and re.match(r"(?i)\s*(nascid|n\.|born|b\.)", aside):
        pairs = [(asked[0], halves[0])]
    elif len(halves) == 2:
        pairs = list(zip(asked, halves, strict=True))
    else:
        return
    for question, half in pairs:
        found = DATES[subject.language].findall(half)
        years = re.findall(rf"(?<!\d){YEAR}(?!\d)", half)
        if UNSURE.search(half) or len(years) != 1:
            continue
        answers = other_forms(found[0], subject.language) if len(found) == 1 else (years[0],)
        yield Question("date", question.format(name=subject.name), answers, *definition.sentence)
