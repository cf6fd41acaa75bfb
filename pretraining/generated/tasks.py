"""The shape of a small task: how it is asked for, and how an instance is drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

Draw = Callable[[Random, str], tuple[str, str]]
"""From chance and language to the text asked about and the right answer."""


@dataclass(frozen=True, slots=True)
class Task:
    """A small task. Wordings are separated by ` || `; `{}` stands where the text goes inline."""

    en: str
    pt: str
    draw: Draw
    shots: bool = True
    """Whether worked examples alone show what is asked for."""

    def wording(self, chance: Random, language: str) -> str:
        """One way to ask."""
        return chance.choice((self.en if language == "en" else self.pt).split(" || "))

    def plain(self, chance: Random, language: str) -> str:
        """A way to ask that has no place for the text, or empty."""
        wordings = (self.en if language == "en" else self.pt).split(" || ")
        fit = [wording for wording in wordings if "{}" not in wording]
        return chance.choice(fit) if fit else ""
