"""What every way of finding passages has in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from etude.records import Chunk


@dataclass(frozen=True, slots=True)
class Found:
    """A piece that was found, and how well it fits; higher is nearer, comparable in one search."""

    chunk: Chunk
    score: float


class Retriever(Protocol):
    """From questions to passages."""

    def search(self, questions: Sequence[str], k: int) -> list[list[Found]]:
        """For each question at most k pieces, the nearest first, equal ones by their id."""
        ...
