"""Placeholders in the rows of a source: `{{name}}` -> the text that the study gives it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from etude.data.rows import Row
from etude.errors import UserError, nearest
from etude.records import Message

PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z0-9][\w-]*)\s*\}\}")


def fill_placeholders(rows: Iterable[Row], texts: Mapping[str, str], place: str) -> Iterator[Row]:
    """Rows with every named placeholder filled, in columns and in turns.

    A placeholder without a text stays and is remarked on. UserError after the last row when a text
    is given for one that no row has. `place` names the source in it.
    """
    found: set[str] = set()
    for row in rows:
        yield _filled(row, texts, found)
    for name in texts:
        if name not in found:
            raise UserError(
                f"{place}.replace: no row holds the placeholder {{{{{name}}}}}; "
                f"{nearest(name, found)}."
            )


def _filled(row: Row, texts: Mapping[str, str], found: set[str]) -> Row:
    left: dict[str, None] = {}  # in order, each once

    def one(match: re.Match[str]) -> str:
        name = match[1]
        found.add(name)
        if name not in texts:
            left[match[0]] = None
        return texts.get(name, match[0])

    def fill(text: str) -> str:
        return PLACEHOLDER.sub(one, text)

    columns = {column: _inside(value, fill) for column, value in row.columns.items()}
    turns = tuple(Message(turn.role, fill(turn.content)) for turn in row.turns)
    remarks = (*row.remarks, ("placeholder left", ", ".join(left))) if left else row.remarks
    return replace(row, columns=columns, turns=turns, remarks=remarks)


def _inside(value: Any, fill: Callable[[str], str]) -> Any:
    """A column's value with its texts filled, those in lists and objects too."""
    if isinstance(value, str):
        return fill(value)
    if isinstance(value, list):
        return [_inside(item, fill) for item in value]
    if isinstance(value, dict):
        return {key: _inside(item, fill) for key, item in value.items()}
    return value
