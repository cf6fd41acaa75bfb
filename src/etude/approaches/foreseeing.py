"""What an index will take, measured on a few documents before it is made: seconds and bytes.

The same steps are timed that the stage of retrieval will do: reading, cutting, inverting, encoding.
They are told for all documents in proportion, so that the answer is about right where the few are
like the many, and no more than that.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from etude.approaches.documents import document_files
from etude.approaches.retrieving import Documents
from etude.config.retrieving import Dense, DocumentLines, Dump, Hybrid, Retrieve, TextFiles
from etude.config.sources import Source, Squad, Wikipedia
from etude.config.study import Study
from etude.data import Data
from etude.data.articles import Article
from etude.data.document_files import text_files
from etude.data.dump_cache import known_articles
from etude.data.dump_pool import cores, workers_for
from etude.data.dump_sample import sample, sampling
from etude.data.dumps import open_dump
from etude.environment import cache_folder
from etude.progress import Progress, silent
from etude.records import Chunk, Document

MOST = 2000  # documents that are read
PLACES = 6  # of a dump that has not been read yet
CHUNKS = 4000  # that are put into an index to see how long that takes
ENCODED = 64  # chunks that are encoded at most, and for how many seconds
PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class First:
    """The first documents, or some from all over a dump; `all`: there are no others.

    `total` says how many there are (None where that is not known), `exact` that they were counted.
    `seconds` is what reading all of them takes, None where `total` is.
    """

    documents: Sequence[Document]
    all: bool
    total: int | None
    exact: bool
    seconds: float | None


def first_of(study: Study, name: str, data: Data, progress: Progress = silent) -> First:
    """Read the beginning of what an approach retrieves from; a new dump here and there."""
    dump = whole_dump(study, name)
    if dump is not None:
        known = known_articles(Path(dump.path), cache_folder() / "dumps")
        if known is None:
            return from_dump(dump, progress)
        total: int | None = known
    else:
        total = None
    rest: Iterator[Document] = iter(Documents(study, name, data, progress))
    began = time.perf_counter()
    documents = list(islice(rest, MOST))
    every = next(rest, None) is None
    seconds = time.perf_counter() - began
    if every:
        return First(documents, True, len(documents), True, seconds)
    exact = total is not None
    total = total if exact else count_of(study, name, data, documents, rest)
    per = seconds / len(documents)
    return First(documents, False, total, exact, None if total is None else per * total)


def whole_dump(study: Study, name: str) -> Dump | None:
    """The dump that an approach retrieves from, where all of it is read."""
    given = settings_of(study, name).documents
    if isinstance(given, Dump):
        return given if given.articles is None else None
    source = study.data.sources.get(given) if isinstance(given, str) else None
    if isinstance(source, Wikipedia) and source.articles is None:
        said = {"language": source.language, "infobox": source.infobox}
        return Dump(kind="wikipedia", path=source.dump, **said)
    return None


def from_dump(settings: Dump, progress: Progress) -> First:
    """Documents from all over a dump that nobody has read yet."""
    dump = open_dump(Path(settings.path), settings.language)
    documents: list[Document] = []
    told, parsing = sampling(dump, PLACES), 0.0
    for rows in sample(dump, told, progress):
        room = min(MOST - len(documents), -(-MOST // told.places))
        lines = rows.articles[:room]
        began = time.perf_counter()
        articles = (Article.from_json(json.loads(line)) for line in lines)
        documents += [article.as_asked(infobox=settings.infobox).document for article in articles]
        parsing += time.perf_counter() - began
    total = told.in_all(told.counts.articles)
    seconds = told.seconds / max(1, told.read) * told.size / free(workers_for(dump, None))
    seconds += parsing / max(1, len(documents)) * total
    return First(documents, told.whole and total == len(documents), total, told.whole, seconds)


def has_contexts(source: Source) -> bool:
    """Whether a source's documents are its passages rather than its answers."""
    columns = getattr(source, "columns", None)
    return isinstance(source, Squad) or getattr(columns, "context", None) is not None


def free(workers: int) -> float:
    """How many processors so many processes will have, where others are at work as they are now."""
    if not hasattr(os, "getloadavg"):
        return workers
    others = max(0.0, os.getloadavg()[0] - 1)  # this process is one of those that it counts
    return max(1.0, min(workers, cores() - others))


def count_of(
    study: Study, name: str, data: Data, documents: Sequence[Document], rest: Iterator[Document]
) -> int | None:
    """How many documents there are, about, by what is cheap to know; None where nothing is.

    `rest` are those behind the `documents` and the one that followed them.
    """
    given = settings_of(study, name).documents
    if isinstance(given, Dump):
        return given.articles
    if isinstance(given, TextFiles):
        return len(text_files(given.path, Path.cwd()))
    if isinstance(given, str):
        source = study.data.sources[given]
        if isinstance(source, Wikipedia):
            return source.articles
        if has_contexts(source):  # which are in memory by now: going on to count them is cheap
            return len(documents) + 1 + sum(1 for _ in rest)
        counts: dict[str, int] = data.card["splits"]["train"]["sources"]
        return counts.get(given)
    files = list(document_files(study, settings_of(study, name)))
    if has_whole_lines(given) and not any(path.suffix == ".gz" for path in files):
        lines = [
            {"id": item.id, "title": item.title, "text": item.text, **item.metadata}
            for item in documents
        ]
        written = sum(len(json.dumps(line, ensure_ascii=False).encode()) + 1 for line in lines)
        return round(sum(path.stat().st_size for path in files) * len(documents) / written)
    return None


def has_whole_lines(given: object) -> bool:
    """Whether documents are JSON Lines of which every column is kept, so that bytes tell lines."""
    return (
        isinstance(given, DocumentLines)
        and given.kind == "jsonl"
        and not any((given.text, given.title, given.id))
    )


def settings_of(study: Study, name: str) -> Retrieve:
    """What an approach retrieves and how."""
    settings = study.approaches[name].retrieve
    assert settings is not None  # noqa: S101 - callers ask of approaches that retrieve
    return settings


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Estimates for a whole index: `seconds` are those of all steps together.

    `read`, `cut`, `index` and `encode` are the seconds of each, `encode` 0 where nothing is
    encoded. `bytes` are those of the index in files of Etude's own, its vectors with it.
    `of` says how many documents were measured, `exact` that `documents` were counted.
    """

    documents: int
    exact: bool
    chunks: int
    read: float
    cut: float
    index: float
    encode: float
    seconds: float
    bytes: int
    of: int


def foresee(
    study: Study,
    name: str,
    first: First,
    chunks: Sequence[Chunk],
    cutting: float,
    progress: Progress = silent,
) -> Foreseen | None:
    """What the index will take; None where nobody knows how many documents there are.

    `chunks` are those of the first documents, `cutting` the seconds that cutting them took.
    """
    if first.total is None or first.seconds is None or not first.documents or not chunks:
        return None
    settings = settings_of(study, name)
    share = first.total / len(first.documents)
    count = round(len(chunks) * share)
    step = max(1, len(chunks) // CHUNKS)
    some = chunks[::step][:CHUNKS]
    encoding, width = 0.0, None
    if isinstance(settings.search, Dense | Hybrid):
        progress("measuring the encoder", 0, 1, settings.search.encoder.base)
        encoding, width = encoder_pace(settings, study.model.device, some)
    progress("measuring an index", 0, 1, name)
    indexing, size = index_pace(study, settings, some, width)
    # A source of the study is read twice: once to know whether its index is there already.
    reading = first.seconds * (2 if isinstance(settings.documents, str) else 1)
    parts = {
        "read": reading,
        "cut": cutting * share,
        "index": indexing * count,
        "encode": encoding * count,
    }
    return Foreseen(
        documents=first.total,
        exact=first.exact,
        chunks=count,
        **parts,
        seconds=sum(parts.values()),
        bytes=round(size * count),
        of=len(first.documents),
    )


def index_pace(
    study: Study, settings: Retrieve, chunks: Sequence[Chunk], width: int | None
) -> tuple[float, float]:
    """(seconds, bytes) of a chunk in an index of files of our own."""
    import numpy as np

    from etude.retrieval.analysis import analyser
    from etude.retrieval.chunk import indexed
    from etude.retrieval.memory import MemoryStore

    search = settings.search
    lexical = not isinstance(search, Dense)
    language = getattr(search, "language", None) or study.data.language
    vectors = None if width is None else np.zeros((len(chunks), width), dtype=np.float32)
    with TemporaryDirectory(dir=_made(cache_folder())) as folder:
        store = MemoryStore(Path(folder), analyser(language) if lexical else None)
        began = time.perf_counter()
        texts = [indexed(chunk, title=settings.chunk.title) for chunk in chunks]
        store.add(chunks, texts, vectors)
        seconds = time.perf_counter() - began
        size = store.bytes()
        store.close()
    return seconds / len(chunks), size / len(chunks)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def encoder_pace(
    settings: Retrieve,
    device: str,
    chunks: Sequence[Chunk],
    clock: Callable[[], float] = time.perf_counter,
) -> tuple[float, int]:
    """(seconds of a chunk, width of a vector) of an encoder, loaded as the run will load it.

    UserError where it is not there or cannot be loaded.
    """
    from etude.retrieval.chunk import indexed
    from etude.retrieval.vectors import load_encoder

    assert isinstance(settings.search, Dense | Hybrid)  # noqa: S101 - callers ask of these
    encoder = load_encoder(settings.search.encoder, device)
    step = max(1, len(chunks) // ENCODED)
    texts = [indexed(chunk, title=settings.chunk.title) for chunk in chunks[::step][:ENCODED]]
    texts.sort(key=len, reverse=True)  # as they are when all are encoded
    encoder.passages(texts[:1])  # the first one pays for what is made once
    began, done, at_once = clock(), 0, max(1, min(encoder.batch_size, 16))
    while done < len(texts) and (not done or clock() - began < PATIENCE):
        encoder.passages(texts[done : done + at_once])
        done += at_once
    return (clock() - began) / min(done, len(texts)), encoder.width


def as_planned(foreseen: Foreseen | None) -> dict[str, Any] | None:
    """As a plan holds it."""
    return None if foreseen is None else asdict(foreseen)
