"""What a pretraining text is, and the roles of a conversation."""

from __future__ import annotations

from dataclasses import dataclass

ROLES = ("system", "user", "assistant")


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
