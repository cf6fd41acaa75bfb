"""What two sequences share: n-grams, skip-bigrams, the longest common subsequence.

n-grams are counted for many pairs at once: an n-gram is packed into one integer together with the
pair it belongs to and the side it stands on, and one sort brings equal ones together. The tests
compare with counting them one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Sequences = Sequence[NDArray[np.int32]]

CHUNK_TOKENS = 100_000  # sorted together: as many as stay in a processor's cache
BITS = 63


def ngram_counts(answers: Sequences, references: Sequences, orders: int) -> Integers:
    """n-grams of order 1 to `orders` in each pair of an answer and a reference.

    Shape (pairs, orders, 3): in the answer, in the reference, and in both, where an n-gram counts
    as often as the side has it that has it less often.
    """
    found = np.zeros((len(answers), orders, 3), dtype=np.int64)
    for start, end in chunks(answers, references):
        flat, bits, pair, rest = flattened(answers[start:end], references[start:end])
        count, split = end - start, sum(len(ids) for ids in answers[start:end])
        room = BITS - 1 - count.bit_length()
        codes, used = flat, bits
        for order in range(1, orders + 1):
            if order > 1:
                if used + bits > room:
                    codes, used = renumbered(codes)
                codes, used = (codes[:-1] << bits) | flat[order - 1 :], used + bits
            whole = np.flatnonzero(rest[: len(codes)] >= order)
            side = whole >= split
            both = shared(codes[whole], used, pair[whole], side, count)
            found[start:end, order - 1, 2] = both
    for column, sequences in enumerate((answers, references)):
        lengths = np.asarray([len(ids) for ids in sequences], dtype=np.int64)
        for order in range(orders):
            found[:, order, column] = np.maximum(lengths - order, 0)
    return found


def skip_counts(answers: Sequences, references: Sequences, gap: int) -> Integers:
    """Skip-bigrams: two tokens in their order with at most `gap` others between them.

    Shape (pairs, 3), as the last axis of `ngram_counts`.
    """
    found = np.zeros((len(answers), 3), dtype=np.int64)
    for start, end in chunks(answers, references):
        flat, bits, pair, rest = flattened(answers[start:end], references[start:end])
        count, split = end - start, sum(len(ids) for ids in answers[start:end])
        codes, where = [], []
        for apart in range(1, gap + 2):
            whole = np.flatnonzero(rest[: max(0, len(flat) - apart)] > apart)
            codes.append((flat[whole] << bits) | flat[whole + apart])
            where.append(whole)
        place = np.concatenate(where)
        both = shared(np.concatenate(codes), 2 * bits, pair[place], place >= split, count)
        found[start:end, 2] = both
    for column, sequences in enumerate((answers, references)):
        lengths = np.asarray([len(ids) for ids in sequences], dtype=np.int64)
        for apart in range(1, gap + 2):
            found[:, column] += np.maximum(lengths - apart, 0)
    return found


def chunks(answers: Sequences, references: Sequences) -> Iterator[tuple[int, int]]:
    """Pairs to be counted together: at least one, and about as many tokens as a cache holds."""
    start = held = 0
    for place, (answer, reference) in enumerate(zip(answers, references, strict=True)):
        held += len(answer) + len(reference)
        if held >= CHUNK_TOKENS:
            yield start, place + 1
            start, held = place + 1, 0
    if start < len(answers):
        yield start, len(answers)


def flattened(
    answers: Sequences, references: Sequences
) -> tuple[Integers, int, NDArray[np.intp], Integers]:
    """All tokens in a row, answers first: small numbers, their bits, their pairs, and how many

    tokens of the same text begin at each place (itself and those after it).
    """
    sequences = [*answers, *references]
    lengths = np.asarray([len(ids) for ids in sequences], dtype=np.int64)
    flat, bits = renumbered(np.concatenate(sequences, dtype=np.int64))
    owner = np.repeat(np.arange(len(sequences)), lengths)
    rest = np.repeat(np.cumsum(lengths), lengths) - np.arange(len(flat))
    return flat, bits, owner % len(answers), rest


def renumbered(codes: Integers) -> tuple[Integers, int]:
    """Codes as numbers from 0 without gaps, and the bits that the largest of them takes."""
    highest = int(codes.max(initial=0))
    if highest < 4 * len(codes) + 1024:  # a table is faster than a sort
        there = np.zeros(highest + 1, dtype=np.int64)
        there[codes] = 1
        number = np.cumsum(there) - 1
        return number[codes], max(1, int(number[-1]).bit_length())
    known, inverse = np.unique(codes, return_inverse=True)
    return inverse.astype(np.int64), max(1, (len(known) - 1).bit_length())


def shared(
    codes: Integers, bits: int, pair: NDArray[np.intp], side: NDArray[np.bool_], pairs: int
) -> Integers:
    """How many codes both sides of each pair have, as often as both have them; shape (pairs,)."""
    if not len(codes):
        return np.zeros(pairs, dtype=np.int64)
    keys = (((pair.astype(np.int64) << bits) | codes) << 1) | side
    keys.sort()
    same = keys >> 1
    starts = np.concatenate(([0], np.flatnonzero(same[1:] != same[:-1]) + 1))
    right = np.add.reduceat(keys & 1, starts)
    total = np.diff(np.append(starts, len(keys)))
    both = np.minimum(right, total - right)
    hit = np.flatnonzero(both)
    return np.bincount(
        same[starts[hit]] >> bits, weights=both[hit].astype(np.float64), minlength=pairs
    ).astype(np.int64)


def lcs_rows(reference: Sequence[int], answer: Sequence[int]) -> list[int]:
    """The table of longest common subsequences, a row of bits for each token of the reference.

    Bit j of row i is 1 where the first i + 1 reference tokens and the first j + 1 answer tokens
    share one token more than with the first j. (Hyyrö 2004: a row costs a few operations on
    integers as long as the answer.)
    """
    places: dict[int, int] = {}
    for place, token in enumerate(answer):
        places[token] = places.get(token, 0) | (1 << place)
    whole = row = (1 << len(answer)) - 1
    rows = []
    for token in reference:
        match = row & places.get(token, 0)
        if match:
            row = ((row + match) | (row - match)) & whole
        rows.append(row ^ whole)
    return rows


def lcs_length(reference: Sequence[int], answer: Sequence[int]) -> int:
    """Tokens in the longest common subsequence."""
    rows = lcs_rows(reference, answer)
    return rows[-1].bit_count() if rows else 0


def lcs_places(reference: Sequence[int], answer: Sequence[int]) -> list[int]:
    """Places in the reference of the longest common subsequence that rouge-score would choose.

    It walks back from the end of the table and prefers to drop a token of the reference where
    that costs nothing.
    """
    rows = lcs_rows(reference, answer)
    i, j, places = len(reference), len(answer), []
    while i > 0 and j > 0:
        if reference[i - 1] == answer[j - 1]:
            places.append(i - 1)
            i, j = i - 1, j - 1
            continue
        below = (1 << (j - 1)) - 1
        here = (rows[i - 1] & below).bit_count()  # of i and j - 1 tokens
        above = (rows[i - 2] & ((below << 1) | 1)).bit_count() if i > 1 else 0  # of i - 1 and j
        if here > above:
            j -= 1
        else:
            i -= 1
    return places[::-1]


def grams_of(sequences: Sequences, order: int) -> tuple[Integers, NDArray[np.intp]]:
    """Every n-gram of one order as a number, equal ones alike, and the sequence it stands in."""
    if not sum(map(len, sequences)):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.intp)
    flat, bits, owner, rest = flattened(sequences, [])
    codes, used = flat, bits
    for place in range(1, order):
        if used + bits > BITS:
            codes, used = renumbered(codes)
        codes, used = (codes[:-1] << bits) | flat[place:], used + bits
    whole = np.flatnonzero(rest[: len(codes)] >= order)
    return renumbered(codes[whole])[0], owner[whole]
