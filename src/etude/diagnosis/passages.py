"""What became of each question's gold passage on its way from the index into the answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from etude.diagnosis.evidence import Evidence
from etude.metrics.citations import uncited
from etude.metrics.figures import figures
from etude.metrics.squad import cut_for
from etude.records import Example, Prediction
from etude.retrieval.gold import is_gold

Fate = Literal["not found", "below k", "cut", "not used", "used"]
"""Where a gold passage was lost: not among those recorded; recorded, but not among the first k;
among these, but not in the prompt, which it did not fit; in the prompt, but the answer is wrong; in
the prompt, and the answer is right."""

RIGHT = 0.5  # token F1 with a reference from which on a short answer is right
SHORT = 30  # words of a reference up to which an answer is right or wrong by its words


def fates(evidence: Evidence, approach: str) -> dict[str, Fate]:
    """By test example with gold passages, what became of them under an approach that retrieves."""
    about = evidence.retrieval[approach]
    by_id, language = evidence.by_id, evidence.language
    found: dict[str, Fate] = {}
    for made in uncited(evidence.answers[approach]):
        example = by_id[made.example_id]
        if example.gold_passages:
            found[example.id] = fate(example, made, int(about["k"]), language)
    return found


def fate(example: Example, made: Prediction, k: int, language: str) -> Fate:
    """What became of an example's gold passages; the best of them counts."""
    ranks = [
        rank
        for rank, passage in enumerate(made.passages)
        if any(is_gold(passage.id, gold) for gold in example.gold_passages)
    ]
    if not ranks:
        return "not found"
    if ranks[0] >= k:
        return "below k"
    if not made.passages[ranks[0]].shown:
        return "cut"
    return "used" if is_right(example, made, language) else "not used"


def is_right(example: Example, made: Prediction, language: str) -> bool:
    """Whether an answer says what a reference says: its label, or most words and all figures."""
    if example.label is not None:
        return made.label == example.label
    cut = cut_for(language)
    said = cut(made.text)
    return any(
        agrees(said, cut(text)) and has_figures(made.text, text) for text in example.references
    )


def agrees(said: Sequence[str], right: Sequence[str]) -> bool:
    """Whether words hold all of a reference in its order, or share most with it."""
    if not said or not right:
        return not said and not right
    if f" {' '.join(right)} " in f" {' '.join(said)} ":
        return True
    both = (Counter(said) & Counter(right)).total()
    return 2 * both >= RIGHT * (len(said) + len(right))


def has_figures(said: str, right: str) -> bool:
    """Whether a text says every date and number of another: a wrong one is no small difference."""
    known = figures(said)
    return all(any(figure.holds(asked) for figure in known) for asked in figures(right))


def by_words(evidence: Evidence) -> bool:
    """Whether answers of this study are right or wrong by their words."""
    if evidence.classifies:
        return True
    lengths = sorted(len(text.split()) for item in evidence.examples for text in item.references)
    return bool(lengths) and lengths[len(lengths) // 2] <= SHORT


def cut_short(made: Prediction, k: int) -> bool:
    """Whether a prompt lacks some of the first k passages, or a part of one."""
    return any(not item.shown or item.characters is not None for item in made.passages[:k])
