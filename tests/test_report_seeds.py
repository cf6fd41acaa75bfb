"""Several training seeds, from the run to the page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import etude
from etude.config import Study
from etude.report.costs import answering_by_seed
from etude.report.evidence import read_evidence
from etude.report.page import page
from etude.report.spending import seed_cost_rows
from etude.store import Place, read_lines, write_json
from report_material import make_answers, make_report
from run_folders import made_run, made_study
from studies import settings, write_rows
from test_report_page import read


@pytest.mark.long
def test_every_seed_is_shown_apart(tmp_path: Path) -> None:
    written = settings(write_rows(tmp_path / "animals.jsonl", 40)) | {"seeds": 2}
    result = etude.run(Study.model_validate(written), tmp_path / "run")
    contents = result.contents
    lora = contents["approaches"]["lora"]
    assert (lora["seeds"], contents["approaches"]["zero-shot"]["seeds"]) == ([13, 14], [13])
    assert {item["approach"] for item in contents["seeds"]} == {"lora"}
    for item in contents["seeds"]:
        values = list(item["values"].values())
        if item["metric"].startswith("rouge"):  # a mean of examples: the mean of seeds as well
            assert lora["metrics"][item["metric"]]["value"] == pytest.approx(sum(values) / 2)
    assert all("seed_error" in pair for pair in contents["comparisons"])
    (seed, other), *rest = lora["training"]["repeats"].items()
    assert (seed, rest) == ("14", [])
    assert other["history"] == read_lines(Place(result.folder, "lora", 14).history)
    assert other["history"] != lora["training"]["history"]
    assert set(lora["hashes"]) == {"13", "14"}
    assert set(result.seeds["seed"]) == {13, 14}
    said = read(result.report.read_text()).text
    assert "Epochs with seed 14" in said
    cost = lora["cost"]
    assert list(cost["tune_seconds_by_seed"]) == ["13", "14"]
    assert cost["tune_seconds_by_seed"]["13"] == cost["tune_seconds"]
    assert cost["tune_seconds_all"] == sum(cost["tune_seconds_by_seed"].values())
    assert contents["approaches"]["zero-shot"]["cost"]["tune_seconds_all"] is None
    assert "with all seeds" in said
    assert "Trained with 2 seeds: 13 in " in said
    for kind in ("predict_seconds", "answer_tokens", "peak_memory_mb"):
        assert list(cost[f"{kind}_by_seed"]) == ["13", "14"]
    assert cost["predict_seconds_by_seed"]["13"] == pytest.approx(cost["predict_seconds"])
    assert cost["answer_tokens_by_seed"]["13"] == cost["answer_tokens"]
    assert cost["peak_memory_mb_by_seed"]["13"] == cost["peak_memory_mb"]
    assert "Costs by training seed" in result.report.read_text()
    assert "Between trainings and between examples" in said
    assert {"epochs lora", "curves lora"} <= set(result.figures)


def test_answering_is_told_for_every_seed(tmp_path: Path) -> None:
    """Planted: two seeds that answer at other lengths, and a third approach that answers once."""
    study = made_study(tmp_path, seeds=2)
    folder = tmp_path / "run"
    result = made_run(folder, study, {"told": 0.5, "silent": 0.2})
    evidence = read_evidence(study, folder, {})
    for seed, memory in ((13, 700.0), (14, 900.0)):
        write_json(
            Place(folder, "told", seed).manifest, {"peak_memory_mb": {"host": memory, "device": 0}}
        )
    answers = evidence.predictions["told"][13]
    slower = [replace(item, seconds=0.75, answer_tokens=9) for item in answers]
    twice = replace(evidence, predictions={"told": {13: answers, 14: slower}})
    assert answering_by_seed(study, folder, twice, "told") == {
        "predict_seconds_by_seed": {"13": 10.0, "14": 30.0},  # 40 answers
        "answer_tokens_by_seed": {"13": 6.0, "14": 9.0},
        "peak_memory_mb_by_seed": {"13": 700.0, "14": 900.0},
        "predict_seconds_all": 40.0,
    }
    assert set(answering_by_seed(study, folder, evidence, "silent").values()) == {None}
    assert result.contents["approaches"]["silent"]["cost"]["predict_seconds_all"] is None


def test_costs_of_seeds_stand_in_a_table_with_their_spread() -> None:
    report = make_report()
    assert seed_cost_rows(report) == []
    assert "By training seed" not in read(page(report, make_answers(report, 2))).text
    report["approaches"]["lora"]["cost"] |= {
        "tune_seconds_by_seed": {"13": 100.0, "14": 110.0, "15": 120.0},
        "predict_seconds_by_seed": {"13": 1.0, "14": 3.0, "15": 5.0},
        "answer_tokens_by_seed": {"13": 40.0, "14": 40.5, "15": 41.0},
        "peak_memory_mb_by_seed": None,
    }
    tuning, answering, tokens = seed_cost_rows(report)
    assert (tuning["approach"], tuning["cost"]) == ("lora", "Tuning")
    assert (tuning["mean"], tuning["deviation"]) == ("1 min 50 s", "10 s")
    assert tuning["all"] == "5 min 30 s"
    assert answering["values"] == [("13", "1.0 s"), ("14", "3.0 s"), ("15", "5.0 s")]
    assert (answering["deviation"], answering["all"]) == ("2.0 s", "9.0 s")
    assert (tokens["mean"], tokens["deviation"], tokens["all"]) == ("40.5", "0.5", "–")
    said = read(page(report, make_answers(report, 2))).text
    assert "By training seed" in said
    row = "lora Tuning 13 1 min 40 s 14 1 min 50 s 15 2 min 00 s"
    assert f"{row} 1 min 50 s 10 s 5 min 30 s" in said


def test_what_is_of_the_first_seed_alone_says_so() -> None:
    """Where a section shows one seed of several, it names it; with one seed nothing is said."""
    report = make_report()
    report["asked"] = [{"input": "Who?", "expected": None, "answers": {}, "before": {}}]
    report["benchmarks"] = {"tasks": {}, "failures": {"lora": "no rows"}}
    once = read(page(report, make_answers(report, 2))).text
    assert "several seeds" not in once
    report["seeds"] = [
        {"approach": "lora", "metric": "rouge-1", "values": {"13": 0.27, "14": 0.29}}
    ]
    said = read(page(report, make_answers(report, 2))).text
    of = "Of an approach that was trained with several seeds,"
    assert f"{of} the first one was asked, and so was what it started from." in said
    assert f"{of} the weights of the first one were scored." in said
