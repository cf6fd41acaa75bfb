"""Where paragraphs and sentences of a text begin and end: rules, since millions are read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from etude.data.quiz.words import ABBREVIATIONS


class Span(NamedTuple):
    """Characters `start` to `end` of a text."""

    start: int
    end: int


PARAGRAPH = re.compile(r"\S(?:.*?\S)??(?=\s*\n\s*\n|\s*\Z)", re.DOTALL)
ENDING = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s+[\"'“‘«(\[]?[^\W_])")
WORD_BEFORE = re.compile(r"[^\s(\[“\"'«]*\Z")
INITIAL = re.compile(r"[^\W\d_](?:\.[^\W\d_])*\Z")  # J, U.S: a letter with a full stop
OPENING, CLOSING = "([", ")]"
LONGEST_ASIDE = 400  # a bracket that is open for longer was never meant to be closed


def paragraphs(text: str, start: int = 0, end: int | None = None) -> Iterator[Span]:
    """The paragraphs of a part of a text: what stands between blank lines."""
    for match in PARAGRAPH.finditer(text[start:end]):
        yield Span(start + match.start(), start + match.end())


def sentences(text: str, start: int = 0, end: int | None = None) -> Iterator[Span]:
    """The sentences of a part of a text; none goes over the end of a line.

    A full stop ends one where a space and a capital or a figure follow, outside of brackets, and
    it is not that of an abbreviation or of an initial.
    """
    place = start
    for line in text[start:end].split("\n"):
        for first, last in _in_line(line):
            yield Span(place + first, place + last)
        place += len(line) + 1


def _in_line(line: str) -> Iterator[tuple[int, int]]:
    begin, asides = 0, _asides(line)
    for match in ENDING.finditer(line):
        following = line[match.end() :].lstrip().lstrip("\"'“‘«([")[:1]
        if following.islower() or any(low < match.start() < high for low, high in asides):
            continue
        if match[0][0] == "." and match[0] != "..." and _shortened(line[begin : match.start()]):
            continue
        yield from _trimmed(line, begin, match.end())
        begin = match.end()
    yield from _trimmed(line, begin, len(line))


def _trimmed(line: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    held = line[begin:end]
    if stripped := held.strip():
        first = begin + len(held) - len(held.lstrip())
        yield first, first + len(stripped)


def _shortened(before: str) -> bool:
    """Whether a full stop after this text belongs to an abbreviation."""
    match = WORD_BEFORE.search(before)
    word = match[0] if match else ""
    if word in ("I", "V", "X") and re.search(r"[^\W\d_]{3}\s\Z", before[: -len(word)]):
        return False  # the first of his name, not an initial
    return word.casefold() in ABBREVIATIONS or bool(INITIAL.match(word) and word[:1].isupper())


def _asides(line: str) -> list[tuple[int, int]]:
    """The outermost brackets of a line."""
    if "(" not in line and "[" not in line:
        return []
    found, depth, opened = [], 0, 0
    for place, character in enumerate(line):
        if character in OPENING:
            if depth and place - opened > LONGEST_ASIDE:
                depth = 0
            opened = opened if depth else place
            depth += 1
        elif character in CLOSING and depth:
            depth -= 1
            if not depth and place - opened <= LONGEST_ASIDE:
                found.append((opened, place + 1))
    return found


def without_asides(sentence: str) -> str:
    """The same text with spaces where brackets and what is in them stood: places stay the same."""
    for low, high in _asides(sentence):
        sentence = sentence[:low] + " " * (high - low) + sentence[high:]
    return sentence


def passage_around(text: str, span: Span, longest: int) -> Span:
    """The paragraph that a span stands in; of a longer one, whole sentences about the span."""
    low = text.rfind("\n\n", 0, span.start)
    low = 0 if low < 0 else low + 2
    high = text.find("\n\n", span.end)
    high = len(text) if high < 0 else high
    while low < span.start and text[low].isspace():
        low += 1
    while high > span.end and text[high - 1].isspace():
        high -= 1
    if high - low <= longest:
        return Span(low, high)
    parts = list(sentences(text, low, high))
    held = [number for number, part in enumerate(parts) if _meet(part, span)]
    if not held:
        return span
    first, last = held[0], held[-1]
    while True:  # what follows first: it more often goes on with the same thing
        if last + 1 < len(parts) and parts[last + 1].end - parts[first].start <= longest:
            last += 1
        elif first and parts[last].end - parts[first - 1].start <= longest:
            first -= 1
        else:
            return Span(min(parts[first].start, span.start), max(parts[last].end, span.end))


def _meet(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end
