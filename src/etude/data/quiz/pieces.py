"""The article itself, in pieces: for pretraining that goes on."""

from __future__ import annotations

from collections.abc import Iterator

from etude.data.quiz.question import LeftOut, Question
from etude.data.quiz.sections import SERVING
from etude.data.quiz.sentences import Span, paragraphs, sentences
from etude.data.quiz.subject import Subject
from etude.data.quiz.words import folded

LONGEST, SHORTEST = 1200, 60  # characters of a piece


def pieces(subject: Subject) -> Iterator[Question | LeftOut]:
    """Whole paragraphs of a section together, up to a length; sentences of longer ones.

    What is asked is the heading: the title, or the title and the section.
    """
    text, title = subject.text, subject.article.title
    for part in subject.parts:
        if folded(part.title) in SERVING:
            continue
        heading = f"{title}: {part.title}" if part.title else title
        for low, high in together(list(units(text, part.span))):
            if high - low < SHORTEST:
                yield LeftOut("text", "a piece too short to learn from", text[low:high])
                continue
            yield Question("text", heading, (text[low:high],), low, high)


def units(text: str, span: Span) -> Iterator[Span]:
    """Paragraphs, or the sentences of those that are too long; the longest are cut at a space."""
    for paragraph in paragraphs(text, *span):
        whole = paragraph.end - paragraph.start <= LONGEST
        for low, high in [paragraph] if whole else sentences(text, *paragraph):
            while high - low > LONGEST:
                space = text.rfind(" ", low + 1, low + LONGEST)
                end = space if space > 0 else low + LONGEST
                yield Span(low, end)
                low = end + 1 if space > 0 else end
            yield Span(low, high)


def together(units: list[Span]) -> Iterator[Span]:
    """Neighbours joined for as long as they fit."""
    held: Span | None = None
    for unit in units:
        if held is not None and unit.end - held.start <= LONGEST:
            held = Span(held.start, unit.end)
            continue
        if held is not None:
            yield held
        held = unit
    if held is not None:
        yield held
