"""Whole numbers as a few of them and a histogram."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import quantiles
from typing import Any

BINS = 20


def lengths(values: Sequence[int]) -> dict[str, Any]:
    """min, median, p90, max and a histogram (`edges`, one more than `counts`) of whole numbers.

    Bins are equally wide; where few values lie far above all others, the last bin is wider and
    holds them. A bin begins at its edge and ends before the next.
    """
    if not values:
        return {"n": 0, "histogram": {"edges": [], "counts": []}}
    ordered = sorted(values)
    tenths = quantiles(ordered, n=10, method="inclusive") if len(ordered) > 1 else ordered * 9
    edges = _edges(ordered)
    counts = [0] * (len(edges) - 1)
    width = edges[1] - edges[0]
    for value in ordered:
        counts[min((value - edges[0]) // width, len(counts) - 1)] += 1
    return {
        "n": len(ordered),
        "min": ordered[0],
        "median": tenths[4],
        "p90": tenths[8],
        "max": ordered[-1],
        "histogram": {"edges": edges, "counts": counts},
    }


def _edges(ordered: Sequence[int]) -> list[int]:
    low, high = ordered[0], ordered[-1]
    most = ordered[int(0.99 * (len(ordered) - 1))]
    has_tail = high - low > 2 * max(most - low, BINS)
    bins, end = (BINS - 1, most) if has_tail else (BINS, high)
    width = -(-(end - low + 1) // bins)
    edges = [low + width * step for step in range((end - low) // width + 2)]
    return [*edges, high + 1] if has_tail else edges
