"""The examples worth reading first: best, worst, most improved and most harmed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from etude.metrics import METRICS

COUNT = 3  # of each kind, in the report
KINDS = ("best", "worst", "improved", "harmed")
Values = Mapping[tuple[str, str], Mapping[str, float]]  # (approach, metric) -> example id -> value


def highlights(
    values: Values, baseline: str, deciding: str, metrics: Sequence[str], count: int = COUNT
) -> dict[str, Any] | None:
    """Ids with scores, by approach and kind; None where no metric has a value for each example.

    By the deciding metric, or the first of the others that single examples have. `improved` and
    `harmed` are against the baseline's score on the same example, and hold only examples that
    differ. Of equals, the first in the order of their ids.
    """
    metric = next((name for name in (deciding, *metrics) if has_values(values, name)), None)
    if metric is None:
        return None
    sign = 1 if METRICS[metric].better == "higher" else -1
    base = values.get((baseline, metric), {})
    found = {}
    for (name, measured), scores in values.items():
        if measured != metric or not scores:
            continue
        by_score = sorted(scores, key=lambda item: (-sign * scores[item], item))
        from_worst = sorted(scores, key=lambda item: (sign * scores[item], item))
        change = {item: sign * (scores[item] - base[item]) for item in scores if item in base}
        up = sorted((item for item in change if change[item] > 0), key=lambda i: (-change[i], i))
        down = sorted((item for item in change if change[item] < 0), key=lambda i: (change[i], i))
        chosen = dict(zip(KINDS, (by_score, from_worst, up, down), strict=True))
        found[name] = {
            kind: [row(item, scores, base) for item in ids[:count]]
            for kind, ids in chosen.items()
            if kind in KINDS[:2] or name != baseline
        } | {"counts": {"improved": len(up), "harmed": len(down), "of": len(change)}}
    return {"metric": metric, "deciding": deciding, "baseline": baseline, "approaches": found}


def has_values(values: Values, metric: str) -> bool:
    """Whether a metric has values of single examples."""
    return any(scores for (_, measured), scores in values.items() if measured == metric)


def row(item: str, scores: Mapping[str, float], base: Mapping[str, float]) -> dict[str, Any]:
    """One example with its score and the baseline's."""
    return {"example": item, "score": scores[item], "baseline": base.get(item)}
