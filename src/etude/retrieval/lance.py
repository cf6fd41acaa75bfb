"""LanceDB, embedded: chunks, terms and vectors in one table, in a folder or on object storage.

Every `add` and `delete` is one commit of the table, so a kill loses nothing that had returned.
Words are found by LanceDB's full-text index, over terms that Etude's own analysis has made: its
own analysers are English unless told otherwise, and know no word of what other stores do. Vectors
are compared one by one until there are many, then by an inverted file of RaBitQ codes (Gao and
Long 2024, arXiv:2405.12497) whose best are compared exactly. A chunk is one column, as JSON: each
column that a search reads costs it time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from etude.config.retrieving import LanceDb
from etude.errors import UserError, disk_full
from etude.records import Chunk, Hit
from etude.retrieval.analysis import terms
from etude.retrieval.possible import MISSING, check_lance
from etude.retrieval.stores import Place
from etude.store import folder_size

Array = NDArray[Any]
MANY = 50_000  # chunks from which on vectors are searched by an index
PROBES, REFINED = 12, 10  # partitions looked into, and how many times k are compared exactly
SPARE = 8  # more than k are asked for by words, so that equal scores can be ordered by ids


class LanceStore:
    """A table of a LanceDB database."""

    def __init__(self, settings: LanceDb, place: Place) -> None:
        """Open the table, or make it.

        Raises:
            UserError: without the extra `rag`, for a database that cannot be opened, and for
                settings of BM25 that LanceDB has not.
        """
        try:
            import lancedb
        except ImportError:
            raise UserError(MISSING["lancedb"]) from None
        if place.analyse:
            check_lance(place.k1, place.b)
        self.uri = settings.uri or str(place.folder)
        self.local = None if "://" in self.uri else Path(self.uri).expanduser()
        self.place, name = place, f"etude_{place.key}"
        options = {key: _option(value) for key, value in settings.storage_options.items()}
        with self._told("open"):
            self.database = lancedb.connect(
                str(self.local) if self.local else self.uri, storage_options=options or None
            )
            try:
                self.table: Any = self.database.create_table(
                    name, schema=self._schema(), exist_ok=True
                )
            except ValueError as error:
                if "does not match existing table schema" not in str(error):
                    raise
                self._refuse(name)
        self._held: set[str] | None = None

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """LanceDB's own errors, in a sentence."""
        try:
            yield
        except (OSError, RuntimeError, ValueError) as error:
            if (sentence := disk_full(error, self.local)) is not None:
                raise UserError(sentence) from error
            reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(". ")
            mend = (
                "check the rights to it; if it is damaged, delete the folder, and the index is "
                "made again."
                if self.local
                else "check the address, and what the environment and storage_options say of it."
            )
            raise UserError(
                f"retrieve.store: LanceDB cannot {what} {self.uri} ({reason}): {mend}"
            ) from error

    def _refuse(self, name: str) -> NoReturn:
        """Say that the table's columns are others than these settings want."""
        held = {(field.name, field.type) for field in self.database.open_table(name).schema}
        wanted = {(field.name, field.type) for field in self._schema()}
        column, kind = min(wanted ^ held, key=str)
        verb = "lacks" if (column, kind) in wanted else "has"
        raise UserError(
            f"retrieve.store: the table {name} in {self.uri} was made with other settings (it "
            f"{verb} {column}, {kind}): delete it, or name another uri."
        )

    def _schema(self) -> Any:
        import pyarrow as pa

        columns = [
            pa.field("id", pa.string()),
            pa.field("document", pa.string()),
            pa.field("chunk", pa.string()),
        ]
        if self.place.analyse:
            columns.append(pa.field("terms", pa.string()))
        if self.place.width:
            columns.append(pa.field("vector", pa.list_(pa.float32(), self.place.width)))
        return pa.schema(columns)

    def add(
        self, chunks: Sequence[Chunk], texts: Sequence[str], vectors: Array | None = None
    ) -> None:
        """Hold these chunks, read as `texts`; a document that is there already is replaced."""
        if not chunks:
            return
        rows = self._rows(chunks, texts, vectors)
        fresh = {chunk.document for chunk in chunks}
        held = self._documents()
        with self._told("write to"):
            if fresh.isdisjoint(held):
                self.table.add(rows)
            else:  # one commit: what is replaced is never missing
                (
                    self.table.merge_insert("id")
                    .when_matched_update_all()
                    .when_not_matched_insert_all()
                    .when_not_matched_by_source_delete(_among(fresh))
                    .execute(rows)
                )
        held.update(fresh)

    def _rows(self, chunks: Sequence[Chunk], texts: Sequence[str], vectors: Array | None) -> Any:
        import pyarrow as pa

        columns: dict[str, Any] = {
            "id": [chunk.id for chunk in chunks],
            "document": [chunk.document for chunk in chunks],
            "chunk": [_packed(chunk) for chunk in chunks],
        }
        if (analyse := self.place.analyse) is not None:
            columns["terms"] = [" ".join(terms(text, analyse)) for text in texts]
        if vectors is not None:
            flat = pa.array(np.asarray(vectors, dtype=np.float32).ravel())
            columns["vector"] = pa.FixedSizeListArray.from_arrays(flat, self.place.width)
        return pa.table(columns, schema=self._schema())

    def delete(self, documents: Iterable[str]) -> int:
        """Forget documents; returns how many chunks that were."""
        gone = set(documents) & self._documents()
        if not gone:
            return 0
        before = self.count()
        with self._told("write to"):
            self.table.delete(_among(gone))
        self._documents().difference_update(gone)
        return before - self.count()

    def documents(self) -> set[str]:
        """The ids of all documents held."""
        return set(self._documents())

    def _documents(self) -> set[str]:
        """The same, as this store keeps count of them: it grows with what is added."""
        if self._held is None:
            with self._told("read"):
                names = self.table.search().select(["document"]).limit(None).to_arrow()
            self._held = set(names["document"].unique().to_pylist())
        return self._held

    def count(self) -> int:
        """How many chunks are held."""
        with self._told("read"):
            return int(self.table.count_rows())

    def finish(self) -> None:
        """Make the indexes, or take into them what has been added since."""
        from lancedb.index import FTS, IvfRq

        if not self.count():
            return
        with self._told("write to"):
            made = {column for index in self.table.list_indices() for column in index.columns}
            if made:
                self.table.optimize()
            if self.place.analyse and "terms" not in made:
                plain = FTS(
                    base_tokenizer="whitespace",
                    max_token_length=256,
                    lower_case=False,
                    stem=False,
                    remove_stop_words=False,
                    ascii_folding=False,
                )
                self.table.create_index("terms", config=plain)
            if self.place.width and "vector" not in made and self.count() >= MANY:
                self.table.create_index("vector", config=IvfRq(distance_type="cosine"))

    def bytes(self) -> int | None:
        """What the database's folder holds; None on object storage."""
        return folder_size(self.local) if self.local else None

    def close(self) -> None:
        """Nothing stays open."""

    def by_words(self, questions: Sequence[str], k: int) -> list[list[Hit]]:
        """For each question the k chunks of highest BM25, above 0; equal ones by their id."""
        from lancedb import query as language

        if self.place.analyse is None:
            raise ValueError("this store holds no terms")
        match: Any = language.MatchQuery  # annotated as if its defaults were none
        found = []
        for question in questions:
            asked = terms(question, self.place.analyse)
            rows = []
            if asked:
                query = match(" ".join(asked), "terms")
                search = self.table.search(query, query_type="fts")
                with self._told("search"):
                    rows = search.select(["chunk", "_score"]).limit(k + SPARE).to_list()
            found.append(_ordered([(row, row["_score"]) for row in rows], k))
        return found

    def by_vector(self, vectors: Array, k: int) -> list[list[Hit]]:
        """For each vector (length 1) the k chunks of highest cosine; equal ones by their id."""
        found = []
        for vector in np.asarray(vectors, dtype=np.float32):
            search = self.table.search(vector, vector_column_name="vector").distance_type("cosine")
            search = search.nprobes(PROBES).refine_factor(REFINED)
            with self._told("search"):
                rows = search.select(["chunk", "_distance"]).limit(k).to_list()
            found.append(_ordered([(row, 1 - row["_distance"]) for row in rows], k))
        return found


def _option(value: str | bool | int) -> str:
    """A storage option as LanceDB takes it: all are texts."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _packed(chunk: Chunk) -> str:
    """A chunk as JSON; the order is that of `Chunk`."""
    parts = (chunk.document, chunk.title, chunk.text, chunk.start, chunk.end, dict(chunk.metadata))
    return json.dumps(parts, ensure_ascii=False)


def _ordered(rows: Sequence[tuple[dict[str, Any], float]], k: int) -> list[Hit]:
    found = [Hit(Chunk(*json.loads(row["chunk"])), score) for row, score in rows]
    return sorted(found, key=lambda item: (-item.score, item.chunk.id))[:k]


def _among(documents: Iterable[str]) -> str:
    """An SQL condition; a quotation mark in an id is written twice."""
    quoted = ", ".join("'{}'".format(name.replace("'", "''")) for name in sorted(documents))
    return f"document IN ({quoted})"
