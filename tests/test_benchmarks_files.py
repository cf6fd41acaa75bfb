"""Benchmarks from local files: both published shapes of MMLU, BIG-Bench Hard, and what is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from etude.benchmarks.catalogue import Catalogue, check_benchmarks, is_plain, leaves, loader
from etude.benchmarks.local import local_names, local_task, write_local
from etude.config.benchmarks import Bbh, Benchmarks, Mmlu
from etude.errors import UserError

HEADED = 'question,choice0,choice1,choice2,choice3,answer\n"Which, then?",None,1e3,NA,04,2\n'
PLAIN = "Which is even?,1,3,4,5,C\nWhich is odd?,1,2,4,6,A\n"
COT = """\
a mark for corpora
-----
Say whether it is true.

Q: not True is
A: Let's think step by step.
First, not True.
So the answer is False.

Q: True or False is
A: Let's think step by step.
Either will do.
So the answer is True.
"""


@pytest.fixture
def mmlu(tmp_path: Path) -> Mmlu:
    for split, text in (("dev", PLAIN), ("test", HEADED)):
        (tmp_path / split).mkdir()
        (tmp_path / split / f"odd_things_{split}.csv").write_text(text)
    (tmp_path / "test" / "evens_test.csv").write_text(PLAIN)
    return Mmlu(kind="mmlu", folder=str(tmp_path))


@pytest.fixture
def bbh(tmp_path: Path) -> Bbh:
    (tmp_path / "bbh").mkdir()
    (tmp_path / "cot-prompts").mkdir()
    rows = [{"input": "not False is", "target": "True"}, {"input": "True is", "target": "True"}]
    for name in ("truth", "lies"):
        (tmp_path / "bbh" / f"{name}.json").write_text(json.dumps({"examples": rows}))
    (tmp_path / "cot-prompts" / "truth.txt").write_text(COT)
    return Bbh(kind="bbh", folder=str(tmp_path))


def test_a_table_with_a_header_keeps_every_text(mmlu: Mmlu) -> None:
    """A table reader would take these choices for missing values and numbers."""
    settings, rows = local_task("mine", mmlu, "odd_things")
    assert rows["test"] == [
        {"question": "Which, then?", "choices": ["None", "1e3", "NA", "04"], "answer": 2}
    ]
    assert settings["task"] == "mine_odd_things"
    assert settings["description"].endswith("about odd things.\n\n")


def test_a_table_without_a_header(mmlu: Mmlu) -> None:
    _, rows = local_task("mine", mmlu, "odd_things")
    assert [row["answer"] for row in rows["dev"]] == [2, 0]


def test_a_subject_without_worked_examples(mmlu: Mmlu) -> None:
    settings, rows = local_task("mine", mmlu, "evens")
    assert set(rows) == {"test"}
    assert "fewshot_split" not in settings


def test_names(mmlu: Mmlu) -> None:
    assert local_names("mine", mmlu) == ["mine_evens", "mine_odd_things"]
    chosen = mmlu.model_copy(update={"only": ("odd_things",)})
    assert local_names("mine", chosen) == ["mine_odd_things"]


def test_a_task_file_that_the_harness_reads(mmlu: Mmlu, tmp_path: Path) -> None:
    """Through its own command: what is written is a task by itself."""
    tasks = pytest.importorskip("lm_eval.tasks", reason="lm-eval is not installed")
    write_local(tmp_path / "tasks", "mine", mmlu, "odd_things")
    manager = tasks.TaskManager(include_path=tmp_path / "tasks", include_defaults=False)
    assert manager.all_subtasks == ["mine_odd_things"]
    task = manager.load(["mine_odd_things"])["tasks"]["mine_odd_things"]
    doc = task.eval_docs[0]
    assert task.doc_to_text(doc) == "Which, then?\nA. None\nB. 1e3\nC. NA\nD. 04\nAnswer:"
    assert task.doc_to_choice(doc)[task.doc_to_target(doc)] == "C"


def test_the_hash_is_of_what_is_asked(mmlu: Mmlu, tmp_path: Path) -> None:
    _, first = write_local(tmp_path / "one", "mine", mmlu, "evens")
    _, moved = write_local(tmp_path / "two", "mine", mmlu, "evens")
    assert first == moved
    (Path(mmlu.folder) / "test" / "evens_test.csv").write_text(PLAIN + "Which is 0?,0,1,2,3,A\n")
    _, other = write_local(tmp_path / "two", "mine", mmlu, "evens")
    assert other != first


def test_big_bench_hard(bbh: Bbh) -> None:
    settings, rows = local_task("hard", bbh, "truth")
    assert rows["test"][0] == {"input": "not False is", "target": "True"}
    assert settings["description"] == "Say whether it is true.\n\n"
    assert settings["fewshot_config"]["samples"] == [
        {"input": "not True is", "target": "False"},
        {"input": "True or False is", "target": "True"},
    ]
    assert settings["num_fewshot"] == 2


def test_with_chains_of_thought(bbh: Bbh) -> None:
    thinking = bbh.model_copy(update={"chain_of_thought": True})
    settings, _ = local_task("hard", thinking, "truth")
    assert settings["fewshot_config"]["samples"][0]["target"] == (
        "First, not True.\nSo the answer is False."
    )
    assert settings["doc_to_text"].endswith("A: Let's think step by step.\n")


def test_answers_are_read_out_of_what_is_written(bbh: Bbh, tmp_path: Path) -> None:
    """What a model writes, through the harness's own filters."""
    task_room = pytest.importorskip("lm_eval.api.task", reason="lm-eval is not installed")
    found = {}
    for thought, said in ((False, "  True \n"), (True, "Both.\nSo the answer is True.\nQ")):
        files = bbh.model_copy(update={"chain_of_thought": thought})
        settings, _ = write_local(tmp_path / "tasks", "hard", files, "truth")
        task = task_room.ConfigurableTask(config=settings)
        task.build_all_requests(limit=1)
        task.instances[0].resps.append(said)
        task.apply_filters()
        (answer,) = task.instances[0].filtered_resps.values()
        found[thought] = task.process_results(task.eval_docs[0], [answer])["exact_match"]
    assert found == {False: 1.0, True: 1.0}


@pytest.mark.parametrize(
    ("row", "cells", "end"), [("Which?,a,b,c,d,7", 6, "7"), ("Which?,a,b,C", 4, "C"), ("", 0, "")]
)
def test_rows_that_are_no_question(mmlu: Mmlu, row: str, cells: int, end: str) -> None:
    path = Path(mmlu.folder) / "test" / "evens_test.csv"
    path.write_text(PLAIN + row + "\n")
    with pytest.raises(UserError) as refused:
        local_task("mine", mmlu, "evens")
    assert str(refused.value) == (
        f"{path}, row 3: expected a question, four choices and an answer (0 to 3, or A to D), but "
        f"found {cells} cells ending in '{end}': mend the row."
    )


def test_a_folder_of_another_shape(tmp_path: Path) -> None:
    with pytest.raises(UserError) as refused:
        local_names("mine", Mmlu(kind="mmlu", folder=str(tmp_path)))
    assert str(refused.value) == (
        f"benchmarks.files.mine.folder: expected test/*_test.csv in {tmp_path}, but nothing is "
        "there: name the folder that holds them, in the shape of mmlu."
    )


def test_a_subject_that_is_not_there(mmlu: Mmlu) -> None:
    with pytest.raises(UserError) as refused:
        local_names("mine", mmlu.model_copy(update={"only": ("even",)}))
    assert str(refused.value) == (
        f"benchmarks.files.mine.only: {mmlu.folder} has no 'even': did you mean 'evens'? Known: "
        "evens, odd_things"
    )


def test_a_file_that_is_no_task(bbh: Bbh) -> None:
    path = Path(bbh.folder) / "bbh" / "truth.json"
    path.write_text('{"examples": [{"input": "a"}]}')
    with pytest.raises(UserError) as refused:
        local_task("hard", bbh, "truth")
    assert str(refused.value) == (
        f"{path}: expected an object with examples, each an input and a target, but KeyError: "
        "'target': mend the file."
    )


def test_chains_of_thought_that_are_not_there(bbh: Bbh) -> None:
    with pytest.raises(UserError) as refused:
        local_task("hard", bbh.model_copy(update={"chain_of_thought": True}), "lies")
    assert str(refused.value) == (
        f"benchmarks.files: {bbh.folder} has no cot-prompts/lies.txt, which chain_of_thought "
        "shows: add it, or leave chain_of_thought out."
    )


def test_a_task_of_files_that_is_not_there(mmlu: Mmlu) -> None:
    asked = Benchmarks(tasks=("mine_even",), files={"mine": mmlu})
    with pytest.raises(UserError) as refused:
        check_benchmarks(asked)
    assert str(refused.value) == (
        "benchmarks.tasks: there is no 'mine_even': did you mean 'mine_evens'? Known: mine_evens, "
        "mine_odd_things"
    )


def test_the_harness_is_an_extra(mmlu: Mmlu, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("etude.benchmarks.catalogue.find_spec", lambda _: None)
    with pytest.raises(UserError) as refused:
        check_benchmarks(Benchmarks(files={"mine": mmlu}))
    assert str(refused.value) == (
        "benchmarks are scored by lm-evaluation-harness, which is an extra and is not installed: "
        "pip install 'etude[benchmarks]', or remove benchmarks from the study."
    )


class Manager:
    """What the harness knows of its tasks, as far as names are concerned."""

    def __init__(self, entries: dict[str, dict[str, Any]], error: Exception | None = None) -> None:
        from types import SimpleNamespace

        self.error = error
        self.task_index = {
            name: SimpleNamespace(
                kind=SimpleNamespace(name=about["kind"]),
                tags=set(about.get("tags", ())),
                cfg=about.get("cfg"),
            )
            for name, about in entries.items()
        }

    def load(self, names: list[str]) -> Any:
        if self.error is not None:
            raise self.error
        return {"tasks": dict.fromkeys(names)}


MEAN = [{"metric": "acc", "weight_by_size": True}]
NAMES = Manager(
    {
        "all": {
            "kind": "GROUP",
            "cfg": {"group": "all", "task": ["some", "c"], "aggregate_metric_list": MEAN},
        },
        "some": {"kind": "GROUP", "cfg": {"group": "some", "task": ["tagged"]}},
        "tagged": {"kind": "TAG", "tags": ["b", "a"]},
        "own": {"kind": "GROUP", "cfg": {"group": "own", "task": ["a"], "num_fewshot": 3}},
        "a": {"kind": "TASK"},
        "b": {"kind": "TASK"},
        "c": {"kind": "PY_TASK"},
    }
)


def test_groups_and_tags_come_apart_into_tasks() -> None:
    found = Catalogue()
    assert list(leaves(NAMES, "all", found)) == ["a", "b", "c"]
    assert list(found.groups) == ["all"]
    assert found.groups["all"].tasks == ("a", "b", "c")


def test_a_group_with_settings_of_its_own_stays_whole() -> None:
    assert list(leaves(NAMES, "own", Catalogue())) == ["own"]
    assert not is_plain({"group": "own", "task": [{"task": "a", "num_fewshot": 1}]})


def test_data_that_is_not_here_and_not_asked_for() -> None:
    load = loader(Manager({}, ConnectionError("no hub")), "cola", online=False)
    with pytest.raises(UserError) as refused:
        load()
    assert str(refused.value) == (
        "benchmarks: the data of cola is not on this machine, and nothing is fetched unless asked "
        "for: set benchmarks.online: true, or give local files under benchmarks.files."
    )


def test_data_that_cannot_be_fetched() -> None:
    load = loader(Manager({}, ConnectionError("no hub")), "cola", online=True)
    with pytest.raises(UserError) as refused:
        load()
    assert str(refused.value) == "benchmarks: the data of cola could not be fetched: no hub."


@pytest.mark.slow
def test_the_names_in_the_documentation_are_the_harnesss_own() -> None:
    tasks = pytest.importorskip("lm_eval.tasks", reason="lm-eval is not installed")
    from etude.benchmarks.catalogue import FAMILIES

    manager = tasks.TaskManager()
    for name in ("glue", "mmlu", "bbh", *(name for names in FAMILIES.values() for name in names)):
        assert name in manager.task_index, name
    found = Catalogue()
    assert len(list(leaves(manager, "mmlu", found))) == 57
    assert len(list(leaves(manager, "bbh", found))) == 27
    assert list(found.groups) == [
        *("mmlu_stem", "mmlu_other", "mmlu_social_sciences", "mmlu_humanities", "mmlu", "bbh"),
    ]
    assert len(list(leaves(manager, "super-glue-lm-eval-v1", found))) == 8


def test_real_material(shared: Path) -> None:
    """Every row of both benchmarks is read: the counts of shared/data/README.md."""
    questions = Mmlu(kind="mmlu", folder=str(shared / "mmlu"))
    counts = {"test": 0, "dev": 0}
    names = [name.removeprefix("mmlu_") for name in local_names("mmlu", questions)]
    assert len(names) == 57
    for subject in names:
        for split, rows in local_task("mmlu", questions, subject)[1].items():
            counts[split] += len(rows)
    assert counts == {"test": 14_042, "dev": 285}
    hard = Bbh(kind="bbh", folder=str(shared / "bbh"))
    parts = [name.removeprefix("bbh_") for name in local_names("bbh", hard)]
    found = [local_task("bbh", hard, part) for part in parts]
    assert len(found) == 27
    assert sum(len(rows["test"]) for _, rows in found) == 6_511
    assert {settings["num_fewshot"] for settings, _ in found} == {3}


def test_the_task_file_is_plain(bbh: Bbh, tmp_path: Path) -> None:
    """No code in it: it can be read by any YAML reader."""
    write_local(tmp_path / "tasks", "hard", bbh, "truth")
    content = yaml.safe_load((tmp_path / "tasks" / "hard_truth.yaml").read_text())
    assert content["task"] == "hard_truth"
