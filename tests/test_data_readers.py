"""Every kind of file is read as it was written, or refused in a sentence that says why."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path
from typing import Any, get_args

import pyarrow as arrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from data_helper import real, rows_of, sentence
from etude.config.sources import Source
from etude.data import SOURCES

ROWS = [
    {"title": "Água de beber", "verse": 'quis dizer "não"\nmas sorri', "year": "1963"},
    {"title": "", "verse": "\u2028 emoji 🎵, vírgula\ttab", "year": "0"},
]


def test_every_kind_of_the_study_file_has_a_reader() -> None:
    kinds = {
        get_args(member.model_fields["kind"].annotation)[0]
        for member in get_args(get_args(Source)[0])
    }
    assert set(SOURCES) == kinds


def as_json(rows: list[dict[str, str]]) -> str:
    return json.dumps(rows, indent=2)


def as_jsonl(rows: list[dict[str, str]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def as_table(rows: list[dict[str, str]], delimiter: str) -> str:
    import io

    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


WRITERS: dict[str, Any] = {
    "json": as_json,
    "jsonl": as_jsonl,
    "csv": lambda rows: as_table(rows, ","),
    "tsv": lambda rows: as_table(rows, "\t"),
}


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
@pytest.mark.parametrize("packed", [False, True])
def test_text_round_trips(tmp_path: Path, kind: str, encoding: str, packed: bool) -> None:
    content = WRITERS[kind](ROWS).encode(encoding)
    name = f"songs.{kind}.gz" if packed else f"songs.{kind}"
    (tmp_path / name).write_bytes(gzip.compress(content) if packed else content)
    named = "utf-8" if encoding == "utf-8-sig" else encoding  # a mark at the start is passed over
    rows = rows_of(tmp_path, kind=kind, path=name, encoding=named)
    assert [dict(row.columns) for row in rows] == ROWS
    assert [row.split for row in rows] == [None, None]


def test_latin_1_by_name(tmp_path: Path) -> None:
    (tmp_path / "songs.csv").write_bytes("title\ncoração\n".encode("latin-1"))
    (row,) = rows_of(tmp_path, kind="csv", path="songs.csv", encoding="latin-1")
    assert row.columns == {"title": "coração"}


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(cells, cells), min_size=1, max_size=5))
def test_any_text_survives_csv(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    root = tmp_path_factory.mktemp("csv")
    written = [{"a": first, "b": second} for first, second in rows]
    (root / "any.csv").write_bytes(as_table(written, ",").encode())
    assert [dict(row.columns) for row in rows_of(root, kind="csv", path="any.csv")] == written


def test_published_splits_and_places(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"x": "1"}\n\n{"x": "2"}\n')
    (tmp_path / "b.jsonl").write_text('{"x": "3"}')
    rows = rows_of(tmp_path, kind="jsonl", path={"train": "a.jsonl", "test": "b.jsonl"})
    assert [(row.split, row.where) for row in rows] == [
        ("train", "a.jsonl, line 1"),
        ("train", "a.jsonl, line 3"),
        ("test", "b.jsonl, line 1"),
    ]


def test_parquet_round_trip_keeps_types(tmp_path: Path) -> None:
    held = [{"x": "é", "n": 3, "tags": ["a", "b"], "none": None}, {"x": "", "n": 0, "tags": []}]
    parquet.write_table(arrow.Table.from_pylist(held), tmp_path / "songs.parquet")
    rows = rows_of(tmp_path, kind="parquet", path="songs.parquet")
    assert [row.columns for row in rows] == [held[0], held[1] | {"none": None}]
    assert rows[1].where == "songs.parquet, row 2"


def test_json_array_inside_an_object(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"version": 1, "data": {"items": [{"x": "1"}], "n": []}}')
    (row,) = rows_of(tmp_path, kind="json", path="a.json", rows="data.items")
    assert row.columns == {"x": "1"}
    (tmp_path / "b.json").write_text('{"version": 1, "rows": [{"x": "2"}]}')
    (row,) = rows_of(tmp_path, kind="json", path="b.json")
    assert (row.columns, row.where) == ({"x": "2"}, "b.json, row 1")
    assert sentence(tmp_path, kind="json", path="a.json", rows="data.item") == (
        "a.json: rows: 'data.item' leads nowhere at 'data'; did you mean 'items'? Known: items, n."
    )
    (tmp_path / "c.json").write_text('{"a": [], "b": []}')
    assert sentence(tmp_path, kind="json", path="c.json") == (
        "c.json holds several arrays (a, b): say which one with rows: a."
    )


# Broken material, by the file's kind and content -> the sentence.
BROKEN: list[tuple[str, bytes, str]] = [
    (
        "jsonl",
        b"{'fname': 'a', 'text': \"it's\"}\n",
        "it, line 1: the lines are Python dicts as print() writes them, not JSON "
        "({'fname': 'a', 'text': \"...); convert the file once: python -c \"import ast,json,sys; "
        '[print(json.dumps(ast.literal_eval(x))) for x in sys.stdin]" < old > new.',
    ),
    (
        "jsonl",
        b'{"x": "1"}\n{"x" "2"}\n',
        "it, line 2, column 6: broken JSON (expecting ':' delimiter); mend that place or remove "
        "the line.",
    ),
    (
        "jsonl",
        b'{"x": "1"}\n{"x": "2", "y": \n',
        "it, line 2, column 16: broken JSON (expecting value); mend that place or remove the line.",
    ),
    (
        "jsonl",
        b'{"x": "1"}\n["x"]\n',
        "it, line 2: an array where an object with named columns was expected; write every line "
        'as {"column": "text"}.',
    ),
    (
        "jsonl",
        b'{"x": "1", "y": "2", "x": "3"}\n',
        "it, line 1: the key 'x' stands twice in one object; keep one of the two.",
    ),
    (
        "jsonl",
        b'[{"x": "1"},\n {"x": "2"}]\n',
        "it is one JSON array, not one object a line: write kind: json.",
    ),
    (
        "jsonl",
        b'{\n "rows": [{"x": "2"}]}\n',
        "it is one JSON object, not one object a line: write kind: json.",
    ),
    ("jsonl", b"\n\n", "it holds only blank lines: there are no rows to read."),
    (
        "json",
        b'{"x": "1"}\n{"x": "2"}\n',
        "it holds one JSON value a line, not one for the whole file: write kind: jsonl.",
    ),
    (
        "json",
        b'[{"x": "1"},\n {"x" "2"}]',
        "it, line 2, column 7: broken JSON (expecting ':' delimiter); mend that place or remove "
        "the line.",
    ),
    (
        "json",
        b'[{"x": "1"}, "two"]',
        "it, row 2: a text where an object with named columns was expected; write every row as "
        '{"column": "text"}.',
    ),
    (
        "json",
        b'[{"x": "1", "x": "2"}]',
        "it: the key 'x' stands twice in one object; keep one of the two.",
    ),
    ("json", b"[]", "it holds an array without rows: there is nothing to read."),
    (
        "json",
        b'{"21": {"x": "1"}}',
        "it holds an object without an array of rows: expected [{...}, {...}], or an object that "
        "holds it; name a deeper one with rows: (dotted path).",
    ),
    ("csv", b"a,b\n", "it holds a header but no rows."),
    (
        "csv",
        b'a,b\n1,2\n"x\ny",2,3\n',
        "it, line 3: 3 cells where the header names 2 columns; quote cells that hold the "
        "delimiter, or check which delimiter the file has.",
    ),
    (
        "csv",
        b'a,b\n1,2\n3,"open\n4,5\n',
        "it: a quoted cell that begins in line 3 is never closed; put a quote at its end.",
    ),
    (
        "csv",
        b'a,b\n1,"he said "hello" to her"\n',
        "it, line 2: a quoted cell that begins in line 2 goes on after its closing quote; write a "
        'quote inside a quoted cell twice ("").',
    ),
    (
        "csv",
        b'"a";"b"\n1;2\n',
        "it, line 1: a quoted cell that begins in line 1 goes on after its closing quote; write a "
        'quote inside a quoted cell twice (""), or name the file\'s delimiter.',
    ),
    (
        "csv",
        b'a,b\n"1\n2","x" y\n',
        "it, line 3: a quoted cell that begins in line 3 goes on after its closing quote; write a "
        'quote inside a quoted cell twice ("").',
    ),
    (
        "csv",
        b"a,b,a\n1,2,3\n",
        "it, line 1: the header names 'a' twice; give every column a name of its own.",
    ),
    (
        "csv",
        b"a\0,b\n1,2\n",
        "it, line 1: a NUL byte, which no table in text holds; if the file is in another encoding "
        "name it, for example encoding: utf-16-le.",
    ),
    ("parquet", b"PAR1 no more", "it cannot be read as Parquet ("),
]


@pytest.mark.parametrize(("kind", "content", "told"), BROKEN)
def test_broken_files_end_in_a_sentence(
    tmp_path: Path, kind: str, content: bytes, told: str
) -> None:
    (tmp_path / "it").write_bytes(content)
    found = sentence(tmp_path, kind=kind, path="it")
    if told.endswith("("):  # the library's own words follow
        assert found.startswith(told)
        assert found.endswith("); check its kind, or write it again.")
    else:
        assert found == told


def test_a_cell_never_closed_in_the_middle_is_found(tmp_path: Path) -> None:
    lines = ["a,b", *(f'"{n}","text {n}"' for n in range(50))]
    lines[20] = '"19","text 19'
    (tmp_path / "it.csv").write_text("\n".join(lines) + "\n")
    assert sentence(tmp_path, kind="csv", path="it.csv") == (
        "it.csv, line 22: a quoted cell that begins in line 21 goes on after its closing quote; "
        'write a quote inside a quoted cell twice ("").'
    )


def test_unnamed_columns_are_called_by_their_place(tmp_path: Path) -> None:
    (tmp_path / "it.csv").write_bytes(b",title,\r\n0,a,x\r\n\r\n1,b,y\r\n")
    rows = rows_of(tmp_path, kind="csv", path="it.csv")
    assert [dict(row.columns) for row in rows] == [
        {"column 1": "0", "title": "a", "column 3": "x"},
        {"column 1": "1", "title": "b", "column 3": "y"},
    ]
    assert [row.where for row in rows] == ["it.csv, line 2", "it.csv, line 4"]


def test_a_cell_of_a_million_characters(tmp_path: Path) -> None:
    (tmp_path / "it.csv").write_text("a\n" + "x" * 1_000_000 + "\n")
    (row,) = rows_of(tmp_path, kind="csv", path="it.csv")
    assert len(row.columns["a"]) == 1_000_000


def test_delimiter(tmp_path: Path) -> None:
    (tmp_path / "it.csv").write_text("a;b\n1,5;2\n")
    (row,) = rows_of(tmp_path, kind="csv", path="it.csv", delimiter=";")
    assert row.columns == {"a": "1,5", "b": "2"}


@pytest.mark.parametrize("before", [0, 3, 3_000_000])  # also beyond the first chunks
@pytest.mark.parametrize("packed", [False, True])
def test_undecodable_bytes_are_found(tmp_path: Path, before: int, packed: bool) -> None:
    content = b'{"x": "' + b"\xc3\xa9" * before + b'"}\n{"x": "cora\xe7\xe3o"}\n'
    (tmp_path / "it").write_bytes(gzip.compress(content) if packed else content)
    assert sentence(tmp_path, kind="jsonl", path="it") == (
        f"{tmp_path / 'it'}, line 2, byte {content.index(0xE7)}: 0xe7 is not UTF-8; save the file "
        "as UTF-8, or name its encoding, for example encoding: latin-1."
    )


def test_utf_16_read_as_utf_8_is_recognised(tmp_path: Path) -> None:
    (tmp_path / "it").write_bytes('{"x": "1"}\n'.encode("utf-16"))
    assert sentence(tmp_path, kind="jsonl", path="it") == (
        f"{tmp_path / 'it'}, line 1, byte 0: 0xff is not UTF-8; the file begins with the mark of "
        "UTF-16, so write encoding: utf-16."
    )


def test_a_text_cut_in_the_middle_of_a_character(tmp_path: Path) -> None:
    content = b'{"x": "1"}\n{"x": "\xc3'
    (tmp_path / "it").write_bytes(content)
    assert f"line 2, byte {len(content) - 1}: 0xc3 is not UTF-8" in sentence(
        tmp_path, kind="jsonl", path="it"
    )


def test_paths(tmp_path: Path) -> None:
    (tmp_path / "songs.jsonl").write_text('{"x": "1"}')
    (tmp_path / "empty.jsonl").touch()
    (tmp_path / "folder").mkdir()
    assert sentence(tmp_path, kind="jsonl", path="song.jsonl") == (
        f"There is no file {tmp_path / 'song.jsonl'}: did you mean songs.jsonl, in the same folder?"
    )
    assert sentence(tmp_path, kind="jsonl", path="qqq") == (
        f"There is no file {tmp_path / 'qqq'}: its folder holds empty.jsonl, folder, songs.jsonl."
    )
    assert sentence(tmp_path, kind="jsonl", path="none/x.jsonl") == (
        f"There is no file {tmp_path / 'none' / 'x.jsonl'}: nor a folder "
        f"{tmp_path / 'none'}; paths start from the study file's folder."
    )
    assert sentence(tmp_path, kind="csv", path="empty.jsonl") == (
        f"{tmp_path / 'empty.jsonl'} is empty: there is nothing to read in it; check how it was "
        "written."
    )
    assert sentence(tmp_path, kind="csv", path=".") == (
        f"{tmp_path} is a folder where a file was expected: it holds empty.jsonl, songs.jsonl; "
        "name one of them."
    )


def test_unknown_encodings(tmp_path: Path) -> None:
    (tmp_path / "it").write_text("a\n1\n")
    often = "utf-8, utf-16, utf-16-le, utf-16-be, utf-32, latin-1, cp1252, ascii."
    assert sentence(tmp_path, kind="csv", path="it", encoding="latn-1") == (
        "encoding: 'latn-1' is not the name of a text encoding that Python knows; did you mean "
        f"'latin-1'? Often met: {often}"
    )
    assert sentence(tmp_path, kind="csv", path="it", encoding="base64") == (
        f"encoding: 'base64' does not turn bytes into text; often met: {often}"
    )


def test_gzip_cut_short(tmp_path: Path) -> None:
    import random

    noise = random.Random(1)
    text = "".join(json.dumps({"x": noise.random()}) + "\n" for _ in range(5000))
    packed = gzip.compress(text.encode())
    (tmp_path / "it.gz").write_bytes(packed[: len(packed) // 2])
    assert sentence(tmp_path, kind="jsonl", path="it.gz") == (
        f"{tmp_path / 'it.gz'} is gzip that cannot be unpacked (Compressed file ended before the "
        "end-of-stream marker was reached): it was probably cut short; fetch or compress it again."
    )


def test_a_python_like_comma_is_not_taken_for_a_python_repr(tmp_path: Path) -> None:
    (tmp_path / "it").write_text('{"x": "1",}\n')
    assert "it, line 1, column 1" in sentence(tmp_path, kind="jsonl", path="it")


def test_real_python_reprs() -> None:
    path = "dialogsum/dialogsum.train.pyrepr.jsonl.gz"
    told = sentence(real(path), kind="jsonl", path=path)
    assert told.startswith(f"{path}, line 1: the lines are Python dicts as print() writes them")


def test_real_cells_of_many_lines() -> None:
    rows = rows_of(real("pira"), kind="csv", path="pira/Pirá-C-Total.csv")
    assert len(rows) == 2271
    assert any("\n" in row.columns["text_excerpts_un_reports"] for row in rows)
    rows = rows_of(real("pira"), kind="csv", path="pira/pira2_test.csv")
    assert [row.columns["column 1"] for row in rows] == [str(n) for n in range(227)]
