"""How fast a dump becomes articles, and with how much memory: `docs/results/dumps.md`.

    python bench/dumps.py                     # what is not measured yet, then the page
    python bench/dumps.py --only speed        # without the large dumps
    python bench/dumps.py --tiny --out DIR    # a few seconds, to try it

Every figure is measured in a process of its own, on a dump that is made up (`wiki_pages.py`), so
that every word that must be kept is known. Speed is that of 5,000 articles; for scale the same
5,000 stand in one dump again and again. The peer reads a smaller dump, and so do we beside it.
"""

from __future__ import annotations

import argparse
import bz2
import importlib
import json
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import wiki_pages
from dumps_page import write_page
from etude.memory import host_peak
from figures import conditions, versions

ROOT = Path(__file__).parents[1]
TOOLS = ("etude", "mwparserfromhell", "bz2")


@dataclass(frozen=True, slots=True)
class Point:
    """One measurement: who reads how many articles of which dump."""

    axis: str  # speed or scale
    tool: str
    articles: int
    packing: str = "bz2"
    workers: int = 1
    repeated: int = 1
    names: bool = False  # with the titles that redirect, through a folder


def points(*, tiny: bool = False) -> list[Point]:
    """Every point."""
    articles, few = (60, 20) if tiny else (5000, 500)
    return [
        Point("speed", "etude", articles, workers=2),
        Point("speed", "etude", articles, workers=1),
        Point("speed", "etude", articles, "multistream", workers=2),
        Point("speed", "etude", articles, "xml", workers=2),
        Point("speed", "etude", articles, workers=2, names=True),
        Point("speed", "etude", few),
        Point("speed", "mwparserfromhell", few),
        Point("speed", "bz2", articles),
        *(Point("scale", "etude", articles, workers=2, repeated=n) for n in (1, 4, 40)),
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what is missing, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "results")
    parser.add_argument("--only", choices=("speed", "scale"))
    parser.add_argument("--again", action="store_true", help="forget what was measured of these")
    parser.add_argument("--tiny", action="store_true", help="very small dumps, to try this")
    parser.add_argument("--point", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.point:
        print(json.dumps(read(**json.loads(options.point))))
        return
    options.out.mkdir(parents=True, exist_ok=True)
    path = options.out / "dumps.jsonl"
    rows = [row for row in rows_of(path) if not (options.again and chosen(row, options.only))]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with TemporaryDirectory() as folder:
        for point in missing(points(tiny=options.tiny), rows):
            if options.only and point.axis != options.only:
                continue
            print(f"# {point}", file=sys.stderr, flush=True)
            row = measured(point, Path(folder))
            print(json.dumps(row), flush=True)
            with path.open("a") as file:
                file.write(json.dumps(row) + "\n")
    write_page(options.out, rows_of(path))


def chosen(row: dict[str, Any], only: str | None) -> bool:
    """Whether this run is about a row."""
    return only is None or row["point"]["axis"] == only


def rows_of(path: Path) -> list[dict[str, Any]]:
    """The rows that are there; what a kill has cut is not."""
    lines = path.read_text().splitlines(keepends=True) if path.exists() else []
    return [json.loads(line) for line in lines if line.endswith("\n")]


def missing(wanted: Sequence[Point], rows: Sequence[dict[str, Any]]) -> Iterator[Point]:
    """The points that no row was made for."""
    known = [row["point"] for row in rows]
    return (point for point in wanted if asdict(point) not in known)


def measured(point: Point, folder: Path) -> dict[str, Any]:
    """A point's row: the point, its figures and their conditions."""
    before = os.getloadavg()[0]
    path, size = dump_of(point, folder)
    task = {**asdict(point), "path": str(path), "folder": str(folder)}
    command = [sys.executable, __file__, "--point", json.dumps(task)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    figures = json.loads(done.stdout.splitlines()[-1])
    told = conditions(load_before=round(before, 2))
    told["versions"] = versions(("etude", "mwparserfromhell"))
    return {
        "point": asdict(point),
        **figures,
        "xml_mb": size / 1e6,
        "mb_per_second": size / 1e6 / figures["seconds"],
        "mb_per_processor_second": size / 1e6 / figures["processor_seconds"],
        "packed_mb": path.stat().st_size / 1e6,
        "conditions": told,
    }


def dump_of(point: Point, folder: Path) -> tuple[Path, int]:
    """The dump of a point, and the bytes of its XML; made once for all points that share it."""
    ending = "xml" if point.packing == "xml" else f"{point.packing}.xml.bz2"
    path = folder / f"{point.articles}-{point.repeated}.{ending}"
    told = path.with_suffix(".size")
    if not path.exists():
        if point.repeated == 1:
            how: Any = point.packing
            size = wiki_pages.write(path, wiki_pages.pages(point.articles), how)
        else:
            body = "".join(map(wiki_pages.xml, wiki_pages.pages(point.articles))).encode()
            packed, header = bz2.compress(body), wiki_pages.HEADER.encode()
            footer = wiki_pages.FOOTER.encode()
            with path.open("wb") as file:
                file.write(bz2.compress(header))
                for _ in range(point.repeated):
                    file.write(packed)
                file.write(bz2.compress(footer))
            size = len(header) + point.repeated * len(body) + len(footer)
        told.write_text(str(size))
    return path, int(told.read_text())


def read(
    tool: str, path: str, articles: int, workers: int, names: bool, folder: str, **_: Any
) -> dict[str, Any]:
    """Read a dump, timed; then once more, to compare it word for word with what was written."""
    load(tool)
    peaks: list[float] = []
    watch_workers(peaks)
    arguments = (Path(path), articles, workers, Path(folder) / "cache" if names else None)
    tools = {"etude": by_etude, "mwparserfromhell": by_peer, "bz2": by_bz2}
    started, used = time.perf_counter(), processor_seconds()
    found = sum(1 for _ in tools[tool](*arguments))
    figures = {
        "seconds": time.perf_counter() - started,
        "processor_seconds": processor_seconds() - used,
        "articles": found,
    }
    figures["peak_mb"] = host_peak() / 1e6 + sum(peaks)
    checked, kept, right = 0, 0, 0
    if tool != "bz2" and found <= articles:  # where they stand there once
        texts = tools[tool](*arguments)
        for made, text in zip(wiki_pages.pages(articles, others=False), texts, strict=True):
            words = re.findall(r"\w+", text)
            checked += 1
            right += tuple(words) == made.words
            kept += not missing_words(made.words, words)
    return {**figures, "checked": checked, "all_words_kept": kept, "exactly_right": right}


def load(tool: str) -> None:
    """Import what a tool needs, which is no part of reading a dump."""
    for name in {
        "etude": ("etude.data.dump_cache", "filelock"),
        "mwparserfromhell": ("mwparserfromhell", "xml.etree.ElementTree"),
        "bz2": (),
    }[tool]:
        importlib.import_module(name)


def watch_workers(peaks: list[float]) -> None:
    """Note the peak of each worker, in MB, before it ends.

    The system's account of children that have ended begins with their parent's peak.
    """
    from etude.data.dump_pool import Worker

    end = Worker.end

    def noted(worker: Worker) -> None:
        status = Path(f"/proc/{worker.process.pid}/status").read_text()
        peaks.append(int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6)
        end(worker)

    Worker.end = noted  # type: ignore[method-assign] # for this process alone


def missing_words(wanted: Sequence[str], found: Sequence[str]) -> bool:
    """Whether a word of the prose is gone: the words must stand in the text in their order."""
    rest = iter(found)
    return not all(word in rest for word in wanted)


def processor_seconds() -> float:
    """What this process and those that have ended have used."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


def by_etude(path: Path, articles: int, workers: int, cache: Path | None) -> Iterator[str]:
    """Ours."""
    from etude.data.dump_cache import articles_of
    from etude.data.dumps import read_articles

    del articles
    if cache is not None:
        found = articles_of(path, cache, workers=workers)
    else:
        found = read_articles(path, workers=workers)
    for article in found:
        yield "\n".join(text for part in article.sections for text in (part.title, part.text))


def by_peer(path: Path, articles: int, workers: int, cache: Path | None) -> Iterator[str]:
    """mwparserfromhell, as its documentation puts it to use, on the standard library's XML."""
    from xml.etree.ElementTree import iterparse

    import mwparserfromhell

    del articles, workers, cache
    namespace = "0"
    with bz2.open(path) as file:
        for _, element in iterparse(file):  # noqa: S314 - made here
            name = element.tag.rpartition("}")[2]
            if name == "ns":
                namespace = element.text or ""
            elif name == "text" and namespace == "0" and (element.text or "")[:1] != "#":
                yield str(mwparserfromhell.parse(element.text).strip_code())
            elif name == "page":
                element.clear()


def by_bz2(path: Path, articles: int, workers: int, cache: Path | None) -> Iterator[str]:
    """Nothing but unpacking, to know how fast the machine is at the time."""
    del articles, workers, cache
    with bz2.open(path) as file:
        while file.read(1 << 20):
            continue
    yield from ()


if __name__ == "__main__":
    main()
