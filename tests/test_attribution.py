"""Whose texts they are goes with passages: into the run folder, the report's data and its page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import wiki_pages
from etude.approaches.retrieved import read_retrieved
from etude.approaches.retrieving import freeze
from etude.config import Study
from etude.data import prepare, read_articles
from etude.engine.base import Base
from etude.progress import silent
from etude.records import Chunk
from etude.report.passages import source_of, written
from etude.report.retrieval import index_row, licences
from etude.store import read_json
from towns import settings, write_towns

BASE = Base("random-llama", Path("/nowhere"), "random-llama-v1")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """What is retrieved from a dump of Portuguese Wikipedia for questions on something else."""
    wiki_pages.write(tmp_path / "ptwiki.xml", wiki_pages.pages(20), "xml")
    retrieve = {"documents": str(tmp_path / "ptwiki.xml"), "k": 2, "query": "cidade {text}"}
    material = write_towns(tmp_path / "towns.json")
    study = Study.model_validate(settings(material, approaches={"rag": {"retrieve": retrieve}}))
    data = prepare(study, Path.cwd(), tmp_path / "run")
    freeze(study, ["rag"], BASE, data, tmp_path / "run", silent)
    (found,) = (tmp_path / "run" / "retrieved").iterdir()
    return found


def test_passages_of_a_dump_say_where_they_are_from(place: Path, tmp_path: Path) -> None:
    articles = {item.id: item for item in read_articles(tmp_path / "ptwiki.xml")}
    held = read_retrieved(place)
    names = [name for hits in held._found.values() for name, _ in hits]
    assert names
    for name in names:
        title, text, source = written(held, name)
        article = articles[name.partition(":")[0]]
        assert title == article.title
        assert text[:40] in article.document.text
        assert source == f"{article.url}, revision {article.revision}, CC BY-SA 4.0"
    facts = read_json(place / "facts.json")
    assert facts["licences"] == {"CC BY-SA 4.0": len(set(names))}


def test_the_report_names_the_licence() -> None:
    assert licences({"CC BY-SA 4.0": 9, "CC0": 1}) == (
        "what was found is under CC BY-SA 4.0 and CC0; where it is from stands beside each passage"
    )
    row: dict[str, Any] = {
        "of": "wiki",
        "approaches": ["rag"],
        "documents": 3,
        "languages": {"pt": 3},
        "language": "pt",
        "questions": 2,
        "retrieve_seconds": 0.2,
        "depth": 10,
        "chunks": 4,
        "seconds": 0.1,
        "bytes": 900,
        "search": {"name": "bm25"},
        "chunk": {"size": 1000, "unit": "characters"},
        "weight": None,
        **dict.fromkeys(("analysis", "store", "encoder", "rerank", "tuning")),
    }
    assert "Licence" not in dict(index_row(row)["facts"])  # of runs from before it was noted
    assert "Licence" not in dict(index_row(row | {"licences": {}})["facts"])
    told = dict(index_row(row | {"licences": {"CC0": 4}})["facts"])
    assert told["Licence"].startswith("what was found is under CC0; ")


def test_of_other_documents_what_is_known_is_said() -> None:
    chunk = Chunk("d", "Title", "Text.", 0, 5, {"licence": "CC0", "author": "Ana"})
    assert source_of(chunk) == "CC0"
    assert source_of(Chunk("d", "Title", "Text.", 0, 5)) == ""
