"""A step on tensors without storage holds what the same step holds on real ones."""

from __future__ import annotations

from typing import Any

import pytest
import torch

import models
from etude.config.methods import Bottleneck, Ia3, PrefixTuning, PromptTuning, PTuning
from etude.config.optimizers import NEEDS_EXTRA, AdamW8bit, PagedAdamW, PagedAdamW8bit
from etude.config.precision import Int8
from etude.config.tuning import Adafactor, AdamW, Full, Lora, Method, Tune
from etude.engine.quantize import weights_bytes
from etude.training import estimate
from etude.training.batch_size import MARGIN
from etude.training.estimate import (
    GAPS,
    Added,
    Foreseen,
    Skeleton,
    expected_at_once,
    foresee,
    held_bytes,
    skeleton,
    state_bytes,
    training_bytes,
    with_method,
    working_bytes,
)
from etude.training.loss import summed_loss
from etude.training.methods import prepare
from etude.training.noise import for_training
from etude.training.packing import Packs, pack
from etude.training.shadow import Held, step_bytes
from etude.training.train import take_step

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


ASKED: dict[str, dict[str, Any]] = {
    "computed again": {"activation_checkpointing": True},
    "dropout": {"dropout": 0.3},
    "noise": {"neftune_noise_alpha": 5.0},
}


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("shape", ["llama", "t5"])
def test_what_training_does_to_a_network_is_counted(shape: str, asked: str) -> None:
    tune = Tune(method=Lora(r=4), **ASKED[asked])
    network = prepare(models.loaded(models.folder_of(shape)).model, tune.method, 0)
    run = models.run_of(network, tune, train=ROWS)
    network.train()
    with Held() as held:
        for item in (*network.parameters(), *network.buffers()):
            held.note(item)
        weights = held.now
        run.accelerator.backward(summed_loss(run, ROWS))
    added = with_method(skeleton(skeleton_of(shape), "fp32"), tune.method)
    for_training(added.network, tune)
    assert step_bytes(added.network, (), "fp32", ROWS, 6) == pytest.approx(
        held.most - weights, rel=0.05
    )


def test_layers_that_are_computed_again_hold_less() -> None:
    found = []
    for again in (False, True):
        tune = Tune(method=Lora(r=4), activation_checkpointing=again)
        added = with_method(skeleton(skeleton_of("llama"), "fp32"), tune.method)
        for_training(added.network, tune)
        found.append(step_bytes(added.network, (), "fp32", models.rows_of(1, 6, longest=100), 6))
    assert found[1] < 0.8 * found[0]


OPTIMIZERS: list[Any] = [
    *(AdamW(), PagedAdamW(), AdamW8bit(), PagedAdamW8bit()),
    *(Adafactor(), Adafactor(beta1=0.9)),
]


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_what_an_optimizer_keeps_is_counted(optimizer: Any) -> None:
    if optimizer.name in NEEDS_EXTRA:
        pytest.importorskip("bitsandbytes", reason="bitsandbytes is an extra, not installed here")
    network = prepare(models.loaded(models.folder_of("llama")).model, Full(), 0)
    run = models.run_of(network, Tune(method=Full(), optimizer=optimizer))
    take_step(run)
    kept = sum(
        value.nbytes
        for state in run.optimizer.state.values()
        for name, value in state.items()
        if isinstance(value, torch.Tensor) and value.dim() and not name.startswith("qmap")
    )
    assert state_bytes(run.parameters.values(), optimizer) == kept


# How many examples `batch_size: auto` will find room for

AUTO = Tune(method=Lora(r=4), batch_size="auto", accumulate=2)


def made() -> tuple[Skeleton, Added]:
    base = skeleton(skeleton_of("llama"), "fp32")
    return base, with_method(base, AUTO.method)


def expected(room: float, monkeypatch: pytest.MonkeyPatch, processes: int = 1) -> Foreseen:
    """With so much memory for a batch, beside weights and libraries."""
    held = held_bytes(*made()) + estimate.WORKSPACE
    monkeypatch.setattr(estimate, "resident_bytes", lambda: 0)
    monkeypatch.setattr(estimate, "free_bytes", lambda device: int(processes * (held + room)))
    rows, folder = models.rows_of(1, 40, longest=100), models.folder_of("llama")
    return foresee(made, AUTO, rows, folder, "cpu", processes)


def test_a_plan_finds_what_the_rehearsal_would(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = models.rows_of(1, 40, longest=100)
    wanted = {size: working_bytes(*made(), AUTO, rows, GAPS, size) for size in (1, 4, 16)}
    assert sorted(wanted.values()) == list(wanted.values())
    peaks = []
    for size, least in wanted.items():
        found = expected(1.02 * least / MARGIN, monkeypatch)
        assert max(1, size // 2) <= found.at_once <= size  # it is careful where it knows little
        assert found.why == ""
        peaks.append(found.bytes)
    assert peaks == sorted(peaks)
    assert expected(0.0, monkeypatch).at_once == 1  # there is nothing smaller to try
    assert expected(1e12, monkeypatch).at_once == 16  # a whole step
    assert expected(1e12, monkeypatch, processes=2).at_once == 8


def test_on_a_gpu_it_is_halved_until_it_fits() -> None:
    def found(room: int) -> int:
        return expected_at_once(32, lambda size: 100 * size, room, on_cpu=False)

    assert [found(room) for room in (9999, 3200, 3199, 900, 100, 1)] == [32, 32, 16, 8, 1, 1]


def test_a_number_is_what_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, folder = models.rows_of(1, 40, longest=100), models.folder_of("llama")
    tune = AUTO.model_copy(update={"batch_size": 4})
    alone, shared = (foresee(made, tune, rows, folder, "cpu", count) for count in (1, 4))
    assert (alone.at_once, shared.at_once) == (4, 2)
    assert alone.bytes is not None
    assert shared.bytes is not None


def test_what_cannot_be_tried_without_storage_is_said() -> None:
    def broken() -> tuple[Skeleton, Added]:
        raise RuntimeError("no such thing\nand more")

    found = foresee(broken, AUTO, ROWS, models.folder_of("llama"), "cpu")
    assert (found.bytes, found.why, found.at_once) == (None, "RuntimeError: no such thing", 0)
