"""What is done to a network in training alone: noise, dropout, activations computed again."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

import models
from etude.config.study import Model
from etude.config.tuning import Full, Lora, Tune
from etude.engine.batch import Encoded
from etude.engine.classifier import draw_head
from etude.engine.load import load
from etude.errors import UserError
from etude.training.loss import summed_loss, validate
from etude.training.methods import METHODS, prepare
from etude.training.noise import add_noise, set_dropout
from etude.training.run import Run
from etude.training.train import backward

pytestmark = models.peft_asks_by_an_old_name
PLAIN = ("full", "head")  # tried by tests of their own
APART = ("prefix-tuning",)  # refused: layers that are computed again would not see the prefix


def run_of(shape: str, tune: Tune, dropout: float | None = None) -> Run:
    network = models.loaded(models.folder_of(shape)).model
    if dropout is not None:
        set_dropout(network, dropout)
    return models.run_of(prepare(network, tune.method, 0), tune)


# NEFTune


@pytest.mark.parametrize("shape", models.SHAPES)
def test_noise_is_as_large_as_the_paper_says_and_for_training_alone(shape: str) -> None:
    network = models.loaded(models.folder_of(shape)).model
    reader = network.get_encoder() if network.config.is_encoder_decoder else network
    embeddings = reader.get_input_embeddings()
    ids = torch.arange(3, 43).reshape(2, 20)
    clean = embeddings(ids)
    add_noise(network, 5.0)
    assert torch.equal(network.eval() and embeddings(ids), clean)
    network.train()
    noise = embeddings(ids) - clean
    bound = 5 / math.sqrt(20 * 32)
    assert noise.abs().max() <= bound * 1.0001
    assert noise.abs().max() > 0.95 * bound
    assert abs(noise.mean()) < 0.1 * bound
    assert noise.std().item() == pytest.approx(bound / math.sqrt(3), rel=0.1)  # uniform
    assert not torch.equal(embeddings(ids) - clean, noise)  # drawn anew each time


@pytest.mark.parametrize("shape", models.SHAPES)
@pytest.mark.parametrize("method", [Full(), Lora(r=2)], ids=["full", "lora"])
def test_noise_reaches_the_training_loss_and_not_the_validation(shape: str, method: Any) -> None:
    plain = run_of(shape, Tune(method=method, dropout=None), dropout=0)
    noisy = run_of(shape, Tune(method=method, neftune_noise_alpha=20), dropout=0)
    assert validate(noisy) == validate(plain)
    rows = plain.train[:4]
    assert abs(summed_loss(noisy, rows).item() - summed_loss(plain, rows).item()) > 1e-3


@pytest.mark.parametrize("shape", ["llama", "t5", "bart"])
@pytest.mark.parametrize("method", [name for name in METHODS if name not in PLAIN])
def test_noise_reaches_the_training_loss_of_every_method(shape: str, method: str) -> None:
    """Virtual tokens too, whose inputs PEFT embeds by itself (BART's by a table of its own)."""
    found = []
    for alpha in (None, 50):
        tune = Tune.model_validate({"method": method, "neftune_noise_alpha": alpha, "dropout": 0})
        run = run_of(shape, tune)
        torch.manual_seed(0)
        found.append(summed_loss(run, run.train[:4]).item())
    assert abs(found[0] - found[1]) > 1e-3


@pytest.mark.parametrize("shape", models.SHAPES)
def test_noise_reaches_the_training_loss_of_a_head(shape: str) -> None:
    folder, found = models.folder_of(shape), []
    rows = [Encoded((1, *range(5, 8 + number), 2), (), label=number % 2) for number in range(4)]
    for alpha in (None, 50):
        settings = {"method": {"name": "head", "body": "lora"}, "dropout": 0}
        tune = Tune.model_validate(settings | {"neftune_noise_alpha": alpha})
        model = Model(base=str(folder), device="cpu")
        network = load(models.base_of(folder), model, "fp32", (), ("good", "bad")).model
        draw_head(network, 5)
        run = models.run_of(prepare(network, tune.method, 0), tune, train=rows, dev=rows)
        torch.manual_seed(0)
        found.append(summed_loss(run, run.train).item())
    assert abs(found[0] - found[1]) > 1e-3


# Dropout


@pytest.mark.parametrize("shape", models.SHAPES)
def test_dropout_is_set_in_every_layer_of_the_model(shape: str) -> None:
    without, with_half = (run_of(shape, Tune(method=Full(), dropout=share)) for share in (0.0, 0.5))
    rows = without.train[:4]
    torch.manual_seed(0)
    losses = [summed_loss(without, rows).item() for _ in range(2)]
    assert losses[0] == losses[1]
    torch.manual_seed(0)
    dropped = [summed_loss(with_half, rows).item() for _ in range(2)]
    assert dropped[0] != dropped[1]
    assert dropped[0] != losses[0]
    assert validate(with_half) == validate(without)


@pytest.mark.parametrize("shape", ["gpt2", "t5"])
def test_the_models_own_dropout_is_the_default(shape: str) -> None:
    run = run_of(shape, Tune(method=Full()))
    assert {item.p for item in run.network.modules() if isinstance(item, torch.nn.Dropout)} >= {0.1}


def test_the_dropout_of_a_method_is_its_own() -> None:
    run = run_of("llama", Tune(method=Lora(dropout=0.25), dropout=0.5))
    added = [
        item.p
        for name, item in run.network.named_modules()
        if "lora_dropout" in name and isinstance(item, torch.nn.Dropout)
    ]
    assert added
    assert set(added) == {0.25}
    attention = run.network.base_model.model.model.layers[0].self_attn
    assert attention.attention_dropout == 0.5


def test_a_model_without_dropout_is_refused() -> None:
    bare = torch.nn.Linear(2, 2)
    with pytest.raises(UserError) as refusal:
        set_dropout(bare, 0.1)
    assert str(refusal.value) == (
        "tune.dropout: the layers of this model have no dropout to set: remove it, or use the "
        "dropout of tune.method."
    )


# Activation checkpointing


@pytest.mark.parametrize("shape", models.SHAPES)
@pytest.mark.parametrize("method", [Full(), Lora(r=2, dropout=0.3)], ids=["full", "lora"])
def test_activations_computed_again_give_the_same_gradients(shape: str, method: Any) -> None:
    found, kept = [], []
    for again in (False, True):
        run = run_of(shape, Tune(method=method, dropout=0.2, activation_checkpointing=again))
        sizes: list[int] = []

        def note(tensor: torch.Tensor, sizes: list[int] = sizes) -> torch.Tensor:
            sizes.append(tensor.numel())
            return tensor

        torch.manual_seed(3)
        with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
            loss = summed_loss(run, run.train[:6])
        kept.append(sum(sizes))
        torch.manual_seed(3)
        losses = backward(run)
        gradients = {name: item.grad for name, item in run.parameters.items()}
        found.append((loss.item(), losses, gradients))
    assert found[0][:2] == found[1][:2]  # dropout included
    for name, item in found[0][2].items():
        assert torch.equal(item, found[1][2][name]), name
    assert kept[1] < 0.7 * kept[0]


@pytest.mark.parametrize("shape", ["llama", "t5"])
@pytest.mark.parametrize("method", [name for name in METHODS if name not in (*PLAIN, *APART)])
def test_activations_of_every_method_can_be_computed_again(shape: str, method: str) -> None:
    found = []
    for again in (False, True):
        asked = {"method": method, "dropout": 0.2, "activation_checkpointing": again}
        run = run_of(shape, Tune.model_validate(asked))
        torch.manual_seed(3)
        backward(run)
        found.append({name: item.grad for name, item in run.parameters.items()})
    assert any(item is not None and item.any() for item in found[0].values())
    for name, item in found[0].items():
        other = found[1][name]
        alike = item is other if item is None or other is None else torch.equal(item, other)
        assert alike, name


def test_a_model_that_cannot_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    network = models.loaded(models.folder_of("llama")).model
    monkeypatch.setattr(type(network), "supports_gradient_checkpointing", False)
    tune = Tune(method=Full(), activation_checkpointing=True)
    with pytest.raises(UserError) as refusal:
        models.run_of(prepare(network, tune.method, 0), tune)
    assert str(refusal.value) == (
        "tune.activation_checkpointing: this model's layers cannot be computed again: remove it."
    )
