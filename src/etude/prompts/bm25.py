"""BM25 over short texts in memory: finds the most similar questions.

Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009), with
Lucene's inverse document frequency, which is never negative:

    score(q, d) = sum over the words w of q:  idf(w) * tf * (k1 + 1) / (tf + k1 * norm(d))
    idf(w)      = ln(1 + (N - df + 0.5) / (df + 0.5))
    norm(d)     = 1 - b + b * |d| / (mean length)

A word that stands twice in the question counts twice.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

K1 = 1.2
B = 0.75

_WORD = re.compile(r"\w+")


def words(text: str) -> list[str]:
    """Runs of letters and digits of any script, without regard to case."""
    return _WORD.findall(text.casefold())


def index(texts: Sequence[str]) -> Callable[[str], NDArray[Any]]:
    """An inverted index of the texts, as a function from a question to every text's score.

    The scores are float64, shape (len(texts),), in the order of the texts; 0 means no word in
    common. Each word holds its texts and their finished weights, so a question costs one
    vector addition per word.
    """
    import numpy as np  # late: reading a study needs prompts, but no arrays

    counts = [Counter(words(text)) for text in texts]
    lengths = [sum(count.values()) for count in counts]
    mean = (sum(lengths) / len(lengths) if lengths else 0) or 1
    found: dict[str, list[int]] = {}
    for place, count in enumerate(counts):
        for word in count:
            found.setdefault(word, []).append(place)
    postings: dict[str, tuple[NDArray[Any], NDArray[Any]]] = {}
    norms = K1 * (1 - B + B * np.asarray(lengths, dtype=np.float64) / mean)
    for word, places in found.items():
        rarity = math.log(1 + (len(texts) - len(places) + 0.5) / (len(places) + 0.5))
        frequency = np.asarray([counts[place][word] for place in places], dtype=np.float64)
        where = np.asarray(places, dtype=np.int32)
        postings[word] = (where, rarity * frequency * (K1 + 1) / (frequency + norms[where]))

    def scores(question: str) -> NDArray[Any]:
        total = np.zeros(len(texts))
        for word, times in Counter(words(question)).items():
            if word in postings:
                where, weights = postings[word]
                total[where] += times * weights
        return total

    return scores
