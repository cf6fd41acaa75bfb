"""Our scan beside mwparserfromhell's parse, on the pages of real dumps."""

from __future__ import annotations

import multiprocessing
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from etude.data.dump_file import pieces, unpacked
from etude.data.dump_pages import PAGE_END, Page, pages_of
from etude.data.dumps import open_dump
from etude.data.wikitext import plain

SECONDS = 20  # for a page: the parser takes the square of some pages' length
LARGEST = 30_000  # characters of a page that it is given
DUMPS = (
    "pt-wiki.xml.bz2",
    "simple-wiki.xml.bz2",
    "enwiki-table-markup.xml.bz2",
    "en-wiki.xml.bz2",
    "enwiki-latest-pages-articles1.xml-p000000010p000030302-shortened.bz2",
)
# What it leaves in its text and a reader never sees: files' options and captions, categories,
# links to other languages, tables, and what stands in references and galleries. Headings are left
# out of it as well: those without text below them are dropped.
DROPPED = re.compile(r"(?s)<(ref|gallery|timeline|math)\b[^<>]*?(?:/>|>.*?</\1\s*>)|<!--.*?-->")
LINK = re.compile(r"\[\[(?:File|Image|Category|Ficheiro|Imagem|Categoria|[a-z-]{2,12}):")


@pytest.mark.parametrize("name", DUMPS)
def test_the_words_that_another_parser_keeps_are_kept(shared: Path, name: str) -> None:
    mwparserfromhell = pytest.importorskip("mwparserfromhell")
    path = shared / "wiki" / name
    if not path.exists():
        pytest.skip(f"no {name} in shared/data/wiki")
    del mwparserfromhell
    chosen = [page for page in articles(path) if len(page.text) <= LARGEST][:40]
    if not chosen:  # one long article: its first sections
        chosen = list(articles(path))[:1]
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        for page in chosen:
            markup = prose(page.text[:LARGEST])
            theirs = pool.apply_async(parsed, (markup,)).get(SECONDS)
            wanted, kept = Counter(words(theirs)), Counter(words(plain(markup)))
            lost = wanted - kept
            share = lost.total() / max(1, wanted.total())
            assert share <= 0.01, (page.title, lost.most_common(20))


def articles(path: Path) -> Iterator[Page]:
    """The articles of a dump, markup and all."""
    dump = open_dump(path)
    xml = b"".join(unpacked(dump.file, piece) for piece in pieces(dump.file, 0))
    xml = xml[dump.header : xml.rfind(PAGE_END) + len(PAGE_END)]
    return (page for page in pages_of(xml, path) if page.namespace == "0" and not page.redirect)


def prose(markup: str) -> str:
    """Markup without what the parser shows and a reader does not see as prose."""
    markup = DROPPED.sub("", markup)
    lines, depth = [], 0
    for line in markup.split("\n"):
        opened = line.lstrip(" :").startswith("{|")
        depth += opened
        if not depth and not LINK.search(line) and not line.startswith("="):
            lines.append(line)
        depth -= line.lstrip().startswith("|}") and depth > 0
    return "\n".join(lines)


def parsed(markup: str) -> str:
    """Their text."""
    import mwparserfromhell

    return str(mwparserfromhell.parse(markup).strip_code())


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)
