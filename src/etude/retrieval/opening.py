"""`open_retriever`: the index for some documents and settings, made or found in the cache."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

from filelock import FileLock

from etude.config.languages import two_letters
from etude.config.retrieving import Hybrid, Retrieve
from etude.errors import UserError
from etude.progress import Progress, silent
from etude.records import Document
from etude.retrieval.analysis import format_of
from etude.retrieval.chunk import Length
from etude.retrieval.index import CHUNKS, Index, open_index
from etude.retrieval.possible import check_possible
from etude.retrieval.stores import is_here
from etude.store import fingerprint, read_json, write_json

FORMAT = 1  # raised when the same documents and settings give another index
SAMPLED = 32  # documents whose lengths tell one tokenizer from another
FACTS = "index.json"


def open_retriever(
    settings: Retrieve,
    documents: Iterable[Document],
    cache: Path,
    *,
    language: str,
    device: str = "auto",
    tune_on: tuple[Sequence[str], Sequence[Sequence[str]]] | None = None,
    length: Length | None = None,
    content: str | None = None,
    progress: Progress = silent,
) -> Index:
    """A retriever over documents, with `facts` for a report.

    The index is found in `cache` when the same documents were indexed with the same settings
    before; one that was begun and killed is gone on with. `content` is a digest of the documents,
    where the caller knows one: without it they are read twice. `tune_on` are questions and the
    gold passages of each, for `weight: auto`. `length` counts tokens where chunks are measured in
    them.

    `facts`: `documents`, `empty` (without text), `chunks`, `seconds`, `bytes` (None on another
    machine), `cached`, `resumed` (documents that a killed process had indexed), `language`,
    `analysis`, `search`, `store`, `chunk`, `encoder`, `rerank`, and `tuning` (`weight`,
    `questions`, `k`, `curve` of weight, recall and mrr) where the weight was chosen.

    Raises:
        UserError: where there are no documents, a model or an extra is missing, settings
            contradict one another, two documents have one id, or a weight is to be chosen without
            gold passages.
    """
    check_possible(settings)
    if iter(documents) is documents:  # it can be read only once, and is read twice
        documents = list(documents)
    content = content or content_of(documents)
    key = index_key(settings, content, language, documents, length)
    folder = cache / "indexes" / key
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".building"):  # whoever comes second waits, and finds it made
        index = open_index(
            settings,
            folder,
            language=language,
            device=device,
            length=length,
            key=key,
            vectors=cache / "vectors",
        )
        try:
            made = read_json(folder / FACTS) if (folder / FACTS).exists() else None
            # A store elsewhere may have been emptied since: then what is missing is added.
            cached = made is not None and made["chunks"] == index.store.count()
            if made is None or not cached:
                made = _build(index, documents, progress)
                write_json(folder / FACTS, made)
        except BaseException:
            index.close()  # or the next one that writes would have to wait for it
            raise
    if not made["chunks"]:
        index.close()
        raise UserError(
            f"retrieve.documents: none of the {made['documents']} documents has any text, so "
            "nothing can be found: name others."
        )
    index.facts = {**made, "cached": cached, **_about(index)}
    if isinstance(settings.search, Hybrid) and settings.search.weight == "auto":
        index.facts["tuning"] = index.tune(*(tune_on or ((), ())))
    return index


def kept_index(
    settings: Retrieve,
    documents: Iterable[Document],
    cache: Path,
    *,
    language: str,
    content: str,
    length: Length | None = None,
) -> dict[str, Any] | None:
    """What is known of an index that `open_retriever` would find whole; None where it is to make.

    Its files are not read. Of a store elsewhere it is what was noted when it was filled.
    """
    folder = cache / "indexes" / index_key(settings, content, language, documents, length)
    gone = is_here(settings.store) and not (folder / CHUNKS).exists()
    if gone or not (folder / FACTS).exists():
        return None
    made: dict[str, Any] = read_json(folder / FACTS)
    return made


def counts_kept(cache: Path) -> set[int]:
    """How many documents the indexes in a cache have: what no index has, need not be looked for."""
    return {read_json(path)["documents"] for path in cache.glob(f"indexes/*/{FACTS}")}


def _build(index: Index, documents: Iterable[Document], progress: Progress) -> dict[str, Any]:
    began = time.perf_counter()
    done = index.store.documents()
    counts = index.add(documents, progress, done)
    return {
        "documents": counts["documents"],
        "empty": counts["empty"],
        "chunks": index.store.count(),
        "seconds": time.perf_counter() - began,
        "bytes": index.store.bytes(),
        "resumed": len(done),
    }


def _about(index: Index) -> dict[str, Any]:
    settings = index.settings
    encoder = index.encoder
    return {
        "language": index.analyse.language,
        "analysis": index.analyse.about,
        "search": settings.search.model_dump(mode="json"),
        "store": settings.store.model_dump(mode="json"),
        "chunk": settings.chunk.model_dump(mode="json"),
        "rerank": settings.rerank.model_dump(mode="json") if settings.rerank else None,
        "encoder": {"name": encoder.name, "key": encoder.key, "width": encoder.width,
                    "query": encoder.query, "passage": encoder.passage} if encoder else None,
        "weight": index.weight,
    }  # fmt: skip


def content_of(documents: Iterable[Document]) -> str:
    """A digest of documents: ids, titles, texts and metadata, in their order."""
    held = hashlib.sha256()
    encode = json.JSONEncoder(sort_keys=True).encode
    for document in documents:
        parts = (document.id, document.title, document.text)
        for part in (*parts, encode(dict(document.metadata)) if document.metadata else ""):
            coded = part.encode("utf-8", "surrogatepass")
            held.update(len(coded).to_bytes(8, "little"))
            held.update(coded)
    return held.hexdigest()


def index_key(
    settings: Retrieve,
    content: str,
    language: str,
    documents: Iterable[Document],
    length: Length | None,
) -> str:
    """What the index depends on, as 16 hexadecimal digits; not on how it is asked."""
    asked_only = {"weight", "language"}
    if settings.store.name == "memory":  # others keep what these make of a word's number
        asked_only |= {"k1", "b"}
    search = settings.search.model_dump(mode="json", exclude=asked_only)
    store = settings.store.model_dump(mode="json")
    if not store.get("storage_options"):  # as before there were any
        store.pop("storage_options", None)
    encoder = search.get("encoder", {})
    for asked in ("query", "batch_size"):
        encoder.pop(asked, None)
    tokens = None
    if settings.chunk.unit == "tokens" and length is not None:  # which tokenizer, by what it does
        tokens = [length(document.text[:1000]) for document in islice(documents, SAMPLED)]
    asked_in = two_letters(getattr(settings.search, "language", None) or language)
    analysis = format_of(asked_in)
    value = {
        "format": FORMAT,
        **({"analysis": analysis} if analysis > 1 else {}),  # as before there was more than one
        "content": content,
        "chunk": settings.chunk.model_dump(mode="json"),
        "search": search,
        "language": asked_in,
        "store": store,
        "stemmer": version("PyStemmer"),
        "tokens": tokens,
    }
    return fingerprint(value)[:16]
