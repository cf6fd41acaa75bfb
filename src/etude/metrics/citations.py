"""Citations in answers: `[2]`, or several as `[1, 3]`. They are marks on it, not words of it.

Metrics that compare answers with references see them without; those that look at passages see them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from etude.records import Prediction

CITED = re.compile(r"[ \t]*\[(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\]")


def said(text: str) -> str:
    """An answer without its citations.

    >>> said("Brasília [1, 2], since 1960 [3].")
    'Brasília, since 1960.'
    """
    return CITED.sub("", text)


def cited(text: str) -> list[int]:
    """The numbers that an answer cites, each once, in order."""
    numbers = [int(part) for match in CITED.finditer(text) for part in re.findall(r"\d+", match[1])]
    return list(dict.fromkeys(numbers))


def uncited(predictions: Sequence[Prediction]) -> Sequence[Prediction]:
    """The same answers without citations of passages that were shown; others are words like any."""
    found = [replace(made, text=said(made.text)) if cites(made) else made for made in predictions]
    return found if any(map(cites, predictions)) else predictions


def cites(made: Prediction) -> bool:
    """Whether all that an answer cites stood in its prompt."""
    shown = sum(passage.shown for passage in made.passages)
    return bool(shown) and all(1 <= number <= shown for number in cited(made.text) or [0])
