"""What LangChain's loaders and splitters give -> documents and chunks with ids and spans.

Nothing of LangChain is imported: its documents are known by their attributes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from etude.errors import UserError
from etude.records import Chunk, Document
from etude.store import replacing, text_hash


class LoadedDocument(Protocol):
    """A document of LangChain, as its loaders give it."""

    id: str | None
    metadata: dict[str, Any]
    page_content: str


class Splitter(Protocol):
    """A text splitter of LangChain."""

    def split_text(self, text: str) -> list[str]:
        """The pieces of a text, in their order."""
        ...


def documents_from(loaded: Iterable[LoadedDocument]) -> Iterator[Document]:
    """Documents of ours; ones without text are passed over.

    The id is LangChain's where it has one, otherwise the `source` of the metadata (with the
    `page`), otherwise it is made from the text; where it came up before, a number is added. The
    title is the metadata's, or the name of the source's file. All metadata is kept as text.
    """
    seen: dict[str, int] = {}
    for document in loaded:
        text = document.page_content.strip()
        if not text:
            continue
        metadata = {name: as_text(value) for name, value in document.metadata.items()}
        identity = document.id or named_by(metadata) or text_hash(text)[:16]
        seen[identity] = count = seen.get(identity, 0) + 1
        source = metadata.get("source", "")
        title = metadata.get("title") or (Path(source).stem if source else "")
        yield Document(identity if count == 1 else f"{identity}#{count}", title, text, metadata)


def named_by(metadata: Mapping[str, str]) -> str:
    """`report.pdf`, or `report.pdf, page 3`; empty where the metadata names no source."""
    source, page = metadata.get("source", ""), metadata.get("page", "")
    return f"{source}, page {page}" if source and page else source


def as_text(value: Any) -> str:
    """A value of the metadata: texts as they are, others as JSON."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False, default=str)


def chunks_from(splitter: Splitter, documents: Iterable[Document]) -> Iterator[Chunk]:
    """The pieces that a splitter of LangChain cuts documents into, with their places in the text.

    Pieces may overlap. UserError where a splitter changes what it cuts, since a piece that does
    not stand in its document has no place to compare with a gold passage.
    """
    for document in documents:
        start = 0
        for piece in splitter.split_text(document.text):
            text = piece.strip()
            if not text:
                continue
            place = document.text.find(text, start)
            if place < 0:
                raise UserError(
                    f"{type(splitter).__name__} gave a piece that does not stand in document "
                    f"'{document.id}' ({text[:40]!r}): use a splitter that keeps the text as it "
                    "is, such as RecursiveCharacterTextSplitter."
                )
            start = place + 1
            end = place + len(text)
            yield Chunk(document.id, document.title, text, place, end, document.metadata)


def write_documents(documents: Iterable[Document], path: Path) -> int:
    """Write documents as JSON Lines, whole or not at all; returns how many.

    `retrieve: {documents: {kind: jsonl, path: ...}}` reads the file in a study.
    """
    count = 0
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        for document in documents:
            row = {"id": document.id, "title": document.title, "text": document.text}
            file.write(json.dumps({**document.metadata, **row}, ensure_ascii=False) + "\n")
            count += 1
    return count
