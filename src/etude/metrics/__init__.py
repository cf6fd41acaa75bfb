"""The metrics by name. Each is a pure function checked against its reference implementation."""

from __future__ import annotations

import math
from collections.abc import Iterable

from etude.errors import UserError, nearest
from etude.metrics.bleu import bleu, bleu_signature
from etude.metrics.chrf import chrf, chrf_signature
from etude.metrics.labels import accuracy, accuracy_signature, macro_f1, macro_f1_signature
from etude.metrics.likelihood import perplexity, perplexity_signature
from etude.metrics.metric import Measured, Metric, Need
from etude.metrics.music import (
    music_exact,
    music_exact_signature,
    notes,
    notes_enharmonic,
    notes_enharmonic_signature,
    notes_signature,
)
from etude.metrics.needs import check_needs
from etude.metrics.rouge import rouge, rouge_signature
from etude.metrics.squad import exact_match, squad_signature, token_f1

__all__ = ["GROUPS", "METRICS", "Measured", "Metric", "check_needs", "expand"]

_TEXT: frozenset[Need] = frozenset({"text"})
_LABEL: frozenset[Need] = frozenset({"label"})
_LOGPROB: frozenset[Need] = frozenset({"reference_logprob"})
_ROUGE_PAPER = "https://aclanthology.org/W04-1013"
_SQUAD_PAPER = "https://arxiv.org/abs/1606.05250"
_SQUAD = "SQuAD's official evaluation script"
_BY_HAND = "tables typed by hand"

# fmt: off
# A table is read by its columns.
_ROWS = (
    Metric("rouge-1", "ROUGE-1", "higher", 0, 1, _TEXT, rouge("rouge1"), rouge_signature,
           "rouge-score", _ROUGE_PAPER),
    Metric("rouge-2", "ROUGE-2", "higher", 0, 1, _TEXT, rouge("rouge2"), rouge_signature,
           "rouge-score", _ROUGE_PAPER),
    Metric("rouge-l", "ROUGE-L", "higher", 0, 1, _TEXT, rouge("rougeL"), rouge_signature,
           "rouge-score", _ROUGE_PAPER),
    Metric("rouge-lsum", "ROUGE-Lsum", "higher", 0, 1, _TEXT, rouge("rougeLsum"), rouge_signature,
           "rouge-score", _ROUGE_PAPER),
    Metric("bleu", "BLEU", "higher", 0, 100, _TEXT, bleu, bleu_signature,
           "sacreBLEU", "https://aclanthology.org/P02-1040"),
    Metric("chrf", "chrF", "higher", 0, 100, _TEXT, chrf, chrf_signature,
           "sacreBLEU", "https://aclanthology.org/W15-3049"),
    Metric("exact-match", "Exact match", "higher", 0, 1, _TEXT, exact_match, squad_signature,
           _SQUAD, _SQUAD_PAPER),
    Metric("squad-f1", "SQuAD F1", "higher", 0, 1, _TEXT, token_f1, squad_signature,
           _SQUAD, _SQUAD_PAPER),
    Metric("accuracy", "Accuracy", "higher", 0, 1, _LABEL, accuracy, accuracy_signature,
           "scikit-learn", "https://scikit-learn.org/stable/modules/model_evaluation.html"),
    Metric("macro-f1", "Macro-F1", "higher", 0, 1, _LABEL, macro_f1, macro_f1_signature,
           "scikit-learn", "https://arxiv.org/abs/1911.03347"),
    Metric("perplexity", "Perplexity", "lower", 1, math.inf, _LOGPROB, perplexity,
           perplexity_signature, "exp of the mean loss", "https://doi.org/10.1121/1.2016299"),
    Metric("music-exact", "Exact match (music)", "higher", 0, 1, _TEXT, music_exact,
           music_exact_signature, _BY_HAND, _SQUAD_PAPER),
    Metric("notes", "Notes F1", "higher", 0, 1, _TEXT, notes, notes_signature,
           _BY_HAND, _SQUAD_PAPER),
    Metric("notes-enharmonic", "Notes F1 (enharmonic)", "higher", 0, 1, _TEXT, notes_enharmonic,
           notes_enharmonic_signature, _BY_HAND, _SQUAD_PAPER),
)
# fmt: on

METRICS: dict[str, Metric] = {metric.name: metric for metric in _ROWS}
GROUPS: dict[str, tuple[str, ...]] = {
    "rouge": ("rouge-1", "rouge-2", "rouge-l", "rouge-lsum"),
    "squad": ("exact-match", "squad-f1"),
    "music": ("music-exact", "notes", "notes-enharmonic"),
}


def expand(names: Iterable[str]) -> tuple[str, ...]:
    """Metric names in the order given, groups replaced by their members, none twice.

    Raises:
        UserError: on a name that is neither a metric nor a group.
    """
    members: list[str] = []
    for name in names:
        if name not in METRICS and name not in GROUPS:
            raise UserError(f"there is no metric '{name}': {nearest(name, (*METRICS, *GROUPS))}")
        members.extend(GROUPS.get(name, (name,)))
    return tuple(dict.fromkeys(members))
