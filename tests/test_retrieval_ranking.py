"""Gold passages from ids alone; measures of rankings beside ir-measures."""

from __future__ import annotations

import random

import ir_measures
import pytest
from ir_measures import RR, R, nDCG

from etude.retrieval.gold import is_gold, newly_found, parse
from etude.retrieval.ranking import ndcg, recall, reciprocal_rank


@pytest.mark.parametrize(
    ("chunk", "gold", "expected"),
    [
        ("12:0-100", "12", True),
        ("12:0-100", "13", False),
        ("12:0-100", "12:50-150", True),  # half of each
        ("12:0-100", "12:51-151", False),
        ("12:0-100", "12:90-110", True),  # half of the shorter one
        ("12:0-100", "12:91-111", False),
        ("12:0-100", "12:100-120", False),
        ("12:0-1000", "12:400-420", True),  # a passage within a chunk
        ("12:400-420", "12:0-1000", True),  # and the other way round
        ("12:0-100", "1:0-100", False),
        ("a:1-2:0-50", "a:1-2", True),  # a document whose id looks like a span
        ("a:1-2:0-50", "a:1-2:10-20", True),
        ("12", "12", True),
        ("12", "13", False),
        ("12:0-9", "12:0-9", True),
    ],
)
def test_a_chunk_is_gold_by_its_id(chunk: str, gold: str, expected: bool) -> None:
    assert is_gold(chunk, gold) is expected


def test_ids_are_read() -> None:
    assert parse("a:b:3-17") == ("a:b", 3, 17)
    assert parse("a:b") is None


def test_a_passage_is_found_once() -> None:
    assert newly_found(["1:0-9", "1:9-18", "2:0-9"], ["1", "2", "2"]) == [1, 0, 1]
    assert newly_found(["1:0-99"], ["1:0-9", "1:50-59"]) == [2]


def test_rankings_by_hand() -> None:
    found = ["5:0-9", "1:0-9", "1:9-18", "2:0-9"]
    assert recall(found, ["1", "2"], 2) == 0.5
    assert recall(found, ["1", "2"], 4) == 1
    assert reciprocal_rank(found, ["1", "2"]) == 0.5
    assert reciprocal_rank(found, ["1"], 1) == 0
    assert reciprocal_rank([], ["1"]) == 0
    assert ndcg(["1:0-99"], ["1:0-9", "1:50-59"], 5) == 1
    with pytest.raises(ValueError, match="there are none"):
        recall(found, [], 5)


@pytest.mark.parametrize("seed", range(5))
def test_measures_are_those_of_ir_measures(seed: int) -> None:
    chance = random.Random(seed)
    names = [f"d{number}" for number in range(30)]
    runs, wanted = {}, {}
    for question in map(str, range(20)):
        runs[question] = chance.sample(names, chance.randint(0, 15))
        wanted[question] = chance.sample(names, chance.randint(1, 4))
    qrels = {question: dict.fromkeys(gold, 1) for question, gold in wanted.items()}
    scored = {
        question: {name: float(-rank) for rank, name in enumerate(found)}
        for question, found in runs.items()
    }
    measures = [R @ 5, R @ 10, RR, nDCG @ 10]
    ours = [
        lambda found, gold: recall(found, gold, 5),
        lambda found, gold: recall(found, gold, 10),
        reciprocal_rank,
        lambda found, gold: ndcg(found, gold, 10),
    ]
    expected = {
        (item.query_id, item.measure): item.value
        for item in ir_measures.iter_calc(measures, qrels, scored)
    }
    for question, found in runs.items():
        chunks = [f"{name}:0-10" for name in found]
        for measure, function in zip(measures, ours, strict=True):
            value = function(chunks, wanted[question])
            assert value == pytest.approx(expected.get((question, measure), 0.0))
