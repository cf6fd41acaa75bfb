"""Every method that may train beside quantised weights is saved, read again, and answers."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from pydantic import TypeAdapter

import models
from etude.config.combinations import refusal
from etude.config.methods import Method
from etude.config.precision import Int8, Nf4
from etude.config.study import Generation, Model
from etude.engine.adapters import save_weights
from etude.engine.generate import generate, log_likelihoods
from etude.engine.load import load
from etude.training.methods import METHODS, prepare

pytest.importorskip("bitsandbytes", reason="bitsandbytes is an extra, not installed here")
pytestmark = models.peft_asks_by_an_old_name
PROMPTS, ANSWERS = [[1, 9, 8, 30], [1, 12, 8]], [[70, 2], [71, 2]]
PAIRS = [
    (name, precision)
    for precision in (Int8(compute="bf16"), Nf4(compute="bf16"))
    for name in METHODS
    if name != "head" and refusal(name, precision.name) is None
]


def kept(name: str, precision: Any, folder: Path) -> tuple[Any, Any]:
    """A model with a method's fresh adapter, and the one that is read from its weights folder."""
    base = models.base_of(models.folder_of("llama"))
    model = Model(base=str(base.folder), device="cpu")
    method = TypeAdapter(Method).validate_python({"name": name})
    loaded = load(base, model, precision)
    network = prepare(loaded.model, method, 0).eval()
    save_weights(network, method, folder, dtype=torch.float32, base="it", labels=None)
    again = load(base, model, precision, [folder])
    return type(loaded)(network, again.speaker, loaded.device, precision), again


@pytest.mark.parametrize(("name", "precision"), PAIRS, ids=str)
def test_what_was_read_again_answers_in_bf16(name: str, precision: Any, tmp_path: Path) -> None:
    _, again = kept(name, precision, tmp_path / "weights")
    assert all(map(math.isfinite, log_likelihoods(again, PROMPTS, ANSWERS)))
    assert len(generate(again, PROMPTS, Generation(max_tokens=3))) == len(PROMPTS)


@pytest.mark.parametrize("precision", [Int8(compute="fp32"), Nf4(compute="fp32")], ids=str)
@pytest.mark.parametrize("name", ["lora", "pissa", "adalora", "ia3"])
def test_what_was_read_again_is_what_was_written(name: str, precision: Any, tmp_path: Path) -> None:
    written, again = kept(name, precision, tmp_path / "weights")
    assert log_likelihoods(again, PROMPTS, ANSWERS) == pytest.approx(
        log_likelihoods(written, PROMPTS, ANSWERS), abs=1e-4
    )


def test_pissa_leaves_quantised_weights_as_they_were(tmp_path: Path) -> None:
    base = models.base_of(models.folder_of("llama"))
    plain = load(base, Model(base=str(base.folder), device="cpu"), Nf4(compute="fp32"))
    _, again = kept("pissa", Nf4(compute="fp32"), tmp_path / "weights")
    assert log_likelihoods(again, PROMPTS, ANSWERS) == pytest.approx(
        log_likelihoods(plain, PROMPTS, ANSWERS), abs=1e-3
    )
