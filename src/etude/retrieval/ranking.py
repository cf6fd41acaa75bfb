"""How good a ranking is, from the ids of what was found and of what should have been.

A gold passage counts where it is first found; that another chunk of it follows earns nothing
more. With one chunk a passage these are the measures of trec_eval (Manning, Raghavan and Schütze,
Introduction to Information Retrieval, 2008, chapter 8).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from etude.retrieval.gold import newly_found


def recall(chunks: Sequence[str], gold: Sequence[str], k: int) -> float:
    """The share of the gold passages that are among the first k; 0 to 1.

    Raises:
        ValueError: without gold passages.
    """
    return sum(newly_found(chunks[:k], gold)) / _number(gold)


def reciprocal_rank(chunks: Sequence[str], gold: Sequence[str], k: int | None = None) -> float:
    """1 / the rank of the first gold passage among the first k (all); 0 where there is none."""
    _number(gold)
    ranks = (rank for rank, new in enumerate(newly_found(chunks[:k], gold), start=1) if new)
    return 1 / next(ranks, math.inf)


def ndcg(chunks: Sequence[str], gold: Sequence[str], k: int) -> float:
    """Normalised discounted cumulative gain of the first k; 0 to 1.

    Järvelin and Kekäläinen 2002; every gold passage gains 1, discounted by log2(rank + 1). Where
    one chunk holds several gold passages it may gain more than any order of them could: 1 then.
    """
    found = newly_found(chunks[:k], gold)
    gained = sum(new / math.log2(rank + 1) for rank, new in enumerate(found, start=1))
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(_number(gold), k) + 1))
    return min(1.0, gained / ideal)


def _number(gold: Sequence[str]) -> int:
    number = len(set(gold))
    if not number:
        raise ValueError("a ranking is scored against gold passages, and there are none")
    return number
