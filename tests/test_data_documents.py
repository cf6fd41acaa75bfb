"""What the questions of a source can be answered from, and that gold passages name it."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from data_helper import assembled, one_source, real, study
from etude.data import documents_of
from etude.data.squad import passage_id
from etude.errors import UserError
from etude.records import Document, Example


def documents(root: Path, train: tuple[Example, ...] = (), **source: Any) -> list[Document]:
    return list(documents_of(study(**one_source(**source)), "songs", root, train))


def squad(root: Path) -> dict[str, str]:
    def paragraph(context: str, *questions: str) -> dict[str, Any]:
        answers = [{"text": context.split()[0], "answer_start": 0}]
        asked = [{"question": text, "id": text, "answers": answers} for text in questions]
        return {"context": context, "qas": asked}

    data = [
        {"title": "Rios", "paragraphs": [paragraph("Tejo e Douro.", "a", "b"), paragraph("Sós.")]},
        {"title": "Mais rios", "paragraphs": [paragraph("tejo  E douro.", "c")]},
    ]
    (root / "it.json").write_text(json.dumps({"data": data}))
    return {"kind": "squad", "path": "it.json"}


def test_paragraphs_are_documents_once_even_those_not_asked_about(tmp_path: Path) -> None:
    found = documents(tmp_path, **squad(tmp_path))
    assert [(item.title, item.text) for item in found] == [
        ("Rios", "Tejo e Douro."),
        ("Rios", "Sós."),
    ]
    made = assembled(tmp_path, **one_source(**squad(tmp_path)))
    asked = [*made.data.train, *made.data.dev, *made.data.test]
    assert {example.gold_passages for example in asked} == {(found[0].id,)}


def table(root: Path, rows: list[dict[str, str]]) -> dict[str, Any]:
    with (root / "it.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    columns = {"instruction": "{q}", "response": "{a}", "context": "{abstract}"}
    return {"kind": "csv", "path": "it.csv", "columns": columns}


def test_a_text_column_becomes_documents_and_names_the_gold_passage(tmp_path: Path) -> None:
    rows = [
        {"q": "one?", "a": "1", "abstract": "One\nand two.", "title": "Numbers"},
        {"q": "two?", "a": "2", "abstract": "One  and two.", "title": "Numbers"},
        {"q": "none?", "a": "0", "abstract": " ", "title": "Nothing"},
        {"q": "three?", "a": "3", "abstract": "Three.", "title": ""},
    ]
    source = table(tmp_path, rows)
    found = documents(tmp_path, **source)
    assert [(item.title, item.text) for item in found] == [
        ("Numbers", "One\nand two."),
        ("", "Three."),
    ]
    made = assembled(tmp_path, **one_source(**source))
    asked = {item.metadata["q"]: item for split in ("train", "dev", "test")
             for item in getattr(made.data, split)}  # fmt: skip
    assert asked["one?"].gold_passages == asked["two?"].gold_passages == (found[0].id,)
    assert asked["none?"].gold_passages == ()
    assert asked["three?"].gold_passages == (found[1].id,) == (passage_id("Three."),)


def test_named_passages_come_before_that_of_the_context(tmp_path: Path) -> None:
    rows = [{"q": f"{n}?", "a": "1", "abstract": "One.", "place": "7:0-4"} for n in range(4)]
    source = table(tmp_path, rows)
    source["columns"]["passages"] = ["{place}"]
    made = assembled(tmp_path, **one_source(**source))
    assert made.data.test[0].gold_passages == ("7:0-4", passage_id("One."))


def test_examples_are_documents_only_where_they_are_learnt_from(tmp_path: Path) -> None:
    rows = [{"instruction": f"q{n}", "response": f"a{n}"} for n in range(10)]
    (tmp_path / "it.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    source = {"kind": "jsonl", "path": "it.jsonl"}
    made = assembled(tmp_path, **one_source(**source))
    found = documents(tmp_path, tuple(made.data.train), **source)
    assert {item.id for item in found} == {example.id for example in made.data.train}
    assert len(found) == 8
    assert all(item.title[0] == "q" and item.text == f"a{item.title[1:]}" for item in found)


def test_a_source_that_is_not_there() -> None:
    with pytest.raises(UserError) as told:
        documents_of(study(**one_source(kind="json", path="x")), "song", Path(), ())
    assert str(told.value) == (
        "The study has no source 'song' to take documents from; did you mean 'songs'? Known: songs."
    )


# Real material


@pytest.mark.parametrize(
    ("source", "many"),
    [
        ({"kind": "squad", "path": {"train": "faquad/train.json", "test": "faquad/dev.json"}}, 243),
        ({"kind": "squad", "path": "squad_pt/sample-v1.1-pt.json"}, 506),
        (
            {
                "kind": "csv",
                "path": "pira/pira2_test.csv",
                "columns": {
                    "id": "{id_qa}",
                    "instruction": "{question_pt_origin}",
                    "response": ["{answer_pt_origin}", "{answer_pt_validate}"],
                    "context": "{abstract_translated_pt}",
                },
            },
            181,
        ),
    ],
    ids=["faquad", "squad-pt", "pira"],
)
def test_every_real_question_has_its_passage_among_the_documents(
    source: dict[str, Any], many: int
) -> None:
    root = real("faquad")
    found = {item.id for item in documents(root, **source)}
    made = assembled(root, **one_source(**source))
    asked = [*made.data.train, *made.data.dev, *made.data.test]
    assert len(found) == many
    assert all(example.gold_passages for example in asked)
    assert {passage for example in asked for passage in example.gold_passages} <= found
