"""Text that our own code writes for pretraining, in English and Portuguese."""

from __future__ import annotations

from pretraining.generated.chats import chats
from pretraining.generated.dialogues import dialogues
from pretraining.generated.document import Document, Generator
from pretraining.generated.facts import facts
from pretraining.generated.few_shot import few_shot
from pretraining.generated.instructions import instructions
from pretraining.generated.passages import passages
from pretraining.generated.sentiment import sentiment
from pretraining.generated.stories import stories
from pretraining.generated.verse import verse

GENERATORS: dict[str, Generator] = {
    "instructions": instructions,
    "few_shot": few_shot,
    "passages": passages,
    "dialogues": dialogues,
    "sentiment": sentiment,
    "chats": chats,
    "verse": verse,
    "facts": facts,
    "stories": stories,
}
"""Name -> generator; each writes one document a call, in the language asked for."""

__all__ = ["GENERATORS", "Document", "Generator"]
