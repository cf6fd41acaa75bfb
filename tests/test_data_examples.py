"""Rows become examples through templates; what cannot become one is counted or refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from data_helper import one_source, real, study
from etude.data.examples import Material, Spools, make_examples
from etude.data.rows import Row
from etude.data.values import as_text
from etude.errors import UserError
from etude.records import Example, Message


def read(
    rows: list[dict[str, Any]], columns: dict[str, Any] | None = None, **data: Any
) -> tuple[Material, list[Example]]:
    """The material and its examples, which wait on disk."""
    settings = study(
        **one_source(kind="jsonl", path="it.jsonl", columns=columns or {}), **data
    ).data
    held = [Row(None, f"it.jsonl, line {number}", row) for number, row in enumerate(rows, start=1)]
    spools = Spools.inside(None)
    found = make_examples("songs", settings.sources["songs"], held, settings, spools)
    return found, [spools.examples.read(item.number) for item in found.candidates]


def made(*arguments: Any, **data: Any) -> Material:
    return read(*arguments, **data)[0]


def examples(*arguments: Any, **data: Any) -> list[Example]:
    return read(*arguments, **data)[1]


def told(*arguments: Any, **data: Any) -> str:
    with pytest.raises(UserError) as error:
        made(*arguments, **data)
    return str(error.value)


def test_a_row_becomes_an_example() -> None:
    (example,) = examples(
        [{"title": " Nada ", "year": 1963, "verse": "la\n", "artist": "Elis"}],
        {
            "instruction": "Sing {title}",
            "input": "in {year}",
            "response": "{verse}",
            "system": "You sing.",
            "id": "{artist}-{year}",
            "passages": ["{artist}"],
        },
        split={"group_by": "artist"},
    )
    assert example == Example(
        id="Elis-1963",
        task="songs",
        messages=(Message("system", "You sing."), Message("user", "Sing  Nada\n\nin 1963")),
        references=("la",),
        group="Elis",
        gold_passages=("Elis",),
        metadata={
            "title": " Nada ",
            "year": "1963",
            "verse": "la\n",
            "artist": "Elis",
            "instruction": "Sing  Nada",
            "input": "in 1963",
        },
    )


def test_default_names() -> None:
    row = {"instruction": "Add.", "input": "1 2", "output": "3", "id": "a"}
    (example,) = examples([row])
    assert (example.id, example.messages[0].content) == ("a", "Add.\n\n1 2")
    assert example.references == ("3",)
    (example,) = examples([{"instruction": "Add.", "response": "3"}])
    assert (example.id, example.messages[0].content) == ("songs-1", "Add.")
    # With a mapping, only what is mapped counts.
    (example,) = examples([row], {"instruction": "{instruction}", "response": "{output}"})
    assert (example.id, example.messages[0].content) == ("songs-1", "Add.")


def test_an_empty_column_takes_the_words_around_it_along() -> None:
    columns = {"instruction": "{q}", "input": "Context: {c}", "response": "{a}"}
    first, second = examples(
        [{"q": "Who?", "c": " ", "a": "I"}, {"q": "Who?", "c": "us", "a": "I"}], columns
    )
    assert first.messages[0].content == "Who?"
    assert second.messages[0].content == "Who?\n\nContext: us"


def test_several_references() -> None:
    columns = {"instruction": "{q}", "response": ["{s}", "{s1}", "{s2}"]}
    ragged = [{"q": "a", "s": "one"}, {"q": "b", "s1": "two", "s2": "three"}, {"q": "c", "s1": "x"}]
    assert [item.references for item in examples(ragged, columns)] == [
        ("one",),
        ("two", "three"),
        ("x",),
    ]
    listed = {"instruction": "{q}", "response": "{s}"}
    rows: list[dict[str, Any]] = [
        {"q": "a", "s": ["one", "two ", "", "one"]},
        {"q": "b", "s": [1, 2]},
    ]
    assert [item.references for item in examples(rows, listed)] == [("one", "two"), ("[1, 2]",)]


def test_dropped_rows_are_listed() -> None:
    rows: list[dict[str, Any]] = [
        {"instruction": " ", "response": "x"},
        {"instruction": "q", "response": "\n"},
        {"instruction": "q", "response": None},
        {"instruction": "q \ud83d", "response": "x"},
        {"instruction": "q", "response": "x"},
    ]
    material = made(rows)
    assert [(row.where, row.id, row.reason, row.detail) for row in material.dropped] == [
        ("it.jsonl, line 1", "songs-1", "empty prompt", "nothing in {instruction}"),
        ("it.jsonl, line 2", "songs-2", "empty response", "nothing in {response}"),
        ("it.jsonl, line 3", "songs-3", "empty response", "nothing in {response}"),
        (
            "it.jsonl, line 4",
            "songs-4",
            "broken character",
            "column 'instruction' holds half a character (\\ud83d)",
        ),
    ]
    assert [item.id for item in material.candidates] == ["songs-5"]
    assert material.rows == 5


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (float("nan"), ""),
        (True, "true"),
        (3, "3"),
        (1.50, "1.5"),
        (["é", 1], '["é", 1]'),
        ({"a": None}, '{"a": null}'),
        (b"caf\xc3\xa9", "café"),
        (b"\xff\xd8", "<2 bytes>"),
        ("e\u0301 \u00e9", "e\u0301 \u00e9"),  # two spellings of é stay two
    ],
)
def test_values_as_text(value: Any, text: str) -> None:
    assert as_text(value) == text


def test_classification() -> None:
    labels = {"task": "classify", "labels": ["positive", "negative"]}
    columns = {"instruction": "{text}", "label": "{mood}"}
    material, (example,) = read(
        [{"text": "a", "mood": "positive"}, {"text": "b", "mood": ""}], columns, **labels
    )
    assert (example.label, example.references) == ("positive", ("positive",))
    assert example.choices == ("positive", "negative")
    assert [row.reason for row in material.dropped] == ["empty label"]
    assert told([{"text": "a", "mood": "postive"}], columns, **labels) == (
        "it.jsonl, line 1: the label 'postive' is not one of data.labels; did you mean "
        "'positive'? Known: negative, positive."
    )
    assert told([{"text": "a", "mood": "positive"}], {"instruction": "{text}"}, **labels) == (
        "data.sources.songs: the source has the columns text, mood, and none is mapped to the "
        "label that task: classify needs; write for example columns: {label: '{mood}'}."
    )


def test_missing_mappings() -> None:
    rows = [{"title": "a", "verse": "b"}]
    assert told(rows) == (
        "data.sources.songs: the source has the columns title, verse, and none is mapped to what "
        "is asked; write for example columns: {instruction: '{title}'}."
    )
    assert told(rows, {"instruction": "{title}"}) == (
        "data.sources.songs: the source has the columns title, verse, and none is mapped to the "
        "response that task: generate needs; write for example columns: {response: '{verse}'}."
    )
    assert told(rows, {"instruction": "{titel}", "response": "{verse}"}) == (
        "data.sources.songs.columns.instruction: no row has a column 'titel'; did you mean "
        "'title'? Known: title, verse."
    )
    assert told(
        rows, {"instruction": "{title}", "response": "{verse}"}, split={"group_by": "tilte"}
    ) == (
        "data.split.group_by: source 'songs' has no column 'tilte'; did you mean 'title'? Known: "
        "title, verse."
    )
    assert told(
        [*rows, {"title": "", "verse": "c"}],
        {"instruction": "Sing {verse}", "response": "{verse}", "id": "{title}"},
    ) == (
        "it.jsonl, line 2: the id that '{title}' makes is empty; map a column that every row has, "
        "or leave id out to have rows numbered."
    )


def test_a_table_with_another_delimiter() -> None:
    def refused(column: str, **source: Any) -> str:
        columns = {"instruction": "{a}", "response": "{b}"}
        data = study(**one_source(path="it", columns=columns, **source)).data
        rows = [Row(None, "it, line 2", {column: "1"})]
        with pytest.raises(UserError) as error:
            make_examples("songs", data.sources["songs"], rows, data, Spools.inside(None))
        return str(error.value)

    assert refused("a;b", kind="csv") == (
        "data.sources.songs.columns.instruction: no row has a column 'a'; Known: a;b. If ';' "
        'stands between its cells, write delimiter: ";".'
    )
    assert refused("a\tb", kind="csv").endswith("stands between its cells, write kind: tsv.")
    assert refused("a,b", kind="tsv").endswith("If ',' stands between its cells, write kind: csv.")
    assert refused("a;b", kind="jsonl").endswith("Known: a;b.")


def test_a_row_without_a_group_is_a_group_of_its_own() -> None:
    rows = [
        {"instruction": str(n), "response": "x", "by": by} for n, by in enumerate(["A", "", ""])
    ]
    groups = [item.group for item in examples(rows, split={"group_by": "by"})]
    assert groups == ["A", "(no by) songs-2", "(no by) songs-3"]


def test_real_alpaca() -> None:
    root = real("alpaca/alpaca_5000.json")
    rows = json.loads((root / "alpaca/alpaca_5000.json").read_text())
    material, held = read(rows)
    assert (len(held), [row.reason for row in material.dropped]) == (4998, ["empty response"] * 2)
    assert sum(row["input"] == "" for row in rows) == 3057
    for example in held:
        given = example.metadata["input"]
        parts = [example.metadata["instruction"], *([given] if given else [])]
        assert example.messages == (Message("user", "\n\n".join(parts)),)
