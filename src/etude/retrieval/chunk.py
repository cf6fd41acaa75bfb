"""Documents -> chunks: along paragraphs, then sentences, then words.

A window as long as a chunk may be is laid over the text, and the cut is made at the last break of
the best kind in its second half: an empty line, else the end of a line or a sentence, else a
space anywhere in it. So chunks are at least half full, and a heading stays with what follows it.
What is left for the last two chunks is shared between them. Only where a single word is longer
than a chunk, or where a script has no spaces, is the cut made between two characters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from etude.config.retrieving import Chunking
from etude.errors import UserError
from etude.records import Chunk, Document

Length = Callable[[str], int]  # how many tokens a text has

PARAGRAPH = re.compile(r"\n[ \t]+\n")  # an empty line that is not quite empty
WORD = re.compile(r"\S+")
# What a sentence ends with, before white space; what may stand between; and the marks of scripts
# that write no spaces.
MARKS = ".!?…"
CLOSERS = "\"'”’»)]"
UNSPACED = "。！？।"
OPENING = re.compile(r"\n\s*|[.!?…][\"'”’»)\]]?\s+|[。！？।]\s*")  # before a line or sentence
# Not the end of a sentence: an initial (`J. Silva`), an abbreviation of two letters (`Dr. Silva`).
SHORT = re.compile(r"\b\w{1,2}\.$")


def chunks_of(
    documents: Iterable[Document], settings: Chunking, length: Length | None = None
) -> Iterator[Chunk]:
    """The chunks of documents, one document after the other."""
    for document in documents:
        yield from cut(document, settings, length)


def cut(document: Document, settings: Chunking, length: Length | None = None) -> list[Chunk]:
    """The chunks of one document, from its beginning to its end; none of an empty one.

    Each is `document.text[start:end]` without white space around it; together they hold every
    character that is not white space.

    Raises:
        UserError: where sizes are in tokens and `length`, which counts them, is not given.
    """
    if settings.unit == "tokens" and length is None:
        raise UserError(
            "retrieve.chunk.unit is tokens, but nothing counts them here: give cut a length, a "
            "function from a text to its number of tokens."
        )
    text = document.text
    return [
        Chunk(document.id, document.title, text[start:end], start, end, document.metadata)
        for start, end in spans(text, settings, length if settings.unit == "tokens" else None)
    ]


def indexed(chunk: Chunk, *, title: bool) -> str:
    """What an index reads of a chunk: its text, under its document's title if so wished."""
    return f"{chunk.title}\n{chunk.text}" if title and chunk.title else chunk.text


def spans(text: str, settings: Chunking, length: Length | None = None) -> list[tuple[int, int]]:
    """Where chunks begin and end, in characters of the text."""
    size, overlap = settings.size, settings.overlap
    stop = len(text.rstrip())
    start = _next_word(text, 0, stop)
    found: list[tuple[int, int]] = []
    per_unit = 4.0  # characters a token, corrected by what is measured
    end = 0
    while start < stop:
        if length is None:
            window = min(stop, start + size)
        else:
            window = _window(text, start, stop, size, length, per_unit)
            per_unit = max(1.0, (window - start) / size)
        if window < stop:
            fullest = window - start
            middle = start + fullest // 2
            if stop - start < fullest * 3 // 2:  # else next to nothing is left for the last one
                middle, window = start + (stop - start) // 3, start + (stop - start) * 2 // 3
            window = _break(text, start, max(middle, end), window)
            while length is not None and length(text[start:window].rstrip()) > size:
                window = _break(text, start, start, window - 1)
        last, end = end, start + len(text[start:window].rstrip())
        if end <= last:  # what was repeated left no room for more
            start = _next_word(text, last, stop)
            continue
        found.append((start, end))
        if window >= stop:
            break
        after = _next_word(text, end, stop)
        back = overlap if length is None else int(overlap * (end - start) / size)
        start = _again(text, max(end - back, start + 1), end, after) if back else after
    return found


def _next_word(text: str, start: int, stop: int) -> int:
    found = WORD.search(text, start, stop)
    return found.start() if found else stop


def _break(text: str, start: int, middle: int, stop: int) -> int:
    """The best place to cut `text[start:stop]`: after `middle` if there is one."""
    line = text.rfind("\n", middle + 1, stop + 1)
    if line > 0:
        if (place := text.rfind("\n\n", middle + 1, stop + 1)) > 0:
            return place
        empty = [found.start() for found in PARAGRAPH.finditer(text, middle + 1, stop + 1)]
        if empty:
            return empty[-1]
    if (place := max(line, _sentence(text, middle, stop))) > middle:
        return place
    if text[stop : stop + 1].isspace():
        return stop
    for place in range(stop - 1, start, -1):
        if text[place].isspace():
            return place
    return max(stop, start + 1)


def _sentence(text: str, middle: int, stop: int) -> int:
    """Where the last sentence of `text[middle:stop]` ends; -1 where none does."""
    last = -1
    for mark in MARKS:
        # Each search begins where the last find was: most of them look at very little.
        limit = stop
        while (place := text.rfind(mark, max(middle, last), limit)) >= 0:
            after = place + 1
            if text[after : after + 1] in CLOSERS:  # also at the very end, where nothing follows
                after += 1
            short = mark == "." and SHORT.search(text, max(0, place - 3), place + 1)
            if after <= stop and text[after : after + 1].isspace() and not short:
                last = max(last, after)
                break
            limit = place
    for mark in UNSPACED:
        last = max(last, text.rfind(mark, max(middle, last), stop) + 1)
    return last if last > middle else -1


def _again(text: str, earliest: int, end: int, after: int) -> int:
    """Where the next chunk begins when it repeats what stands in `text[earliest:end]`."""
    for found in OPENING.finditer(text, earliest - 1, end):
        if found.end() < end:
            return found.end()
    while earliest < end and not text[earliest - 1].isspace():
        earliest += 1
    return _next_word(text, earliest, end) if earliest < end else after


def _window(text: str, start: int, stop: int, size: int, length: Length, per_unit: float) -> int:
    """How far from `start` a chunk of `size` tokens may go; nearly as far as it can."""
    window = min(stop, start + max(1, int(size * per_unit)))
    shrunk = False
    while True:
        tokens = length(text[start:window])
        if tokens > size and window > start + 1:
            shrunk = True
            window = start + max(1, min(window - start - 1, int((window - start) * size / tokens)))
        elif not shrunk and window < stop and tokens < size * 0.9:
            longer = int((window - start) * size / max(1, tokens))
            window = min(stop, start + max(window - start + 1, longer))
        else:
            return window
