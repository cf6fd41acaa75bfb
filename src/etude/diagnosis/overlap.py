"""What texts share with the training split, which is read once and in parts.

The texts (the test split's answers and questions, and what was answered) are held as numbers; of
the training split one chunk of examples is in memory at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from etude.diagnosis.minhash import SHINGLE, Index, Signatures
from etude.diagnosis.numbered import Numbers, Texts, longest_shared, runs, span
from etude.records import Example

CHUNK = 1000  # training examples at a time
BOILERPLATE = 0.1  # share of texts from which on a shingle says nothing of one of them
ENOUGH = 20  # texts from which on such a share means something

Says = Callable[[Example], str]


@dataclass(slots=True)
class Runs:
    """Runs of `length` words of some texts, and which of them stand in the training split.

    `seen` (distinct runs) says which; `where` names the training example that holds a run, of
    several the one where the most runs in a row do; `rows` that many.
    """

    texts: Texts
    length: int
    known: Numbers
    place: NDArray[np.int64]
    owner: NDArray[np.int64]
    seen: NDArray[np.bool_]
    where: NDArray[np.int64]
    rows: NDArray[np.int64]

    @classmethod
    def of(cls, texts: Texts, length: int) -> Runs:
        """The runs of some texts, none of them seen yet."""
        made, owner = texts.runs(length)
        known, place = np.unique(made, return_inverse=True)
        size = len(known)
        return cls(
            texts,
            length,
            known,
            place,
            owner,
            np.zeros(size, dtype=bool),
            np.full(size, -1, dtype=np.int64),
            np.zeros(size, dtype=np.int64),
        )

    def look_for(self, training: Texts, first: int) -> None:
        """Note which runs stand in these training texts, the first of them number `first`."""
        made, owner = training.runs(self.length)
        if not len(made) or not len(self.known):
            return
        at = np.minimum(np.searchsorted(self.known, made), len(self.known) - 1)
        hit = np.flatnonzero(self.known[at] == made)
        if not len(hit):
            return
        # Hits that follow one another in one text: how many there are of them.
        new = np.ones(len(hit), dtype=bool)
        new[1:] = (np.diff(hit) != 1) | (owner[hit][1:] != owner[hit][:-1])
        group = np.cumsum(new) - 1
        length = np.bincount(group)[group]
        order = np.argsort(length, kind="stable")  # the longest is written last, and stays
        found, length, text = at[hit][order], length[order], owner[hit][order]
        better = length > self.rows[found]
        self.seen[found] = True
        self.rows[found[better]] = length[better]
        self.where[found[better]] = text[better] + first

    def covered(self) -> NDArray[np.int64]:
        """Runs of each text that stand in the training split, shape (texts,)."""
        return np.bincount(self.owner[self.seen[self.place]], minlength=len(self.texts))

    def all(self) -> NDArray[np.int64]:
        """Runs of each text."""
        return np.bincount(self.owner, minlength=len(self.texts))

    def sources(self, text: int) -> list[int]:
        """Training examples that hold runs of a text, those that hold many in a row first."""
        mine = self.place[self.owner == text]
        mine = mine[self.seen[mine]]
        order = np.argsort(-self.rows[mine], kind="stable")
        return list(dict.fromkeys(self.where[mine][order].tolist()))


def chunks(examples: Sequence[Example]) -> Iterator[tuple[int, list[Example]]]:
    """The examples in parts, each with the number of its first."""
    rest, first = iter(examples), 0
    while part := list(islice(rest, CHUNK)):
        yield first, part
        first += len(part)


def search(training: Iterable[tuple[int, Texts]], wanted: Sequence[Runs]) -> None:
    """Look for all runs in all training texts."""
    for first, texts in training:
        for held in wanted:
            held.look_for(texts, first)


def exact(texts: Texts) -> Numbers:
    """One number a text; 0 for one without words."""
    whole = [runs(texts[n], len(texts[n])) if size else None for n, size in enumerate(texts.sizes)]
    return np.array([0 if item is None else item[0] for item in whole], dtype=np.uint64)


def boilerplate(texts: Texts) -> Numbers:
    """Shingles that very many texts have: of an instruction that is the same for all."""
    if len(texts) < ENOUGH:
        return np.empty(0, dtype=np.uint64)
    made, _ = texts.shingles(SHINGLE)
    known, count = np.unique(made, return_counts=True)
    return known[count > BOILERPLATE * len(texts)]


class NearDuplicates:
    """Texts with, of each, the training text that is most like it, where one is `least` alike.

    Of texts under `size` words, without those that are common to many, nothing is said: one word at
    the end is all that tells two questions of one form apart.
    """

    def __init__(self, texts: Texts, least: float, size: int = 0) -> None:
        self.common = boilerplate(texts)
        self.index = Index(Signatures(texts, self.common))
        self.long = np.diff(self.index.held.starts) >= size - SHINGLE + 1
        self.least = least
        self.found: dict[int, tuple[int, float]] = {}

    def look_for(self, training: Texts, first: int) -> None:
        """Compare with these training texts, the first of them number `first`."""
        waiting = self.long.copy()
        waiting[list(self.found)] = False
        for ours, theirs, alike in self.index.near(
            Signatures(training, self.common), self.least, waiting
        ):
            if alike > self.found.get(ours, (0, 0.0))[1]:
                self.found[ours] = (theirs + first, alike)


def longest_copy(
    text: str, own: Sequence[str], training: Sequence[str]
) -> tuple[int, str, int] | None:
    """The longest run of words that a text shares with one of some training texts.

    Words that stand in `own` (the question, the right answer) as well do not count. Returns its
    length, its words, and the number of the training text.
    """
    values, best = Texts([text]).values, (0, "", -1)
    mine = [Texts([other]).values for other in own]
    for number, other in enumerate(training):
        place, length = longest_shared(values, Texts([other]).values)
        part = values[place : place + length]
        if length <= best[0] or any(longest_shared(part, held)[1] == length for held in mine):
            continue
        best = (length, span(text, place, length), number)
    return best if best[0] else None
