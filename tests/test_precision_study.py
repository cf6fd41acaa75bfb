"""A study with quantised approaches: what the plan, the manifests and the report say of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import etude
from etude.config import load_study
from etude.display import Display
from etude.errors import UserError
from etude.result import Result
from etude.verbs import plan as plan_of
from studies import write_study

pytest.importorskip("bitsandbytes", reason="bitsandbytes is not installed")

TUNE: dict[str, Any] = {"method": {"name": "lora", "r": 4}, "max_steps": 2, "batch_size": 4}
NF4 = {"name": "nf4", "double_quantization": True, "compute": "fp32"}
APPROACHES: dict[str, Any] = {
    "zero-shot": {},
    "eight-bit": {"precision": "int8"},
    "qlora": {"precision": NF4, "tune": TUNE},
    "told": {"weights": "qlora", "system": "Be brief."},
    "further": {"weights": "qlora", "tune": TUNE},
}


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    folder = tmp_path_factory.mktemp("quantised")
    study = load_study(write_study(folder, approaches=APPROACHES))
    return etude.run(study, folder / "run")


@pytest.mark.long
class TestQuantised:
    def test_weights_bring_their_precision(self, result: Result) -> None:
        found = {
            name: json.loads(result.place(name).manifest.read_text())["precision"]
            for name in APPROACHES
        }
        int8 = {"name": "int8", "compute": "bf16"}
        assert found == {
            **{"zero-shot": "fp32", "eight-bit": int8},
            **{"qlora": NF4, "told": NF4, "further": NF4},
        }

    def test_measured_weights_stand_beside_the_planned(self, result: Result) -> None:
        costs = result.costs
        for name in APPROACHES:
            measured = costs.loc[name, "weights_mb"]
            assert measured == pytest.approx(costs.loc[name, "planned_weights_mb"], rel=0.01)
        weights = costs["weights_mb"]
        assert weights["qlora"] == weights["told"] == weights["further"]
        assert weights["qlora"] < 0.5 * weights["zero-shot"]
        page = result.report.read_text()
        assert "Weights in memory" in page
        assert "In nf4 (double quantization, compute fp32)" not in page  # it tunes first of all
        assert "in nf4 (double quantization, compute fp32)" in page

    def test_what_the_weights_folder_says(self, result: Result) -> None:
        noted = json.loads((result.place("qlora").weights / "etude.json").read_text())
        assert noted["precision"] == NF4
        assert noted["base"]["name"] == "random-llama"
        assert noted["weights_mb"] == pytest.approx(result.costs.loc["qlora", "weights_mb"])

    @pytest.mark.parametrize(
        ("model", "told"),
        [
            (
                {"base": "random-llama"},
                "was trained in nf4 (double quantization, compute fp32), but this study loads it "
                "in fp32: set model.precision accordingly.",
            ),
            (
                {"base": "OTHER", "precision": NF4},
                "is an adapter trained on random-llama, but the files of OTHER are others: an "
                "adapter fits only the base it was trained on, so set model.base accordingly.",
            ),
        ],
        ids=["precision", "base"],
    )
    def test_an_adapter_goes_where_it_was_trained(
        self, result: Result, model: dict[str, Any], told: str, tmp_path: Path
    ) -> None:
        from etude.engine.random_base import make_llama

        other = str(tmp_path / "other")
        make_llama(Path(other), hidden=64)
        model = {**model, "base": model["base"].replace("OTHER", other)}
        weights = str(result.place("qlora").weights)
        study = write_study(tmp_path, model=model, approaches={"given": {"weights": weights}})
        with pytest.raises(UserError) as refused:
            plan_of(load_study(study), tmp_path / "run", Display())
        assert str(refused.value) == f"approaches.given.weights {told.replace('OTHER', other)}"
