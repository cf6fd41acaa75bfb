"""Model families, by tiny random models of their own code: tuned, kept, asked, merged.

Each cell of `tools.method_cells` trains, saves, reads again with the same digits, writes greedily
what transformers' `generate` writes, and merges exactly.
"""

from __future__ import annotations

import pytest
import torch

import models
from etude.config.methods import Lora
from etude.config.study import Model
from etude.engine.load import class_for, load_config, load_speaker
from etude.errors import UserError
from etude.training.methods import prepare
from tools.architectures import ARCHITECTURES, ENCODERS, WRITERS, base_of
from tools.method_cells import EXACT, NEAR, attempt
from tools.method_places import LABELS, Place

pytestmark = models.peft_asks_by_an_old_name
GATED = {"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"}
OUTER = {"q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2"}
FALCON = {"query_key_value", "dense", "dense_h_to_4h", "dense_4h_to_h"}
T5 = {"q", "k", "v", "o"}
BERT = {"query", "key", "value", "dense"}
TARGETS: dict[str, set[str]] = {  # the linear layers of each family, by its own names
    "Llama 2": GATED,
    "Llama 3": GATED,
    "Mistral": GATED,
    "Qwen2": GATED,
    "Qwen3": GATED,
    "Gemma": GATED,
    "Gemma 2": GATED,
    "Gemma 3": GATED,
    "Falcon": FALCON,
    "Falcon 40B": FALCON,
    "OPT": OUTER,
    "GPT-2": {"c_attn", "c_proj", "c_fc"},
    "Phi": {"q_proj", "k_proj", "v_proj", "dense", "fc1", "fc2"},
    "Phi-3": {"qkv_proj", "o_proj", "gate_up_proj", "down_proj"},
    "T5": T5 | {"wi", "wo"},
    "FLAN-T5": T5 | {"wi_0", "wi_1", "wo"},
    "BART": OUTER,
    "BERT": BERT,
    "RoBERTa": BERT,
    "DistilBERT": {"q_lin", "k_lin", "v_lin", "out_lin", "lin1", "lin2"},
    "DeBERTa": {"query_proj", "key_proj", "value_proj", "dense"},
    "ModernBERT": {"Wqkv", "Wo", "Wi"},
}


def test_every_family_has_its_targets_here() -> None:
    assert set(TARGETS) == set(ARCHITECTURES)


@pytest.mark.parametrize("family", ARCHITECTURES)
def test_lora_finds_every_linear_layer_by_itself(family: str) -> None:
    config = load_config(base_of(family))
    labels = LABELS if family in ENCODERS else None
    with torch.device("meta"):
        network = class_for(config, labels).from_config(config)
    adapted = {
        name.rpartition(".")[2]
        for name, module in prepare(network, Lora(), 0).named_modules()
        if hasattr(module, "lora_A") and len(module.lora_A)
    }
    assert adapted == TARGETS[family]


@pytest.mark.slow
@pytest.mark.parametrize("method", ["lora", "full"])
@pytest.mark.parametrize("family", WRITERS)
def test_a_family_that_writes(family: str, method: str) -> None:
    check_cell(Place(family, method, "fp32"))


@pytest.mark.slow
@pytest.mark.parametrize("method", ["head", "lora", "full"])
@pytest.mark.parametrize("family", ARCHITECTURES)
def test_a_family_with_a_classification_head(family: str, method: str) -> None:
    check_cell(Place(family, method, "fp32", head=True))


def check_cell(place: Place) -> None:
    cell = attempt(place)
    assert (cell.failed, cell.refused) == (None, None)
    assert cell.after < cell.before
    assert cell.reload <= EXACT
    assert cell.merged is not None
    assert cell.merged <= NEAR["fp32"]


@pytest.mark.parametrize("family", ENCODERS)
def test_what_only_reads_does_not_write(family: str) -> None:
    base = base_of(family)
    assert load_speaker(base, Model(base=str(base.folder))).encoder_only
    with pytest.raises(UserError) as refused:
        class_for(load_config(base), None)
    assert str(refused.value) == (
        f"A model of the kind {ENCODERS[family][0]} reads and does not write, so it can only name "
        "classes: use data.task: classify and tune.method: head."
    )
