"""Passages that stand in for those that are not retrieved yet, so that a plan knows their size.

Any chunks of the documents are about as long as those that will be found, in tokens too. They are
taken from the first documents, and never stand in a prompt that is answered or learnt from.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

from etude.approaches.documents import depth_of, document_files, left_out, searching
from etude.approaches.foreseeing import as_planned, first_of, foresee, settings_of
from etude.approaches.indexed import indexed
from etude.approaches.keys import context_settings
from etude.approaches.retrieved import place_of, read_facts
from etude.approaches.retrieving import token_length
from etude.approaches.searchable import find_models, gold_known
from etude.approaches.targets import foreseen_answers
from etude.approaches.worked import shots_of
from etude.config.retrieving import Bm25, Dense, Hybrid, Retrieve
from etude.config.study import Study
from etude.data import Data
from etude.engine.base import Base
from etude.engine.context import Context
from etude.errors import UserError
from etude.progress import Progress, silent
from etude.prompts.passages import Passages, asked
from etude.records import Chunk, Document, Example, Hit
from etude.store import fingerprint


@dataclass(frozen=True, slots=True)
class Seen:
    """The first documents, cut into chunks; `all` says that there are no others.

    `foreseen` is what the whole index will take, by what these took (`foreseeing.Foreseen`);
    `indexed` what is known of it where it is in the cache already, and nothing is to be made.
    """

    documents: Sequence[Document]
    chunks: Sequence[Chunk]
    all: bool
    foreseen: dict[str, Any] | None = None
    indexed: dict[str, Any] | None = None


SEEN: dict[str, Seen] = {}  # by what is searched; a plan has a process of its own


def first_documents(
    study: Study, name: str, data: Data, base: Base, progress: Progress = silent
) -> Seen:
    """The beginning of what an approach retrieves from, read once for all that search it alike.

    UserError where it cannot be read.
    """
    found = searching(study, name, base, data.hash)
    where = settings_of(study, name).store.model_dump(mode="json")
    key = fingerprint({"found": found, "store": where})
    if key not in SEEN:
        SEEN[key] = read_first(study, name, data, base, progress)
    return SEEN[key]


def read_first(study: Study, name: str, data: Data, base: Base, progress: Progress) -> Seen:
    """The same, read, and what the whole will take."""
    from etude.retrieval.chunk import chunks_of

    settings = settings_of(study, name)
    first = first_of(study, name, data, progress)
    length = token_length(base, study) if settings.chunk.unit == "tokens" else None
    began = time.perf_counter()
    chunks = list(chunks_of(first.documents, settings.chunk, length))
    cutting = time.perf_counter() - began
    if not chunks:
        count = len(first.documents)
        raise UserError(
            f"approaches.{name}.retrieve.documents: "
            + (
                f"none of the first {count} documents has any text"
                if count
                else "there is no document"
            )
            + ", so nothing can be found: name others."
        )
    made = indexed(study, name, data, first, length, progress)
    foreseen = None if made else foresee(study, name, first, chunks, cutting, progress)
    return Seen(first.documents, chunks, first.all, as_planned(foreseen), made)


def context_with(study: Study, name: str, data: Data, seen: Seen) -> Context:
    """What an approach will put before the model, about: its passages are any chunks."""
    prompt, system, _ = context_settings(study, name)
    settings = study.approaches[name].retrieve
    assert settings is not None  # noqa: S101 - callers ask of approaches that retrieve
    depth, chunks = depth_of(settings), seen.chunks

    def found(example: Example) -> list[Hit]:
        start = crc32(example.id.encode())
        places = [(start + place) % len(chunks) for place in range(min(depth, len(chunks)))]
        return [Hit(chunks[place], 1.0) for place in places]

    cites, abstains = asked(study.data.language, cite=settings.cite, abstain=settings.abstain)
    answer = foreseen_answers(study, name)
    passages = Passages(found, settings.k, settings.template, cites, abstains, answer)
    return Context(prompt, system, shots_of(study, name, data), passages)


def words_as(settings: Retrieve, language: str) -> dict[str, Any] | None:
    """How an index cuts words, where it searches by them."""
    from etude.retrieval.analysis import analyser

    search = settings.search
    return analyser(search.language or language).about if isinstance(search, Bm25) else None


def planned_passages(
    study: Study, name: str, data: Data, base: Base, folder: Path, seen: Seen | None
) -> dict[str, Any]:
    """What a plan says of an approach's documents; `seen` is None where all is retrieved."""
    settings = study.approaches[name].retrieve
    assert settings is not None  # noqa: S101 - callers ask of approaches that retrieve
    given = settings.documents
    search = settings.search
    files = document_files(study, settings)
    about: dict[str, Any] = {
        "retrieved": seen is None,
        "of": given if isinstance(given, str) else Path(given.path).name,
        "k": settings.k,
        "depth": depth_of(settings),
        "search": search.name,
        "encodes": search.encoder.base if isinstance(search, Dense | Hybrid) else None,
        "store": settings.store.name,
        "words": words_as(settings, study.data.language),
        "files": len(files),
        "file_bytes": sum(path.stat().st_size for path in files),
    }
    if seen is not None:
        find_models(settings)
        return about | {
            "passed_over": left_out(settings),
            "gold": gold_known(data.test, lambda: {document.id for document in seen.documents})
            if seen.all
            else None,
            "documents": seen.indexed["documents"] if seen.indexed else len(seen.documents),
            "chunks": seen.indexed["chunks"] if seen.indexed else len(seen.chunks),
            "characters": sum(len(document.text) for document in seen.documents),
            "all": seen.all or seen.indexed is not None,
            "seconds": None,
            "bytes": seen.indexed["bytes"] if seen.indexed else None,
            "indexed": seen.indexed is not None,
            "foreseen": seen.foreseen,
        }
    facts = read_facts(place_of(study, name, base, data.hash, folder))
    assert facts is not None  # noqa: S101 - what is retrieved has facts
    index = facts["index"]
    return about | {
        "passed_over": facts["documents"].get("passed_over", {}),
        "gold": facts.get("gold"),
        "documents": index["documents"],
        "chunks": index["chunks"],
        "characters": None,
        "all": True,
        "seconds": index["seconds"],
        "bytes": index["bytes"],
        "indexed": True,
        "foreseen": None,
    }
