"""Texts as arrays of numbers, so that what they share is found by numpy and not word by word.

A word is its CRC-32, mixed; a run of n words one 64-bit number. Two different runs of eight words
have the same number once in some 10^18 pairs, but for words whose CRC is the same (once in 4 10^9
pairs), which would have to stand beside the same neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.uint64]

# Letters and digits of any script, with the signs that make another word of one (C and C#); a
# character of those scripts that are written without spaces is a word.
WORD = re.compile(r"[぀-ヿ㐀-鿿豈-﫿]|[^\W_]+[#♯♭+]*")
BASE = 0x9E3779B97F4A7C15  # odd, so that nothing is lost modulo 2^64


def words(text: str) -> list[str]:
    """The words of a text, letter case and punctuation left out.

    >>> words("Don't say: guarda-chuva!")
    ['don', 't', 'say', 'guarda', 'chuva']
    """
    return WORD.findall(text.casefold())


def numbered(text: str) -> Numbers:
    """The words of a text as numbers, shape (words,)."""
    return mixed(np.array([crc32(word.encode()) for word in words(text)], dtype=np.uint64))


def mixed(values: Numbers) -> Numbers:
    """Numbers spread over all 64 bits (the finaliser of SplitMix64, Steele et al. 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def runs(values: Numbers, length: int) -> Numbers:
    """A number for each run of `length` words, shape (words - length + 1,); none if too short.

    Made by doubling: a run of 2k words is its first half times a power, plus its second.
    """
    if length > len(values):
        return values[:0]
    made, size, power = values, 1, BASE
    for bit in bin(length)[3:]:
        made = made[:-size] * np.uint64(power) + made[size:]
        size, power = 2 * size, power * power % 2**64
        if bit == "1":
            made = made[:-1] * np.uint64(BASE) + values[size:]
            size, power = size + 1, power * BASE % 2**64
    return mixed(made)


class Texts:
    """Several texts in one array; `starts` (texts + 1,) are where each begins."""

    def __init__(self, texts: Iterable[str]) -> None:
        parts = [numbered(text) for text in texts]
        self.values = np.concatenate(parts) if parts else np.empty(0, dtype=np.uint64)
        sizes = np.array([0, *map(len, parts)], dtype=np.int64)
        self.starts = np.cumsum(sizes)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, place: int) -> Numbers:
        return self.values[self.starts[place] : self.starts[place + 1]]

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Words of each text."""
        return np.diff(self.starts)

    def runs(self, length: int) -> tuple[Numbers, NDArray[np.int64]]:
        """Every run of `length` words that lies inside one text, and the text's place."""
        made = runs(self.values, length)
        owner = np.repeat(np.arange(len(self)), self.sizes)
        inside = owner[: len(made)] == owner[length - 1 :][: len(made)]
        return made[inside], owner[: len(made)][inside]

    def shingles(self, length: int) -> tuple[Numbers, NDArray[np.int64]]:
        """The set of each text's runs of `length` words; of a shorter text it is its whole.

        Returns the numbers, sorted within a text, and where each text's begin, (texts + 1,).
        """
        made, owner = self.runs(length)
        short = np.flatnonzero((self.sizes > 0) & (self.sizes < length)).tolist()
        if len(short):
            whole = np.array([runs(self[n], len(self[n]))[0] for n in short], dtype=np.uint64)
            made, owner = np.concatenate([made, whole]), np.concatenate([owner, short])
        order = np.lexsort((made, owner))
        made, owner = made[order], owner[order]
        new = np.ones(len(made), dtype=bool)
        new[1:] = (made[1:] != made[:-1]) | (owner[1:] != owner[:-1])
        made, owner = made[new], owner[new]
        return made, np.searchsorted(owner, np.arange(len(self) + 1))


def longest_shared(ours: Numbers, theirs: Numbers) -> tuple[int, int]:
    """The longest run of words that stands in both: where it begins in ours, and its length."""
    low, high, place = 0, min(len(ours), len(theirs)), 0
    while low < high:
        length = (low + high + 1) // 2
        found = np.isin(runs(ours, length), runs(theirs, length))
        if found.any():
            low, place = length, int(found.argmax())
        else:
            high = length - 1
    return place, low


def span(text: str, place: int, length: int) -> str:
    """The text from its `place`-th word on, `length` words."""
    found: Sequence[re.Match[str]] = list(WORD.finditer(text.casefold()))[place : place + length]
    # Casefolding may change lengths (ß): then the folded text itself is shown.
    shown = text if len(text.casefold()) == len(text) else text.casefold()
    return shown[found[0].start() : found[-1].end()] if found else ""
