"""The split is seeded, grouped where asked, and accounts for every row."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_helper import apart, assembled, one_source
from etude.data.prepare import Assembled
from etude.data.rows import SPLITS
from etude.errors import UserError

Rows = list[dict[str, str]]


def plain(count: int) -> Rows:
    return [{"instruction": f"question {n}", "response": f"answer {n}"} for n in range(count)]


def write(root: Path, name: str, rows: Rows) -> str:
    (root / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return name


def split_of(root: Path, rows: Rows, seed: int = 13, **data: Any) -> Assembled:
    write(root, "it.jsonl", rows)
    return assembled(root, seed, **one_source(kind="jsonl", path="it.jsonl"), **data)


def published(root: Path, train: Rows, dev: Rows, test: Rows, **data: Any) -> Assembled:
    files = {"train": train, "dev": dev, "test": test}
    paths = {name: write(root, f"{name}.jsonl", rows) for name, rows in files.items() if rows}
    return assembled(root, **one_source(kind="jsonl", path=paths), **data)


def sizes(made: Assembled) -> tuple[int, int, int]:
    return len(made.data.train), len(made.data.dev), len(made.data.test)


def prompts(made: Assembled, split: str) -> list[str]:
    return [example.messages[-1].content for example in getattr(made.data, split)]


def reasons(made: Assembled) -> list[tuple[str, str, str]]:
    return [(row.where, row.reason, row.detail) for row in made.dropped]


def told(*arguments: Any, **data: Any) -> str:
    with pytest.raises(UserError) as error:
        split_of(*arguments, **data)
    return str(error.value)


def test_a_source_for_testing_alone(tmp_path: Path) -> None:
    write(tmp_path, "songs.jsonl", plain(20))
    asked = [{"instruction": f"asked {n}", "response": "x"} for n in range(3)]
    write(tmp_path, "asked.jsonl", asked)
    made = assembled(
        tmp_path,
        sources={
            "songs": {"kind": "jsonl", "path": "songs.jsonl"},
            "asked": {"kind": "jsonl", "path": {"test": "asked.jsonl"}},
        },
    )
    assert sizes(made) == (16, 2, 5)
    tested = Counter(example.task for example in made.data.test)
    assert tested == {"songs": 2, "asked": 3}
    assert {example.task for example in (*made.data.train, *made.data.dev)} == {"songs"}


@pytest.mark.parametrize(
    ("split", "expected"),
    [
        ({}, (80, 10, 10)),
        ({"dev": 0.25, "test": 0.25}, (50, 25, 25)),
        ({"dev": 0, "test": 7}, (93, 0, 7)),
        ({"dev": 1, "test": 98}, (1, 1, 98)),
        ({"dev": 0.001, "test": 0.001}, (98, 1, 1)),
    ],
)
def test_shares_and_counts(
    tmp_path: Path, split: dict[str, Any], expected: tuple[int, int, int]
) -> None:
    assert sizes(split_of(tmp_path, plain(100), split=split)) == expected


def test_same_seed_same_split_other_seed_another(tmp_path: Path) -> None:
    first = split_of(tmp_path, plain(100))
    assert split_of(tmp_path, plain(100)) == first
    assert set(prompts(split_of(tmp_path, plain(100), seed=14), "test")) != set(
        prompts(first, "test")
    )


def test_the_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    rows = [row | {"by": str(n % 17)} for n, row in enumerate(plain(100))]
    for split in ({}, {"group_by": "by"}):
        first = split_of(tmp_path, rows, split=split, sample=70)
        mixed = rows.copy()
        random.Random(3).shuffle(mixed)
        other = split_of(tmp_path, mixed, split=split, sample=70)
        for name in SPLITS:
            assert sorted(prompts(first, name)) == sorted(prompts(other, name))


def test_published_splits_are_kept(tmp_path: Path) -> None:
    rows = plain(50)
    made = published(tmp_path, rows[:40], rows[40:45], rows[45:])
    assert sizes(made) == (40, 5, 5)
    assert prompts(made, "train") == [row["instruction"] for row in rows[:40]]


def test_a_split_that_nobody_published_is_cut_from_train(tmp_path: Path) -> None:
    rows = plain(50)
    made = published(tmp_path, rows[:40], [], rows[40:], split={"dev": 0.2})
    assert sizes(made) == (32, 8, 10)
    assert set(prompts(made, "dev")) <= {row["instruction"] for row in rows[:40]}


def test_duplicates_and_leaks(tmp_path: Path) -> None:
    def row(prompt: str, answer: str) -> dict[str, str]:
        return {"instruction": prompt, "response": answer}

    made = published(
        tmp_path,
        [
            row("a", "1"),
            row(" A ", "1\n"),
            row("a", "2"),
            row("T", "x"),
            row("d", "y"),
            row("z", ""),
        ],
        [row("D", "1"), row("t", "1"), row("e", "1")],
        [row("t", "1"), row("u", "1"), row("U", "1")],
    )
    assert reasons(made) == [
        ("train.jsonl, line 6", "empty response", "nothing in {response}"),
        ("train.jsonl, line 2", "duplicate", "the same as train.jsonl, line 1"),
        ("test.jsonl, line 3", "duplicate", "the same as test.jsonl, line 2"),
        ("dev.jsonl, line 2", "also in test", "the prompt of test.jsonl, line 1"),
        ("train.jsonl, line 4", "also in test", "the prompt of test.jsonl, line 1"),
        ("train.jsonl, line 5", "also in dev", "the prompt of dev.jsonl, line 1"),
    ]
    assert [prompts(made, name) for name in SPLITS] == [["a", "a"], ["D", "e"], ["t", "u"]]
    assert made.data.card["dropped"] == {
        "duplicate": 2,
        "also in test": 2,
        "empty response": 1,
        "also in dev": 1,
    }


def test_groups_in_two_published_splits(tmp_path: Path) -> None:
    rows = [row | {"by": by} for row, by in zip(plain(8), "ABCBDCDE", strict=True)]
    made = published(tmp_path, rows[:3], rows[3:5], rows[5:], split={"group_by": "by"})
    assert reasons(made) == [
        ("dev.jsonl, line 2", "group also in test", "group D"),
        ("train.jsonl, line 3", "group also in test", "group C"),
        ("train.jsonl, line 2", "group also in dev", "group B"),
    ]
    assert made.data.card["splits"]["test"] == {"rows": 3, "groups": 3, "sources": {"songs": 3}}


grouped_rows = st.lists(
    st.tuples(
        st.sampled_from("abcdefghij"),  # prompts that repeat
        st.sampled_from(["1", "2", ""]),
        st.sampled_from("ABCDEFGH"),
    ),
    min_size=1,
    max_size=60,
)


@settings(max_examples=150, deadline=None)
@given(
    rows=grouped_rows,
    seed=st.integers(0, 99),
    sample=st.none() | st.integers(1, 60) | st.just({"train": 3, "test": 2}),
    by=st.sampled_from(["by", None]),
    dev=st.sampled_from([0, 0.1, 0.3, 2]),
)
def test_no_group_in_two_splits_and_nothing_lost(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, str, str]],
    seed: int,
    sample: Any,
    by: str | None,
    dev: float,
) -> None:
    root = tmp_path_factory.mktemp("split")
    written = [{"instruction": a + c, "response": b, "by": c} for a, b, c in rows]
    try:
        made = split_of(
            root, written, seed, sample=sample, split={"group_by": by, "dev": dev, "test": 0.2}
        )
    except UserError as error:  # too few rows or groups for three splits is an answer, too
        if not str(error).startswith(("data.split", "No example is left")):
            raise
        return
    splits = [getattr(made.data, name) for name in SPLITS]
    assert sum(map(len, splits)) + len(made.dropped) == len(rows)
    assert made.data.card["sources"]["songs"]["used"] == sum(map(len, splits))
    assert sum(made.data.card["dropped"].values()) == len(made.dropped)
    kept = [{example.id for example in split} for split in splits]
    assert len(set().union(*kept)) == sum(map(len, splits))
    assert not set().union(*kept) & {row.id for row in made.dropped}
    for key in ("group", "prompt") if by else ("prompt",):
        held = [
            {item.group if key == "group" else item.messages[0].content for item in split}
            for split in splits
        ]
        assert apart(held)
    if isinstance(sample, int):
        assert sum(map(len, splits)) <= sample
    if isinstance(sample, dict):
        assert len(splits[0]) <= 3
        assert len(splits[2]) <= 2


def test_groups_come_near_the_share(tmp_path: Path) -> None:
    chance = random.Random(5)
    rows = [row | {"by": str(chance.randrange(60))} for row in plain(1000)]
    made = split_of(tmp_path, rows, split={"group_by": "by"})
    smallest = min(Counter(row["by"] for row in rows).values())
    assert abs(len(made.data.test) - 100) <= smallest
    assert abs(len(made.data.dev) - 100) <= smallest


def test_sampling(tmp_path: Path) -> None:
    made = split_of(tmp_path, plain(100), sample=50)
    assert sizes(made) == (40, 5, 5)
    assert Counter(row.reason for row in made.dropped) == {"not sampled": 50}
    made = split_of(tmp_path, plain(100), sample={"train": 20, "test": 4})
    assert sizes(made) == (20, 10, 4)
    rows = plain(100)
    made = published(tmp_path, rows[:80], rows[80:90], rows[90:], sample=30)
    assert sizes(made) == (24, 3, 3)
    made = split_of(tmp_path, plain(10), sample=11)
    assert made.data.card["notes"] == ["sample: 11 asked for, 10 rows usable"]
    made = split_of(tmp_path, plain(10), sample={"test": 2})
    assert made.data.card["notes"] == ["sample.test: 2 asked for, 1 rows usable"]


def test_several_sources_are_split_each_by_itself(tmp_path: Path) -> None:
    write(tmp_path, "a.jsonl", plain(100))
    write(tmp_path, "b.jsonl", [{"instruction": f"b{n}", "response": "x"} for n in range(50)])
    sources = {name: {"kind": "jsonl", "path": f"{name}.jsonl"} for name in "ab"}
    made = assembled(tmp_path, sources=sources)
    assert [Counter(item.task for item in getattr(made.data, name)) for name in SPLITS] == [
        {"a": 80, "b": 40},
        {"a": 10, "b": 5},
        {"a": 10, "b": 5},
    ]
    assert [example.task for example in made.data.train] == ["a"] * 80 + ["b"] * 40
    made = assembled(tmp_path, sources=sources, sample=30)
    assert made.data.card["splits"]["train"]["sources"] == {"a": 16, "b": 8}


def test_what_stands_in_another_sources_test_is_taken_out(tmp_path: Path) -> None:
    write(tmp_path, "a.jsonl", plain(40))
    write(tmp_path, "b.jsonl", plain(40))
    sources = {name: {"kind": "jsonl", "path": f"{name}.jsonl"} for name in "ab"}
    made = assembled(tmp_path, sources=sources)
    assert not set(prompts(made, "train")) & set(prompts(made, "test"))
    assert {reason for _, reason, _ in reasons(made)} <= {"also in test", "also in dev"}


def test_ids_are_unique(tmp_path: Path) -> None:
    rows = [row | {"id": "x"} for row in plain(3)]
    assert told(tmp_path, rows) == (
        "The id 'x' stands in it.jsonl, line 1 and in it.jsonl, line 2, but every example needs an "
        "id of its own; map another column to id, or leave id out to have rows numbered."
    )
    write(tmp_path, "a.jsonl", [row | {"id": str(n)} for n, row in enumerate(plain(9))])
    sources = {name: {"kind": "jsonl", "path": "a.jsonl"} for name in "ab"}
    with pytest.raises(UserError) as error:
        assembled(tmp_path, sources=sources)
    assert str(error.value) == (
        "The id '0' stands in a.jsonl, line 1 and in a.jsonl, line 1, but every example needs an "
        "id of its own; put the source's name into one of them, as in id: 'b-{id}'."
    )


def test_splits_that_cannot_be(tmp_path: Path) -> None:
    assert told(tmp_path, plain(10), split={"test": 8, "dev": 2}) == (
        "data.split asks for 8 for test and 2 for dev, but source 'songs' has 10 usable rows to "
        "cut from, and train needs some: ask for fewer, or bring more rows."
    )
    assert told(tmp_path, plain(10), split={"test": 2.5}) == (
        "data.split.test is 2.5: below 1 it is a share, from 1 up a whole number of rows (source "
        "'songs' has 10)."
    )
    rows = [row | {"by": "AB"[n % 2]} for n, row in enumerate(plain(20))]
    assert told(tmp_path, rows, split={"group_by": "by"}) == (
        "data.split.group_by: source 'songs' has too few groups for train, dev and test ('by' has "
        "2 values); group by another column, or publish splits as files of their own."
    )
    with pytest.raises(UserError) as error:
        published(tmp_path, plain(2), [], plain(2), split={"dev": 0})
    assert str(error.value) == (
        "No example is left for train (train 0, dev 0, test 2; dropped: also in test 2): check "
        "the columns' mapping and data.split, or bring more rows."
    )
