"""The stage of retrieval: frozen whole, gone on with after a kill, found again by its key."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from etude.approaches import retrieving
from etude.approaches.documents import documents_digest, retrieval_key
from etude.approaches.keys import prediction_key, weights_key
from etude.approaches.order import Job
from etude.approaches.retrieved import (
    is_retrieved,
    passages_of,
    place_of,
    query_of,
    read_retrieved,
    row_of,
    wanted,
)
from etude.approaches.retrieving import freeze
from etude.checks import check, check_data
from etude.config import Study
from etude.data import Data, prepare
from etude.engine.base import Base, find_base
from etude.errors import UserError
from etude.progress import silent
from etude.records import Example, Message
from etude.store import read_json
from studies import write_rows
from towns import settings, write_towns

BASE = Base("random-llama", Path("/nowhere"), "random-llama-v1")
TUNE = {"method": "lora", "max_steps": 1, "batch_size": 4}


@dataclass(frozen=True)
class Prepared:
    """A study whose data is frozen in a run folder."""

    study: Study
    data: Data
    folder: Path

    def freeze(self, *names: str) -> Path:
        freeze(self.study, names, BASE, self.data, self.folder, silent)
        return self.place(names[0])

    def place(self, name: str) -> Path:
        return place_of(self.study, name, BASE, self.data.hash, self.folder)

    def done(self, name: str) -> bool:
        return is_retrieved(self.study, name, BASE, self.data.hash, self.folder)


def prepared(folder: Path, approaches: dict[str, Any] | None = None, **changes: Any) -> Prepared:
    material = folder / "towns.json"
    if not material.exists():
        write_towns(material)
    if approaches is not None:
        changes["approaches"] = approaches
    study = Study.model_validate(settings(material, **changes))
    run = folder / "run"
    return Prepared(study, prepare(study, Path.cwd(), run), run)


def rag(**changes: Any) -> dict[str, Any]:
    return {"rag": {"retrieve": {"documents": "towns", "k": 3, **changes}}}


def test_every_test_question_has_its_passages(tmp_path: Path) -> None:
    given = prepared(tmp_path, rag())
    assert not given.done("rag")
    place = given.freeze("rag")
    assert given.done("rag")
    held = read_retrieved(place)
    for example in given.data.test:
        hits = held.found(example)
        assert len(hits) == 10
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
        assert hits[0].chunk.document == example.gold_passages[0]
        assert example.references[0] in hits[0].chunk.text
        assert hits[0].chunk.id == f"{hits[0].chunk.document}:0-{len(hits[0].chunk.text)}"
    facts = read_json(place / "facts.json")
    assert facts["index"]["documents"] == 32
    assert facts["questions"] == 8
    assert facts["languages"] == {"en": len(read_lines(place / "chunks.jsonl"))}


def read_lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_who_tunes_with_passages_needs_more_of_them(tmp_path: Path) -> None:
    approaches = rag() | {"aware": {**rag()["rag"], "tune": TUNE}}
    given = prepared(tmp_path, approaches)
    alone = [row_of(item) for item in wanted(given.study, "rag", given.data)]
    both = [row_of(item) for item in wanted(given.study, "aware", given.data)]
    assert alone == [item.id for item in given.data.test]
    assert both == [
        item.id for part in ("test", "dev", "train") for item in getattr(given.data, part)
    ]
    place = given.freeze("rag")
    assert (given.done("rag"), given.done("aware")) == (True, False)
    before = (place / "found.jsonl").read_bytes()
    assert given.freeze("aware") == place  # the same documents in the same way: one folder
    assert (given.done("rag"), given.done("aware")) == (True, True)
    assert (place / "found.jsonl").read_bytes().startswith(before)
    assert read_json(place / "facts.json")["questions"] == len(both)


def test_worked_examples_and_prompts_of_ask_have_passages_too(tmp_path: Path) -> None:
    approaches = {"rag": {**rag()["rag"], "shots": {"count": 2, "choose": "similar"}}}
    given = prepared(tmp_path, approaches, ask=["How long is the river of Elm?"])
    rows = list(wanted(given.study, "rag", given.data))
    train = {item.id for item in given.data.train}
    assert 2 <= sum(item.id in train for item in rows) <= 18  # two for each question
    given.freeze("rag")
    passages = passages_of(given.study, "rag", BASE, given.data.hash, given.folder)
    assert passages is not None
    asked = next(item for item in rows if item.task == "ask")
    assert "river of Elm" in passages.candidates(asked)[0].text
    other = prepared(tmp_path, approaches, ask=["How long is the tower of Elm?"])
    assert not other.done("rag")
    assert other.place("rag") == given.place("rag")


def test_an_example_never_retrieves_itself(tmp_path: Path) -> None:
    write_rows(tmp_path / "animals.jsonl", 60)
    columns = {"id": "{name}", "instruction": "{dialogue}", "response": "{summary}"}
    source = {"kind": "jsonl", "path": str(tmp_path / "animals.jsonl"), "columns": columns}
    given = prepared(
        tmp_path,
        {"aware": {"retrieve": "animals", "tune": TUNE}},
        data={"sources": {"animals": source}, "split": {"dev": 6, "test": 12}},
    )
    held = read_retrieved(given.freeze("aware"))
    train = {item.id for item in given.data.train}
    for example in (*given.data.train, *given.data.test):
        documents = [hit.chunk.document for hit in held.found(example)]
        assert example.id not in documents
        assert set(documents) <= train
        assert documents


def test_what_is_searched_for(tmp_path: Path) -> None:
    bare = Example("q", "t", (Message("user", "Sum up.\n\nA: Hello."),), ("x",))
    assert query_of(bare, None) == "Sum up.\n\nA: Hello."
    asked = Example("q", "t", bare.messages, ("x",), metadata={"question": "Who?", "title": "Elm"})
    assert query_of(asked, None) == "Who?"
    assert query_of(asked, "{title}: {question}") == "Elm: Who?"
    assert query_of(asked, "{text}") == "Sum up.\n\nA: Hello."


# Kills


def test_a_torn_end_is_done_again_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrieving, "AT_ONCE", 3)
    whole = prepared(tmp_path, {"aware": {**rag()["rag"], "tune": TUNE}})
    place = whole.freeze("aware")
    found, chunks = (place / "found.jsonl").read_bytes(), (place / "chunks.jsonl").read_bytes()
    for kept in (0, 5, len(found) // 3, len(found) // 2, len(found) - 1, len(found)):
        (place / "facts.json").unlink(missing_ok=True)
        (place / "found.jsonl").write_bytes(found[:kept])
        # Chunks are written before the line that names them, and may be ahead of it.
        ahead = (
            len(chunks)
            if kept == len(found)
            else min(len(chunks), len(chunks) * kept // len(found) + 900)
        )
        (place / "chunks.jsonl").write_bytes(chunks[:ahead] if kept else b"")
        assert not whole.done("aware")
        whole.freeze("aware")
        assert (place / "found.jsonl").read_bytes() == found
        assert sorted(read_rows(place)) == sorted(rows_in(chunks))
        assert whole.done("aware")


def read_rows(place: Path) -> list[str]:
    return rows_in((place / "chunks.jsonl").read_bytes())


def rows_in(content: bytes) -> list[str]:
    return content.decode().splitlines()


KILLED = """
import sys, time
from pathlib import Path
from etude.approaches import retrieving
from etude.config import load_study
from etude.data import read_data
from etude.engine.base import Base
from etude.progress import silent
retrieving.AT_ONCE = 2
write = retrieving.append
def slowly(path, lines):
    write(path, lines)
    time.sleep(0.05)
retrieving.append = slowly
folder = Path(sys.argv[1])
study = load_study(folder / "study.yaml")
base = Base("random-llama", Path("/nowhere"), "random-llama-v1")
retrieving.freeze(study, ["aware"], base, read_data(folder), folder, silent)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_kill_9_while_searching(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from etude.study import write_study

    monkeypatch.setattr(retrieving, "AT_ONCE", 2)
    approaches = {"aware": {**rag()["rag"], "tune": TUNE}}
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    whole, killed = (prepared(tmp_path / name, approaches) for name in ("one", "two"))
    expected = whole.freeze("aware")
    write_study(killed.folder, killed.study)
    place, moments = killed.place("aware"), (2, 9, 17)
    for lines in moments:
        process = subprocess.Popen([sys.executable, "-c", KILLED, str(killed.folder)])
        deadline = time.monotonic() + 120
        found = place / "found.jsonl"
        while not found.exists() or found.read_bytes().count(b"\n") < lines:
            assert process.poll() is None, "it ended before the moment to kill it came"
            assert time.monotonic() < deadline
            time.sleep(0.002)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert not killed.done("aware")
    killed.freeze("aware")
    for name in ("found.jsonl", "chunks.jsonl"):
        assert (place / name).read_bytes() == (expected / name).read_bytes()
    assert killed.done("aware")


INDEXING = """
import etude.retrieval.index, time
from etude.retrieval.memory import MemoryStore
etude.retrieval.index.TOGETHER = 4
add = MemoryStore.add
def adding(self, *arguments):
    add(self, *arguments)
    time.sleep(0.2)
MemoryStore.add = adding
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_kill_9_while_indexing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from etude.study import write_study

    monkeypatch.setattr(retrieving, "AT_ONCE", 2)
    approaches = {"aware": {**rag()["rag"], "tune": TUNE}}
    for name in ("one", "two", "cache"):
        (tmp_path / name).mkdir()
    whole, killed = (prepared(tmp_path / name, approaches) for name in ("one", "two"))
    expected = whole.freeze("aware")
    write_study(killed.folder, killed.study)
    monkeypatch.setenv("ETUDE_CACHE", str(tmp_path / "cache"))
    process = subprocess.Popen([sys.executable, "-c", INDEXING + KILLED, str(killed.folder)])
    deadline = time.monotonic() + 120
    while sum(1 for _ in (tmp_path / "cache").glob("indexes/*/chunks/*.segment")) < 3:
        assert process.poll() is None, "it ended before the moment to kill it came"
        assert time.monotonic() < deadline
        time.sleep(0.002)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not (killed.place("aware") / "found.jsonl").exists()
    place = killed.freeze("aware")
    for name in ("found.jsonl", "chunks.jsonl"):
        assert (place / name).read_bytes() == (expected / name).read_bytes()
    assert 0 < read_json(place / "facts.json")["index"]["resumed"] < 32


def test_chunks_are_measured_in_the_tokens_of_the_studys_model(tmp_path: Path) -> None:
    base = find_base("random-llama")
    chunk = {"size": 40, "unit": "tokens", "overlap": 12}
    given = prepared(tmp_path, rag(chunk=chunk))
    freeze(given.study, ["rag"], base, given.data, given.folder, silent)
    place = place_of(given.study, "rag", base, given.data.hash, given.folder)
    found = read_lines(place / "chunks.jsonl")
    length = retrieving.token_length(base, given.study)
    assert 30 < max(length(row["text"]) for row in found) <= 40
    assert read_json(place / "facts.json")["index"]["chunks"] > 32  # each document is in pieces
    spans: dict[str, list[tuple[int, int]]] = {}
    for row in found:
        spans.setdefault(row["document"], []).append((row["start"], row["end"]))
    beside = [pair for held in spans.values() for pair in pairwise(sorted(held))]
    assert any(before[1] > after[0] for before, after in beside)  # they overlap
    other = Base("other", base.folder, "another tokenizer")
    keys_of = [retrieval_key(given.study, "rag", item, given.data.hash) for item in (base, other)]
    assert keys_of[0] != keys_of[1]
    plain = prepared(tmp_path, rag())
    keys_of = [retrieval_key(plain.study, "rag", item, plain.data.hash) for item in (base, other)]
    assert keys_of[0] == keys_of[1]  # characters are the same whatever the model


def test_what_was_edited_is_refused(tmp_path: Path) -> None:
    given = prepared(tmp_path, rag())
    place = given.freeze("rag")
    content = (place / "chunks.jsonl").read_text()
    (place / "chunks.jsonl").write_text(content.replace("metres", "meters", 1))
    with pytest.raises(UserError) as error:
        read_retrieved(place)
    assert str(error.value) == (
        f"{place / 'chunks.jsonl'} is damaged or was edited: delete {place} and run the study "
        "again, which retrieves the same passages anew."
    )


# Keys


def keys(given: Prepared, name: str = "aware") -> tuple[str, str, str]:
    """What is retrieved, the weights, the predictions."""
    job = Job(name, given.study.seed)
    arguments = (BASE, given.data.hash)
    return (
        retrieval_key(given.study, name, *arguments),
        weights_key(given.study, job, *arguments),
        prediction_key(given.study, job, *arguments),
    )


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, (True, True, True)),
        ({"k": 2}, (True, False, False)),
        ({"template": "{question}\n{passages}"}, (True, False, False)),
        ({"cite": True}, (True, False, False)),
        ({"abstain": True}, (True, False, False)),
        ({"depth": 12}, (False, True, False)),
        ({"chunk": {"size": 500}}, (False, False, False)),
        ({"search": {"name": "bm25", "k1": 1.1}}, (False, False, False)),
        ({"query": "{text}"}, (False, False, False)),
        ({"documents": "towns", "store": {"name": "lancedb", "uri": "./x"}}, (False, False, False)),
    ],
)
def test_keys_hold_what_decides(
    tmp_path: Path, changes: dict[str, Any], same: tuple[bool, bool, bool]
) -> None:
    def aware(**changes: Any) -> dict[str, Any]:
        return {"aware": {**rag(**changes)["rag"], "tune": TUNE}}

    before, after = keys(prepared(tmp_path, aware())), keys(prepared(tmp_path, aware(**changes)))
    assert tuple(one == other for one, other in zip(before, after, strict=True)) == same


def test_documents_are_known_by_their_bytes(tmp_path: Path) -> None:
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "elm.txt").write_text("Elm is a town.")
    given = prepared(tmp_path, rag(documents=f"{texts}/"))
    first = keys(given, "rag")
    (texts / "elm.txt").write_text("Elm is a city.")
    second = keys(given, "rag")
    assert first[0] != second[0]
    assert first[1] == second[1]  # the base's weights hang on no documents
    assert first[2] != second[2]
    (texts / "holt.md").write_text("Holt is a town.")
    assert keys(given, "rag")[0] != second[0]


def test_where_documents_are_gone_a_run_folder_vouches_for_them(tmp_path: Path) -> None:
    from etude.approaches.documents import VOUCHED, digests, vouch

    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "elm.txt").write_text("The river of Elm is 500 metres long.")
    given = prepared(tmp_path, rag(documents=str(texts / "elm.txt")))
    retrieve = given.study.approaches["rag"].retrieve
    assert retrieve is not None
    given.freeze("rag")
    known = documents_digest(given.study, retrieve)
    told = digests(given.study)  # what processes on other machines are told
    (texts / "elm.txt").unlink()
    VOUCHED.clear()
    with pytest.raises(UserError) as error:
        documents_digest(given.study, retrieve)
    assert str(error.value) == (
        f"retrieve.documents: there is no file {texts / 'elm.txt'}: put it back, or correct the "
        "path."
    )
    vouch(given.folder)
    assert documents_digest(given.study, retrieve) == known
    check(given.study)
    VOUCHED.clear()
    VOUCHED.update(told)
    assert documents_digest(given.study, retrieve) == known
    VOUCHED.clear()


def test_an_approach_without_passages_keeps_its_key(tmp_path: Path) -> None:
    alone = prepared(tmp_path, {"base": {}, "tuned": {"tune": TUNE}})
    beside = prepared(tmp_path, {"base": {}, "tuned": {"tune": TUNE}, **rag()})
    for name in ("base", "tuned"):
        job = Job(name, 13)
        assert prediction_key(alone.study, job, BASE, alone.data.hash) == prediction_key(
            beside.study, job, BASE, beside.data.hash
        )


# What is refused before anything runs


@pytest.mark.parametrize(
    ("retrieve", "message"),
    [
        (
            "town",
            "approaches.rag.retrieve.documents: there is no source 'town' (a file is written with "
            "a / or its ending): did you mean 'towns'? Known: towns.",
        ),
        (
            "FOLDER/towm.txt",
            "approaches.rag.retrieve.documents: there is no file or folder FOLDER/towm.txt: did "
            "you mean 'town.txt'? Known: empty, town.txt, towns.json.",
        ),
        (
            "FOLDER/empty",
            "approaches.rag.retrieve.documents: FOLDER/empty holds no file whose name "
            "ends in .txt, .md, .html or .htm, nor does a folder in it: name the folder that does.",
        ),
        (
            {"documents": {"kind": "jsonl", "path": "FOLDER/empty"}},
            "approaches.rag.retrieve.documents: FOLDER/empty is a folder, and kind jsonl needs a "
            "file.",
        ),
    ],
)
def test_documents_that_are_not_there(tmp_path: Path, retrieve: Any, message: str) -> None:
    (tmp_path / "town.txt").write_text("A town.")
    (tmp_path / "empty").mkdir()
    write_towns(tmp_path / "towns.json")
    written = json.loads(json.dumps(retrieve).replace("FOLDER", str(tmp_path)))
    given = settings(tmp_path / "towns.json", approaches={"rag": {"retrieve": written}})
    with pytest.raises(UserError) as error:
        check(Study.model_validate(given))
    assert str(error.value) == message.replace("FOLDER", str(tmp_path))


def test_a_query_names_columns_that_rows_have(tmp_path: Path) -> None:
    given = prepared(tmp_path, rag(query="{titel}"))
    with pytest.raises(UserError) as error:
        check_data(given.study, given.data)
    assert str(error.value).startswith(
        f"approaches.rag.retrieve.query: the row of example '{given.data.test[0].id}' has no "
        "column 'titel'; it has answers, article"
    )
    check_data(prepared(tmp_path, rag(query="{title}: {question}")).study, given.data)
    asking = prepared(tmp_path, rag(query="{title}"), ask=["How long is it?"])
    with pytest.raises(UserError) as error:
        check(asking.study)
    assert str(error.value) == (
        "ask.0: rag searches for '{title}', and this prompt has no title: write it as {input: ..., "
        "columns: {title: ...}}."
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"approaches": {"base": {}}},
            "metrics: passage-recall-5 looks at passages, but no approach has retrieve: add it to "
            "one, or remove passage-recall-5 from metrics.",
        ),
        (
            {"approaches": rag(depth=5)},
            "metrics: passage-recall-10 looks at 10 passages, but approaches.rag.retrieve records "
            "5: set its depth to 10 or more.",
        ),
        (
            {"metrics": ["retrieval", "squad"]},
            "metrics: passage-recall-5 cannot decide, because it has no value for approaches "
            "without retrieve: name another metric in compare.metric, or put one before it.",
        ),
    ],
)
def test_metrics_that_nothing_feeds(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    given = settings(write_towns(tmp_path / "towns.json"), **changes)
    with pytest.raises(UserError) as error:
        check(Study.model_validate(given))
    assert str(error.value) == message
