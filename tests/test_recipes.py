"""Every recipe that Etude ships runs, at a fraction of its size."""

from __future__ import annotations

from pathlib import Path

import pytest

import etude
from etude.config import load_study, recipes

SMALL = [
    "generation.max_tokens=8",
    "data.sample={train: 24, dev: 4, test: 4}",
    "approaches.lora.tune.max_steps=2",
    "approaches.full.tune.max_steps=2",
    "compare.resamples=100",
]


def test_the_number_of_recipes() -> None:
    assert set(recipes()) == {"dialogue-demo", "dialogue-demo-t5", "dialogsum-demo"}


@pytest.mark.slow
@pytest.mark.parametrize("recipe", ["dialogue-demo", "dialogue-demo-t5"])
def test_a_recipe_runs(recipe: str, tmp_path: Path) -> None:
    study = load_study(recipe, SMALL)
    result = etude.run(study, tmp_path / "run")
    assert set(result.contents["approaches"]) == set(study.approaches)
    assert result.report.exists()
    assert "proves the flow, not quality" in result.report.read_text()


@pytest.mark.slow
def test_dialogsum_runs_with_its_three_references(shared: Path, tmp_path: Path) -> None:
    folder = shared / "dialogsum"
    files = {
        "train": "dialogsum.train.jsonl.gz",
        "dev": "dialogsum.dev.jsonl",
        "test": "dialogsum.test.jsonl",
    }
    paths = [f"data.sources.dialogues.path.{key}={folder / name}" for key, name in files.items()]
    untuned = [f"approaches.{name}=null" for name in ("full-told", "full", "lora", "few-shot")]
    small = [setting for setting in SMALL if not setting.startswith("approaches")]
    study = load_study("dialogsum-demo", [*small, *paths, *untuned, "data.sample.test=40"])
    result = etude.run(study, tmp_path / "run")
    assert result.contents["data"]["splits"]["test"]["rows"] == 40
    from etude.data import read_data

    counts = [len(example.references) for example in read_data(result.folder).test]
    assert set(counts) <= {2, 3}  # two of three summaries are sometimes the same words
    assert sum(count == 3 for count in counts) > 35
