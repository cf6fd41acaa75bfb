"""SQuAD JSON: several answers, wrong spans, unanswerable questions, shared paragraphs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from data_helper import apart, assembled, one_source, real, rows_of, sentence
from etude.data.squad import passage_id


def question(text: str, context: str, *answers: str, **more: Any) -> dict[str, Any]:
    spans = [{"text": answer, "answer_start": context.find(answer)} for answer in answers]
    return {"question": text, "id": text, "answers": spans, **more}


def squad(root: Path, articles: dict[str, list[dict[str, Any]]], name: str = "it.json") -> str:
    data = [{"title": title, "paragraphs": paragraphs} for title, paragraphs in articles.items()]
    (root / name).write_text(json.dumps({"version": "v2.0", "data": data}))
    return name


def test_a_question_becomes_an_example(tmp_path: Path) -> None:
    context = "The tonic is C, the dominant is G."
    asked = [question(f"q{n}", context, "C", "C", "tonic is C") for n in range(5)]
    squad(tmp_path, {"Keys": [{"context": context, "qas": asked}]})
    made = assembled(tmp_path, **one_source(kind="squad", path="it.json"))
    example = min((*made.data.train, *made.data.dev, *made.data.test), key=lambda item: item.id)
    assert example.id == "q0"
    assert example.messages[0].content == f"q0\n\n{context}"
    assert example.references == ("C", "tonic is C")
    assert example.gold_passages == (passage_id(context),)
    assert example.metadata["article"] == example.metadata["title"] == "Keys"
    assert example.metadata["instruction"] == "q0"
    assert made.data.card["remarks"] == {}


def test_wrong_spans_are_counted_and_the_rows_kept(tmp_path: Path) -> None:
    context = "The tonic is C, the dominant is G."
    asked = [question(f"q{n}", context, "C") for n in range(5)]
    asked[3]["answers"][0]["answer_start"] = 4
    squad(tmp_path, {"Keys": [{"context": context, "qas": asked}]})
    made = assembled(tmp_path, **one_source(kind="squad", path="it.json"))
    assert made.data.card["remarks"] == {
        "span does not match": {
            "count": 1,
            "first": [
                {
                    "source": "songs",
                    "where": "it.json, article 1, paragraph 1, question 4",
                    "id": "q3",
                    "kind": "span does not match",
                    "detail": "the answer 'C' is said to start at character 4, where the context "
                    "has 't'",
                }
            ],
        }
    }
    assert made.data.card["sources"]["songs"]["used"] == 5


def test_unanswerable_questions(tmp_path: Path) -> None:
    context = "The tonic is C."
    asked = [question(f"q{n}", context, "C") for n in range(5)]
    asked += [question(f"n{n}", context, is_impossible=True) for n in range(5)]
    squad(tmp_path, {"Keys": [{"context": context, "qas": asked}]})
    made = assembled(tmp_path, **one_source(kind="squad", path="it.json"))
    assert made.data.card["dropped"] == {"unanswerable": 5}
    made = assembled(tmp_path, **one_source(kind="squad", path="it.json", answerable_only=False))
    held = (*made.data.train, *made.data.dev, *made.data.test)
    assert sorted(item.references for item in held) == [("",)] * 5 + [("C",)] * 5


def test_the_same_paragraph_under_two_articles_stays_in_one_split(tmp_path: Path) -> None:
    shared = "Every scale has seven degrees."
    train = {
        f"t{n}": [
            {"context": f"Own text {n}.", "qas": [question(f"t{n}", f"Own text {n}.", "Own")]}
        ]
        for n in range(5)
    }
    train["t0"].append({"context": shared.upper() + " ", "qas": [question("x", shared, "seven")]})
    squad(tmp_path, train, "train.json")
    squad(tmp_path, {"e": [{"context": shared, "qas": [question("y", shared, "seven")]}]}, "e.json")
    made = assembled(
        tmp_path,
        **one_source(kind="squad", path={"train": "train.json", "test": "e.json"}),
        split={"group_by": "article"},
    )
    assert [(row.id, row.reason, row.detail) for row in made.dropped] == [
        ("x", "passage also in test", f"passage {passage_id(shared)}")
    ]


def test_what_is_not_squad(tmp_path: Path) -> None:
    squad(tmp_path, {"Keys": [{"qas": []}]})
    assert sentence(tmp_path, kind="squad", path="it.json") == (
        "it.json, article 1, paragraph 1: SQuAD JSON has 'context' here, a text, but it is "
        "missing; check the file's kind."
    )
    squad(tmp_path, {"Keys": [{"context": "x", "qas": [{"question": 3}]}]})
    assert sentence(tmp_path, kind="squad", path="it.json") == (
        "it.json, article 1, paragraph 1, question 1: SQuAD JSON has 'question' here, a text, but "
        "it is 3; check the file's kind."
    )
    (tmp_path / "it.json").write_text("[]")
    assert sentence(tmp_path, kind="squad", path="it.json") == (
        "it.json: SQuAD JSON is an object with 'data', an array of articles, but the file holds an "
        "array; check the file's kind."
    )


def test_real_faquad_by_article(tmp_path: Path) -> None:
    root = real("faquad/train.json")
    paths = {"train": "faquad/train.json", "test": "faquad/dev.json"}
    rows = rows_of(root, kind="squad", path=paths)
    assert len(rows) == 900
    assert sum(len(row.remarks) for row in rows) == 34
    made = assembled(
        root, **one_source(kind="squad", path=paths), split={"group_by": "article"}, language="pt"
    )
    splits = (made.data.train, made.data.dev, made.data.test)
    for key in ("group", "gold_passages"):
        assert apart([{getattr(item, key) for item in split} for split in splits])
    assert sum(map(len, splits)) + len(made.dropped) == 900
    dropped = made.data.card["dropped"]
    assert dropped["passage also in test"] > 0  # six paragraphs stand in both published files


def test_real_portuguese_squad_by_passage() -> None:
    root = real("squad_pt/sample-v1.1-pt.json")
    made = assembled(
        root,
        **one_source(kind="squad", path="squad_pt/sample-v1.1-pt.json"),
        split={"group_by": "passage"},
    )
    splits = (made.data.train, made.data.dev, made.data.test)
    assert apart([{item.group for item in split} for split in splits])
    assert sum(map(len, splits)) + len(made.dropped) == 3286
    assert made.data.card["remarks"]["span does not match"]["count"] > 1000  # machine-translated
