"""Which parameters learn, in which precision; and every setting matters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

import models
from etude.config.study import Precision
from etude.config.tuning import AdamW, Constant, Full, Lora, Tune
from etude.errors import UserError
from etude.training.encode import encode_all
from etude.training.methods import METHODS, prepare, trainable
from etude.training.optimizers import make_optimizer
from etude.training.run import Run
from etude.training.train import take_step

pytestmark = models.peft_asks_by_an_old_name


def network_of(shape: str, precision: Precision = "fp32") -> Any:
    return models.loaded(models.folder_of(shape), precision).model


def count(network: Any) -> int:
    return sum(item.numel() for item in trainable(network).values())


def refusal(shape: str, *targets: str) -> str:
    with pytest.raises(UserError) as refused:
        prepare(network_of(shape), Lora(targets=targets), 0)
    return str(refused.value)


# What learns


def test_the_table_holds_every_method_of_the_study_file() -> None:
    assert len(METHODS) == 15


@pytest.mark.parametrize("shape", models.SHAPES)
def test_full_trains_every_parameter_once(shape: str) -> None:
    network = network_of(shape)
    parameters = sum(item.numel() for item in network.parameters())
    assert count(prepare(network, Full(), 0)) == parameters
    sizes = {"llama": 400 * 32 + 2 * (2 * 32 * 32 + 2 * 32 * 16 + 3 * 32 * 48 + 2 * 32) + 32}
    assert parameters == sizes.get(shape, parameters)


# in + out of every linear layer but the head
WIDTHS = {
    "llama": 2 * (2 * (32 + 32) + 2 * (32 + 16) + 3 * (32 + 48)),
    "gpt2": 2 * ((32 + 96) + (32 + 32) + 2 * (32 + 128)),
    "t5": 2 * (4 * 64 + 2 * 80) + 2 * (8 * 64 + 2 * 80),
    "bart": 2 * (4 * 64 + 2 * 80) + 2 * (8 * 64 + 2 * 80),
}


@pytest.mark.parametrize("shape", models.SHAPES)
@pytest.mark.parametrize("r", [1, 4])
def test_lora_trains_r_times_in_plus_out_of_every_linear_layer(shape: str, r: int) -> None:
    network = prepare(network_of(shape), Lora(r=r), 0)
    assert count(network) == r * WIDTHS[shape]
    assert all("lora_" in name for name in trainable(network))


def test_lora_on_named_layers() -> None:
    network = prepare(network_of("llama"), Lora(r=2, targets=("q_proj", "v_proj")), 0)
    assert count(network) == 2 * 2 * ((32 + 32) + (32 + 16))
    one = prepare(network_of("llama"), Lora(r=2, targets=("model.layers.1.mlp.up_proj",)), 0)
    assert count(one) == 2 * (32 + 48)


def test_lora_begins_as_the_base_and_is_drawn_by_its_seed() -> None:
    ids = torch.tensor([[1, 50, 60]])
    base = network_of("llama")
    expected = base(ids).logits
    drawn = [
        torch.cat([item.flatten() for item in trainable(network).values()])
        for network in (prepare(network_of("llama"), Lora(), seed) for seed in (1, 1, 2))
    ]
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])
    assert torch.equal(prepare(base, Lora(), 3)(ids).logits, expected)


def test_every_target_must_be_a_linear_layer() -> None:
    layers = "down_proj, gate_proj, k_proj, o_proj, q_proj, up_proj, v_proj"
    assert refusal("llama", "query") == (
        f"tune.method.targets: 'query' is no linear layer of this model; Known: {layers}."
    )
    # One that matches does not excuse one that does not.
    assert refusal("llama", "v_proj", "q_projj") == (
        "tune.method.targets: 'q_projj' is no linear layer of this model; did you mean 'q_proj'? "
        f"Known: {layers}."
    )
    assert refusal("llama", "input_layernorm").endswith(f"Known: {layers}.")
    assert refusal("gpt2", "query").endswith("; Known: c_attn, c_fc, c_proj.")
    assert refusal("t5", "query").endswith("; Known: k, o, q, v, wi, wo.")


# Training moves what learns, and nothing else


def trained(
    shape: str, precision: Precision, method: Full | Lora
) -> tuple[Run, dict[str, torch.Tensor]]:
    """A run after two steps, and all parameters as they were before."""
    network = prepare(network_of(shape, precision), method, 0)
    tune = Tune(method=method, optimizer=AdamW(learning_rate=1e-3), schedule=Constant())
    run = models.run_of(network, tune, precision=precision)
    before = {name: item.detach().clone() for name, item in run.network.named_parameters()}
    take_step(run)
    take_step(run)
    return run, before


@pytest.mark.parametrize("shape", models.SHAPES)
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_lora_leaves_the_base_as_it_is(shape: str, precision: Precision) -> None:
    run, before = trained(shape, precision, Lora(r=4))
    for name, item in run.network.named_parameters():
        if "lora_" in name:
            assert item.dtype == torch.float32, name
            assert not torch.equal(item, before[name]), name
        else:
            assert item.dtype == {"fp32": torch.float32, "bf16": torch.bfloat16}[precision], name
            assert torch.equal(item, before[name]), name
            assert item.grad is None, name


@pytest.mark.parametrize("shape", ["llama", "t5"])
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_full_moves_everything_in_fp32(shape: str, precision: Precision) -> None:
    run, before = trained(shape, precision, Full())
    for name, item in run.network.named_parameters():
        assert item.dtype == torch.float32, name
        assert not torch.equal(item, before[name]), name


@pytest.mark.parametrize(
    ("precision", "dtype"), [("fp32", torch.float32), ("bf16", torch.bfloat16)]
)
def test_precision_decides_what_is_computed_in(precision: Precision, dtype: torch.dtype) -> None:
    seen: list[torch.dtype] = []
    for method in (Full(), Lora()):
        network = prepare(network_of("llama", precision), method, 0)
        for name, module in network.named_modules():
            if name.endswith("up_proj"):
                module.register_forward_hook(lambda _, __, output: seen.append(output.dtype))
        take_step(models.run_of(network, Tune(method=method), precision=precision))
    assert len(seen) == 4  # two layers, two methods
    assert set(seen) == {dtype}


def test_weight_decay_is_for_matrices() -> None:
    network = prepare(network_of("llama"), Full(), 0)
    optimizer = make_optimizer(
        trainable(network), AdamW(weight_decay=0.3, epsilon=1e-6, beta1=0.5, beta2=0.7)
    )
    matrices, vectors = optimizer.param_groups
    assert matrices["weight_decay"] == 0.3
    assert vectors["weight_decay"] == 0.0
    assert {item.dim() for item in matrices["params"]} == {2}
    assert {item.dim() for item in vectors["params"]} == {1}
    assert sum(item.numel() for group in optimizer.param_groups for item in group["params"]) == (
        sum(item.numel() for item in network.parameters())
    )
    for group in optimizer.param_groups:
        assert (group["eps"], group["betas"]) == (1e-6, (0.5, 0.7))


def test_one_step_is_that_of_plain_adamw() -> None:
    run, before = trained("llama", "fp32", Full())
    del before
    reference = {name: item.detach().clone() for name, item in run.parameters.items()}
    network = network_of("llama")
    settings = run.tune.optimizer
    again = models.run_of(prepare(network, Full(), 0), run.tune)
    plain = torch.optim.AdamW(
        network.parameters(), lr=settings.learning_rate, weight_decay=0.0, fused=False
    )
    again.optimizer = again.stepper = plain
    take_step(again)
    take_step(again)
    for name, item in again.parameters.items():
        torch.testing.assert_close(item, reference[name], rtol=1e-5, atol=1e-6)


# Every setting of a method matters (those of the rest: `test_training_every_setting.py`)

BASELINE: dict[str, Any] = {
    "method": {"name": "lora", "r": 4, "alpha": 8},
    "optimizer": {"learning_rate": 1e-2, "weight_decay": 0.01},
    "epochs": 2,
    "batch_size": 2,
}
OTHER: dict[str, dict[str, Any]] = {
    "method.name": {"method": {"name": "full"}},
    "method.r": {"method": {"name": "lora", "r": 5, "alpha": 8}},
    "method.alpha": {"method": {"name": "lora", "r": 4, "alpha": 9}},
    "method.dropout": {"method": {"name": "lora", "r": 4, "alpha": 8, "dropout": 0.2}},
    "method.targets": {"method": {"name": "lora", "r": 4, "alpha": 8, "targets": ["q_proj"]}},
}


def test_the_table_above_knows_every_setting() -> None:
    known = {f"method.{name}" for kind in (Full, Lora) for name in kind.model_fields}
    assert OTHER.keys() == known


def weights(tune: Tune, folder: Path) -> dict[str, Any]:
    loaded = models.loaded(models.folder_of("llama"))
    material = encode_all(loaded.speaker, models.questions(), models.bare(), "response", None)
    run = models.run_of(prepare(loaded.model, tune.method, 0), tune, train=material.rows)
    models.tuned(run, folder)
    return {name: item.flatten().tolist() for name, item in run.parameters.items()}


@pytest.fixture(scope="module")
def baseline(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return weights(Tune.model_validate(BASELINE), tmp_path_factory.mktemp("baseline"))


@pytest.mark.parametrize("setting", [None, *OTHER])
def test_every_setting_changes_something(
    setting: str | None, baseline: dict[str, Any], tmp_path: Path
) -> None:
    other = OTHER[setting] if setting else {}
    changed = weights(Tune.model_validate(BASELINE | other), tmp_path)
    # The same settings give the same digits.
    assert (changed == baseline) == (setting is None)
