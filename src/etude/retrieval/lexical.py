"""BM25: postings made with arrays, scored a question at a time.

Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009), with
Lucene's inverse document frequency, which is never negative:

    score(q, d) = sum over the terms t of q:  idf(t) * tf * (k1 + 1) / (tf + k1 * norm(d))
    idf(t)      = ln(1 + (N - df + 0.5) / (df + 0.5))
    norm(d)     = 1 - b + b * |d| / (mean length)

Lengths are in terms, without stop words. A term that stands twice in a question counts twice.
`prompts.bm25` is the same formula over a handful of examples, by whole words: it must not change
with what analysis learns, because choices of shots are frozen by it.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from etude.retrieval.analysis import Numbering
from etude.retrieval.segment import Segment, pack

Array = NDArray[Any]
MOST = 65535  # of one term in one chunk; more count as so many
HELD = 20_000_000  # postings whose weights are kept between questions


def invert(texts: Sequence[str], numbering: Numbering) -> dict[str, Array]:
    """Texts -> the arrays of their postings (`segment`), terms in the order of their bytes."""
    pieces, number = numbering.pieces, numbering.__getitem__
    flat, ends = array("i"), array("q")
    for text in texts:
        flat.extend(map(number, pieces(text)))
        ends.append(len(flat))
    ids: Array = np.asarray(flat, dtype=np.int32)
    counts: Array = np.diff(np.asarray(ends, dtype=np.int64), prepend=0)
    rows = np.repeat(np.arange(len(texts), dtype=np.int64), counts)
    compound = ids < -1
    parts = [numbering.several[-2 - code] for code in ids[compound].tolist()]
    sizes = np.asarray([len(part) for part in parts], dtype=np.int64)
    more = np.fromiter(chain.from_iterable(parts), dtype=np.int32, count=int(sizes.sum()))
    single = ids >= 0
    ids = np.concatenate([ids[single], more])
    rows = np.concatenate([rows[single], np.repeat(rows[compound], sizes)])
    lengths = np.bincount(rows, minlength=len(texts)).astype(np.int32)
    used = np.flatnonzero(np.bincount(ids, minlength=1))
    named = [(numbering.terms[term].encode("utf-8", "surrogatepass"), term) for term in used]
    named.sort()
    place = np.zeros(len(numbering.terms) + 1, dtype=np.int64)
    place[[term for _, term in named]] = np.arange(len(named))
    width = max(1, len(texts))
    keys = place[ids] * width + rows
    keys.sort()
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    times = np.diff(first, append=len(keys))
    unique = keys[first]
    term_bytes, term_ends = pack(name for name, _ in named)
    return {
        "term_bytes": term_bytes,
        "term_ends": term_ends,
        "posting_ends": np.searchsorted(unique // width, np.arange(len(named)), "right"),
        "posting_chunks": (unique % width).astype(np.int32),
        "posting_counts": np.minimum(times, MOST).astype(np.uint16),
        "lengths": lengths,
    }


class Bm25:
    """Scores of all chunks of some segments; they must not change while it is in use."""

    def __init__(self, segments: Sequence[Segment], k1: float, b: float) -> None:
        self.segments, self.k1 = segments, k1
        self.chunks = sum(segment.count for segment in segments)
        lengths = [segment.arrays["lengths"] for segment in segments]
        total = sum(
            int((held if segment.live is None else held[segment.live]).sum(dtype=np.int64))
            for segment, held in zip(segments, lengths, strict=True)
        )
        mean = (total / self.chunks if self.chunks else 0) or 1
        self.norms = [k1 * (1 - b + b * held / mean) for held in lengths]
        self.kept: dict[str, list[tuple[Array, Array] | None]] = {}
        self.held = 0

    def weights(self, term: str) -> list[tuple[Array, Array] | None]:
        """For each segment the chunks that hold a term, and what it adds to their scores."""
        if term in self.kept:
            return self.kept[term]
        found = [segment.postings(term) for segment in self.segments]
        frequency = sum(len(chunks) for chunks, _ in filter(None, found))
        rarity = math.log(1 + (self.chunks - frequency + 0.5) / (frequency + 0.5))
        weights = [
            None
            if postings is None
            else (postings[0], rarity * (self.k1 + 1) * postings[1]
                  / (postings[1] + norms[postings[0]]))
            for postings, norms in zip(found, self.norms, strict=True)
        ]  # fmt: skip
        self.held += frequency
        if self.held > HELD:
            self.kept.clear()
            self.held = frequency
        self.kept[term] = weights
        return weights

    def scores(self, question: Sequence[str]) -> list[tuple[Array, Array]]:
        """For each segment the chunks with a term of the question, and their scores (float64)."""
        weights = [(self.weights(term), times) for term, times in Counter(question).items()]
        result: list[tuple[Array, Array]] = []
        for number, segment in enumerate(self.segments):
            here = [(held[number], times) for held, times in weights]
            parts = [(held[0], held[1] * times) for held, times in here if held is not None]
            if not parts:
                result.append((np.zeros(0, dtype=np.int64), np.zeros(0)))
                continue
            rows = np.concatenate([chunks for chunks, _ in parts])
            values = np.concatenate([value for _, value in parts])
            if len(rows) * 8 < segment.size:  # few of many: no look at all the others
                touched, inverse = np.unique(rows, return_inverse=True)
                result.append((touched, np.bincount(inverse, values)))
            else:
                total = np.bincount(rows, values, minlength=segment.size)
                touched = np.flatnonzero(total)
                result.append((touched, total[touched]))
        return result
