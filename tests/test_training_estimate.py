"""A step on tensors without storage holds what the same step holds on real ones."""

from __future__ import annotations

from typing import Any

import pytest
import torch

import models
from etude.config.methods import Bottleneck, Ia3, PrefixTuning, PromptTuning, PTuning
from etude.config.precision import Int8
from etude.config.tuning import Full, Lora, Method, Tune
from etude.engine.quantize import weights_bytes
from etude.training.estimate import skeleton, training_bytes, with_method
from etude.training.loss import summed_loss
from etude.training.methods import prepare
from etude.training.packing import Packs, pack
from etude.training.shadow import Held, step_bytes

ROWS = models.rows_of(0, 6, longest=36)


def skeleton_of(shape: str) -> Any:
    like = models.loaded(models.folder_of(shape)).model
    with torch.device("meta"):
        return type(like)(like.config)


def test_storages_count_while_they_live() -> None:
    with Held() as held:
        one = torch.zeros(10)  # 40 bytes
        view = one[2:5]
        assert (held.now, held.most) == (40, 40)
        two = one + 1
        assert held.now == 80
        del one
        assert held.now == 80  # the view keeps it
        del view
        assert held.now == 40
        three = two.double()
        del two, three
    assert (held.now, held.most) == (0, 120)


METHODS: list[Method] = [
    *(Lora(r=4), Full(), Bottleneck(size=4), Ia3()),
    *(PromptTuning(tokens=4), PTuning(tokens=4), PrefixTuning(tokens=4)),
]


@pytest.mark.parametrize("method", METHODS, ids=[method.name for method in METHODS])
@pytest.mark.parametrize("shape", models.SHAPES)
def test_a_fake_step_is_as_large_as_a_real_one(shape: str, method: Method) -> None:
    network = prepare(models.loaded(models.folder_of(shape)).model, method, 0)
    run = models.run_of(network, Tune(method=method), train=ROWS)
    network.train()
    with Held() as held:
        for item in (*network.parameters(), *network.buffers()):
            held.note(item)
        weights = held.now
        run.accelerator.backward(summed_loss(run, ROWS))
    added = with_method(skeleton(skeleton_of(shape), "fp32"), method)
    assert step_bytes(added.network, (), "fp32", ROWS, 6) == pytest.approx(
        held.most - weights, rel=0.05
    )


def test_packed_sequences_are_as_large_as_real_ones() -> None:
    packs = Packs(ROWS, pack([row.length for row in ROWS], 60))
    network = prepare(models.loaded(models.folder_of("llama")).model, Lora(r=4), 0)
    run = models.run_of(network, Tune(method=Lora(r=4), packing=True, max_tokens=60), train=packs)
    network.train()
    with Held() as held:
        for item in (*network.parameters(), *network.buffers()):
            held.note(item)
        weights = held.now
        run.accelerator.backward(summed_loss(run, packs[:2]))
    added = with_method(skeleton(skeleton_of("llama"), "fp32"), Lora(r=4))
    assert step_bytes(added.network, (), "fp32", packs[:2], 2) == pytest.approx(
        held.most - weights, rel=0.05
    )


@pytest.mark.parametrize("method", [Lora(r=4), Full()], ids=["lora", "full"])
@pytest.mark.parametrize("shape", ["llama", "t5"])
def test_what_learns_is_counted(shape: str, method: Method) -> None:
    network = prepare(models.loaded(models.folder_of(shape)).model, method, 0)
    base = skeleton(skeleton_of(shape), "fp32")
    added = with_method(base, method)
    learning = sum(item.numel() for item in network.parameters() if item.requires_grad)
    assert added.learning == learning
    assert base.weights_bytes + added.added_bytes == weights_bytes(network)
    step = step_bytes(
        with_method(skeleton(skeleton_of(shape), "fp32"), method).network, (), "fp32", ROWS, 6
    )
    whole = training_bytes(base, added, Tune(method=method, batch_size=6), ROWS)
    assert whole == base.weights_bytes + added.added_bytes + 8 * learning + step


def test_larger_batches_and_longer_rows_take_more() -> None:
    def step(rows: Any, size: int, precision: Any = "fp32") -> int:
        base = skeleton(skeleton_of("llama"), precision)
        network = with_method(base, Lora(r=4)).network
        return step_bytes(network, base.quantized, precision, rows, size)

    long = models.rows_of(1, 6, longest=100)
    assert step(ROWS, 2) < step(ROWS, 6) < step(long, 6)
    assert step(ROWS, 6, "bf16") < step(ROWS, 6)
    # int8 keeps every layer's input in the compute type until the backward pass.
    assert step(ROWS, 6, Int8(compute="fp32")) >= step(ROWS, 6)
