"""What a plan says of an index before it is made, beside what making it takes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import wiki_pages
from etude.approaches import foreseeing, retrieving
from etude.approaches.foreseeing import First, encoder_pace, first_of, foresee
from etude.approaches.indexed import indexed
from etude.config import Study
from etude.config.retrieving import Retrieve
from etude.data import Data, dump_cache, dump_sample, prepare, read_documents
from etude.engine.base import Base
from etude.plan_view import _passages
from etude.progress import silent
from etude.records import Chunk
from etude.retrieval.chunk import chunks_of
from etude.retrieval.opening import open_retriever
from towns import settings, write_towns

ARTICLES = 150


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("dump") / "made.xml"
    wiki_pages.write(path, wiki_pages.pages(ARTICLES), "xml")
    return path


def study_of(folder: Path, documents: Any, **retrieve: Any) -> tuple[Study, Data]:
    """A study that retrieves from some documents, and its data."""
    approaches = {"rag": {"retrieve": {"documents": documents, **retrieve}}}
    held = settings(write_towns(folder / "towns.json"), approaches=approaches)
    study = Study.model_validate(held)
    return study, prepare(study, Path.cwd(), folder / "run")


def cut(first: First, study: Study) -> list[Chunk]:
    return list(chunks_of(first.documents, foreseeing.settings_of(study, "rag").chunk))


def test_a_dump_that_nobody_has_read_is_looked_into(
    dump: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ETUDE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(dump_sample, "XML_PIECE", 40_000)
    monkeypatch.setattr("etude.data.dump_file.XML_PIECE", 40_000)
    study, data = study_of(tmp_path, str(dump), chunk={"size": 300})
    first = first_of(study, "rag", data)
    assert 30 < len(first.documents) < ARTICLES / 2
    assert (first.all, first.exact) == (False, False)
    assert first.total == pytest.approx(ARTICLES, rel=0.15)
    assert not list((tmp_path / "cache").glob("dumps/*"))  # a plan reads no whole dump
    chunks = cut(first, study)
    about = foresee(study, "rag", first, chunks, 0.5)
    assert about is not None
    monkeypatch.undo()
    given = Retrieve.model_validate({"documents": str(dump), "chunk": {"size": 300}})
    documents = list(read_documents(given.documents, tmp_path))  # type: ignore[arg-type]
    made = open_retriever(given, documents, tmp_path / "made", language="en").facts
    assert about.chunks == pytest.approx(made["chunks"], rel=0.2)
    assert about.bytes == pytest.approx(made["bytes"], rel=0.35)
    assert about.cut == pytest.approx(0.5 * about.documents / len(first.documents))
    assert about.encode == 0
    assert about.seconds == about.read + about.cut + about.index


def test_of_a_dump_in_the_cache_the_number_is_known(
    dump: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ETUDE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(foreseeing, "MOST", 40)
    list(dump_cache.articles_of(dump, tmp_path / "cache" / "dumps"))
    study, data = study_of(tmp_path, str(dump))
    first = first_of(study, "rag", data)
    assert (len(first.documents), first.total, first.exact) == (40, ARTICLES, True)


def test_a_whole_source_is_measured_whole(tmp_path: Path) -> None:
    study, data = study_of(tmp_path, "towns")
    first = first_of(study, "rag", data)
    assert (first.all, first.total, first.exact) == (True, 32, True)
    assert len(first.documents) == 32
    chunks = cut(first, study)
    about = foresee(study, "rag", first, chunks, 0.0)
    assert about is not None
    assert (about.documents, about.chunks) == (32, len(chunks))
    assert first.seconds is not None
    assert about.read == 2 * first.seconds  # a source is read twice


def test_what_is_known_of_other_documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreseeing, "MOST", 20)
    study, data = study_of(tmp_path, "towns")
    first = first_of(study, "rag", data)
    assert (len(first.documents), first.total) == (20, 32)  # paragraphs, counted to the end
    lines = tmp_path / "it.jsonl"
    lines.write_text(
        "".join(
            json.dumps({"id": f"d{n}", "text": f"River {n} is long."}) + "\n" for n in range(90)
        )
    )
    study, data = study_of(tmp_path, str(lines))
    told = first_of(study, "rag", data).total
    assert told == pytest.approx(90, rel=0.35)
    texts = tmp_path / "texts"
    texts.mkdir()
    for number in range(50):
        (texts / f"{number}.txt").write_text(f"River {number} is long.")
    study, data = study_of(tmp_path, str(texts))
    assert first_of(study, "rag", data).total == 50


def test_an_encoder_is_measured_on_a_few_chunks_and_not_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Encoder:
        batch_size, width, seen = 4, 7, 0

        def passages(self, texts: list[str]) -> None:
            self.seen += len(texts)

    encoder, time = Encoder(), iter(range(0, 1000, 2))
    monkeypatch.setattr("etude.retrieval.vectors.load_encoder", lambda *_: encoder)
    search = {"name": "dense", "encoder": {"base": "minilm"}}
    given = Retrieve.model_validate({"documents": "towns", "search": search})
    chunks = [Chunk("d", "t", "word " * n, 0, 5) for n in range(1, 200)]
    seconds, width = encoder_pace(given, "cpu", chunks, lambda: float(next(time)))
    assert width == 7
    assert encoder.seen == 1 + 3 * 4  # the first to warm up; then until five seconds have gone
    assert seconds == 8 / 12


def rivers(folder: Path) -> str:
    path = folder / "rivers.jsonl"
    lines = [json.dumps({"id": f"d{n}", "text": f"River {n} is long."}) for n in range(30)]
    path.write_text("\n".join(lines) + "\n")
    return str(path)


def made_already(study: Study, data: Data) -> dict[str, Any] | None:
    return indexed(study, "rag", data, first_of(study, "rag", data))


@pytest.mark.parametrize("what", ["rivers.jsonl", "towns", "many towns"])
def test_an_index_in_the_cache_is_known(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a file's bytes; by what a source says, of which few documents or all are read before."""
    monkeypatch.setenv("ETUDE_CACHE", str(tmp_path / "cache"))
    if what == "many towns":
        monkeypatch.setattr(foreseeing, "MOST", 20)
    documents = rivers(tmp_path) if what == "rivers.jsonl" else "towns"
    study, data = study_of(tmp_path, documents)
    assert made_already(study, data) is None
    base = Base("it", tmp_path, "digest")
    index = retrieving.open_index(study, "rag", base, data, silent)
    expected = {part: index.facts[part] for part in ("documents", "chunks", "bytes")}
    index.close()
    found = made_already(study, data)
    assert found is not None
    assert {part: found[part] for part in expected} == expected
    assert found["documents"] == (30 if what == "rivers.jsonl" else 32)
    for changed in ({"chunk": {"size": 50}}, {"search": {"name": "bm25", "language": "pt"}}):
        other, _ = study_of(tmp_path, documents, **changed)
        assert made_already(other, data) is None
    same, _ = study_of(tmp_path, documents, k=2, search={"name": "bm25", "k1": 0.9})
    assert made_already(same, data) == found  # what is asked of an index changes nothing in it
    (chunks,) = (tmp_path / "cache").glob("indexes/*/chunks")
    shutil.rmtree(chunks)  # as one is told to where it is damaged
    assert made_already(study, data) is None


def test_documents_that_have_changed_have_no_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ETUDE_CACHE", str(tmp_path / "cache"))
    documents = rivers(tmp_path)
    study, data = study_of(tmp_path, documents)
    retrieving.open_index(study, "rag", Base("it", tmp_path, "digest"), data, silent).close()
    assert made_already(study, data) is not None
    Path(documents).write_text(json.dumps({"id": "d", "text": "Another river."}) + "\n")
    assert made_already(study, data) is None


def test_a_source_is_read_for_an_index_that_may_be_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a long source all documents are read only where some index has as many."""
    monkeypatch.setenv("ETUDE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(foreseeing, "MOST", 20)
    asked: list[str] = []
    monkeypatch.setattr(
        "etude.retrieval.opening.content_of", lambda documents: asked.append("all") or "content"
    )
    study, data = study_of(tmp_path, "towns")
    facts = tmp_path / "cache" / "indexes" / "other" / "index.json"
    facts.parent.mkdir(parents=True)
    for count, read in ((33, []), (32, ["all"])):
        facts.write_text(json.dumps({"documents": count}))
        assert made_already(study, data) is None
        assert asked == read


def test_nothing_is_foreseen_where_nobody_knows_how_many_there_are(tmp_path: Path) -> None:
    study, _ = study_of(tmp_path, "towns")
    unknown = First((), all=False, total=None, exact=False, seconds=None)
    assert foresee(study, "rag", unknown, (), 0.0, silent) is None


def test_what_a_plan_says_of_it() -> None:
    about: dict[str, Any] = {
        "all": False,
        "documents": 2000,
        "chunks": 13770,
        "k": 2,
        "of": "ptwiki.xml.bz2",
        "files": 1,
        "file_bytes": 2_300_000_000,
        "passed_over": {},
        "words": None,
        "gold": None,
        "retrieved": False,
        "bytes": None,
        "seconds": None,
        "encodes": None,
        "cut": 0,
        "foreseen": {
            "documents": 1_100_000,
            "exact": False,
            "chunks": 7_600_000,
            "read": 900.0,
            "cut": 120.0,
            "index": 310.2,
            "encode": 0.0,
            "seconds": 1330.2,
            "bytes": 4_200_000_000,
            "of": 2000,
        },
    }
    assert _passages(about) == (
        "up to 2 passages of ptwiki.xml.bz2: more than 2,000 documents in more than "
        "13,770 chunks (a file, 2.30 GB), to be indexed in about 22 min 10 s (reading 15 min "
        "0 s, cutting 2 min 0 s, indexing 5 min 10 s): about 1,100,000 documents, about 7,600,000 "
        "chunks, 4.20 GB on disk (estimated from 2,000 documents); prompts are measured with "
        "chunks that stand in."
    )
    about |= {"all": True, "foreseen": None, "indexed": True, "documents": 1_113_250}
    about |= {"chunks": 7_593_001, "bytes": 4_150_000_000}
    assert _passages(about) == (
        "up to 2 passages of ptwiki.xml.bz2: 1,113,250 documents in 7,593,001 chunks (a file, 2.30 "
        "GB); indexed already, in the cache (4.15 GB); prompts are measured with chunks that stand "
        "in."
    )
