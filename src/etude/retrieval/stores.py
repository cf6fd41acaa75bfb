"""Where chunks are held and searched: one protocol, and what makes each kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

from etude.config.retrieving import Bm25, LanceDb, Memory, Qdrant, Search
from etude.records import Chunk, Hit
from etude.retrieval.analysis import Analyser

Array = NDArray[Any]


class Store(Protocol):
    """Holds chunks; what `add` and `delete` have returned from is on disk."""

    def add(
        self, chunks: Sequence[Chunk], texts: Sequence[str], vectors: Array | None = None
    ) -> None:
        """Hold chunks, read as `texts`; a document that is there already is replaced.

        All chunks of a document come in one call, one after the other. `vectors` (chunks, width)
        are float32 of length 1.
        """
        ...

    def delete(self, documents: Iterable[str]) -> int:
        """Forget documents; returns how many chunks that were. Unknown ones are no mistake."""
        ...

    def documents(self) -> set[str]:
        """The ids of all documents held."""
        ...

    def count(self) -> int:
        """How many chunks are held."""
        ...

    def finish(self) -> None:
        """Make ready for fast search, after adding."""
        ...

    def bytes(self) -> int | None:
        """What is on disk; None where that is another machine's."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...

    def by_words(self, questions: Sequence[str], k: int) -> list[list[Hit]]:
        """For each question the k chunks of highest BM25, above 0; equal ones by their id."""
        ...

    def by_vector(self, vectors: Array, k: int) -> list[list[Hit]]:
        """For each vector (length 1) the k chunks of highest cosine; equal ones by their id."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """What a store is opened with: a folder of its own, and what it has to search by.

    `key` tells this index from others in the same database. `analyse` is None where nothing is
    searched by words, `width` where nothing is searched by vectors.
    """

    folder: Path
    key: str
    analyse: Analyser | None
    width: int | None
    k1: float = 1.2
    b: float = 0.75


def place_of(search: Search, folder: Path, key: str, analyse: Analyser, width: int | None) -> Place:
    """What an index of these settings is opened with."""
    if isinstance(search, Bm25):
        return Place(folder, key, analyse, width, search.k1, search.b)
    return Place(folder, key, None, width)


def is_here(settings: Memory | LanceDb | Qdrant) -> bool:
    """Whether a store stands in the folder of its index, and goes when that is deleted."""
    return isinstance(settings, Memory) or (isinstance(settings, LanceDb) and not settings.uri)


def open_memory(settings: Memory, place: Place) -> Store:
    """Files of our own."""
    from etude.retrieval.memory import MemoryStore

    return MemoryStore(place.folder, place.analyse, k1=place.k1, b=place.b)


def open_lancedb(settings: LanceDb, place: Place) -> Store:
    """LanceDB, embedded."""
    from etude.retrieval.lance import LanceStore

    return LanceStore(settings, place)


def open_qdrant(settings: Qdrant, place: Place) -> Store:
    """A Qdrant server."""
    from etude.retrieval.qdrant import QdrantStore

    return QdrantStore(settings, place)


STORES: dict[str, Callable[[Any, Place], Store]] = {
    "memory": open_memory,
    "lancedb": open_lancedb,
    "qdrant": open_qdrant,
}
