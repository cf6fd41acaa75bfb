"""Text that our own code writes for pretraining, in English and Portuguese."""

from __future__ import annotations

from generated.dialogues import dialogues
from generated.document import Document, Generator
from generated.few_shot import few_shot
from generated.instructions import instructions
from generated.passages import passages

GENERATORS: dict[str, Generator] = {
    "instructions": instructions,
    "few_shot": few_shot,
    "passages": passages,
    "dialogues": dialogues,
}
"""Name -> generator; each writes one document a call, in the language asked for."""

__all__ = ["GENERATORS", "Document", "Generator"]
