"""A MediaWiki dump -> articles: streamed, by several processes, in the order of the dump."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from etude.data.articles import Article
from etude.data.dump_file import DumpFile, beginning, encoding_of
from etude.data.dump_pages import HEADER, ROOT_END, Site, site_of
from etude.data.dump_pool import parts, workers_for
from etude.data.dump_work import Counts, Dump, Rows, rows_of
from etude.data.text import found
from etude.errors import UserError
from etude.progress import Progress, silent

GIANT = 16 << 20  # bytes of a page beyond which it is not kept while its end is looked for
ENDLESS = 1 << 30  # bytes of a page beyond which its end is not looked for


@dataclass(slots=True)
class Place:
    """How far a dump has been read: up to `position`, which a piece ends at.

    `pending` is the page that began before it; `passed` counts the bytes of one that is too large.
    `header` are bytes of what stands before the first page that are still to come.
    """

    position: int = 0
    pending: bytes = b""
    passed: int = 0
    header: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """Rows of the next part of a dump, and the compressed bytes read up to its end."""

    rows: Rows
    done: int


def read_articles(
    path: Path,
    *,
    limit: int | None = None,
    language: str | None = None,
    workers: int | None = None,
    progress: Progress = silent,
    counts: Counts | None = None,
) -> Iterator[Article]:
    """The articles of a dump (.xml, .bz2, multistream or not), one after the other.

    At most `limit` of them; `language` is what the dump must say it is in. `workers` processes
    read (one for each core when not given, and none beside this one where one is enough): the
    order is the dump's, however many there are. What became of the pages is added to `counts`.
    Redirects stand anywhere in a dump, so `names` of the articles are empty here: `articles_of`
    knows them.

    Raises:
        UserError: where the file is no dump, is in another language, is damaged, was cut short or
            was made to fill the memory; articles before such a place come first.
    """
    dump = open_dump(path, language)
    total = dump.file.size
    told = Counts() if counts is None else counts
    what = f"reading {path.name}"
    given = 0
    with closing(steps(dump, Place(header=dump.header), workers_for(dump, workers))) as every:
        for step in every:
            told.add(step.rows.counts)
            for line in step.rows.articles:
                yield Article.from_json(json.loads(line))
                given += 1
                if given == limit:
                    return
            progress(what, min(step.done, total), total, f"{told.articles:,} articles")
    if not told.pages:
        raise no_pages(path)


def no_pages(path: Path) -> UserError:
    """What is said of a dump that holds nothing."""
    return UserError(f"{path} is a dump without pages: name a file of pages and articles.")


def open_dump(path: Path, language: str | None = None) -> Dump:
    """Read what a dump says of itself."""
    path = found(Path(), str(path))
    packed, start = beginning(path, HEADER)
    encoding = encoding_of(start)
    text = start
    if encoding not in ("utf-8", "utf8"):
        try:
            text = start.decode(encoding, "ignore").removeprefix("\ufeff").encode()
        except LookupError:
            raise UserError(
                f"{path} says that it is in the encoding '{encoding}', which Python does not know: "
                "convert it to UTF-8."
            ) from None
    else:
        encoding = "utf-8"
    ends = [place for mark in (b"<page>", ROOT_END) if (place := text.find(mark)) != -1]
    header = min(ends) if ends else len(text)
    site = site_of(text[:header], path)
    if not ends:
        raise UserError(
            f"{path} has no page in its first {len(text):,} bytes: it was cut short, or is not a "
            "dump of pages and articles."
        )
    check_language(site, language, path)
    return Dump.of(DumpFile(path, packed, encoding), site, header)


def check_language(site: Site, language: str | None, path: Path) -> None:
    """UserError where a dump is not in the language that it should be in."""
    if language is None or site.language == language or site.language.startswith(f"{language}-"):
        return
    said = f"says that it is in '{site.language}'" if site.language else "names no language"
    wiki = f" (wiki {site.database})" if site.database else ""
    advice = f"language: {site.language}, or leave language out" if site.language else "no language"
    raise UserError(
        f"{path}{wiki} {said}, and language: {language} was asked for: name another dump, or write "
        f"{advice}."
    )


def steps(dump: Dump, place: Place, workers: int) -> Generator[Step]:
    """The rows of a dump from a place on, which is moved along; pages across pieces put together.

    Raises `UserError` at the end where the dump ends before it should.
    """
    done = 0
    with closing(parts(dump, place.position, workers)) as every:
        for piece, part in every:
            head = part.head
            if place.header:
                cut = min(place.header, len(head))
                head, place.header = head[cut:], place.header - cut
            rows = part.rows
            if part.whole:
                rows = _joined(dump, place, head, rows)
                place.pending, place.passed = part.tail, 0
            elif place.passed:
                place.passed += len(head)
            else:
                place.pending += head
            if not place.passed and len(place.pending) > GIANT:
                place.pending, place.passed = place.pending[:4096], len(place.pending)
            if place.passed > ENDLESS:
                raise UserError(
                    f"{dump.path} has a page of more than {ENDLESS >> 30} GB{_named(place)}, as no "
                    "wiki does: the file is damaged or made to fill a disk, so do not use it."
                )
            place.position, done = piece.end, piece.done
            yield Step(rows, done)
    if not place.pending.strip().endswith(ROOT_END):
        raise UserError(
            f"{dump.path} ends before its last page does{_named(place)}: it was cut short, so "
            "fetch it again."
        )


def _joined(dump: Dump, place: Place, head: bytes, rows: Rows) -> Rows:
    """Rows with those of the page that began in a piece before."""
    if place.passed:
        rows.counts.too_large += 1
        return rows
    first = rows_of(dump, place.pending + head)
    first.counts.add(rows.counts)
    return Rows(first.articles + rows.articles, first.redirects + rows.redirects, first.counts)


def _named(place: Place) -> str:
    """The title of the page that is not read to its end."""
    title = place.pending.partition(b"<title>")[2].partition(b"</title>")[0]
    return f" ('{title.decode('utf-8', 'replace')}')" if title else ""
