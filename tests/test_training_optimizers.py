"""Every optimizer does what its reference does, and needs what it says it needs."""

from __future__ import annotations

import sys
from typing import Any

import pytest
import torch
from transformers.optimization import Adafactor as TransformersAdafactor

from etude.checks import check
from etude.config.optimizers import (
    NEEDS_EXTRA,
    Adafactor,
    AdamW,
    AdamW8bit,
    PagedAdamW,
    PagedAdamW8bit,
)
from etude.config.study import Study
from etude.errors import UserError
from etude.training.optimizers import make_optimizer
from studies import settings as study_settings

ADAM = {"learning_rate": 3e-3, "weight_decay": 0.1, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-7}


def parameters(seed: int = 0) -> dict[str, torch.nn.Parameter]:
    """A matrix large enough to be kept in 8 bits, a small one and a vector."""
    chance = torch.Generator().manual_seed(seed)
    shapes = {"large": (64, 96), "small": (8, 4), "vector": (16,)}
    return {
        name: torch.nn.Parameter(torch.randn(shape, generator=chance))
        for name, shape in shapes.items()
    }


def moved(settings: Any, steps: int = 5) -> dict[str, torch.Tensor]:
    """Parameters after some steps on gradients that are always the same."""
    learning = parameters()
    optimizer = make_optimizer(learning, settings)
    walk(optimizer, learning, steps)
    return {name: item.detach() for name, item in learning.items()}


def walk(optimizer: Any, learning: dict[str, torch.nn.Parameter], steps: int) -> None:
    chance = torch.Generator().manual_seed(9)
    for _ in range(steps):
        for item in learning.values():
            item.grad = torch.randn(item.shape, generator=chance)
        optimizer.step()


def by_reference(make: Any, decay: float, steps: int = 5) -> dict[str, torch.Tensor]:
    """The same with another implementation; weight decay on matrices only."""
    learning = parameters()
    groups = [
        {"params": [learning["large"], learning["small"]], "weight_decay": decay},
        {"params": [learning["vector"]], "weight_decay": 0.0},
    ]
    walk(make(groups), learning, steps)
    return {name: item.detach() for name, item in learning.items()}


def plain_adamw(groups: Any) -> torch.optim.Optimizer:
    return torch.optim.AdamW(groups, lr=3e-3, betas=(0.8, 0.95), eps=1e-7, fused=False)


def test_adamw_is_torchs() -> None:
    expected = by_reference(plain_adamw, 0.1)
    for name, item in moved(AdamW(**ADAM)).items():
        torch.testing.assert_close(item, expected[name], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", [PagedAdamW, AdamW8bit, PagedAdamW8bit])
def test_paged_and_8_bit_adamw_are_nearly_torchs(kind: Any) -> None:
    pytest.importorskip("bitsandbytes", reason="bitsandbytes is an extra, not installed here")
    expected, found = by_reference(plain_adamw, 0.1), moved(kind(**ADAM))
    for name, item in found.items():
        eight_bit = "8bit" in kind.__name__ and name == "large"  # the others keep 32 bits
        apart = (item - expected[name]).abs().max().item()
        assert apart < (4e-3 if eight_bit else 1e-6), name
        assert (apart > 1e-5) == eight_bit, name


@pytest.mark.parametrize("beta1", [None, 0.9])
@pytest.mark.parametrize("scale_parameter", [True, False])
def test_adafactor_is_that_of_transformers_with_a_given_rate(
    beta1: float | None, scale_parameter: bool
) -> None:
    settings = Adafactor(
        learning_rate=1e-5, weight_decay=0.1, beta1=beta1, scale_parameter=scale_parameter
    )

    def reference(groups: Any) -> torch.optim.Optimizer:
        return TransformersAdafactor(
            groups, lr=1e-5, relative_step=False, beta1=beta1, scale_parameter=scale_parameter
        )

    expected = by_reference(reference, 0.1)
    for name, item in moved(settings).items():
        assert torch.equal(item, expected[name]), name


def test_adafactor_by_hand() -> None:
    """One step after Shazeer and Stern, section 4: rank-1 second moments, clipped update."""
    learning = parameters()
    gradient = torch.randn(64, 96, generator=torch.Generator().manual_seed(3))
    before = learning["large"].detach().clone()
    learning["large"].grad = gradient
    make_optimizer({"large": learning["large"]}, Adafactor(learning_rate=1e-2)).step()
    squared = gradient.double() ** 2  # the first step's decay is 0
    rows, columns = squared.mean(1), squared.mean(0)
    update = gradient.double() / (rows[:, None] * columns[None] / rows.mean()).sqrt()
    update /= max(1.0, update.pow(2).mean().sqrt().item())
    torch.testing.assert_close(
        learning["large"].detach(), (before - 1e-2 * update).float(), rtol=1e-4, atol=1e-6
    )


def test_what_memory_an_optimizer_takes() -> None:
    pytest.importorskip("bitsandbytes", reason="bitsandbytes is an extra, not installed here")
    values = 64 * 96

    def held(settings: Any) -> int:
        learning = {"large": parameters()["large"]}
        optimizer = make_optimizer(learning, settings)
        walk(optimizer, learning, 1)
        state = optimizer.state[learning["large"]]
        return sum(
            item.numel() * item.element_size()
            for key, item in state.items()
            if isinstance(item, torch.Tensor) and item.dim() and "qmap" not in key
        )

    assert held(AdamW()) == 8 * values
    assert held(PagedAdamW()) == 8 * values
    assert 2 * values < held(AdamW8bit()) < 2.1 * values  # and a scale for each block
    assert held(Adafactor()) == 4 * (64 + 96)


MISSING = (
    "tune.optimizer: paged and 8-bit optimizers need a package that is not installed: "
    "pip install 'etude[quantized]', or use adamw or adafactor."
)


@pytest.mark.parametrize("name", NEEDS_EXTRA)
def test_without_the_extra_a_sentence_names_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bitsandbytes", None)  # as if it were not installed
    settings = {"paged-adamw": PagedAdamW, "adamw-8bit": AdamW8bit}.get(name, PagedAdamW8bit)()
    with pytest.raises(UserError) as refusal:
        make_optimizer(parameters(), settings)
    assert str(refusal.value) == MISSING


@pytest.mark.parametrize("name", NEEDS_EXTRA)
def test_the_extra_is_missed_before_anything_begins(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    from etude import checks

    tune = {"optimizer": name}
    study = Study.model_validate(
        study_settings(tmp_path / "animals.jsonl", approaches={"lora": {"tune": tune}})
    )
    check(study)
    monkeypatch.setattr(checks, "find_spec", lambda _: None)
    with pytest.raises(UserError) as refusal:
        check(study)
    assert str(refusal.value) == f"approaches.lora: {MISSING}"
