"""Questions of real sets find their paragraphs; skipped where the sets are not at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from etude.config.retrieving import Retrieve
from etude.retrieval.opening import open_retriever
from etude.retrieval.ranking import recall, reciprocal_rank
from retrieval_material import real_sets

WHOLE = 100_000  # characters: every paragraph is one chunk


# What BM25 over de-duplicated paragraphs reaches with the best settings found for it elsewhere; of
# Pirá only the test questions are at hand, which are easier by their smaller number of paragraphs.
@pytest.mark.parametrize(
    ("name", "size", "at_five", "at_ten"),
    [
        ("FaQuAD", WHOLE, 0.965, 0.985),
        ("FaQuAD", 1000, 0.965, 0.985),
        ("SQuAD-pt (sample)", WHOLE, 0.895, 0.93),
        ("Pirá (test)", WHOLE, 0.915, 0.94),
        ("Pirá (test)", 1000, 0.915, 0.94),
    ],
)
def test_bm25_finds_the_paragraphs(
    name: str, size: int, at_five: float, at_ten: float, shared: Path, tmp_path: Path
) -> None:
    documents, questions = real_sets(shared)[name]
    chosen = Retrieve(documents="x", chunk={"size": size})
    retriever = open_retriever(chosen, documents, tmp_path, language="pt")
    hits = retriever.search([question for question, _ in questions], 10)
    pairs = [
        ([item.chunk.id for item in found], [gold])
        for found, (_, gold) in zip(hits, questions, strict=True)
    ]
    assert sum(recall(found, gold, 5) for found, gold in pairs) / len(pairs) >= at_five
    assert sum(recall(found, gold, 10) for found, gold in pairs) / len(pairs) >= at_ten


def test_the_wrong_language_costs(shared: Path, tmp_path: Path) -> None:
    documents, questions = real_sets(shared)["FaQuAD"]
    found = {}
    for language in ("pt", "en"):
        retriever = open_retriever(Retrieve(documents="x"), documents, tmp_path, language=language)
        hits = retriever.search([question for question, _ in questions], 10)
        ranks = [
            reciprocal_rank([item.chunk.id for item in items], [gold])
            for items, (_, gold) in zip(hits, questions, strict=True)
        ]
        found[language] = sum(ranks) / len(ranks)
    assert found["pt"] > found["en"] + 0.01
