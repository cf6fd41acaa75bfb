"""A Qdrant server: terms as sparse vectors, meaning as dense ones, in one collection.

BM25 is a product of two sparse vectors: a chunk's holds what each term's number is worth in it
(tf * (k1 + 1) / (tf + k1 * norm)), a question's how often it asks, and the server weighs terms by
their idf, which is Lucene's. The mean length in `norm` is that of the first chunks that were
added, kept with the collection, because values once written do not change.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from etude.config.retrieving import Qdrant
from etude.errors import UserError
from etude.records import Chunk, Hit
from etude.retrieval.analysis import terms
from etude.retrieval.possible import MISSING
from etude.retrieval.stores import Place

Array = NDArray[Any]
TOGETHER = 256  # points sent at once
SPARE = 8  # more than k are asked for, so that equal scores can be put into the order of ids
MEMORY = ":memory:"  # the client's own imitation of a server, for tests
MEAN = UUID(int=0)  # the point that holds the mean length


class QdrantStore:
    """A collection of a Qdrant server."""

    def __init__(self, settings: Qdrant, place: Place) -> None:
        """Connect, and make the collection where it is not there.

        Raises:
            UserError: without the extra `qdrant`, and where no server answers.
        """
        try:
            from qdrant_client import QdrantClient
        except ImportError:
            raise UserError(MISSING["qdrant_client"]) from None
        self.url, self.place = settings.url, place
        self.name = settings.collection or f"etude_{place.key}"
        self.mean = 0.0
        if settings.url == MEMORY:
            self.client = QdrantClient(MEMORY)
        else:
            key = os.environ.get("QDRANT_API_KEY")
            self.client = QdrantClient(
                url=settings.url, api_key=key, timeout=60, check_compatibility=False
            )
        self._asked(self._begin)

    def _asked(self, call: Callable[..., Any], *values: Any, **named: Any) -> Any:
        """A call to the server; that there is none, or that it refuses, in a sentence."""
        from qdrant_client.http.exceptions import ApiException

        try:
            return call(*values, **named)
        except ApiException as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise UserError(
                f"retrieve.store.url: the Qdrant server at {self.url} does not do what it is asked "
                f"({reason}): check that it runs, and the key in QDRANT_API_KEY."
            ) from None

    def _begin(self) -> None:
        from qdrant_client import models

        if not self.client.collection_exists(self.name):
            dense = models.VectorParams(size=self.place.width or 1, distance=models.Distance.COSINE)
            sparse = models.SparseVectorParams(modifier=models.Modifier.IDF)
            self.client.create_collection(
                self.name,
                vectors_config={"dense": dense} if self.place.width else {},
                sparse_vectors_config={"terms": sparse} if self.place.analyse else {},
            )
            if self.url != MEMORY:
                kind = models.PayloadSchemaType.KEYWORD
                self.client.create_payload_index(self.name, "document", kind, wait=True)
        found = self.client.retrieve(self.name, [str(MEAN)])
        self.mean = found[0].payload["mean"] if found and found[0].payload else 0.0

    def add(
        self, chunks: Sequence[Chunk], texts: Sequence[str], vectors: Array | None = None
    ) -> None:
        """Hold these chunks, read as `texts`; a document that is there already is replaced.

        New chunks are there before old ones go, so that a kill in between loses none.
        """
        from qdrant_client import models

        if not chunks:
            return
        analysed = [terms(text, self.place.analyse) if self.place.analyse else [] for text in texts]
        if self.place.analyse and not self.mean:
            self._set_mean(sum(map(len, analysed)) / len(analysed) or 1.0)
        points = []
        for row, (chunk, words) in enumerate(zip(chunks, analysed, strict=True)):
            vector: dict[str, Any] = {}
            if self.place.analyse:
                vector["terms"] = self._worth(words)
            if vectors is not None:
                vector["dense"] = np.asarray(vectors[row], dtype=np.float32).tolist()
            payload = {
                "id": chunk.id,
                "document": chunk.document,
                "title": chunk.title,
                "text": chunk.text,
                "start": chunk.start,
                "end": chunk.end,
                "metadata": dict(chunk.metadata),
            }
            points.append(models.PointStruct(id=_point(chunk.id), vector=vector, payload=payload))
        for start in range(0, len(points), TOGETHER):
            self._asked(self.client.upsert, self.name, points[start : start + TOGETHER], wait=True)
        old = models.Filter(
            must=[_of({chunk.document for chunk in chunks})],
            must_not=[models.HasIdCondition(has_id=[point.id for point in points])],
        )
        self._asked(self.client.delete, self.name, models.FilterSelector(filter=old), wait=True)

    def _set_mean(self, mean: float) -> None:
        from qdrant_client import models

        point = models.PointStruct(id=str(MEAN), vector={}, payload={"mean": mean})
        self._asked(self.client.upsert, self.name, [point], wait=True)
        self.mean = mean

    def _worth(self, words: Sequence[str]) -> Any:
        from qdrant_client import models

        k1, b = self.place.k1, self.place.b
        norm = k1 * (1 - b + b * len(words) / self.mean)
        worth: dict[int, float] = {}
        for term, times in Counter(words).items():
            number = _number(term)
            worth[number] = worth.get(number, 0.0) + times * (k1 + 1) / (times + norm)
        return models.SparseVector(indices=list(worth), values=list(worth.values()))

    def delete(self, documents: Iterable[str]) -> int:
        """Forget documents; returns how many chunks that were."""
        from qdrant_client import models

        gone = set(documents)
        if not gone:
            return 0
        before = self.count()
        selector = models.FilterSelector(filter=models.Filter(must=[_of(gone)]))
        self._asked(self.client.delete, self.name, selector, wait=True)
        return before - self.count()

    def documents(self) -> set[str]:
        """The ids of all documents held."""
        found: set[str] = set()
        after: Any = None
        while True:
            points, after = self._asked(
                self.client.scroll, self.name, limit=2048, offset=after,
                with_payload=["document"], with_vectors=False,
            )  # fmt: skip
            found.update(
                point.payload["document"] for point in points if "document" in point.payload
            )
            if after is None:
                return found

    def count(self) -> int:
        """How many chunks are held."""
        held = self._asked(self.client.count, self.name, exact=True).count
        return int(held) - (1 if self.mean else 0)

    def finish(self) -> None:
        """The server indexes by itself."""

    def bytes(self) -> None:
        """What the server keeps is not told."""

    def close(self) -> None:
        """End the connection."""
        self.client.close()

    def by_words(self, questions: Sequence[str], k: int) -> list[list[Hit]]:
        """For each question the k chunks of highest BM25, above 0; equal ones by their id."""
        from qdrant_client import models

        if self.place.analyse is None:
            raise ValueError("this store holds no terms")
        found: list[list[Hit]] = []
        for question in questions:
            asked = Counter(_number(term) for term in terms(question, self.place.analyse))
            if not asked:
                found.append([])
                continue
            query = models.SparseVector(
                indices=list(asked), values=[float(times) for times in asked.values()]
            )
            found.append(self._query(query, "terms", k))
        return found

    def by_vector(self, vectors: Array, k: int) -> list[list[Hit]]:
        """For each vector (length 1) the k chunks of highest cosine; equal ones by their id."""
        rows = np.asarray(vectors, dtype=np.float32).tolist()
        return [self._query(vector, "dense", k) for vector in rows]

    def _query(self, query: Any, using: str, k: int) -> list[Hit]:
        found = self._asked(
            self.client.query_points, self.name, query=query, using=using, limit=k + SPARE,
            with_payload=True,
        ).points  # fmt: skip
        results = []
        for point in found:
            held = point.payload
            span = (held["start"], held["end"])
            chunk = Chunk(held["document"], held["title"], held["text"], *span, held["metadata"])
            results.append(Hit(chunk, point.score))
        return sorted(results, key=lambda item: (-item.score, item.chunk.id))[:k]


def _point(chunk: str) -> str:
    """A chunk's id as Qdrant wants ids: a UUID."""
    return str(UUID(bytes=blake2b(chunk.encode(), digest_size=16).digest()))


def _number(term: str) -> int:
    """A term as a place in a sparse vector; two terms of a collection may rarely share one."""
    return int.from_bytes(blake2b(term.encode(), digest_size=4).digest(), "little")


def _of(documents: Iterable[str]) -> Any:
    from qdrant_client import models

    return models.FieldCondition(key="document", match=models.MatchAny(any=sorted(documents)))
