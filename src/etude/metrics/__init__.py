"""The metrics by name. Each is a pure function checked against its reference implementation."""

from __future__ import annotations

from collections.abc import Iterable

from etude.config.settings import choose
from etude.errors import UserError
from etude.metrics.metric import Case, Means, Measured, Metric, Told, total
from etude.metrics.needs import check_examples, check_needs
from etude.metrics.table import ROWS

__all__ = [
    "GROUPS",
    "METRICS",
    "Case",
    "Means",
    "Measured",
    "Metric",
    "Told",
    "check_examples",
    "check_needs",
    "expand",
    "total",
]

METRICS: dict[str, Metric] = {metric.name: metric for metric in ROWS}
_OVERLAP = ("1", "2", "l", "lsum", "s")
_PARTS = ("", "-precision", "-recall")
GROUPS: dict[str, tuple[str, ...]] = {
    "rouge": ("rouge-1", "rouge-2", "rouge-l", "rouge-lsum"),
    "rouge-detail": tuple(f"rouge-{kind}{part}" for kind in _OVERLAP for part in _PARTS),
    "squad": ("exact-match", "squad-f1"),
    "bertscore": ("bertscore-f1", "bertscore-precision", "bertscore-recall"),
    "classification": (
        *("accuracy", "balanced-accuracy", "macro-f1", "mcc"),
        "calibration-error",
    ),
    "form": (
        *("stop-rate", "seq-rep-4", "distinct-1", "distinct-2"),
        *("right-language", "length-ratio"),
    ),
    "music": ("music-exact", "notes", "notes-enharmonic"),
    "retrieval": ("passage-recall-5", "passage-recall-10", "passage-mrr", "passage-ndcg-10"),
    "grounded": ("grounded-words", "grounded-numbers", "right-passage"),
    "citations": ("citation-precision", "citation-recall"),
}


def expand(names: Iterable[str]) -> tuple[str, ...]:
    """Metric names in the order given, groups replaced by their members, none twice.

    Raises:
        UserError: on a name that is neither a metric nor a group.
    """
    members: list[str] = []
    for name in names:
        if name not in METRICS and name not in GROUPS:
            raise UserError(f"there is no metric '{name}': {choose(name, (*METRICS, *GROUPS))}")
        members.extend(GROUPS.get(name, (name,)))
    return tuple(dict.fromkeys(members))
