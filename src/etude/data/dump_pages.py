"""XML of a dump -> its pages and what it says of its wiki, with expat.

The format is MediaWiki's export schema (https://www.mediawiki.org/wiki/Help:Export). A document
type is refused, and with it every entity that could grow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.parsers import expat

from etude.errors import UserError

HEADER = 1 << 20  # bytes that what stands before the first page may have
PAGE_END = b"</page>"
ROOT_END = b"</mediawiki>"
# Wikimedia's wikis whose text is under this licence; Wikinews' is under another.
HOSTS = "wikipedia|wiktionary|wikibooks|wikiquote|wikisource|wikiversity|wikivoyage"
WIKIMEDIA = re.compile(rf"https?://[a-z0-9-]+\.(?:{HOSTS})\.org/")
LICENCE = "CC BY-SA 4.0"


@dataclass(frozen=True, slots=True)
class Site:
    """What a dump says of its wiki before the first page.

    `base` is the address that titles are put behind. `namespaces` are its own names of namespaces
    by their numbers.
    """

    language: str
    database: str
    base: str
    licence: str
    namespaces: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of any namespace, as the dump has it; `redirect` is the title it leads to, or empty.

    `namespace` is empty in dumps that do not give it (before 2011); the title's prefix tells it.
    """

    id: str
    title: str
    namespace: str
    redirect: str
    revision: str
    model: str
    text: str


def site_of(header: bytes, path: Path) -> Site:
    """Read what stands before the first page; UserError where the file is no dump."""
    values: dict[str, str] = {}
    names: dict[str, str] = {}
    stack: list[str] = []
    text: list[str] = []
    key = ""

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal key
        if not stack:
            if name != "mediawiki":
                raise UserError(
                    f"{path} is XML that begins with <{name[:40]}> where a dump of a wiki begins "
                    "with <mediawiki>: name a file of pages and articles (pages-articles.xml.bz2)."
                )
            values["language"] = attributes.get("xml:lang", "")
        stack.append(name)
        key = attributes.get("key", "")
        text.clear()

    def end(name: str) -> None:
        stack.pop()
        said = "".join(text).strip()
        if name == "namespace" and said:
            names[key] = said
        elif name in ("base", "dbname", "rights"):
            values[name] = said
        text.clear()

    parser = _parser(path)
    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text.append
    try:
        parser.Parse(header, False)
    except expat.ExpatError as error:
        if (sentence := _not_utf8(header, f"{path}, at its beginning")) is not None:
            raise UserError(sentence) from None
        raise UserError(
            f"{path}, line {error.lineno}: this is not the XML of a dump "
            f"({expat.ErrorString(error.code)}); name a file of pages and articles "
            "(pages-articles.xml.bz2)."
        ) from None
    if not values:
        raise UserError(f"{path} holds no XML: name a file of pages and articles.")
    base = values.get("base", "")
    known = WIKIMEDIA.match(base) is not None
    return Site(
        language=values["language"],
        database=values.get("dbname", ""),
        base=base.rpartition("/")[0],
        licence=values.get("rights", "") or (LICENCE if known else ""),
        namespaces=names,
    )


def _parser(path: Path) -> Any:
    """A parser that stops at a document type. (expat's own type has no name to import.)"""
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.buffer_size = 1 << 16

    def refuse(*_: object) -> None:
        raise UserError(
            f"{path} has a document type (<!DOCTYPE>), which a dump never has and which can make a "
            "small file fill the memory: it is not read."
        )

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


def pages_of(xml: bytes, path: Path) -> list[Page]:
    """The pages in a piece of a dump that begins and ends between pages."""
    found: list[Page] = []
    stack: list[str] = []
    text: list[str] = []
    page: dict[str, str] = {}

    def begin(name: str, attributes: dict[str, str]) -> None:
        stack.append(name)
        if name == "page":
            page.clear()
        elif name == "redirect":
            page["redirect"] = attributes.get("title", "")
        text.clear()

    def end(name: str) -> None:
        stack.pop()
        if name in WANTED and len(stack) == WANTED[name].get(stack[-1]):
            page["revision" if name == "id" and stack[-1] == "revision" else name] = "".join(text)
        elif name == "page":
            found.append(_page(page))
        text.clear()

    parser = _parser(path)
    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text.append
    try:
        parser.Parse(b"<mediawiki>", False)
        parser.Parse(xml, False)
        parser.Parse(ROOT_END, True)
    except expat.ExpatError as error:
        raise UserError(_broken(xml, error, page.get("title"), path)) from None
    return found


# Elements that are read: how deep they stand, in which element.
WANTED: Mapping[str, Mapping[str, int]] = {
    "title": {"page": 2},
    "ns": {"page": 2},
    "id": {"page": 2, "revision": 3},
    "model": {"revision": 3},
    "text": {"revision": 3},
}


def _page(values: Mapping[str, str]) -> Page:
    return Page(
        id=values.get("id", ""),
        title=values.get("title", ""),
        namespace=values.get("ns", ""),
        redirect=values.get("redirect", ""),
        revision=values.get("revision", ""),
        model=values.get("model", "wikitext"),
        text=values.get("text", ""),
    )


def _broken(xml: bytes, error: expat.ExpatError, title: str | None, path: Path) -> str:
    """What is wrong with a piece: its encoding, or its XML."""
    where = f"{path}, near the page '{title}'" if title else f"{path}, at its beginning"
    return _not_utf8(xml, where) or (
        f"{where}: broken XML ({expat.ErrorString(error.code)}); the file is damaged, so fetch it "
        "again."
    )


def _not_utf8(xml: bytes, where: str) -> str | None:
    """The sentence for bytes that are no UTF-8; None where they are."""
    try:
        xml.decode()
    except UnicodeDecodeError as wrong:
        if wrong.end < len(xml) or wrong.reason != "unexpected end of data":
            return (
                f"{where}: the byte 0x{xml[wrong.start]:02x} is not UTF-8, which the dump says it "
                "is in: it was damaged or converted, so fetch it again."
            )
    return None
