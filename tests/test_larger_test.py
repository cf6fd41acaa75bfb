"""More test examples train nothing again; another row to learn from does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import etude
from etude.approaches.keys import prediction_key, weights_key
from etude.approaches.order import Job
from etude.approaches.settled import search_key, trials_key
from etude.config import Study
from etude.data import Data, prepare, read_data
from etude.data.frozen import ONE_PART, hash_of, learnt_part
from etude.display import Display
from etude.engine.base import Base
from etude.errors import UserError
from etude.result import Result
from etude.store import read_json, write_json
from studies import settings, write_rows

QUIET = Display(quiet=True)
TUNE: dict[str, Any] = {"method": {"name": "lora", "r": 4}, "max_steps": 3, "batch_size": 4}
READS = {"documents": "animals", "k": 1}
APPROACHES: dict[str, Any] = {
    "zero-shot": {},
    "lora": {"tune": TUNE},
    "further": {"weights": "lora", "tune": TUNE},
    "told": {"weights": "lora", "system": "Be brief."},
    "reads": {"retrieve": READS, "tune": TUNE},
    "searched": {"tune": TUNE | {"search": {"learning_rate": [1e-4, 1e-3], "trials": 2}}},
}
TUNED = ("lora", "further", "told", "reads", "searched")
MAKING = tuple(name for name in TUNED if name != "told")  # those that train themselves
ADAPTER = "weights/adapter_model.safetensors"


def asked(material: Path, *without: str, **data: Any) -> Study:
    """A study on these rows, of which 5 are for the test unless `data` says otherwise."""
    kept = {name: approach for name, approach in APPROACHES.items() if name not in without}
    given = settings(material, approaches=kept, forgetting={"passages": 4})
    given["data"] |= {"split": {"dev": 6, "test": 20}, "sample": {"test": 5}} | data
    return Study.model_validate(given)


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    return write_rows(tmp_path / "animals.jsonl", 60)


class Keys:
    """All keys of a study on the data in a run folder."""

    def __init__(self, study: Study, folder: Path) -> None:
        data = prepare(study, Path.cwd(), folder)  # on disk, where the next one takes its place
        splits = [tuple(split) for split in (data.train, data.dev, data.test)]
        self.data = Data(*splits, data.card, data.hash)
        base, known = Base("a base", folder, "its digest"), self.data.hash
        jobs = {name: Job(name, 13) for name in APPROACHES}
        self.weights = {name: weights_key(study, jobs[name], base, known) for name in TUNED}
        self.answers = {name: prediction_key(study, jobs[name], base, known) for name in jobs}
        self.search = [key(study, "searched", base, known) for key in (trials_key, search_key)]


def change(rows: Path, data: Data, split: str) -> None:
    """Another second reference for one row of a split, which leaves it where it is."""
    name = getattr(data, split)[0].id
    held = [json.loads(line) for line in rows.read_text().splitlines()]
    for row in held:
        if row["name"] == name:
            row["other"] = "Nobody knows."
    rows.write_text("".join(json.dumps(row) + "\n" for row in held))


def test_more_test_examples_leave_the_keys_of_what_is_learnt(rows: Path, tmp_path: Path) -> None:
    few = Keys(asked(rows), tmp_path / "run")
    many = Keys(asked(rows, sample={"test": 9}), tmp_path / "run")
    assert (len(few.data.test), len(many.data.test)) == (5, 9)
    assert [*many.data.train] == [*few.data.train]
    assert [*many.data.dev] == [*few.data.dev]
    assert {item.id for item in few.data.test} < {item.id for item in many.data.test}
    assert (many.weights, many.search) == (few.weights, few.search)
    assert len({*many.weights.values()}) == len(TUNED) - 1  # `told` uses those of `lora`
    assert all(many.answers[name] != few.answers[name] for name in APPROACHES)


@pytest.mark.parametrize(("split", "again"), [("train", True), ("dev", True), ("test", False)])
def test_a_changed_row_counts_where_it_is_learnt_from(
    rows: Path, tmp_path: Path, split: str, again: bool
) -> None:
    before = Keys(asked(rows), tmp_path / "run")
    change(rows, before.data, split)
    after = Keys(asked(rows), tmp_path / "run")
    names = [name for name in TUNED if name != "reads"]  # its documents are the file, byte by byte
    assert [item.id for item in getattr(after.data, split)] == [
        item.id for item in getattr(before.data, split)
    ]
    assert after.data.hash != before.data.hash
    assert [after.weights[name] != before.weights[name] for name in names] == [again] * len(names)
    assert (after.search != before.search) == again
    assert all(after.answers[name] != before.answers[name] for name in APPROACHES)


@pytest.mark.parametrize(
    "data",
    [
        {"split": {"dev": 6, "test": 25}},  # five rows that were learnt from are now asked
        {"sample": {"test": 5, "train": 20}},
        {"sample": 50},
    ],
)
def test_rows_that_move_are_other_data(rows: Path, tmp_path: Path, data: dict[str, Any]) -> None:
    before = Keys(asked(rows), tmp_path / "run")
    after = Keys(asked(rows, **data), tmp_path / "run")
    assert all(after.weights[name] != before.weights[name] for name in TUNED)
    assert after.search != before.search


def test_a_split_with_one_hash_is_still_read_and_keeps_its_keys(rows: Path, tmp_path: Path) -> None:
    """Run folders of earlier versions: what was made from them is not made again."""
    study, folder = asked(rows), tmp_path / "run"
    data = prepare(study, Path.cwd(), folder)
    whole = hash_of((data.train, data.dev, data.test), parts=ONE_PART)
    card = folder / "data" / "card.json"
    write_json(card, read_json(card) | {"hash": whole})
    keys = Keys(study, folder)
    assert keys.data.hash == whole == learnt_part(whole)
    assert learnt_part(data.hash) + "-" == data.hash[:65]
    with_two = Keys(study, tmp_path / "other")
    assert keys.weights["lora"] != with_two.weights["lora"]
    change(rows, data, "test")
    with_test = Keys(study, tmp_path / "another")
    write_json(card, read_json(card) | {"hash": with_test.data.hash})
    with pytest.raises(UserError) as refused:  # the test rows alone are others: their hash is told
        read_data(folder)
    parts = [hashed.partition("-")[2][:12] for hashed in (data.hash, with_test.data.hash)]
    assert f"(hash {parts[0]}, expected {parts[1]})" in str(refused.value)


# A whole run


def made(result: Result) -> dict[str, tuple[int, bytes]]:
    """Whatever trainings and searches have written: when, and what."""
    patterns = ("weights/*", "history.jsonl", "tuning.json")
    found = [path for pattern in patterns for path in result.folder.glob(f"*/*/seed-13/{pattern}")]
    found += result.folder.glob("approaches/*/search/*")
    found += result.folder.glob("general/*")
    return {
        str(path.relative_to(result.folder)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in found
        if path.is_file()
    }


@pytest.mark.long
def test_a_larger_test_split_is_answered_and_nothing_is_trained(rows: Path, tmp_path: Path) -> None:
    folder, names = tmp_path / "run", list(APPROACHES)
    first = etude.run(asked(rows), folder, QUIET)
    before, costs = made(first), first.costs["tune_seconds"].to_dict()
    written = {f"approaches/{name}/seed-13/tuning.json" for name in MAKING}
    written.add("approaches/searched/search/search.json")
    assert written <= {*before}
    assert any(name.startswith("general/") for name in before)
    assert all(len(first.answers(name)) == 5 for name in names)

    more = etude.run(asked(rows, sample={"test": 9}), folder, QUIET)
    assert made(more) == before
    assert not [*folder.glob("approaches/*/*.previous")]
    assert more.costs["tune_seconds"].to_dict() == costs
    wanted = {item.id for item in read_data(folder).test}
    for name in names:
        assert {*more.answers(name)["example_id"]} == wanted
    assert len(wanted) == 9
    assert set(more.contents["approaches"]) == set(names)

    change(rows, read_data(folder), "train")
    others = [name for name in APPROACHES if name != "lora"]
    again = etude.run(asked(rows, *others, sample={"test": 9}), folder, QUIET)
    adapter, begun = (f"approaches/lora/seed-13/{name}" for name in (ADAPTER, "tuning.json"))
    assert made(again)[adapter][0] > before[adapter][0]
    assert made(again)[begun][1] != before[begun][1]
    kept = folder / "approaches" / "lora" / "seed-13.previous" / ADAPTER
    assert kept.read_bytes() == before[adapter][1]
