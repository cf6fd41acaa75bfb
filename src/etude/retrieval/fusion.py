"""Two rankings -> one: a convex combination of their scores (Bruch, Gai and Ingber 2023).

Scores of BM25 and cosines have nothing in common, so each ranking's are scaled to 0..1 for a
question, from the lowest of its candidates to the highest. What only one ranking found counts as
the lowest of the other. An analysis of fusion functions, arXiv:2210.11934; that fusing ranks
instead of scores can ruin a good ranking was found here too (docs/retrieval.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from etude.records import Hit
from etude.retrieval.ranking import recall, reciprocal_rank

CANDIDATES = 100  # of each ranking, at least
WEIGHTS = tuple(step / 20 for step in range(21))


def scaled(found: Sequence[Hit]) -> dict[str, float]:
    """Scores between 0 (the lowest) and 1 (the highest), by chunk; 1 where all are equal."""
    if not found:
        return {}
    low = min(item.score for item in found)
    width = max(item.score for item in found) - low
    return {item.chunk.id: (item.score - low) / width if width else 1.0 for item in found}


def fuse(words: Sequence[Hit], vectors: Sequence[Hit], weight: float, k: int) -> list[Hit]:
    """The best k of both: `weight` times a vector's scaled score, the rest for the words'.

    A weight of 0 or 1 gives one of the two as it is.
    """
    if weight in (0, 1):
        return list(vectors if weight else words)[:k]
    chunks = {item.chunk.id: item.chunk for item in (*words, *vectors)}
    fused = weighted(scaled(words), scaled(vectors), weight)
    return [Hit(chunks[name], fused[name]) for name in ranked(fused)[:k]]


def weighted(
    words: Mapping[str, float], vectors: Mapping[str, float], weight: float
) -> dict[str, float]:
    """Both scaled scores in one; what is missing counts 0."""
    names = words.keys() | vectors.keys()
    return {
        name: (1 - weight) * words.get(name, 0.0) + weight * vectors.get(name, 0.0)
        for name in names
    }


def ranked(scores: Mapping[str, float]) -> list[str]:
    """Ids, the highest score first, equal ones by their id."""
    return sorted(scores, key=lambda name: (-scores[name], name))


def choose_weight(
    words: Sequence[Sequence[Hit]],
    vectors: Sequence[Sequence[Hit]],
    gold: Sequence[Sequence[str]],
    k: int,
) -> tuple[float, list[dict[str, Any]]]:
    """The weight that finds most gold passages, and the curve it was chosen from.

    Highest recall among the first k; among equals the highest mean reciprocal rank, then the
    lowest weight: vectors have to earn their place. Candidates are per question.
    """
    curve = []
    for weight in WEIGHTS:
        orders = [
            [item.chunk.id for item in fuse(by_words, by_vectors, weight, CANDIDATES)]
            for by_words, by_vectors in zip(words, vectors, strict=True)
        ]
        pairs = list(zip(orders, gold, strict=True))
        curve.append(
            {
                "weight": weight,
                "recall": sum(recall(found, right, k) for found, right in pairs) / len(pairs),
                "mrr": sum(reciprocal_rank(found, right) for found, right in pairs) / len(pairs),
            }
        )
    best = max(curve, key=lambda row: (row["recall"], row["mrr"], -row["weight"]))
    return best["weight"], curve
