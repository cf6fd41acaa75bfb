"""MinHash: which texts are nearly the same, without comparing each with each.

Broder 1997, On the resemblance and containment of documents. A text is the set of its shingles
(runs of words); the smallest number that a random function gives to any of them is the same for two
texts as often as they share shingles (their Jaccard similarity). Texts that agree in a whole band
of such numbers are candidates, and their similarity is then counted exactly.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from etude.diagnosis.numbered import BASE, Numbers, Texts, mixed

FUNCTIONS = 64  # random functions of a signature
BAND = 4  # of them that must agree: 16 bands find all but one in 5,000 pairs at 0.8
SHINGLE = 3  # words
CROWD = 32  # texts of a band that another text is compared with
LOOKED_AT = 4  # candidates of a text in a chunk that are counted exactly


class Signatures:
    """Texts with their shingles (`made`, sorted in each text from `starts` on) and signatures.

    `of` is (texts, FUNCTIONS); of a text without words all is the largest number.
    """

    def __init__(self, texts: Texts, left_out: Numbers | None = None) -> None:
        self.made, self.starts = texts.shingles(SHINGLE)
        if left_out is not None and len(left_out):
            kept = ~np.isin(self.made, left_out)
            before = np.concatenate([[0], np.cumsum(kept)])
            self.made, self.starts = self.made[kept], before[self.starts]
        self.of = signatures(self.made, self.starts)

    def __len__(self) -> int:
        return len(self.of)

    def shingles(self, place: int) -> Numbers:
        """The shingles of one text."""
        return self.made[self.starts[place] : self.starts[place + 1]]


def signatures(made: Numbers, starts: NDArray[np.int64]) -> Numbers:
    """The smallest number that each function gives to any shingle of each text."""
    found = np.full((len(starts) - 1, FUNCTIONS), np.iinfo(np.uint64).max, dtype=np.uint64)
    filled = np.flatnonzero(np.diff(starts))
    if not len(filled):
        return found
    salts = mixed(np.arange(1, FUNCTIONS + 1, dtype=np.uint64) * np.uint64(BASE))
    for number, salt in enumerate(salts):
        values = mixed(made ^ salt)
        found[filled, number] = np.minimum.reduceat(values, starts[filled])
    return found


def similarity(ours: Numbers, theirs: Numbers) -> float:
    """Jaccard similarity of two sets of shingles, each sorted and without repetition."""
    if not len(ours) or not len(theirs):
        return 0.0
    shared = int(np.isin(ours, theirs, assume_unique=True).sum())
    return shared / (len(ours) + len(theirs) - shared)


def bands(found: Numbers) -> Numbers:
    """One number a band of each signature, shape (FUNCTIONS / BAND, texts)."""
    parts = found.reshape(len(found), FUNCTIONS // BAND, BAND)
    total = parts[:, :, 0]
    for place in range(1, BAND):
        total = total * np.uint64(BASE) + parts[:, :, place]
    return np.ascontiguousarray(mixed(total).T)


class Index:
    """Signatures that others are compared with."""

    def __init__(self, held: Signatures) -> None:
        self.held = held
        keys = bands(held.of)
        self.orders = [np.argsort(band, kind="stable") for band in keys]
        self.keys = [band[order] for band, order in zip(keys, self.orders, strict=True)]

    def near(self, others: Signatures, least: float, waiting: NDArray[np.bool_]) -> list[Near]:
        """Pairs of a held text that is `waiting` and another one that are `least` alike.

        Of a held text's candidates the most alike by their signatures are counted exactly.
        """
        pairs = self.candidates(others, waiting)
        alike = (self.held.of[pairs[:, 0]] == others.of[pairs[:, 1]]).mean(axis=1)
        order = np.lexsort((pairs[:, 1], -alike, pairs[:, 0]))
        found: list[Near] = []
        seen: dict[int, int] = {}
        for ours, theirs in pairs[order].tolist():
            seen[ours] = seen.get(ours, 0) + 1
            if seen[ours] > LOOKED_AT:
                continue
            exact = similarity(self.held.shingles(ours), others.shingles(theirs))
            if exact >= least:
                found.append((ours, theirs, exact))
        return found

    def candidates(self, others: Signatures, waiting: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Pairs (held, other) that agree in a band, each once, shape (pairs, 2)."""
        empty = np.diff(others.starts) == 0
        kept = []
        for order, keys, band in zip(self.orders, self.keys, bands(others.of), strict=True):
            first = np.searchsorted(keys, band, "left")
            last = np.searchsorted(keys, band, "right")
            size = np.where(empty, 0, last - first)
            # Texts of one form agree in a band all of them: each is compared with some, others with
            # others, so that all have their turn.
            count = np.minimum(size, CROWD)
            theirs = np.repeat(np.arange(len(others)), count)
            turn = np.arange(len(theirs)) - np.repeat(np.cumsum(count) - count, count)
            turn = (turn + theirs * CROWD) % np.maximum(size, 1)[theirs]
            ours = order[first[theirs] + turn]
            kept.append(np.stack([ours, theirs], axis=1)[waiting[ours]])
        return np.unique(np.concatenate(kept), axis=0)


Near = tuple[int, int, float]  # a held text, another one, their similarity
