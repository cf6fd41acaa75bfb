"""What every generator gives: one document, plain or in turns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Document:
    """One text to pretrain on: a conversation where there are turns, else plain text."""

    kind: str
    """Name of the generator that wrote it."""
    language: str
    """`en` or `pt`."""
    turns: tuple[tuple[str, str], ...] = ()
    """Pairs of role (`system`, `user`, `assistant`) and text, ending with the assistant."""
    text: str = ""
    """The plain text of a document without turns."""


Generator = Callable[[Random, str], Document]


def ask(
    chance: Random, instruction: str, given: str, *, told: float = 0.12
) -> tuple[tuple[str, str], ...]:
    """The turns that put an instruction and the text it is about (which may be empty).

    With probability `told` the instruction stands in the system turn and the text alone in the
    user's, as studies with a system prompt do.
    """
    if not given:
        return (("user", instruction),)
    if chance.random() < told:
        return (("system", instruction), ("user", given))
    if given.endswith("\n"):
        return (("user", f"{given}\n{instruction}"),)
    roll = chance.random()
    if roll < 0.6 or "\n" in given:
        return (("user", f"{instruction}\n\n{given}"),)
    if roll < 0.75:
        return (("user", f"{instruction}\n{given}"),)
    if roll < 0.85:
        return (("user", f"{given}\n\n{instruction}"),)
    return (("user", f"{instruction} {given}"),)
