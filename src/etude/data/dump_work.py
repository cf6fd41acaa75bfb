"""A piece of a dump -> articles: what a worker does, in a process of its own or in this one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from etude.data.articles import Article
from etude.data.dump_file import DumpFile, Piece, unpacked
from etude.data.dump_pages import PAGE_END, Page, Site, pages_of
from etude.data.templates import fields
from etude.data.wiki_links import unseen_of
from etude.data.wikitext import plain, scan, sections

LARGEST = 4 << 20  # characters of a page's markup; MediaWiki itself allows 2 MB
REDIRECT = re.compile(r"\s*#[^\W\d]+ ?:?\s*\[\[([^\[\]{}|#<>\n]+)")
HIDDEN = ("-2", "6", "14")  # namespaces of files (and media) and of categories
BETWEEN = "\n\n\x01\n\n"  # between values that are scanned together


@dataclass(slots=True)
class Counts:
    """What became of the pages of a dump: every page is counted once."""

    articles: int = 0
    redirects: int = 0
    other_namespaces: int = 0
    other_models: int = 0
    too_large: int = 0
    empty: int = 0

    @property
    def pages(self) -> int:
        return sum(asdict(self).values())

    def add(self, other: Counts) -> None:
        """Add what another part of the dump holds."""
        for name, value in asdict(other).items():
            setattr(self, name, getattr(self, name) + value)


@dataclass(slots=True)
class Rows:
    """Articles as lines of JSON, (name, title it leads to) of redirects, and what was dropped."""

    articles: list[bytes] = field(default_factory=list)
    redirects: list[tuple[str, str]] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece that was read: the rows of its whole pages, and the page that begins or ends it.

    Where no page ends in the piece, all of it is `head`, and `whole` is false.
    """

    head: bytes
    tail: bytes
    whole: bool
    rows: Rows


@dataclass(frozen=True, slots=True)
class Dump:
    """A dump that was opened: its file, its wiki, the bytes before its first page."""

    file: DumpFile
    site: Site
    header: int
    unseen: frozenset[str]

    @property
    def path(self) -> Path:
        return self.file.path

    def to_json(self) -> dict[str, Any]:
        return {
            "path": str(self.path),
            "packed": self.file.packed,
            "encoding": self.file.encoding,
            "site": asdict(self.site),
            "header": self.header,
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Dump:
        file = DumpFile(Path(row["path"]), row["packed"], row["encoding"])
        return cls.of(file, Site(**row["site"]), row["header"])

    @classmethod
    def of(cls, file: DumpFile, site: Site, header: int) -> Dump:
        """With the namespaces that are not shown."""
        own = [site.namespaces[key] for key in HIDDEN if key in site.namespaces]
        return cls(file, site, header, unseen_of(own))


def part_of(dump: Dump, piece: Piece) -> Part:
    """Read a piece."""
    xml = unpacked(dump.file, piece)
    first = xml.find(PAGE_END)
    if first == -1:
        return Part(xml, b"", False, Rows())
    begin = first + len(PAGE_END)
    end = xml.rfind(PAGE_END) + len(PAGE_END)
    return Part(xml[:begin], xml[end:], True, rows_of(dump, xml[begin:end]))


def rows_of(dump: Dump, xml: bytes) -> Rows:
    """The rows of whole pages."""
    rows = Rows()
    if not xml:
        return rows
    counts = rows.counts
    others = {name for key, name in dump.site.namespaces.items() if key != "0"}
    for page in pages_of(xml, dump.path):
        target = page.redirect.partition("#")[0]  # one to a section leads to its article
        if page.namespace not in ("0", "") or (
            not page.namespace and page.title.partition(":")[0] in others
        ):
            counts.other_namespaces += 1
        elif len(page.text) > LARGEST:
            counts.too_large += 1
        elif page.model != "wikitext":
            counts.other_models += 1
        elif target or (target := _target(page.text)):
            counts.redirects += 1
            rows.redirects.append((page.title, target))
        elif (article := article_of(page, dump)) is None:
            counts.empty += 1
        else:
            counts.articles += 1
            line = json.dumps(article.to_json(), ensure_ascii=False, separators=(",", ":"))
            rows.articles.append(line.encode("utf-8", "replace"))
    return rows


def _target(text: str) -> str:
    """The title that a text leads to, in dumps that do not say it apart."""
    match = REDIRECT.match(text)
    title = match[1].replace("_", " ").strip(" :") if match else ""
    return title[:1].upper() + title[1:]


def article_of(page: Page, dump: Dump) -> Article | None:
    """A page without its markup; None where nothing is left."""
    scanned = scan(page.text, dump.unseen)
    parts = sections(scanned.text)
    if not parts:
        return None
    site = dump.site
    name = quote(page.title.replace(" ", "_"), safe="/:@!$*(),;~")
    return Article(
        id=page.id,
        title=page.title,
        revision=page.revision,
        url=f"{site.base}/{name}" if site.base else "",
        language=site.language,
        licence=site.licence,
        sections=parts,
        facts=_facts(scanned.infobox, dump.unseen) if scanned.infobox else {},
    )


def _facts(infobox: str, unseen: frozenset[str]) -> dict[str, str]:
    """An infobox's fields without markup; one that only held markup is left out."""
    found = fields(infobox)
    # Together, since most are short: what a scan costs at the least would be paid for each.
    values = plain(BETWEEN.join(found.values()), unseen).split("\x01")
    if len(values) != len(found):  # a stray heading or comment joined two of them
        values = [plain(value, unseen) for value in found.values()]
    lines = (" ".join(_joined(value).split()) for value in values)
    return {name: line for name, line in zip(found, lines, strict=True) if line}


def _joined(value: str) -> str:
    """The lines of a value in one, commas between them."""
    lines = (line.removeprefix("- ").strip(" ,") for line in value.split("\n"))
    return ", ".join(line for line in lines if line)
