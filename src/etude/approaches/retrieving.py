"""The stage of retrieval: documents -> index -> passages for every question, frozen.

Runs in a process of its own before the jobs of an approach, so that nothing is retrieved while
answers are written and peak memory stays apart. A kill loses at most the batch of questions at
hand; the index has a cache of its own, by the content of documents and settings.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etude.approaches.documents import depth_of, documents_digest, left_out, named
from etude.approaches.retrieved import (
    CHUNKS,
    FACTS,
    FOUND,
    chunk_in,
    lines_of,
    need,
    not_itself,
    place_of,
    query_of,
    read_facts,
    row_of,
    wanted,
)
from etude.approaches.searchable import gold_known
from etude.config.retrieving import Retrieve
from etude.config.study import Study
from etude.data import Data, read_data
from etude.data.languages import language_of
from etude.engine.base import Base, find_base
from etude.environment import cache_folder
from etude.progress import Progress, silent
from etude.records import Chunk, Document, Example, Hit
from etude.retrieval import Retriever
from etude.store import sync, write_json

if TYPE_CHECKING:
    from etude.retrieval.index import Index

AT_ONCE = 64  # questions of a batch: what a kill can lose
SPARE = 8  # more than are recorded, for what is left out because it is the example itself
LOOKED_AT = 200  # chunks whose language is told


def retrieve(task: Mapping[str, Any], progress: Progress) -> None:
    """Find the passages that approaches of one key need. Runs in a child process."""
    study, folder = Study.model_validate(task["study"]), Path(task["folder"])
    base, data = find_base(study.model.base, study.model.revision), read_data(folder)
    freeze(study, task["approaches"], base, data, folder, progress)


def freeze(
    study: Study, names: Sequence[str], base: Base, data: Data, folder: Path, progress: Progress
) -> None:
    """Search for every question that has no passages yet, then vouch for all of them."""
    name = names[0]
    settings = study.approaches[name].retrieve
    assert settings is not None  # noqa: S101 - only approaches that retrieve come here
    place = place_of(study, name, base, data.hash, folder)
    place.mkdir(parents=True, exist_ok=True)
    before = read_facts(place) or {"needs": [], "seconds": 0.0}
    started = time.monotonic()
    retriever = open_index(study, name, base, data, progress)
    indexed = time.monotonic() - started
    given = {row for line in whole_lines(place / FOUND) for row in json.loads(line)}
    every = {row_of(item): item for own in names for item in wanted(study, own, data)}
    waiting = [item for row, item in every.items() if row not in given]
    started = time.monotonic()
    search(settings, retriever, waiting, place, progress)
    seconds = time.monotonic() - started
    needs = [*before["needs"], *(need(study, own) for own in names)]
    facts = {
        **searched(study, settings, data, retriever),
        "languages": languages(place / CHUNKS),
        "licences": licences(place / CHUNKS),
        "index": {**retriever.facts, "opened_seconds": indexed},
        "needs": list(dict.fromkeys(needs)),
        "files": {name: vouched(place / name) for name in (FOUND, CHUNKS)},
        "questions": len(given) + len(waiting),
        "seconds": before["seconds"] + seconds,
    }
    write_json(place / FACTS, facts)


def search(
    settings: Retrieve,
    retriever: Index,
    examples: Sequence[Example],
    place: Path,
    progress: Progress,
) -> None:
    """Find the passages of examples and put them behind those that are there, batch by batch."""
    known = {chunk_in(line).id for line in whole_lines(place / CHUNKS)}
    progress("searching", 0, len(examples), "")
    for number, batch in enumerate(batches(examples)):
        found = hits_for(retriever, settings, batch)
        told = {hit.chunk.id: hit.chunk for hits in found.values() for hit in hits}
        append(place / CHUNKS, [line_of(told[name]) for name in told if name not in known])
        known |= told.keys()
        append(place / FOUND, [written(found)])
        progress("searching", min(len(examples), (number + 1) * AT_ONCE), len(examples), "")


def searched(study: Study, settings: Retrieve, data: Data, retriever: Index) -> dict[str, Any]:
    """What was searched, and how, as plain JSON."""
    given = settings.documents
    return {
        "documents": {
            "named": named(study, settings),
            "digest": documents_digest(study, settings),
            "what": given if isinstance(given, str) else given.path,
            "passed_over": left_out(settings),
        },
        "gold": gold_known(data.test, retriever.store.documents),
        "language": study.data.language,
        "settings": settings.model_dump(mode="json", include={"chunk", "search", "store"}),
        "depth": depth_of(settings),
    }


def hits_for(
    retriever: Retriever, settings: Retrieve, examples: Sequence[Example]
) -> dict[str, list[Hit]]:
    """What is found for examples, by `row_of`: as many as are recorded, none the example itself."""
    of_source, count = isinstance(settings.documents, str), depth_of(settings)
    queries = [query_of(example, settings.query) for example in examples]
    hits_of_each = retriever.search(queries, count + SPARE if of_source else count)
    return {
        row_of(example): not_itself(example, hits, of_source=of_source)[:count]
        for example, hits in zip(examples, hits_of_each, strict=True)
    }


def open_index(study: Study, name: str, base: Base, data: Data, progress: Progress) -> Index:
    """The retriever over an approach's documents, its index built or taken from the cache."""
    from etude.retrieval.opening import open_retriever

    settings = study.approaches[name].retrieve
    assert settings is not None  # noqa: S101 - callers ask of approaches that retrieve
    with_gold = [example for example in data.dev if example.gold_passages]
    length = None
    if settings.chunk.unit == "tokens":
        length = token_length(base, study)
    return open_retriever(
        settings,
        Documents(study, name, data, progress),
        cache_folder(),
        language=study.data.language,
        device=study.model.device,
        tune_on=(
            [query_of(example, settings.query) for example in with_gold],
            [example.gold_passages for example in with_gold],
        ),
        length=length,
        content=None if isinstance(settings.documents, str) else documents_digest(study, settings),
        progress=progress,
    )


def token_length(base: Base, study: Study) -> Callable[[str], int]:
    """How many tokens of the model a text is."""
    from etude.engine.load import load_speaker

    tokenizer = load_speaker(base, study.model).tokenizer
    return lambda text: len(tokenizer(text, add_special_tokens=False, verbose=False).input_ids)


class Documents:
    """The documents that an approach retrieves from; each time they are read anew.

    The progress hears how far each reading is: of a dump in bytes, then in articles.
    """

    def __init__(self, study: Study, name: str, data: Data, progress: Progress = silent) -> None:
        self.study, self.name, self.data, self.progress = study, name, data, progress

    def __iter__(self) -> Iterator[Document]:
        settings = self.study.approaches[self.name].retrieve
        assert settings is not None  # noqa: S101 - callers ask of approaches that retrieve
        if isinstance(settings.documents, str):
            from etude.data.documents import documents_of

            named = settings.documents
            train, root = self.data.train, Path.cwd()
            return iter(documents_of(self.study, named, root, train, self.progress))
        from etude.data.documents import read_documents

        return read_documents(
            settings.documents, progress=self.progress, cache=cache_folder() / "dumps"
        )


def batches(items: Sequence[Example]) -> Iterator[list[Example]]:
    """Lists of at most `AT_ONCE` examples."""
    rest = iter(items)
    while batch := list(islice(rest, AT_ONCE)):
        yield batch


def whole_lines(path: Path) -> list[bytes]:
    """The whole lines of a file that grows; a torn last one is cut off."""
    if not path.exists():
        return []
    content = path.read_bytes()
    kept = content[: content.rfind(b"\n") + 1]
    if len(kept) < len(content):
        with path.open("r+b") as file:
            file.truncate(len(kept))
            os.fsync(file.fileno())
    return lines_of(kept)


def append(path: Path, lines: Sequence[str]) -> None:
    """Write lines at the end of a file, and have them on the disk."""
    with path.open("ab") as file:
        file.write("".join(lines).encode("utf-8", "surrogatepass"))
        file.flush()
        os.fsync(file.fileno())
    sync(path.parent)


def line_of(chunk: Chunk) -> str:
    """A line of `chunks.jsonl`."""
    row = {
        "document": chunk.document,
        "title": chunk.title,
        "text": chunk.text,
        "start": chunk.start,
        "end": chunk.end,
        "metadata": dict(chunk.metadata),
    }
    return json.dumps(row, ensure_ascii=False) + "\n"


def written(found: Mapping[str, Sequence[Any]]) -> str:
    """A line of `found.jsonl`."""
    rows = {row: [[hit.chunk.id, float(hit.score)] for hit in hits] for row, hits in found.items()}
    return json.dumps(rows, ensure_ascii=False) + "\n"


def languages(path: Path) -> dict[str, int]:
    """In which languages the first chunks are, the commonest first."""
    found = (language_of(chunk_in(line).text) for line in whole_lines(path)[:LOOKED_AT])
    return dict(Counter(found).most_common())


def licences(path: Path) -> dict[str, int]:
    """What the chunks that were found are under, where that is known, the commonest first."""
    found = Counter(chunk_in(line).metadata.get("licence", "") for line in whole_lines(path))
    return {licence: count for licence, count in found.most_common() if licence}


def vouched(path: Path) -> dict[str, Any]:
    """Bytes and SHA-256 of a file."""
    content = path.read_bytes() if path.exists() else b""
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
