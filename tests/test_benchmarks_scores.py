"""Benchmarks of a whole run: base and tuned weights, kept task by task, in the report."""

from __future__ import annotations

import json
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml

pytest.importorskip("lm_eval", reason="lm-eval is not installed: the extra `benchmarks`")

import etude.benchmarking
import etude.study
from etude.benchmarks import benchmark_scores, benchmarks_before, run
from etude.cli import main
from etude.config import load_study
from etude.progress import Progress
from etude.report.evidence import read_evidence
from etude.report.joined import benchmarks
from etude.store import read_json
from etude.study import Study
from etude.worker import TASKS
from studies import settings, write_rows

SUBJECTS = {"odd": 5, "even": 3}


def write_mmlu(folder: Path) -> Path:
    """Two subjects of MMLU with a few questions each."""
    (folder / "test").mkdir(parents=True)
    for subject, count in SUBJECTS.items():
        rows = [f"Which is {n}?,{n},{n + 1},{n + 2},{n + 3},A" for n in range(count)]
        (folder / "test" / f"{subject}_test.csv").write_text("\n".join(rows) + "\n")
    return folder


def in_this_process(
    task: dict[str, Any], _: Path, progress: Progress, environment: Any = None
) -> None:
    del environment
    TASKS[task["do"]](task, progress)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of an untuned approach that is told more, and two that share tuned weights."""
    folder = tmp_path_factory.mktemp("benchmarked")
    study = settings(write_rows(folder / "animals.jsonl", 24))
    study["data"]["split"] = {"dev": 4, "test": 4}
    study["approaches"]["lora"]["tune"] = {"method": "lora", "max_steps": 2, "batch_size": 4}
    study["approaches"]["lora-told"] = {"weights": "lora", "system": "Be short."}
    study["generation"] = {"max_tokens": 4}
    mmlu = {"kind": "mmlu", "folder": str(write_mmlu(folder / "mmlu"))}
    study["benchmarks"] = {"files": {"mine": mmlu}, "limit": 4}
    (folder / "study.yaml").write_text(yaml.safe_dump(study, sort_keys=False))
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()):
        patch.chdir(folder)
        patch.setattr(etude.study, "in_child", in_this_process)
        patch.setattr(etude.benchmarking, "in_child", in_this_process)
        assert main(["run", "study.yaml", "--quiet"]) == 0
    return folder / "runs" / "small"


def test_every_approach_has_its_scores(finished: Path) -> None:
    scores = benchmark_scores(finished)
    assert set(scores) == {"zero-shot", "lora", "lora-told"}
    assert scores["lora"] == scores["lora-told"]
    assert set(scores["lora"]) == {"mine", "mine_odd", "mine_even"}
    for metric, value, stderr in scores["lora"].values():
        assert metric == "acc"
        assert 0 <= value <= 1
        assert stderr is not None


def test_the_limit_counts_documents(finished: Path) -> None:
    place = finished / "approaches" / "lora" / "seed-13" / "benchmarks"
    held = {task: read_json(place / f"mine_{task}.json") for task in SUBJECTS}
    assert {task: one["n"] for task, one in held.items()} == {"odd": 4, "even": 3}
    assert held["odd"]["documents"] == 5


def test_a_group_is_the_mean_over_all_documents(finished: Path) -> None:
    scores = benchmark_scores(finished)["zero-shot"]
    expected = (4 * scores["mine_odd"][1] + 3 * scores["mine_even"][1]) / 7
    assert scores["mine"][1] == pytest.approx(expected)


def test_what_a_tuning_started_from(finished: Path) -> None:
    before, scores = benchmarks_before(finished), benchmark_scores(finished)
    assert before == {"lora": scores["zero-shot"], "lora-told": scores["zero-shot"]}


def test_changes_are_evidence_of_forgetting(finished: Path) -> None:
    scores = benchmark_scores(finished)
    evidence = read_evidence(load_study(finished / "study.yaml"), finished, {})
    assert list(evidence.benchmarks) == ["lora"]  # the tuned one, and not who answers with it
    changes = {change.what: change for change in evidence.benchmarks["lora"]}
    assert set(changes) == set(scores["lora"])
    assert changes["mine"].start == "random-llama"
    assert changes["mine"].before == scores["zero-shot"]["mine"][1]
    assert changes["mine"].after == scores["lora"]["mine"][1]


def test_the_harness_gives_the_same(finished: Path) -> None:
    """Its own model, on the base's folder, with the task files that the run has written."""
    from lm_eval.evaluator import simple_evaluate
    from lm_eval.models.huggingface import HFLM
    from lm_eval.tasks import TaskManager

    from etude.engine.base import find_base

    folder = str(find_base("random-llama").folder)
    found = simple_evaluate(
        HFLM(pretrained=folder, device="cpu", batch_size=2, dtype="float32"),
        tasks=["mine_odd"],
        task_manager=TaskManager(
            include_path=finished / "benchmarks" / "tasks", include_defaults=False
        ),
        limit=4,
        bootstrap_iters=0,
    )
    expected = found["results"]["mine_odd"]["acc,none"]
    assert benchmark_scores(finished)["zero-shot"]["mine_odd"][1] == expected


def refuse(*_: Any, **__: Any) -> None:
    raise AssertionError("a child process was started")


def test_what_is_scored_is_not_scored_again(
    finished: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(etude.benchmarking, "in_child", refuse)
    assert main(["benchmark", str(finished), "--json"]) == 0
    contents = json.loads(capsys.readouterr().out)
    assert set(contents["benchmarks"]["tasks"]) == {"mine", "mine_odd", "mine_even"}


def test_an_interrupted_run_goes_on_with_the_task_it_was_at(
    finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One result and the note of what is done are lost; the other result is not made again."""
    loaded: list[str] = []
    scored = run.scored

    def noted(leaf: Any, *given: Any) -> Any:
        loaded.append(leaf.name)
        return scored(leaf, *given)

    monkeypatch.setattr(run, "scored", noted)
    monkeypatch.setattr(etude.benchmarking, "in_child", in_this_process)
    before = benchmark_scores(finished)
    (finished / "benchmarks" / "scored.json").unlink()
    (finished / "approaches/zero-shot/seed-13/benchmarks/mine_even.json").unlink()
    assert main(["benchmark", str(finished), "--quiet"]) == 0
    assert loaded == ["mine_even"]
    assert benchmark_scores(finished) == before


def test_the_report(finished: Path) -> None:
    contents = read_json(finished / "report.json")["benchmarks"]
    assert contents["failures"] == {}
    task = contents["tasks"]["mine_odd"]
    assert set(task["scores"]) == {"zero-shot", "lora"}
    assert task["scores"]["lora"]["alike"] == ["lora-told"]
    assert task["scores"]["zero-shot"]["change"] is None
    change = task["scores"]["lora"]["change"]
    assert change["from"] == "zero-shot"
    assert change["low"] <= change["difference"] <= change["high"]
    page = (finished / "report.html").read_text()
    assert '<section id="benchmarks">' in page
    assert "The 2 tasks of mine" in page


def test_results_of_weights_that_are_gone_do_not_count(finished: Path) -> None:
    manifest = finished / "approaches/lora/seed-13/manifest.json"
    kept = manifest.read_text()
    manifest.write_text(json.dumps(json.loads(kept) | {"weights_key": "others"}))
    try:
        assert set(benchmark_scores(finished)) == {"zero-shot", "lora-told"}
    finally:
        manifest.write_text(kept)


def test_a_start_that_no_approach_is(
    finished: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the untuned approach gone, the base is scored for the tuned one."""
    monkeypatch.setattr(etude.benchmarking, "in_child", in_this_process)
    study = finished / "study.yaml"
    kept = study.read_text()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("etude.verbs.refuse_other_predictions", lambda *_: None)
            asked = ["benchmark", str(finished), "approaches.zero-shot=null", "--json"]
            assert main(asked) == 0
        contents = json.loads(capsys.readouterr().out)
        change = contents["benchmarks"]["tasks"]["mine_odd"]["scores"]["lora"]["change"]
        assert change["from"] is None
        earlier = finished / "approaches/lora/seed-13/benchmarks.before/mine_odd.json"
        assert read_json(earlier)["value"] == change["before"]
    finally:
        study.write_text(kept)


def test_a_task_that_fails_is_told_and_the_others_are_kept(
    finished: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(etude.benchmarking, "in_child", in_this_process)
    scored = run.scored

    def failing(leaf: Any, *given: Any) -> Any:
        if leaf.name == "mine_odd":
            raise ValueError("of its own")
        return scored(leaf, *given)

    monkeypatch.setattr(run, "scored", failing)
    assert main(["benchmark", str(finished), "lora", "benchmarks.limit=3", "--json"]) == 1
    contents = json.loads(capsys.readouterr().out)
    assert contents["benchmarks"]["failures"] == {
        "lora, lora-told": "mine_odd could not be scored: ValueError: of its own"
    }
    place = finished / "approaches/lora/seed-13/benchmarks"
    assert read_json(place / "mine_even.json")["n"] == 3
    monkeypatch.setattr(run, "scored", scored)
    assert main(["benchmark", str(finished), "benchmarks.limit=4", "--quiet"]) == 0
    study = Study.model_validate(yaml.safe_load((finished / "study.yaml").read_text()))
    found = benchmarks(study, finished, 0.95)
    assert found is not None
    assert found["failures"] == {}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["benchmarks=null"],
            "etude: benchmarks: this study names none: add benchmarks.tasks=[...] (mmlu, glue, "
            "...) to the command, or benchmarks to the study.\n",
        ),
        (
            ["generation.max_tokens=9"],
            "etude: etude benchmark keeps the predictions, so generation cannot change "
            "(benchmarks, compare, description, dictionary, encoder, metrics, prices, published, "
            "track can): use etude run.\n",
        ),
        (
            ["lorra"],
            "etude: there is no approach 'lorra': did you mean 'lora'? Known: lora, lora-told, "
            "zero-shot\n",
        ),
    ],
)
def test_what_is_refused(
    finished: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(["benchmark", str(finished), *arguments]) == 2
    assert capsys.readouterr().err == said
