"""A study with two training seeds, from the run to the page."""

from __future__ import annotations

from pathlib import Path

import pytest

import etude
from etude.config import Study
from etude.store import Place, read_lines
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
    assert "Between trainings and between examples" in said
    assert {"epochs lora", "curves lora"} <= set(result.figures)
