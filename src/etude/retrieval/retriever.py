"""What every way of finding passages has in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from etude.records import Hit


class Retriever(Protocol):
    """From questions to passages."""

    def search(self, questions: Sequence[str], k: int) -> list[list[Hit]]:
        """For each question at most k pieces, the nearest first, equal ones by their id."""
        ...
