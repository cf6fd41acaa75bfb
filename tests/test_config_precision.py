"""`precision:` as a name or a block; what is refused, in which words; what keys and files hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from etude import checks
from etude.checks import check
from etude.config import Study, load_study, to_yaml
from etude.config.combinations import TABLE, refusal
from etude.config.precision import NAMES, Int8, Nf4, compute_of, in_words, name_of, recorded
from etude.errors import UserError

STUDY = """\
name: study
model: {base: random-llama, device: cpu, precision: %s}
data: {sources: {rows: {kind: jsonl, path: rows.jsonl}}}
approaches:
  told: {}
  lora: {tune: {method: lora}}
"""


def study_of(folder: Path, precision: str, *overrides: str) -> Study:
    (folder / "study.yaml").write_text(STUDY % precision)
    return load_study(folder / "study.yaml", overrides)


def refused(folder: Path, precision: str, *overrides: str) -> str:
    with pytest.raises(UserError) as caught:
        check(study_of(folder, precision, *overrides))
    return str(caught.value)


WRITTEN = {
    "fp32": "fp32",
    "{name: bf16}": "bf16",
    "nf4": Nf4(),
    "{name: nf4}": Nf4(),
    "{name: nf4, double_quantization: false, compute: fp32}": Nf4(
        double_quantization=False, compute="fp32"
    ),
    "int8": Int8(),
    "{name: int8, compute: fp32}": Int8(compute="fp32"),
}


@pytest.mark.parametrize("written", WRITTEN)
def test_a_name_or_a_block(written: str, tmp_path: Path) -> None:
    study = study_of(tmp_path, written)
    assert study.model.precision == WRITTEN[written]
    (tmp_path / "again.yaml").write_text(to_yaml(study))
    assert load_study(tmp_path / "again.yaml") == study
    assert Study.model_validate(study.model_dump(mode="json")) == study


@pytest.mark.parametrize(
    ("below", "override", "expected"),
    [
        ("nf4", "model.precision.compute=fp32", Nf4(compute="fp32")),
        ("{name: nf4, compute: fp32}", "model.precision=bf16", "bf16"),
        ("bf16", "model.precision.name=int8", Int8()),
        ("{name: nf4, compute: fp32}", "model.precision.name=int8", Int8()),
    ],
)
def test_overrides(below: str, override: str, expected: Any, tmp_path: Path) -> None:
    assert study_of(tmp_path, below, override).model.precision == expected


def test_an_approach_has_its_own(tmp_path: Path) -> None:
    study = study_of(tmp_path, "fp32", "approaches.lora.precision=nf4")
    assert study.approaches["lora"].precision == Nf4()
    assert study.approaches["told"].precision is None


def test_what_is_recorded_and_said() -> None:
    assert recorded("bf16") == "bf16"
    assert recorded(Nf4()) == {"name": "nf4", "double_quantization": True, "compute": "bf16"}
    assert in_words(recorded("bf16")) == "bf16"
    assert in_words(recorded(Nf4())) == "nf4 (double quantization, compute bf16)"
    assert in_words(recorded(Nf4(double_quantization=False, compute="fp32"))) == (
        "nf4 (compute fp32)"
    )
    assert in_words(recorded(Int8())) == "int8 (compute bf16)"
    assert [name_of(item) for item in ("fp32", "bf16", "fp16", Int8(), Nf4())] == list(NAMES)
    assert (compute_of("fp16"), compute_of(Nf4(compute="fp32"))) == ("fp16", "fp32")


WRONG = {
    "nf5": "'nf5' is not known here: did you mean 'nf4'? Known: bf16, fp16, fp32, int8, nf4.",
    "{name: nf5}": "'nf5' is not known here: did you mean 'nf4'? Known: bf16, fp16, fp32, int8, "
    "nf4.",
    "{compute: fp32}": "this block does not say what it is: add name with one of fp32, bf16, "
    "fp16, int8, nf4.",
}


@pytest.mark.parametrize("written", WRONG)
def test_a_wrong_name(written: str, tmp_path: Path) -> None:
    said = refused(tmp_path, written)
    assert said == f"study.yaml, line 2, model.precision: {WRONG[written]}"


MISPLACED = {
    "{name: bf16, compute: fp32}": "compute: this is a setting of int8 and nf4, not of bf16: "
    "change the precision, or remove it.",
    "{name: int8, double_quantization: true}": "double_quantization: this is a setting of nf4, "
    "not of int8: change the precision, or remove it.",
    "{name: bf16, bits: 4}": "bits: there is no such setting, and bf16 has none: remove it.",
    "{name: nf4, computes: fp32}": "computes: there is no such setting: did you mean 'compute'? "
    "Known: compute, double_quantization, name.",
    "{name: nf4, compute: fp8}": "compute: 'fp8' is not known here: choose one of bf16, fp16, "
    "fp32.",
}


@pytest.mark.parametrize("written", MISPLACED)
def test_a_setting_of_another_format(written: str, tmp_path: Path) -> None:
    said = refused(tmp_path, written)
    assert said == f"study.yaml, line 2, model.precision.{MISPLACED[written]}"


CANNOT = {
    "fp16": "approaches.told: fp16 is for a GPU, and this is a CPU: use precision bf16 or fp32.",
    "{name: nf4, compute: fp16}": "approaches.told: fp16 is for a GPU, and this is a CPU: use "
    "compute bf16 or fp32.",
}


@pytest.mark.parametrize("written", CANNOT)
def test_fp16_on_a_cpu(written: str, tmp_path: Path) -> None:
    assert refused(tmp_path, written) == CANNOT[written]


def test_a_missing_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "find_spec", lambda _: None)
    assert refused(tmp_path, "nf4") == (
        "approaches.told: precision nf4 needs bitsandbytes, which is an extra: pip install "
        "'etude[quantized]', or use precision bf16."
    )


@pytest.mark.parametrize("precision", ["int8", "nf4"])
def test_full_fine_tuning_of_quantised_weights(precision: str, tmp_path: Path) -> None:
    assert refused(tmp_path, precision, "approaches.lora.tune.method=full") == (
        f"approaches.lora: full changes the weights themselves, and {precision} ones are rounded "
        "and frozen: use method lora (which trains beside them), or precision bf16."
    )


def test_a_merge_into_quantised_weights(tmp_path: Path) -> None:
    more = "approaches.more={weights: lora, tune: {method: {name: lora, r: %d}}}"
    assert refused(tmp_path, "nf4", more % 4) == (
        "approaches.more tunes on top of lora, whose adapter would be merged into nf4 weights and "
        "so rounded anew: use the same method settings as lora, so that its adapter goes on "
        "learning, or precision bf16 for both."
    )
    check(study_of(tmp_path, "nf4", more % 8))  # goes on with the same adapter
    check(study_of(tmp_path, "bf16", more % 4))  # merged exactly


def test_the_table_of_refusals() -> None:
    for (method, precision), row in TABLE.items():
        assert precision in NAMES
        said = refusal(method, precision)
        assert said is not None
        assert method in said.reason
        assert "{" not in said.reason + said.instead
        assert row.instead.startswith("use ")
    assert refusal("lora", "nf4") is None
    assert refusal("full", "bf16") is None
