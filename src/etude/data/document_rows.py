"""Documents in rows: JSON Lines, JSON, CSV, TSV and Parquet, a document each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from etude.config.retrieving import DocumentLines
from etude.config.sources import Csv, Json, Jsonl, Parquet, Tsv
from etude.data.json_files import kind_of, read_json, read_jsonl
from etude.data.rows import Reader, Row
from etude.data.tables import read_csv, read_parquet, read_tsv
from etude.data.values import as_text
from etude.errors import UserError
from etude.progress import Progress, counted
from etude.prompts import columns_of, fill
from etude.records import Document

# What reads rows of a kind, and the settings that it takes.
ROWS: dict[str, tuple[Reader, type[Csv | Json | Jsonl | Parquet | Tsv]]] = {
    "jsonl": (read_jsonl, Jsonl),
    "json": (read_json, Json),
    "csv": (read_csv, Csv),
    "tsv": (read_tsv, Tsv),
    "parquet": (read_parquet, Parquet),
}
WHERE = "retrieve.documents"


def row_documents(
    settings: DocumentLines, root: Path, progress: Progress, cache: Path | None
) -> Iterator[Document]:
    """Rows as documents: their text, title and id by templates, or by columns of these names.

    A row without an id has its number for one, one without a title its id. Columns of texts and
    numbers that are in no template become metadata.
    """
    del cache
    read, block = ROWS[settings.kind]
    given = {"kind": settings.kind, "path": settings.path, "encoding": settings.encoding}
    if "encoding" not in block.model_fields:
        del given["encoding"]
    named = {name: getattr(settings, name) for name in ("text", "title", "id")}
    rows = read(block.model_validate(given), root)
    what = f"reading {Path(settings.path).name}"
    for number, row in enumerate(counted(rows, what, progress), start=1):
        text = told(row, named["text"], "text")
        if text is None:
            raise UserError(no_text(row, settings.kind))
        identity = told(row, named["id"], "id") or str(number)
        title = told(row, named["title"], "title") or identity
        yield Document(identity, title, text, others(row.columns, named))


def told(row: Row, template: str | None, column: str) -> str | None:
    """What a template makes of a row; without one, its column of that name, None where it has none.

    UserError where a template names a column that the row has not.
    """
    if template is not None:
        texts = {name: as_text(value) for name, value in row.columns.items()}
        return fill(template, texts, f"{row.where}, {WHERE}.{column}").strip()
    value = row.columns.get(column)
    if value is None or (column == "text" and not isinstance(value, str)):
        return None
    return as_text(value).strip()


def others(columns: Mapping[str, Any], named: Mapping[str, str | None]) -> dict[str, str]:
    """The columns that no template reads, where they are texts or numbers."""
    used = {
        column
        for name, template in named.items()
        for column in ((name,) if template is None else columns_of(template, WHERE))
    }
    return {
        name: as_text(value)
        for name, value in columns.items()
        if name not in used
        and isinstance(value, str | int | float)
        and not isinstance(value, bool)
        and as_text(value)
    }


def no_text(row: Row, kind: str) -> str:
    """What is said of a row without the column `text`."""
    value = row.columns.get("text")
    found = "missing" if value is None else kind_of(value)
    if kind == "jsonl":
        advice = 'write every line as {"id": "...", "title": "...", "text": "..."}'
    else:
        advice = f"the row has the columns {', '.join(row.columns)}"
    return (
        f"{row.where}: a document needs 'text', a text, but it is {found}; {advice}, or say which "
        f"columns hold it: documents: {{kind: {kind}, path: ..., text: '{{column}}'}}."
    )
