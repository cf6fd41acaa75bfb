"""Rows and examples wait on disk while splits are made: however many, few are in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles import dump
from data_helper import assembled, one_source, study
from etude.config.sources import Source
from etude.data import documents_of, prepare, read_data, sources
from etude.data.rows import Row
from etude.data.spool import IN_MEMORY, Spool
from etude.data.stored import GROUP, write_parquet
from etude.records import Example, Message

ROWS = 6 * GROUP


class Counting(str):
    """A text that is counted while it lives."""

    alive: ClassVar[int] = 0
    most: ClassVar[int] = 0

    def __new__(cls, text: str) -> Counting:
        cls.alive += 1
        cls.most = max(cls.most, cls.alive)
        return super().__new__(cls, text)

    def __del__(self) -> None:
        Counting.alive -= 1

    def __reduce__(self) -> Any:
        return Counting, (str(self),)


@given(st.lists(st.text(st.characters(exclude_categories=[])), max_size=6), st.data())
def test_what_is_added_is_read_in_any_order(texts: list[str], data: st.DataObject) -> None:
    spool = Spool[str]()
    for text in texts:
        assert spool.read(spool.add(text)) == text  # half a surrogate pair, too
    held = spool.records()
    assert list(held) == texts
    for place in data.draw(st.permutations(range(len(texts)))):
        assert held[place] == texts[place]
    assert held[1:] == tuple(texts[1:])
    assert held == texts
    assert held == tuple(texts)
    assert held != [*texts, "more"]
    assert list(spool.records(2)) == texts[2:]


def test_much_goes_to_a_file_without_a_name(tmp_path: Path) -> None:
    spool = Spool[bytes](tmp_path)
    part = bytes(range(256)) * 4096
    for _ in range(IN_MEMORY // len(part) + 2):
        spool.add(part)
    assert list(tmp_path.iterdir()) == []
    assert all(record == part for record in spool.records())
    with pytest.raises(IndexError):
        spool.records()[len(spool)]


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader whose rows count how many of them are alive."""

    def rows(source: Source, root: Path) -> Iterator[Row]:
        for number in range(ROWS):
            twice = number - number % 50 // 49  # every fiftieth is the one before again
            yield Row(
                None,
                f"it.jsonl, line {number + 1}",
                {
                    "instruction": Counting(f"question {twice} {'and more ' * 20}"),
                    "response": Counting(f"answer {twice}") if number % 100 else "",
                    "book": f"book {number // 20}",
                },
            )

    monkeypatch.setitem(sources.SOURCES, "jsonl", rows)
    Counting.most = Counting.alive


def test_a_split_is_made_with_few_rows_in_memory(many: None, tmp_path: Path) -> None:
    (tmp_path / "it.jsonl").write_text("what the reader above makes up\n")
    asked = study(**one_source(kind="jsonl", path="it.jsonl"), split={"group_by": "book"})
    data = prepare(asked, tmp_path, tmp_path / "run")
    # Each has two counted texts in its columns; what is written together is a group of rows.
    assert 2 * GROUP <= Counting.most < 3 * GROUP < 2 * ROWS
    card = data.card
    assert card["sources"]["songs"]["rows"] == ROWS
    assert card["dropped"] == {"duplicate": ROWS // 50, "empty response": ROWS // 100}
    sizes = {name: held["rows"] for name, held in card["splits"].items()}
    assert sum(sizes.values()) == ROWS - ROWS // 50 - ROWS // 100
    assert read_data(tmp_path / "run") == data
    assert sorted(path.name for path in (tmp_path / "run/data").iterdir()) == [
        "card.json",
        "dev.parquet",
        "dropped.jsonl",
        "remarks.jsonl",
        "test.parquet",
        "train.parquet",
    ]


def test_what_is_assembled_is_read_from_disk(many: None, tmp_path: Path) -> None:
    (tmp_path / "it.jsonl").write_text("what the reader above makes up\n")
    made = assembled(tmp_path, **one_source(kind="jsonl", path="it.jsonl"))
    assert Counting.most < 50
    assert len(made.dropped) == ROWS // 50 + ROWS // 100
    assert made.data.train[0].references[0].startswith("answer ")


def test_contexts_are_documents_without_all_rows_in_memory(many: None, tmp_path: Path) -> None:
    columns = {"instruction": "{instruction}", "response": "{response}", "context": "{book}"}
    held = study(**one_source(kind="jsonl", path="it.jsonl", columns=columns))
    documents = list(documents_of(held, "songs", tmp_path, ()))
    assert len(documents) == ROWS // 20
    assert Counting.most < 50


def examples(count: int) -> list[Example]:
    return [
        Example(str(number), "it", (Message("user", f"{number}?"),), (f"{number}!",), label=None)
        for number in range(count)
    ]


@pytest.mark.parametrize("count", [0, 1, GROUP - 1, GROUP, GROUP + 1, 2 * GROUP + 7])
def test_a_file_that_is_written_group_by_group_is_that_of_one_table(
    count: int, tmp_path: Path
) -> None:
    import io

    import pyarrow as arrow
    from pyarrow import parquet

    from etude.data.stored import schema

    held = examples(count)
    rows = [{**item.to_json(), "metadata": list(item.metadata.items())} for item in held]
    buffer = io.BytesIO()
    table = arrow.Table.from_pylist(rows, schema=schema())
    parquet.write_table(table, buffer, compression="zstd", row_group_size=GROUP)
    write_parquet(held, tmp_path / "split.parquet")
    assert (tmp_path / "split.parquet").read_bytes() == buffer.getvalue()


def test_progress_of_a_split(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETUDE_CACHE", str(tmp_path / "cache"))  # read by nobody before
    dump(tmp_path)
    told: list[tuple[str, int, int, str]] = []
    asked = study(language="pt", **one_source(kind="wikipedia", dump="ilha.xml.bz2"))
    prepare(asked, tmp_path, tmp_path / "run", lambda *said: told.append(said))
    size = (tmp_path / "ilha.xml.bz2").stat().st_size
    assert ("reading ilha.xml.bz2", size, size, "putting redirects together") in told
    assert ("articles of ilha.xml.bz2", 4, 4, "") in told
    parts = dict.fromkeys(what for what, *_ in told)
    assert list(parts) == [
        "hashing, songs",
        "reading ilha.xml.bz2",
        "articles of ilha.xml.bz2",
        "examples, songs",
        *(f"hashing, {name}" for name in ("train", "dev", "test")),
        *(f"writing, {name}" for name in ("train", "dev", "test")),
    ]
