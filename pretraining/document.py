"""What a pretraining text is, and the roles of a conversation."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

HELD_OUT = 40  # one work (or generated text) of so many


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of pretraining text: plain, or a conversation.

    `part` names the share of the mixture it belongs to, `origin` the work or the generator.
    """

    part: str
    origin: str
    language: str
    text: str = ""
    turns: tuple[tuple[str, str], ...] = ()

    def words(self) -> str:
        """Everything that is said in it, for counting and for the search for leaks."""
        return "\n".join([self.text, *(content for _, content in self.turns)])


def is_held_out(text: Text) -> bool:
    """By name for books, so that no chapter of a held-out work is learnt; by content for others."""
    key = text.origin if text.part == "books" else text.words()
    return zlib.crc32(f"held out {key}".encode()) % HELD_OUT == 0
