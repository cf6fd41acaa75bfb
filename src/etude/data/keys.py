"""When two examples are the same: keys that leave out letter case and white space."""

from __future__ import annotations

from hashlib import blake2b

from etude.records import Example


def prompt_key(example: Example) -> bytes:
    """The same for the same turns."""
    turns = "\0".join(f"{turn.role}\0{_folded(turn.content)}" for turn in example.messages)
    return blake2b(turns.encode(), digest_size=16).digest()


def example_key(example: Example, prompt: bytes) -> bytes:
    """The same for the same task, turns (`prompt`, their key) and first reference."""
    first = f"{example.task}\0{_folded(example.references[0])}"
    return blake2b(prompt + first.encode(), digest_size=16).digest()


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
