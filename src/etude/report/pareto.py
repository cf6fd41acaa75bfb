"""Quality against cost: which approaches nobody beats in both (the Pareto front), in words too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from etude.report import words

Report = Mapping[str, Any]

# Kind of cost -> its name on an axis. What has no price or was not measured has no front.
COSTS = {
    "money_per_1000": "Money for 1,000 answers",
    "seconds_per_1000": "Time for 1,000 answers",
    "adapting_seconds": "Time to tune and search",
    "peak_memory_mb": "Peak memory",
    "peak_device_memory_mb": "Peak GPU memory",
    "bytes_on_disk": "Bytes added on disk",
}


@dataclass(frozen=True, slots=True)
class Point:
    """An approach: what it costs and what it scores (`gain` is larger where it is better)."""

    name: str
    cost: float
    value: float
    gain: float

    def beats(self, other: Point) -> bool:
        """No dearer and no worse, and one of the two strictly better."""
        no_worse = self.cost <= other.cost and self.gain >= other.gain
        return no_worse and (self.cost < other.cost or self.gain > other.gain)


def points(report: Report, kind: str) -> list[Point]:
    """Approaches by cost, the cheapest first; those without the cost or a score are left out."""
    metric = report["metric"]
    sign = -1 if (report["metrics"].get(metric) or {}).get("better") == "lower" else 1
    found = []
    for name, approach in report["approaches"].items():
        cost = words.number(approach["cost"].get(kind))
        value = words.number((approach["metrics"].get(metric) or {}).get("value"))
        if cost is not None and value is not None:
            found.append(Point(name, cost, value, round(sign * value, 12)))  # sums' last digits
    return sorted(found, key=lambda point: (point.cost, -point.gain))


def front(found: list[Point]) -> list[Point]:
    """Those that no other one beats, the cheapest first."""
    return [point for point in found if not any(other.beats(point) for other in found)]


def fronts(report: Report) -> dict[str, Any]:
    """Kind of cost -> names on the front, and a sentence; only costs in which approaches differ."""
    told = {}
    for kind in COSTS:
        found = points(report, kind)
        if len({point.cost for point in found}) > 1:
            told[kind] = {
                "front": [point.name for point in front(found)],
                "words": in_words(found),
            }
    return told


def in_words(found: list[Point]) -> str:
    """Who is on the front, and who takes the others off it."""
    best = front(found)
    others = [point for point in found if point not in best]
    named = words.listed(point.name for point in best)
    if not others:
        return f"On the front: {named}. Whoever wants a better score pays for it."
    off = []
    for point in others:
        winner = next(other for other in best if other.beats(point))
        cheaper = "costs less" if winner.cost < point.cost else "costs the same"
        better = "scores better" if winner.gain > point.gain else "scores the same"
        off.append(f"{point.name} ({winner.name} {cheaper} and {better})")
    start = "Alone on the front" if len(best) == 1 else "On the front"
    return f"{start}: {named}. Not on it: {', '.join(off)}."
