"""Templates that matter to a reader of plain text: infoboxes, and those that show their words."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Literal

NESTED = 4  # so deep are templates in templates shown; below that they are dropped

INFOBOXES = ("infobox", "info/", "info ", "taxobox", "ficha de ", "caixa de info")
LONGEST = 80  # characters of a template's name
PARTS = re.compile(r"\{\{|\}\}|\[\[|\]\]|\|")

Arguments = list[str]


def is_infobox(inside: str) -> bool:
    """Whether what stands between a template's braces is an infobox."""
    return kind_of(inside[:LONGEST].partition("|")[0]) == "infobox"


def is_shown(inside: str) -> bool:
    """Whether a template shows words of the text."""
    return kind_of(inside[:LONGEST].partition("|")[0]) == "shown"


@lru_cache(maxsize=4096)  # a wiki has millions of templates and uses a few all the time
def kind_of(head: str) -> Literal["infobox", "shown", "dropped"]:
    """What becomes of a template, by what stands before its first bar."""
    name = head.strip(" \n_").lower().replace("_", " ")
    if name.startswith(INFOBOXES):
        return "infobox"
    name = name.partition(":")[0].strip()
    return "shown" if name in SHOWN or name.startswith("lang-") else "dropped"


def shown(inside: str) -> str:
    """The markup that a template stands for in running text; nothing of most templates."""
    if not is_shown(inside):
        return ""
    name, colon, argument = inside[:LONGEST].partition("|")[0].partition(":")
    name = name.strip().lower().replace("_", " ")
    make = SHOWN.get(name, _first)
    if colon:
        return make([argument.strip()])
    values = [part.strip() for part in split(inside)[1:]]
    return make([_value(part) for part in values if not _named(part)])


def split(inside: str) -> list[str]:
    """A template's parts at its own bars, not at those of what stands in it."""
    parts: list[str] = []
    begin, depth = 0, 0
    for match in PARTS.finditer(inside):
        mark = match[0]
        if mark == "|":
            if depth == 0:
                parts.append(inside[begin : match.start()])
                begin = match.end()
        elif mark in ("{{", "[["):
            depth += 1
        else:
            depth = max(0, depth - 1)
    parts.append(inside[begin:])
    return parts


def fields(inside: str) -> dict[str, str]:
    """An infobox's named fields that are not empty, by name, markup and all, in order."""
    found: dict[str, str] = {}
    for part in split(inside)[1:]:
        name, equals, value = part.partition("=")
        name, value = name.strip(), value.strip()
        if equals and name and value and len(name) <= 60 and not set(name) & set("[]{}<>"):
            found[name] = value
    return found


def _named(part: str) -> bool:
    """Whether a part is `name=value`, with a name that is no number."""
    name, equals, _ = part.partition("=")
    name = name.strip()
    return bool(equals) and re.fullmatch(r"[\w \-]+", name) is not None and not name.isdigit()


def _value(part: str) -> str:
    name, equals, value = part.partition("=")
    return value.strip() if equals and name.strip().isdigit() else part


def _first(arguments: Arguments) -> str:
    return arguments[0] if arguments else ""


def _second(arguments: Arguments) -> str:
    return arguments[1] if len(arguments) > 1 else ""


def _measure(arguments: Arguments) -> str:
    return " ".join(arguments[:2])


def _century(word: str) -> Callable[[Arguments], str]:
    return lambda arguments: f"{word} {arguments[0]}" if arguments else ""


def _listed(arguments: Arguments) -> str:
    return ", ".join(part for part in arguments if part)


def _date(arguments: Arguments) -> str:
    """Day, month and year from whichever of the two orders they stand in: `1980-03-15`."""
    numbers = [part for part in arguments if part.isdigit()]
    if len(numbers) < 3:
        return numbers[0] if len(numbers) == 1 else ""
    first, month, last = numbers[:3]
    year, day = (first, last) if len(first) > 2 else (last, first)
    return f"{year}-{month:0>2}-{day:0>2}" if len(day) <= 2 and len(month) <= 2 else ""


# fmt: off
# Names, in lower case, by what is shown of a template's unnamed arguments.
NAMES: tuple[tuple[Callable[[Arguments], str], tuple[str, ...]], ...] = (
    (_first, (
        "formatnum", "fmtn", "fmt", "nowrap", "nobr", "nobreak", "small", "smaller", "big", "bold",
        "quote", "blockquote", "cquote", "citação", "bq", "centralizar", "center", "abbr", "sic",
        "unicode", "angbr", "versalete", "nihongo", "flag", "bandeira", "flagcountry", "país",
        "tooltip",
    )),
    (_second, ("lang", "língua", "transl", "ling", "cor", "color")),
    (_measure, ("convert", "cvt", "converter")),
    (_century("século"), ("séc", "sec", "século")),
    (_century("siglo"), ("siglo",)),
    (_listed, ("ubl", "unbulleted list", "plainlist", "hlist", "flatlist")),
    (_date, (
        "birth date", "birth date and age", "death date", "death date and age", "start date",
        "start date and age", "end date", "film date", "dni", "dnibr", "nascimento",
        "data de nascimento", "data de nascimento e idade", "data de morte", "morte",
        "data de morte e idade", "falecimento", "falecimento e idade", "morte e idade", "dtext",
        "data", "data de início", "fecha", "fecha de nacimiento", "fecha de inicio",
    )),
    (lambda _: "–", ("ndash", "spaced ndash", "snd", "–")),
    (lambda _: "—", ("mdash", "—")),
    (lambda _: "|", ("!",)),
    (lambda _: "=", ("=",)),
)
# fmt: on
SHOWN = {name: make for make, names in NAMES for name in names}
