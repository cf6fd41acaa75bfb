"""Whether what was found is what should have been found, from ids alone.

A gold passage is a document (`1234`) or a span of its characters (`1234:120-480`); a chunk is a
span (`1234:0-980`). A chunk is gold when it is of that document and, where the gold passage is a
span, shares at least half of the shorter of the two with it.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

SPAN = re.compile(r"(?s)(.*):(\d+)-(\d+)")


def parse(passage: str) -> tuple[str, int, int] | None:
    """Document, start and end of `1234:120-480`; None of a document's id alone."""
    found = SPAN.fullmatch(passage)
    return (found[1], int(found[2]), int(found[3])) if found else None


def is_gold(chunk: str, gold: str) -> bool:
    """Whether a chunk (its id) is, or is of, a gold passage."""
    if chunk == gold:
        return True
    piece, passage = parse(chunk), parse(gold)
    if piece is None:
        return False
    if piece[0] == gold:
        return True
    if passage is None or passage[0] != piece[0]:
        return False
    shared = min(piece[2], passage[2]) - max(piece[1], passage[1])
    shorter = min(piece[2] - piece[1], passage[2] - passage[1])
    return shared > 0 and 2 * shared >= shorter


def newly_found(chunks: Sequence[str], gold: Sequence[str]) -> list[int]:
    """For each chunk, in order, how many gold passages are found with it for the first time."""
    missing = list(dict.fromkeys(gold))
    found = []
    for chunk in chunks:
        hits = [passage for passage in missing if is_gold(chunk, passage)]
        missing = [passage for passage in missing if passage not in hits]
        found.append(len(hits))
    return found


def is_held(gold: str, documents: Container[str]) -> bool:
    """Whether a gold passage is, or is of, one of these documents."""
    span = parse(gold)
    return gold in documents or (span is not None and span[0] in documents)
