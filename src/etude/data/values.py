"""Values of a column -> text, as templates and metadata hold it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any


def as_text(value: Any) -> str:
    """A column's value as text: nothing is "", lists and objects are JSON.

    Numbers are written as Python writes them, true and false as JSON does; bytes that are UTF-8
    are text, others are only counted, because no template can hold a picture.
    """
    if isinstance(value, str):
        return value
    if value is None or value != value:  # NaN, which is how tables write "missing"
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return f"<{len(value):,} bytes>"
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(value, ensure_ascii=False, default=as_text)
    return str(value)


def broken_character(texts: Mapping[str, str]) -> tuple[str, str] | None:
    """Reason and detail when a text cannot be written: half of a surrogate pair is no character."""
    for column, text in texts.items():
        if not text.isascii():
            try:
                text.encode()
            except UnicodeEncodeError as error:
                half = f"\\u{ord(text[error.start]):04x}"
                return "broken character", f"column '{column}' holds half a character ({half})"
    return None
