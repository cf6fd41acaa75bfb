"""`retrieve:` in a study file: short forms, paths, what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from etude.config import Study, load_study, to_yaml
from etude.config.retrieving import DocumentLines, Dump, Hybrid, Retrieve, TextFiles
from etude.errors import UserError
from towns import settings, write_towns


def written(folder: Path, retrieve: Any, **changes: Any) -> Path:
    given = settings(write_towns(folder / "towns.json"), **changes)
    given["approaches"] = {"rag": {"retrieve": retrieve}}
    path = folder / "study.yaml"
    path.write_text(yaml.safe_dump(given))
    return path


def loaded(folder: Path, retrieve: Any, *overrides: str) -> Retrieve:
    found = load_study(written(folder, retrieve), overrides).approaches["rag"].retrieve
    assert found is not None
    return found


def test_a_name_is_a_source_and_what_looks_like_a_path_is_one(tmp_path: Path) -> None:
    assert loaded(tmp_path, "towns").documents == "towns"
    kinds = {
        "wiki.xml.bz2": Dump,
        "wiki.xml": Dump,
        "faq.jsonl": DocumentLines,
        "notes.txt": TextFiles,
        "notes/": TextFiles,
        "./notes": TextFiles,
    }
    for name, kind in kinds.items():
        for short in (name, {"documents": name}):
            found = loaded(tmp_path, short).documents
            assert isinstance(found, kind)
            assert found.path == str((tmp_path / name).resolve())


def test_paths_of_blocks_start_from_the_file(tmp_path: Path) -> None:
    (tmp_path / "encoder").mkdir()
    found = loaded(
        tmp_path,
        {
            "documents": {"kind": "wikipedia", "path": "wiki.xml", "articles": 5},
            "search": {"name": "hybrid", "encoder": {"base": "./encoder"}},
            "store": {"name": "lancedb", "uri": "./store"},
            "rerank": {"base": "cross/encoder"},
        },
    )
    assert isinstance(found.documents, Dump)
    assert found.documents.path == str(tmp_path / "wiki.xml")
    assert isinstance(found.search, Hybrid)
    assert found.search.encoder.base == str(tmp_path / "encoder")
    assert found.store.model_dump()["uri"] == str(tmp_path / "store")
    assert found.rerank is not None
    assert found.rerank.base == "cross/encoder"  # a hub id
    bucket = loaded(
        tmp_path, {"documents": "towns", "store": {"name": "lancedb", "uri": "s3://bucket/place"}}
    )
    assert bucket.store.model_dump()["uri"] == "s3://bucket/place"


def test_a_setting_is_changed_from_the_command_line(tmp_path: Path) -> None:
    found = loaded(tmp_path, "towns", "approaches.rag.retrieve.k=2")
    assert (found.documents, found.k) == ("towns", 2)
    other = loaded(tmp_path, "towns", "approaches.rag.retrieve=notes.txt")
    assert isinstance(other.documents, TextFiles)


def test_a_study_is_written_and_read_again(tmp_path: Path) -> None:
    path = written(tmp_path, {"documents": "faq.jsonl", "k": 2, "cite": True, "query": "{title}"})
    study = load_study(path)
    again = tmp_path / "again" / "study.yaml"
    again.parent.mkdir()
    again.write_text(to_yaml(study))
    assert load_study(again) == study


@pytest.mark.parametrize(
    ("retrieve", "said"),
    [
        ({"documents": "towns", "template": "{question}"}, "it needs {passages}"),
        ({"documents": "towns", "kk": 3}, "did you mean 'k'?"),
        (
            {"documents": "towns", "chunk": {"size": 100, "overlap": 60}},
            "is more than half of size",
        ),
        ({"documents": "towns", "search": "bm26"}, "bm25"),
        (
            {"documents": "towns", "search": {"k1": 2}},
            "rag.retrieve.search: this block does not say what it is: add name with one of "
            "bm25, dense, hybrid",
        ),
        (
            {"documents": "towns", "search": {"name": "dense", "encoder": {"base": "x"}, "k1": 2}},
            "this is a setting of bm25 and hybrid, not of dense: change the search, or remove it",
        ),
        (
            {"documents": {"path": "notes/"}},
            "rag.retrieve.documents: this block does not say what it is: add kind with one of "
            "wikipedia, text, jsonl, json, csv, tsv, parquet",
        ),
        (
            {"documents": ["a.md", "b.md"]},
            "expected a path, the name of a source or a block, found a list: put the files into "
            "one folder and name that",
        ),
        (
            {"documents": "towns", "k": 0},
            "rag.retrieve.k: expected a number of at least 1, found 0",
        ),
        ({"k": 3}, "documents"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, retrieve: Any, said: str) -> None:
    with pytest.raises(UserError) as error:
        load_study(written(tmp_path, retrieve))
    assert said in str(error.value)


def test_from_python(tmp_path: Path) -> None:
    given = settings(write_towns(tmp_path / "towns.json"))
    given["approaches"]["rag"] = {"retrieve": "towns"}
    retrieve = Study.model_validate(given).approaches["rag"].retrieve
    assert retrieve is not None
    assert (retrieve.documents, retrieve.k, retrieve.depth) == ("towns", 5, 10)
