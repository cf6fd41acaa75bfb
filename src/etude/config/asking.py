"""`ask`: a fixed list of prompts that every approach answers besides the test split."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from etude.config.settings import Settings


class Question(Settings):
    """A prompt that every approach is asked. A text alone is short for its `input`."""

    input: str = Field(min_length=1)
    """What the user says: `{text}` of the prompt's template."""
    expected: str | None = None
    """A good answer, shown beside the others. Nothing is scored by it."""
    columns: dict[str, str] = Field({})
    """Texts for other columns that the prompt's template names."""


def worded(value: Any) -> Any:
    """`What is a fifth?` is short for `{input: What is a fifth?}`."""
    return {"input": value} if isinstance(value, str) else value
