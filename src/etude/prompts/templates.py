"""Templates of text with `{column}` in braces: all that a study may compute from a row.

Deliberately less than `str.format`: no attributes, no indexes, no format specifications, so a
column may have any name without braces (`artist.name`, `Title (en)`) and a template from a
stranger's study can do nothing but put texts together.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from etude.errors import UserError, nearest


def fill(template: str, columns: Mapping[str, str], where: str) -> str:
    """Put the columns' texts into the template; `{{` and `}}` stand for literal braces.

    Texts are taken as they are: braces inside them mean nothing. `where` names the place for
    the error message (`prompt.template`, `song 12`). Raises UserError on an unknown column or a
    lone brace.

    >>> fill("{{{artist name}}}: {title}", {"artist name": "Elis", "title": "Nada"}, "prompt")
    '{Elis}: Nada'
    """
    parts = []
    for literal, column in _parsed(template, where):
        parts.append(literal)
        if column is None:
            continue
        if column not in columns:
            raise UserError(
                f"{where}: there is no column '{column}' to fill {{{column}}} in the template "
                f"{template!r}; {nearest(column, columns)}."
            )
        parts.append(columns[column])
    return "".join(parts)


def columns_of(template: str, where: str) -> tuple[str, ...]:
    """Names of the columns that a template reads, each once, in order of appearance."""
    names = (column for _, column in _parsed(template, where) if column is not None)
    return tuple(dict.fromkeys(names))


def _parsed(template: str, where: str) -> tuple[tuple[str, str | None], ...]:
    try:
        return _parse(template)
    except ValueError as problem:
        raise UserError(f"{where}: {problem} in the template {template!r}.") from None


@lru_cache(maxsize=256)  # the same few templates are filled for every row
def _parse(template: str) -> tuple[tuple[str, str | None], ...]:
    """Pairs of literal text and the column after it (None at the end), read left to right."""
    pairs: list[tuple[str, str | None]] = []
    literal: list[str] = []
    position = 0
    while position < len(template):
        character = template[position]
        if character not in "{}":
            literal.append(character)
            position += 1
        elif template.startswith(character * 2, position):
            literal.append(character)
            position += 2
        elif character == "}":
            raise ValueError(_lone("}", position))
        else:
            end = position + 1
            while end < len(template) and template[end] not in "{}":
                end += 1
            if end == len(template) or template[end] == "{":
                raise ValueError(_lone("{", position))
            if end == position + 1:
                raise ValueError(
                    f"empty braces at character {position + 1}: expected a column's name between "
                    "them, or '{{}}' for literal braces,"
                )
            pairs.append(("".join(literal), template[position + 1 : end]))
            literal = []
            position = end + 1
    return (*pairs, ("".join(literal), None))


def _lone(brace: str, position: int) -> str:
    return (
        f"a lone '{brace}' at character {position + 1}: write '{brace * 2}' for a literal brace,"
        " or '{column}' for a column's text,"
    )
