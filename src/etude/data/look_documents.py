"""What a folder of text files, or a file of documents, holds: plain values for `etude look`."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

from etude.config.retrieving import DocumentLines, TextFiles
from etude.data.document_files import read_documents, text_files
from etude.data.languages import language_of
from etude.data.lengths import lengths
from etude.data.words import words_of
from etude.progress import Progress, silent

MOST = 2000  # documents that are read
TOLD = 200  # documents whose language is told
SHOWN = 3


def look_documents(path: Path, progress: Progress = silent) -> dict[str, Any]:
    """What documents are like, JSON-able; of many, the first ones. Those `without_text` count.

    `documents`: `path`, `kind`, how many were `read`, whether that is `all`, how many `files`.
    `characters`, `words` (see `etude.data.lengths.lengths`), `languages`, `samples`.

    Raises:
        UserError: where there is no document, or one cannot be read.
    """
    lines = path.suffix == ".jsonl"
    settings: TextFiles | DocumentLines = (
        DocumentLines(kind="jsonl", path=str(path))
        if lines
        else TextFiles(kind="text", path=str(path))
    )
    rest = read_documents(settings, Path.cwd(), progress)
    held = list(islice(rest, MOST))
    every = next(rest, None) is None
    step = max(1, len(held) // TOLD)
    told = Counter(language_of(document.text) for document in held[::step][:TOLD])
    return {
        "documents": {
            "path": str(path),
            "kind": settings.kind,
            "files": 1 if lines else len(text_files(str(path), Path.cwd())),
            "read": len(held),
            "without_text": sum(not document.text for document in held),
            "all": every,
        },
        "characters": lengths([len(document.text) for document in held]),
        "words": lengths([len(words_of(document.text)) for document in held]),
        "languages": dict(told.most_common()),
        "samples": [
            {"id": item.id, "title": item.title, "text": item.text} for item in held[:SHOWN]
        ],
    }
