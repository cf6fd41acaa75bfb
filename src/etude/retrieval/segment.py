"""A segment: one file that holds some chunks, their documents, postings and vectors.

It is written once and never changed, and read where it lies: arrays are mapped into memory, so
opening costs nothing and a search touches only what it needs. The layout is that of safetensors:
the header's length (8 bytes), the header (JSON: type, shape and place of every array), the arrays.

    text_bytes, text_ends                UTF-8 of the chunks' texts
    spans                                (chunks, 2): start and end in the document's text
    owners                               (chunks,): the row of each chunk's document
    document_bytes, document_ends        JSON of id, title and metadata
    document_hashes, document_rows       sorted hashes of ids, and their rows
    term_bytes, term_ends                sorted terms (UTF-8); see `lexical`
    posting_ends, posting_chunks, posting_counts, lengths
    vectors                              (chunks, width), float32, of length 1

The last four bytes are the CRC-32 of all before them, so that a bit that has changed since is told.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from etude.errors import UserError
from etude.records import Chunk
from etude.store import replacing

Array = NDArray[Any]
DTYPES: dict[str, np.dtype[Any]] = {
    "U8": np.dtype(np.uint8),
    "U16": np.dtype(np.uint16),
    "I32": np.dtype(np.int32),
    "F32": np.dtype(np.float32),
    "I64": np.dtype(np.int64),
    "U64": np.dtype(np.uint64),
}
ALWAYS = {"text_bytes", "text_ends", "spans", "owners", "document_bytes", "document_ends"}
ALWAYS |= {"document_hashes", "document_rows"}  # the others are there for words, or for vectors
NAMES = {dtype: name for name, dtype in DTYPES.items()}
ABOUT = "__metadata__"  # in a header: what is no array, as safetensors names it
CHECKED = {"checksum": "crc32"}  # what it says; files from before there were checksums lack it
READ = 1 << 20  # bytes that are read at once to compare a checksum


def write_arrays(path: Path, arrays: Mapping[str, Array | Sequence[Array]]) -> None:
    """One file with named arrays, there whole or not at all; parts follow one another."""
    # Wide types first, so that every array begins at a multiple of its own width.
    parts = {
        name: [np.ascontiguousarray(part) for part in value] if isinstance(value, list | tuple)
        else [np.ascontiguousarray(value)]
        for name, value in arrays.items()
    }  # fmt: skip
    order = sorted(parts, key=lambda name: (-parts[name][0].itemsize, name))
    header: dict[str, Any] = {ABOUT: CHECKED}
    place = 0
    for name in order:
        size = sum(part.nbytes for part in parts[name])
        header[name] = {
            "dtype": NAMES[parts[name][0].dtype],
            "shape": [sum(len(part) for part in parts[name]), *parts[name][0].shape[1:]],
            "data_offsets": [place, place + size],
        }
        place += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with replacing(path) as temporary, temporary.open("wb") as file:
        begun = len(text).to_bytes(8, "little") + text
        file.write(begun)
        checksum = crc32(begun)
        for name in order:
            for part in parts[name]:
                content = part.reshape(-1).view(np.uint8).data
                file.write(content)  # `tofile` does not say that a disk is full
                checksum = crc32(content, checksum)
        file.write(checksum.to_bytes(4, "little"))
        file.flush()


def read_arrays(path: Path) -> dict[str, Array]:
    """The arrays of such a file, mapped into memory, read-only.

    Raises:
        UserError: for a file that is not whole.
    """
    try:
        raw: Array = np.asarray(np.memmap(path, dtype=np.uint8, mode="r"))
        base = 8 + int.from_bytes(raw[:8].tobytes(), "little")
        header = json.loads(raw[8:base].tobytes())
        return {
            name: raw[base + about["data_offsets"][0] : base + about["data_offsets"][1]]
            .view(DTYPES[about["dtype"]])
            .reshape(about["shape"])
            for name, about in header.items()
            if name != ABOUT
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(
            f"{path} should be a file of an index, but it cannot be read ({error}): delete the "
            "folder it is in, and the index is made again."
        ) from None


def check_bytes(path: Path, mend: str) -> None:
    """Compare a file with its checksum, for which all of it is read.

    Raises:
        UserError: where some bytes are others than were written; `mend` says what to do.
    """
    try:
        with path.open("rb") as file:
            header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
            if ABOUT not in header:
                return
            left, checksum = path.stat().st_size - 4, 0
            file.seek(0)
            while left > 0 and (content := file.read(min(READ, left))):
                checksum = crc32(content, checksum)
                left -= len(content)
            right = header[ABOUT] == CHECKED and file.read() == checksum.to_bytes(4, "little")
    except OSError as error:  # also where a writer that merges has just removed it
        raise UserError(
            f"{path} should be a file of an index, but it cannot be read ({error}): {mend}."
        ) from None
    if not right:
        raise UserError(
            f"{path} should be a file of an index, but some of its bytes are not those that were "
            f"written (a disk or a copy has changed them): {mend}."
        )


def document_hash(document: str) -> int:
    """64 bits of a document's id."""
    return int.from_bytes(blake2b(document.encode(), digest_size=8).digest(), "little")


def pack(texts: Iterable[bytes]) -> tuple[Array, Array]:
    """Texts one after the other, and where each ends."""
    held = list(texts)
    ends = np.cumsum([len(text) for text in held], dtype=np.int64)
    return np.frombuffer(b"".join(held), dtype=np.uint8), ends


def pack_chunks(chunks: Sequence[Chunk]) -> dict[str, Array]:
    """The arrays of chunks and their documents; a document's chunks follow one another."""
    owners, documents = [], []
    last: tuple[str, str, Mapping[str, str]] | None = None
    for chunk in chunks:
        if last is None or chunk.document != last[0] or (chunk.title, chunk.metadata) != last[1:]:
            last = (chunk.document, chunk.title, chunk.metadata)
            documents.append(last)
        owners.append(len(documents) - 1)
    rows = [json.dumps([name, title, dict(more)]).encode() for name, title, more in documents]
    hashes = np.asarray([document_hash(name) for name, _, _ in documents], dtype=np.uint64)
    order = np.argsort(hashes, kind="stable")
    texts, text_ends = pack(chunk.text.encode("utf-8", "surrogatepass") for chunk in chunks)
    held, document_ends = pack(rows)
    return {
        "text_bytes": texts,
        "text_ends": text_ends,
        "spans": np.asarray([(chunk.start, chunk.end) for chunk in chunks], dtype=np.int64),
        "owners": np.asarray(owners, dtype=np.int32),
        "document_bytes": held,
        "document_ends": document_ends,
        "document_hashes": hashes[order],
        "document_rows": order.astype(np.int32),
    }


class Segment:
    """A segment's file, read where it lies. `name` is the file's, without its ending.

    Its bytes are compared with their checksum unless they are `known` to be right.
    """

    def __init__(self, path: Path, deleted: Iterable[int] = (), *, known: bool = False) -> None:
        self.name = path.stem
        self.arrays = read_arrays(path)
        if not known:
            check_bytes(path, "delete the folder it is in, and the index is made again")
        if missing := sorted(ALWAYS - self.arrays.keys()):
            raise UserError(
                f"{path} should be a file of an index, but it lacks {', '.join(missing)}: delete "
                "the folder it is in, and the index is made again."
            )
        self.deleted = frozenset(deleted)  # rows of documents that are gone
        owners = self.arrays["owners"]
        self.size = len(owners)
        self.live: Array | None = None  # which chunks are not deleted; None when all are there
        if self.deleted:
            self.live = ~np.isin(owners, np.asarray(sorted(self.deleted), dtype=np.int32))
        self.count = self.size if self.live is None else int(self.live.sum())
        self._documents: dict[int, tuple[str, str, dict[str, str]]] = {}

    def document(self, row: int) -> tuple[str, str, dict[str, str]]:
        """Id, title and metadata of a document."""
        if row not in self._documents:
            if len(self._documents) > 10_000:
                self._documents.clear()
            name, title, metadata = json.loads(self._piece("document", row))
            self._documents[row] = (name, title, metadata)
        return self._documents[row]

    def documents(self) -> dict[str, int]:
        """Ids of all documents that are not deleted, with their rows."""
        rows = range(len(self.arrays["document_ends"]))
        return {self.document(row)[0]: row for row in rows if row not in self.deleted}

    def rows_of(self, documents: Sequence[str]) -> dict[int, str]:
        """The rows of those documents that are here and not deleted."""
        hashes = self.arrays["document_hashes"]
        wanted = np.asarray([document_hash(name) for name in documents], dtype=np.uint64)
        first, last = (np.searchsorted(hashes, wanted, side) for side in ("left", "right"))
        found = {}
        for number in np.flatnonzero(last > first).tolist():
            for place in range(int(first[number]), int(last[number])):
                row = int(self.arrays["document_rows"][place])
                if row not in self.deleted and self.document(row)[0] == documents[number]:
                    found[row] = documents[number]
        return found

    def chunk(self, row: int) -> Chunk:
        """One of its chunks."""
        name, title, metadata = self.document(int(self.arrays["owners"][row]))
        start, end = (int(place) for place in self.arrays["spans"][row])
        text = self._piece("text", row).decode("utf-8", "surrogatepass")
        return Chunk(name, title, text, start, end, metadata)

    def postings(self, term: str) -> tuple[Array, Array] | None:
        """The chunks (rows, ascending) that hold a term, and how often; None if none does."""
        ends = self.arrays["term_ends"]
        sought = term.encode("utf-8", "surrogatepass")
        place = bisect_left(range(len(ends)), sought, key=lambda row: self._piece("term", row))
        if place == len(ends) or self._piece("term", place) != sought:
            return None
        where = slice(*_ends(self.arrays["posting_ends"], place))
        chunks, counts = self.arrays["posting_chunks"][where], self.arrays["posting_counts"][where]
        if self.live is not None:
            here = self.live[chunks]
            chunks, counts = chunks[here], counts[here]
        return (chunks, counts) if len(chunks) else None

    def _piece(self, what: str, row: int) -> bytes:
        start, end = _ends(self.arrays[f"{what}_ends"], row)
        return self.arrays[f"{what}_bytes"][start:end].tobytes()


def _ends(ends: Array, row: int) -> tuple[int, int]:
    return int(ends[row - 1]) if row else 0, int(ends[row])
