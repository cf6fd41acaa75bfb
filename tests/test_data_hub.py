"""`datasets`: saved folders, folders of files, and a hub that is out of reach."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from data_helper import assembled, one_source, rows_of, sentence

datasets: Any = pytest.importorskip("datasets")


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    features = datasets.Features(
        {
            "instruction": datasets.Value("string"),
            "response": datasets.Value("string"),
            "mood": datasets.ClassLabel(names=["sad", "glad"]),
            "notes": datasets.List(datasets.Value("int64")),
        }
    )

    def table(count: int, prefix: str) -> Any:
        columns = {
            "instruction": [f"{prefix}{n}" for n in range(count)],
            "response": ["é"] * count,
            "mood": [n % 3 - 1 for n in range(count)],
            "notes": [[n, 1] for n in range(count)],
        }
        return datasets.Dataset.from_dict(columns, features=features)

    table(30, "t").save_to_disk(tmp_path / "one")
    splits = {"train": table(30, "t"), "validation": table(5, "v"), "test": table(4, "e")}
    datasets.DatasetDict(splits).save_to_disk(tmp_path / "many")
    (tmp_path / "files").mkdir()
    table(30, "t").to_json(tmp_path / "files" / "train.jsonl")
    return tmp_path


def test_a_saved_table(saved: Path) -> None:
    rows = rows_of(saved, kind="datasets", path="one")
    assert len(rows) == 30
    assert (rows[1].split, rows[1].where) == (None, "one, row 2")
    assert [row.columns["mood"] for row in rows[:3]] == [None, "sad", "glad"]  # names, not numbers
    assert rows[1].columns["notes"] == [1, 1]


def test_saved_splits(saved: Path) -> None:
    source = one_source(kind="datasets", path="./many", dev="validation", test="test")
    made = assembled(saved, **source)
    assert [len(made.data.train), len(made.data.dev), len(made.data.test)] == [30, 5, 4]
    files = [file["path"] for file in made.data.card["sources"]["songs"]["files"]]
    assert "many/train/data-00000-of-00001.arrow" in files
    assert made.data.card["notes"] == []


def test_splits_that_are_not_named_are_cut(saved: Path) -> None:
    made = assembled(saved, **one_source(kind="datasets", path="many", test="test"))
    assert [len(made.data.train), len(made.data.dev), len(made.data.test)] == [27, 3, 4]


def test_a_folder_of_plain_files(saved: Path) -> None:
    rows = rows_of(saved, kind="datasets", path="files")
    assert (len(rows), rows[0].split, rows[0].where) == (30, "train", "files, train, row 1")


def test_a_changed_folder_changes_the_key(saved: Path) -> None:
    source = one_source(kind="datasets", path="files")
    before = assembled(saved, **source).data.card["key"]
    with (saved / "files" / "train.jsonl").open("a") as file:
        file.write('{"instruction": "new", "response": "x", "mood": 0, "notes": []}\n')
    assert assembled(saved, **source).data.card["key"] != before


def test_mistakes(saved: Path) -> None:
    assert sentence(saved, kind="datasets", path="many", dev="validaton") == (
        "many has no split 'validaton' for dev; did you mean 'validation'? Known: test, train, "
        "validation."
    )
    assert sentence(saved, kind="datasets", path="one", test="test") == (
        "one is one table without splits: remove train, dev and test, and let data.split cut them."
    )
    assert sentence(saved, kind="datasets", path="./none") == (
        f"{saved / 'none'} should be a folder that `datasets` saved, but there is nothing; files "
        "have kinds of their own (json, jsonl, csv, tsv, parquet, squad)."
    )
    assert sentence(saved, kind="datasets", path="one", revision="main") == (
        "one is a folder beside the study, where subset and revision mean nothing: remove them, or "
        "rename the folder to reach the hub."
    )
    (saved / "junk").mkdir()
    (saved / "junk" / "x.bin").write_bytes(b"x")
    told = sentence(saved, kind="datasets", path="junk")
    assert told.startswith(f"{saved / 'junk'} cannot be read as a data set (")
    assert told.endswith("); expected what save_to_disk writes, or files of one kind.")


def test_a_damaged_folder(saved: Path) -> None:
    arrow = saved / "one" / "data-00000-of-00001.arrow"
    arrow.write_bytes(arrow.read_bytes()[:50])
    told = sentence(saved, kind="datasets", path="one")
    assert told.startswith(f"{saved / 'one'} cannot be read as a data set (")


def test_a_hub_out_of_reach(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    told = sentence(saved, kind="datasets", path="etude/not-a-data-set")
    assert told.startswith(
        "'etude/not-a-data-set' is not a folder beside the study, and the hub did not give it ("
    )
    assert told.endswith(
        "); check the name and the network, or save the data set with save_to_disk where there is "
        "a network and name that folder."
    )


def test_a_hub_data_set_that_is_not_pinned_is_noted(
    saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def load(path: str, subset: str | None = None, revision: str | None = None) -> Any:
        asked.append((path, subset, revision))
        return datasets.load_from_disk(saved / "many")

    monkeypatch.setattr(datasets, "load_dataset", load)
    made = assembled(saved, **one_source(kind="datasets", path="owner/songs", subset="pt"))
    assert asked == [("owner/songs", "pt", None)]
    assert made.data.card["sources"]["songs"]["files"] == []
    assert made.data.card["notes"] == [
        "songs: the hub's 'owner/songs' is not pinned; set revision to a commit so that another "
        "day gives the same rows"
    ]
    made = assembled(saved, **one_source(kind="datasets", path="owner/songs", revision="abc"))
    assert made.data.card["notes"] == []
