"""One protocol, three stores: the same answers from all of them."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args
from uuid import uuid4

import numpy as np
import pytest

from etude.config import retrieving as config
from etude.config.retrieving import LanceDb, Memory, Qdrant, Retrieve
from etude.errors import UserError
from etude.records import Chunk
from etude.retrieval.analysis import analyser
from etude.retrieval.opening import open_retriever
from etude.retrieval.stores import STORES, Place, Store
from retrieval_helper import DOCUMENTS, slow_bm25

WORDS = [
    *("casa", "rio", "mar", "ponte", "navio", "porto", "cidade", "vento"),
    *("barco", "peixe", "sal", "areia", "onda", "farol", "ilha"),
]
WIDTH = 8


def open_store(name: str, folder: Path) -> Store:
    chosen = {
        "memory": Memory(),
        "lancedb": LanceDb(name="lancedb"),
        "qdrant": Qdrant(name="qdrant", url=":memory:"),
        "server": Qdrant(name="qdrant", url=os.environ.get("ETUDE_TEST_QDRANT", "")
                         or "http://localhost:6333"),
    }[name]  # fmt: skip
    place = Place(folder / name, uuid4().hex, analyser("pt"), WIDTH)
    return STORES[chosen.name](chosen, place)


@pytest.fixture(params=["memory", "lancedb", "qdrant", "server"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "server" and "ETUDE_TEST_QDRANT" not in os.environ:
        pytest.skip("no Qdrant server: ETUDE_TEST_QDRANT names none (http://localhost:6333)")
    opened = open_store(request.param, tmp_path)
    yield opened
    if request.param == "server":
        opened.client.delete_collection(opened.name)  # type: ignore[attr-defined] # Qdrant's
    opened.close()


def material(seed: int, number: int = 60) -> tuple[list[Chunk], list[str], np.ndarray]:
    chance = random.Random(seed)
    texts = [" ".join(chance.choices(WORDS, k=chance.randint(3, 14))) for _ in range(number)]
    chunks = [
        Chunk(
            f"d'{row // 2}",
            "Título",
            text,
            row % 2 * 100,
            row % 2 * 100 + len(text),
            {"r": str(row)},
        )
        for row, text in enumerate(texts)
    ]
    vectors = np.random.default_rng(seed).normal(size=(number, WIDTH)).astype(np.float32)
    return chunks, texts, vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_the_table_has_the_stores_of_the_settings() -> None:
    kinds = get_args(get_args(config.Store)[0])
    assert set(STORES) == {get_args(kind.model_fields["name"].annotation)[0] for kind in kinds}


def test_every_store_finds_the_same(store: Store) -> None:
    chunks, texts, vectors = material(1)
    store.add(chunks, texts, vectors)
    store.finish()
    assert store.count() == 60
    for question in ("barco no porto", "o farol da ilha", "sal sal e mar", "nada disso", ""):
        found = store.by_words([question], 5)[0]
        expected = slow_bm25(dict(zip([c.id for c in chunks], texts, strict=True)), question)[:5]
        assert [item.chunk.id for item in found] == [name for name, _ in expected]
        assert [item.score for item in found] == pytest.approx(
            [score for _, score in expected], rel=1e-5
        )
        for item in found:
            assert item.chunk in chunks
    found = store.by_vector(vectors[3:4], 4)[0]
    scores = vectors @ vectors[3]
    order = np.argsort(-scores)[:4]
    assert [item.chunk.id for item in found] == [chunks[row].id for row in order]
    assert [item.score for item in found] == pytest.approx(scores[order].tolist(), abs=1e-5)


def test_documents_are_added_replaced_and_deleted(store: Store) -> None:
    chunks, texts, vectors = material(2)
    store.add(chunks[:40], texts[:40], vectors[:40])
    store.finish()
    store.add(chunks[40:], texts[40:], vectors[40:])
    store.finish()
    assert store.documents() == {chunk.document for chunk in chunks}
    replaced = Chunk("d'0", "Novo", "gaivota branca", 0, 14)
    store.add([replaced], ["gaivota branca"], vectors[5:6])
    assert store.count() == 59
    assert [item.chunk for item in store.by_words(["gaivotas"], 5)[0]] == [replaced]
    nearest = store.by_vector(vectors[5:6], 2)[0]
    assert sorted(item.chunk.id for item in nearest) == sorted([replaced.id, chunks[5].id])
    assert store.delete(["d'0", "d'1", "unknown"]) == 3
    assert store.delete([]) == 0
    assert store.count() == 56
    assert store.by_words(["gaivotas"], 5) == [[]]
    assert store.documents() == {chunk.document for chunk in chunks[4:]}
    store.finish()
    live = {chunk.id: text for chunk, text in zip(chunks[4:], texts[4:], strict=True)}
    found = store.by_words(["barco e peixe"], 56)[0]
    assert {item.chunk.id for item in found} == {n for n, _ in slow_bm25(live, "barco e peixe")}


@pytest.mark.parametrize("name", ["memory", "lancedb"])
def test_what_was_added_is_there_when_it_is_opened_again(name: str, tmp_path: Path) -> None:
    chunks, texts, vectors = material(3)
    chosen = {"memory": Memory(), "lancedb": LanceDb(name="lancedb")}[name]
    place = Place(tmp_path, "key", analyser("pt"), WIDTH)
    first = STORES[name](chosen, place)
    first.add(chunks, texts, vectors)
    first.finish()
    first.close()
    again = STORES[name](chosen, place)
    assert again.count() == 60
    assert again.by_words(["ilha"], 9) == first.by_words(["ilha"], 9)
    assert again.bytes()


@pytest.mark.parametrize(
    ("module", "chosen", "sentence"),
    [
        ("lancedb", "lancedb", "retrieve.store is lancedb, which comes with the extra rag"),
        (
            "qdrant_client",
            {"name": "qdrant", "url": "http://localhost:1"},
            "retrieve.store is qdrant, which comes with the extra qdrant",
        ),
    ],
)
def test_a_missing_extra_is_named(
    module: str,
    chosen: object,
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(UserError, match=sentence):
        open_retriever(Retrieve(documents="x", store=chosen), DOCUMENTS, tmp_path, language="pt")


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    chosen = Retrieve(documents="x", store={"name": "qdrant", "url": "http://localhost:1"})
    with pytest.raises(
        UserError, match="the Qdrant server at http://localhost:1 does not do what it is asked"
    ):
        open_retriever(chosen, DOCUMENTS, tmp_path, language="pt")


def test_lancedb_has_its_own_settings_of_bm25(tmp_path: Path) -> None:
    search = {"name": "bm25", "k1": 2}
    chosen = Retrieve(documents="x", store="lancedb", search=search)
    with pytest.raises(UserError, match=r"k1 2 and b 0\.75, but LanceDB's are always 1\.2"):
        open_retriever(chosen, DOCUMENTS, tmp_path, language="pt")


@pytest.mark.parametrize("name", ["memory", "lancedb"])
def test_the_whole_with_each_store(name: str, tmp_path: Path) -> None:
    opened: Callable[[], object] = lambda: open_retriever(  # noqa: E731 - called twice
        Retrieve(documents="x", store=name), DOCUMENTS, tmp_path, language="pt"
    )
    first = opened()
    found = first.search(["Onde desagua o Tejo?"], 5)[0]  # type: ignore[attr-defined] # an Index
    assert [item.chunk.id for item in found] == ["rio:0-44"]
    assert opened().facts["cached"]  # type: ignore[attr-defined] # an Index


def test_object_storage_is_asked_as_a_folder_is() -> None:
    """LanceDB's own object store in memory: every path with `://` goes the way of S3."""
    chunks, texts, vectors = material(4)
    settings = LanceDb(name="lancedb", uri="memory://bucket")
    store = STORES["lancedb"](settings, Place(Path("unused"), "key", analyser("pt"), WIDTH))
    store.add(chunks, texts, vectors)
    store.finish()
    assert store.bytes() is None
    expected = slow_bm25(dict(zip([c.id for c in chunks], texts, strict=True)), "mar alto")[:3]
    found = store.by_words(["mar alto"], 3)[0]
    assert [item.chunk.id for item in found] == [name for name, _ in expected]
    assert store.delete(["d'3"]) == 2
