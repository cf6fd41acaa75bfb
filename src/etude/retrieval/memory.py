"""The store in files of our own: immutable segments and one list of those that count.

What is added becomes a segment; then the list (`segments.json`) is replaced by one that names it.
That replacement, synced, is the acknowledgement: a kill before it leaves a file that nobody
names, which the next writer removes; a kill after it loses nothing. Deleting writes the rows that
are gone into the list. When many small segments have gathered, they are merged into one.

One process writes at a time; others may read, and see what was there when they opened it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from etude.errors import UserError
from etude.records import Chunk, Hit
from etude.retrieval.analysis import Analyser, Numbering, terms
from etude.retrieval.lexical import Bm25, invert
from etude.retrieval.merge import merge
from etude.retrieval.segment import Segment, pack_chunks, write_arrays
from etude.store import fingerprint, folder_size, write_json

Array = NDArray[Any]
LIST = "segments.json"
FORMAT = 1  # of the files
SIMILAR = 8  # so many segments of about one size are merged
BLOCK = 65_536  # vectors compared at once


@dataclass(frozen=True, slots=True)
class Listed:
    """What the list says: segments with the rows of documents deleted, and the highest number."""

    segments: list[tuple[str, list[int]]]
    last: int


def read_list(path: Path) -> Listed | None:
    """The list of the segments that count; None where nothing has been written yet.

    Raises:
        UserError: for a list that is damaged, or that another version of Etude wrote.
    """
    try:
        found = json.loads(path.read_bytes())
        if found["format"] != FORMAT:
            raise UserError(
                f"{path.parent} holds an index of another version of Etude: delete the folder, "
                "and the index is made again."
            )
        if "digest" in found and found["digest"] != _digest(found):
            raise ValueError("its digest is that of another list")
        segments = [(str(item["name"]), list(item["deleted"])) for item in found["segments"]]
        return Listed(segments, int(found["last"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{path} should be the list of an index's files, but it cannot be read "
            f"({type(error).__name__}: {error}): delete the folder it is in, and the index is made "
            "again."
        ) from None


class MemoryStore:
    """An index in a folder. `analyse` is None where nothing is searched by words."""

    def __init__(
        self, folder: Path, analyse: Analyser | None, *, k1: float = 1.2, b: float = 0.75
    ) -> None:
        self.folder, self.analyse = folder, analyse
        self.k1, self.b = k1, b
        self.numbering = Numbering(analyse) if analyse else None
        self.lock: FileLock | None = None
        self.bm25: Bm25 | None = None
        self.segments: list[Segment] = []
        self.last = 0  # the highest number a segment has had
        self._read()

    def _read(self) -> None:
        """Open the segments that the list names; one that is open already is as it was."""
        known = {segment.name for segment in self.segments}
        while (listed := read_list(self.folder / LIST)) is not None:
            try:
                self.segments = [
                    Segment(self.folder / f"{name}.segment", deleted, known=name in known)
                    for name, deleted in listed.segments
                ]
            except UserError:
                if read_list(self.folder / LIST) == listed:
                    raise
                continue  # a writer has merged what the list named when it was read
            self.last, self.bm25 = listed.last, None
            return

    def add(
        self, chunks: Sequence[Chunk], texts: Sequence[str], vectors: Array | None = None
    ) -> None:
        """Hold these chunks, read as `texts`; a document that is there already is replaced.

        All chunks of a document come in one call, one after the other. When this returns, they
        are on disk. `vectors` (chunks, width) are float32 of length 1.
        """
        if not chunks:
            return
        self._begin()
        arrays = pack_chunks(chunks)
        if self.numbering is not None:
            arrays |= invert(texts, self.numbering)
        if vectors is not None:
            arrays["vectors"] = np.asarray(vectors, dtype=np.float32)
        kept = self._without(list(dict.fromkeys(chunk.document for chunk in chunks)))
        path = self._fresh()
        write_arrays(path, arrays)
        self._replace([*kept, Segment(path, known=True)])
        while (similar := _similar(self.segments)) is not None:
            self._merge(similar)

    def delete(self, documents: Iterable[str]) -> int:
        """Forget documents; returns how many chunks that were. Unknown ones are no mistake."""
        self._begin()
        before = self.count()
        kept = self._without(list(documents))
        if sum(segment.count for segment in kept) < before:
            self._replace(kept)
        return before - self.count()

    def documents(self) -> set[str]:
        """The ids of all documents held."""
        return {name for segment in self.segments for name in segment.documents()}

    def count(self) -> int:
        """How many chunks are held."""
        return sum(segment.count for segment in self.segments)

    def finish(self) -> None:
        """Nothing is left to do: a segment can be searched as soon as it is written."""

    def bytes(self) -> int:
        """What is on disk."""
        return folder_size(self.folder)

    def close(self) -> None:
        """Let another process write."""
        if self.lock is not None:
            self.lock.release()
            self.lock = None

    def by_words(self, questions: Sequence[str], k: int) -> list[list[Hit]]:
        """For each question the k chunks of highest BM25, above 0; equal ones by their id."""
        if self.analyse is None:
            raise ValueError("this store holds no terms")
        if self.bm25 is None:
            self.bm25 = Bm25(self.segments, self.k1, self.b)
        return [
            self._highest(self.bm25.scores(terms(question, self.analyse)), k)
            for question in questions
        ]

    def by_vector(self, vectors: Array, k: int) -> list[list[Hit]]:
        """For each vector (length 1) the k chunks of highest cosine; equal ones by their id."""
        found: list[list[tuple[Array, Array]]] = [[] for _ in vectors]
        for segment in self.segments:
            parts: list[list[tuple[Array, Array]]] = [[] for _ in vectors]
            for start in range(0, segment.size, BLOCK):
                block = segment.arrays["vectors"][start : start + BLOCK]
                rows = np.arange(start, start + len(block))
                scores = np.asarray(vectors, dtype=np.float32) @ block.T
                if segment.live is not None:
                    here = segment.live[rows]
                    rows, scores = rows[here], scores[:, here]
                for part, values in zip(parts, scores, strict=True):
                    part.append(_at_least_kth(rows, values, k))
            for place, part in zip(found, parts, strict=True):
                rows = np.concatenate([held for held, _ in part])
                place.append((rows, np.concatenate([values for _, values in part])))
        return [self._highest(part, k) for part in found]

    def _highest(self, found: Sequence[tuple[Array, Array]], k: int) -> list[Hit]:
        """The best of the rows and scores of each segment."""
        best = []
        for segment, (rows, scores) in zip(self.segments, found, strict=True):
            for row, score in zip(*_at_least_kth(rows, scores, k), strict=True):
                best.append(Hit(segment.chunk(int(row)), float(score)))
        return sorted(best, key=lambda item: (-item.score, item.chunk.id))[:k]

    def _begin(self) -> None:
        """Become the one process that writes, and remove what a killed one left behind."""
        if self.lock is not None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.folder / ".lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise UserError(
                f"{self.folder} is being written by another process: wait for it."
            ) from None
        self.lock = lock
        self._read()  # another may have written since this one opened
        self._sweep()

    def _sweep(self) -> None:
        """Remove files that the list does not name."""
        names = {f"{segment.name}.segment" for segment in self.segments}
        for path in self.folder.iterdir():
            if path.name not in names and path.suffix in (".segment", ".tmp"):
                path.unlink()

    def _fresh(self) -> Path:
        """A path for a new segment; numbers rise, so that none is ever used again."""
        self.last += 1
        return self.folder / f"{self.last:08}.segment"

    def _without(self, documents: Sequence[str]) -> list[Segment]:
        """The segments, with these documents deleted."""
        kept = []
        for segment in self.segments:
            rows = segment.rows_of(documents)
            path = self.folder / f"{segment.name}.segment"
            fewer = segment.deleted | set(rows)
            kept.append(Segment(path, fewer, known=True) if rows else segment)
        return kept

    def _replace(self, segments: Sequence[Segment]) -> None:
        """Make these the segments that count."""
        kept = [segment for segment in segments if segment.count]
        listed = [{"name": item.name, "deleted": sorted(item.deleted)} for item in kept]
        value = {"format": FORMAT, "last": self.last, "segments": listed}
        write_json(self.folder / LIST, {**value, "digest": _digest(value)})
        self.segments, self.bm25 = kept, None

    def _merge(self, similar: Sequence[Segment]) -> None:
        path = self._fresh()
        write_arrays(path, merge(similar))
        kept = [item for item in self.segments if item not in similar]
        self._replace([*kept, Segment(path, known=True)])
        self._sweep()


def _digest(value: Mapping[str, Any]) -> str:
    """What a list says of its segments, as 16 hexadecimal digits."""
    return fingerprint([value["last"], value["segments"]])[:16]


def _at_least_kth(rows: Array, scores: Array, k: int) -> tuple[Array, Array]:
    """The rows whose score is at least the k-th highest: k, or more where some are equal."""
    if len(rows) <= k:
        return rows, scores
    least = np.partition(scores, len(scores) - k)[len(scores) - k]
    kept = scores >= least
    return rows[kept], scores[kept]


def _similar(segments: Sequence[Segment]) -> list[Segment] | None:
    """Segments of about one size, where there are enough of them to merge."""
    sizes: dict[int, list[Segment]] = {}
    for segment in segments:
        sizes.setdefault((segment.count.bit_length() - 1) // 3, []).append(segment)
    return next((held for held in sizes.values() if len(held) >= SIMILAR), None)
