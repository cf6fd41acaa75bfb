"""Chunker, encoder, store and reranker as one: documents go in, passages come out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etude.config.retrieving import Bm25, Dense, Hybrid, Retrieve
from etude.errors import UserError
from etude.progress import Progress, silent
from etude.records import Chunk, Document, Hit
from etude.retrieval.analysis import Analyser, analyser
from etude.retrieval.chunk import Length, cut, indexed
from etude.retrieval.fusion import CANDIDATES, choose_weight, fuse
from etude.retrieval.stores import STORES, Store, is_here, place_of
from etude.store import read_json, write_json

if TYPE_CHECKING:  # they bring torch, which a search by words does not need
    from etude.retrieval.rerank import Scores
    from etude.retrieval.vectors import Encoder, Vectors

TOGETHER = 16_384  # chunks that are added, and so acknowledged, at once
CHUNKS = "chunks"  # in an index's folder: the store, where it is here
MADE = "made.json"  # in an index's folder: what its terms and vectors were made with
OWN = "own"  # the key of an index that is in no cache
ANEW = "use the settings that it was made with, or another folder"
ENCODED = 2048  # where each is encoded, which takes a minute
TOLD = 500  # documents between two words on how many are cut


@dataclass(slots=True)
class Index:
    """An index that is open: a `Retriever`, and what changes it.

    `weight` is how much vectors count in a hybrid search. `facts` are plain JSON: what it was made
    of and from, for a report. Close it when done.
    """

    settings: Retrieve
    folder: Path
    store: Store
    analyse: Analyser
    length: Length | None
    encoder: Encoder | None
    vectors: Vectors | None
    reranker: Scores | None
    weight: float | None
    facts: dict[str, Any] = field(default_factory=dict)

    def add(
        self,
        documents: Iterable[Document],
        progress: Progress = silent,
        done: frozenset[str] | set[str] = frozenset(),
    ) -> dict[str, int]:
        """Cut, encode and hold documents; one that is there already is replaced.

        Those named in `done` are passed over. Returns how many `documents` there were, how many
        `chunks` were added, and how many documents were `empty`. After a kill, what had been
        added is whole.

        Raises:
            UserError: for two documents with one id.
        """
        if not (self.folder / MADE).exists():
            write_json(self.folder / MADE, made_with(self.settings, self.analyse, self.encoder))
        counts = {"documents": 0, "chunks": 0, "empty": 0}
        total = len(documents) if isinstance(documents, Sized) else 0

        def tell() -> None:
            progress("indexing", counts["documents"], total, f"{counts['chunks']:,} chunks")

        for group in self._groups(documents, done, counts, tell):
            texts = [indexed(chunk, title=self.settings.chunk.title) for chunk in group]
            vectors = self.vectors.of(texts, progress) if self.vectors else None
            self.store.add(group, texts, vectors)
            counts["chunks"] += len(group)
            tell()
        self.store.finish()
        return counts

    def _groups(
        self,
        documents: Iterable[Document],
        done: frozenset[str] | set[str],
        counts: dict[str, int],
        tell: Callable[[], None],
    ) -> Iterator[list[Chunk]]:
        """Chunks of whole documents, so many as are added together."""
        most = ENCODED if self.vectors else TOGETHER
        seen: set[str] = set()
        group: list[Chunk] = []
        for document in documents:
            if document.id in seen:
                raise UserError(
                    f"Two documents have the id '{document.id}': give each an id of its own, since "
                    "passages are named by it."
                )
            seen.add(document.id)
            counts["documents"] += 1
            if counts["documents"] % TOLD == 0:
                tell()
            if document.id in done:
                continue
            pieces = cut(document, self.settings.chunk, self.length)
            counts["empty"] += not pieces
            group += pieces
            if len(group) >= most:
                yield group
                group = []
        if group:
            yield group

    def delete(self, documents: Iterable[str]) -> int:
        """Forget documents, by their ids; returns how many chunks that were."""
        return self.store.delete(documents)

    def search(self, questions: Sequence[str], k: int) -> list[list[Hit]]:
        """For each question at most k chunks, the nearest first, equal ones by their id."""
        if self.reranker is None or self.settings.rerank is None:
            return self._first(questions, k)
        found = self._first(questions, max(k, self.settings.rerank.depth))
        title = self.settings.chunk.title
        pairs = [
            (question, indexed(item.chunk, title=title))
            for question, items in zip(questions, found, strict=True)
            for item in items
        ]
        scores = iter(self.reranker(pairs))
        read = [[Hit(item.chunk, next(scores)) for item in items] for items in found]
        return [sorted(items, key=lambda item: (-item.score, item.chunk.id))[:k] for items in read]

    def _first(self, questions: Sequence[str], k: int) -> list[list[Hit]]:
        """What the search itself finds, before any reranking."""
        match self.settings.search:
            case Hybrid():
                if self.weight is None:
                    raise ValueError("the weight is not chosen yet")
                most, none = max(k, CANDIDATES), [list[Hit]() for _ in questions]
                words = self.store.by_words(questions, most) if self.weight < 1 else none
                vectors = self._nearest(questions, most) if self.weight > 0 else none
                pairs = zip(words, vectors, strict=True)
                return [fuse(*pair, self.weight, k) for pair in pairs]
            case Dense():
                return self._nearest(questions, k)
            case _:
                return self.store.by_words(questions, k)

    def _nearest(self, questions: Sequence[str], k: int) -> list[list[Hit]]:
        if self.encoder is None:
            raise ValueError("this index has no encoder")
        return self.store.by_vector(self.encoder.questions(questions), k)

    def tune(self, questions: Sequence[str], gold: Sequence[Sequence[str]]) -> dict[str, Any]:
        """Choose the weight of a hybrid search on questions with gold passages; what was chosen.

        Raises:
            UserError: where no question has a gold passage, or none of them is found.
        """
        pairs = [pair for pair in zip(questions, gold, strict=True) if pair[1]]
        if not pairs:
            raise UserError(
                "retrieve.search.weight is auto, which is chosen on questions of the dev split "
                "with gold passages, and there is none: give a number (0 is words alone, 1 "
                "vectors alone)."
            )
        asked = [question for question, _ in pairs]
        words = self.store.by_words(asked, CANDIDATES)
        vectors = self._nearest(asked, CANDIDATES)
        right = [passages for _, passages in pairs]
        weight, curve = choose_weight(words, vectors, right, self.settings.k)
        if not any(row["recall"] for row in curve):
            raise UserError(
                "retrieve.search.weight is auto, but no weight finds a gold passage of the dev "
                f"split's {len(pairs)} questions among the first {self.settings.k}: see that they "
                f"name passages of these documents (the first is '{right[0][0]}'), or give a "
                "number."
            )
        self.weight = weight
        return {
            "weight": self.weight,
            "questions": len(pairs),
            "k": self.settings.k,
            "curve": curve,
        }

    def close(self) -> None:
        """Let go of files and connections."""
        self.store.close()


def open_index(
    settings: Retrieve,
    folder: Path,
    *,
    language: str,
    device: str = "auto",
    length: Length | None = None,
    key: str = OWN,
    vectors: Path | None = None,
) -> Index:
    """An index in a folder of yours, to add to and delete from; empty when the folder is.

    `settings.documents` are not read: give documents to `add`. `language` (ISO 639) is that of
    the documents unless `search.language` says another. `length` counts tokens where chunks are
    measured in them. `vectors` is where the encoder's work is kept, beside the index by default.

    Raises:
        UserError: where a model or an extra is missing, and for an index that is damaged or was
            made with another language, encoder or version.
    """
    search = settings.search
    chosen = search.language if isinstance(search, Bm25) and search.language else language
    analyse = analyser(chosen)
    encoder, kept, reranker = None, None, None
    if isinstance(search, Dense | Hybrid):
        from etude.retrieval.vectors import Vectors, load_encoder

        encoder = load_encoder(search.encoder, device)
        kept = Vectors(vectors or folder / "vectors", encoder)
    if settings.rerank:
        from etude.retrieval.rerank import load_reranker

        reranker = load_reranker(settings.rerank, device)
    cached = key != OWN and is_here(settings.store)
    mend = "delete the folder, and the index is made again" if cached else ANEW
    refuse_others(folder, made_with(settings, analyse, encoder), mend)
    place = place_of(search, folder / CHUNKS, key, analyse, encoder.width if encoder else None)
    weight = search.weight if isinstance(search, Hybrid) else None
    return Index(
        settings,
        folder,
        STORES[settings.store.name](settings.store, place),
        analyse,
        length,
        encoder,
        kept,
        reranker,
        None if weight is None or isinstance(weight, str) else float(weight),
    )


def made_with(settings: Retrieve, analyse: Analyser, encoder: Encoder | None) -> dict[str, Any]:
    """What an index's terms and vectors are made with; None for what it has not."""
    about = analyse.about
    said = f"{about['language']}, {about['stemmer'] or 'no stemmer'}, {about['stop_words']} "
    said += f"stop words, format {about['format']}"
    return {
        "terms": said if isinstance(settings.search, Bm25) else None,
        "vectors": f"{encoder.name} ({encoder.key})" if encoder else None,
    }


def refuse_others(folder: Path, now: Mapping[str, Any], mend: str = ANEW) -> None:
    """UserError for a folder whose index was made with something else: it would find nothing."""
    if not (folder / MADE).exists():
        return
    was = read_json(folder / MADE)
    for name, value in now.items():
        if was.get(name) != value:
            raise UserError(
                f"{folder} holds an index with {name} by {was.get(name) or 'nothing'}, but these "
                f"settings ask for {value or 'none'}: {mend}."
            )
