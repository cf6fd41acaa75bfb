"""`ask`: prompts put to every approach, before and after tuning, once."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml

import etude.study
from etude.approaches import asking
from etude.checks import check
from etude.cli import main
from etude.config import Study, load_study
from etude.errors import UserError
from etude.progress import Progress
from etude.store import read_json, read_lines
from etude.worker import TASKS
from studies import settings, write_rows

ASKED = "Sum up.\n\nA: What does the crane do? B: It waits."


def in_this_process(task: dict[str, Any], _: Path, progress: Progress) -> None:
    TASKS[task["do"]](task, progress)


def run(folder: Path, *overrides: str) -> None:
    """Run the study of a folder without child processes."""
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()):
        patch.chdir(folder)
        patch.setattr(etude.study, "in_child", in_this_process)
        assert main(["run", "study.yaml", "--quiet", *overrides]) == 0


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of a zero-shot approach, one that is told more and tuned, and one that is tuned."""
    folder = tmp_path_factory.mktemp("asked")
    material = write_rows(folder / "animals.jsonl", 24)
    first = json.loads(material.read_text().splitlines()[0])
    study = settings(material)
    study["data"]["split"] = {"dev": 4, "test": 4}
    tune = {"method": "lora", "max_steps": 2, "batch_size": 4}
    study["approaches"] = {
        "zero-shot": {},
        "lora": {"tune": tune},
        "told": {"system": "Be short.", "tune": tune},
    }
    study["generation"] = {"max_tokens": 6, "batch_size": 2}
    study["ask"] = [
        f"Sum up.\n\n{first['dialogue']}",
        ASKED,
        {"input": "Who waits?", "expected": "The crane."},
    ]
    (folder / "study.yaml").write_text(yaml.safe_dump(study, sort_keys=False))
    run(folder)
    return folder


def kept(folder: Path, approach: str, name: str = "asked.json") -> dict[str, Any]:
    found: dict[str, Any] = read_json(place(folder, approach) / name)
    return found


def place(folder: Path, approach: str) -> Path:
    return folder / "runs" / "small" / "approaches" / approach / "seed-13"


def test_an_approach_answers_as_it_answers_the_test_split(finished: Path) -> None:
    """Asked anew as prompts, the test questions get the same answers."""
    rows = {
        row["example_id"]: row
        for row in read_lines(place(finished, "lora") / "predictions.test.jsonl")
    }
    prompts = read_lines(place(finished, "lora") / "prompts.test.jsonl")
    questions = [row["prompt"].removeprefix("<s>").removesuffix("\n\n") for row in prompts]
    study = yaml.safe_load((finished / "study.yaml").read_text()) | {"ask": questions}
    again = finished / "again.yaml"
    again.write_text(yaml.safe_dump(study, sort_keys=False))
    try:
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()):
            patch.chdir(finished)
            patch.setattr(etude.study, "in_child", in_this_process)
            assert main(["run", "again.yaml", "--quiet"]) == 0
        found = kept(finished, "lora")
        said = {row["example_id"]: row for row in found["answers"]}
        for number, row in enumerate(prompts, 1):
            assert found["rendered"][f"ask-{number}"] == row["prompt"]
            for part in ("text", "answer_tokens", "finish", "prompt_tokens"):
                assert said[f"ask-{number}"][part] == rows[row["example_id"]][part]
    finally:
        run(finished)


def test_before_is_asked_where_no_approach_is_what_was_tuned(finished: Path) -> None:
    """`zero-shot` is what `lora` starts from; nobody is untuned and told."""
    assert not (place(finished, "lora") / "asked.before.json").exists()
    before, after = kept(finished, "told", "asked.before.json"), kept(finished, "told")
    assert before["rendered"] == after["rendered"]
    assert "Be short." in before["rendered"]["ask-1"]
    likely = [
        next(row["reference_logprob"] for row in found["answers"] if row["example_id"] == "ask-3")
        for found in (before, after)
    ]
    assert likely[0] != likely[1]


def test_what_is_not_expected_has_no_likelihood(finished: Path) -> None:
    rows = {row["example_id"]: row for row in kept(finished, "zero-shot")["answers"]}
    assert rows["ask-1"]["reference_logprob"] is None
    assert rows["ask-3"]["reference_logprob"] < 0


def test_a_changed_list_is_asked_and_nothing_else_is_done(
    finished: Path,
) -> None:
    times = {
        path: path.stat().st_mtime_ns
        for path in finished.glob("runs/small/approaches/*/*/*")
        if path.name in ("predictions.test.jsonl", "history.jsonl", "manifest.json")
    }
    run(finished, 'ask=["Who waits?"]')
    assert {path: path.stat().st_mtime_ns for path in times} == times
    assert kept(finished, "lora")["prompts"] == 1
    run(finished)
    assert kept(finished, "lora")["prompts"] == 3


def test_an_interrupted_list_goes_on(finished: Path) -> None:
    """The first batch stays as it was kept, be it what it may; the rest is answered as before."""
    path = place(finished, "lora") / "asked.json"
    whole = read_json(path)
    part = {**whole, "answers": whole["answers"][:2]}
    part["answers"][0] = {**part["answers"][0], "text": "kept"}
    path.write_text(json.dumps(part))
    run(finished)
    found = read_json(path)
    assert found["answers"][0]["text"] == "kept"
    seconds = ("seconds",)
    assert [{k: v for k, v in row.items() if k not in seconds} for row in found["answers"][1:]] == [
        {k: v for k, v in row.items() if k not in seconds} for row in whole["answers"][1:]
    ]
    path.write_text(json.dumps(whole))


def test_the_report_holds_them_side_by_side(finished: Path) -> None:
    run(finished)
    asked = read_json(finished / "runs" / "small" / "report.json")["asked"]
    assert [item["input"] for item in asked][1:] == [ASKED, "Who waits?"]
    assert asked[2]["expected"] == "The crane."
    assert set(asked[0]["answers"]) == {"zero-shot", "lora", "told"}
    assert asked[0]["before"]["lora"] == {"same_as": "zero-shot"}
    before = {
        row["example_id"]: row["text"]
        for row in kept(finished, "told", "asked.before.json")["answers"]
    }
    assert asked[0]["before"]["told"]["text"] == before["ask-1"]
    page = (finished / "runs" / "small" / "report.html").read_text()
    assert "Before tuning: as zero-shot." in page


def test_only_asking_is_not_what_scoring_may_change(
    finished: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["score", str(finished / "runs" / "small"), "ask=[a]"]) == 2
    assert "so ask cannot change" in capsys.readouterr().err


# Without a model


def load(folder: Path, **changes: Any) -> Study:
    path = folder / "study.yaml"
    material = write_rows(folder / "animals.jsonl", 24)
    path.write_text(yaml.safe_dump(settings(material, **changes), sort_keys=False))
    return load_study(path)


def test_a_text_is_short_for_its_input(tmp_path: Path) -> None:
    study = load(tmp_path, ask=["a", {"input": "b", "expected": "c"}])
    assert [(item.input, item.expected) for item in study.ask] == [("a", None), ("b", "c")]
    first, second = asking.questions(study)
    assert (first.id, first.references) == ("ask-1", ("",))
    assert (second.id, second.references) == ("ask-2", ("c",))


def test_other_columns_of_a_template(tmp_path: Path) -> None:
    approaches = {"titled": {"prompt": {"template": "{title}: {text}"}}}
    study = load(
        tmp_path, approaches=approaches, ask=[{"input": "a", "columns": {"title": "A song"}}]
    )
    check(study)
    assert asking.questions(study)[0].metadata["title"] == "A song"


def test_a_column_that_is_missing(tmp_path: Path) -> None:
    approaches = {"titled": {"prompt": {"template": "{title}: {text}"}}}
    with pytest.raises(UserError) as refused:
        check(load(tmp_path, approaches=approaches, ask=["a"]))
    assert str(refused.value) == (
        "ask.0: the template of titled is '{title}: {text}', and this prompt has no title: write "
        "it as {input: ..., columns: {title: ...}}."
    )


def test_nothing_is_wanted_where_nothing_is_asked(tmp_path: Path) -> None:
    from etude.approaches.order import Job
    from etude.engine.base import Base

    study = load(tmp_path)
    assert asking.wanted(study, Job("lora", 13), Base("b", tmp_path, "d"), "hash") == {}


@pytest.fixture
def wanted(tmp_path: Path) -> Callable[..., list[str]]:
    """Files that a job of a study keeps answers in."""
    from etude.approaches.order import Job
    from etude.engine.base import Base

    def files(name: str, seed: int = 13, **changes: Any) -> list[str]:
        study = load(tmp_path, ask=["a"], **changes)
        return list(asking.wanted(study, Job(name, seed), Base("b", tmp_path, "d"), "hash"))

    return files


def test_who_is_asked(wanted: Callable[..., list[str]]) -> None:
    tuned = {"tune": {"method": "lora"}}
    assert wanted("lora") == ["asked.json"]
    assert wanted("lora", seed=14, seeds=2) == []
    assert wanted("lora", approaches={"lora": tuned}) == ["asked.json", "asked.before.json"]
    other = {"zero-shot": {}, "lora": tuned | {"precision": "bf16"}}
    assert wanted("lora", approaches=other) == ["asked.json", "asked.before.json"]
    onward = {"lora": tuned, "more": {"weights": "lora", "tune": {"method": "lora", "epochs": 1}}}
    assert wanted("more", approaches=onward) == ["asked.json"]


def test_a_new_head_has_no_before(wanted: Callable[..., list[str]], tmp_path: Path) -> None:
    material = write_rows(tmp_path / "animals.jsonl", 24)
    data = settings(material)["data"] | {"task": "classify", "labels": ["cat", "dog"]}
    assert wanted(
        "head", data=data, approaches={"head": {"tune": {"method": "head"}}}, metrics=["accuracy"]
    ) == ["asked.json"]
