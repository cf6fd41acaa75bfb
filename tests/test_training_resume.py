"""A run that is stopped anywhere and taken up again ends with the same digits."""

from __future__ import annotations

import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import torch

import models
from etude.config.methods import Full, Lora
from etude.config.study import Precision
from etude.config.tuning import AdamW, Cosine, Tune
from etude.training import train as training
from etude.training.checkpoint import load_checkpoint, read_position, save_checkpoint
from etude.training.methods import prepare
from etude.training.rehearsal import rehearse
from etude.training.train import Diverged, Position, Run, restore, save, take_step, validate

pytestmark = models.peft_asks_by_an_old_name
TUNE = Tune(
    method=Lora(r=4, dropout=0.3),
    optimizer=AdamW(learning_rate=3e-3),
    schedule=Cosine(warmup_steps=2),
    batch_size=4,
    accumulate=2,
    epochs=3,
    log_steps=2,
    save_seconds=0,
)


class Stopped(Exception):
    """A kill, as far as it can be had within one process."""


def run_of(
    shape: str = "llama", tune: Tune = TUNE, precision: Precision = "fp32", seed: int = 1
) -> Run:
    network = models.loaded(models.folder_of(shape), precision).model
    network = prepare(network, tune.method, 7)
    return models.run_of(network, tune, precision=precision, seed=seed)


def values(run: Run) -> dict[str, torch.Tensor]:
    return {name: item.detach().clone() for name, item in run.parameters.items()}


def same(left: dict[str, torch.Tensor], right: dict[str, torch.Tensor]) -> bool:
    return left.keys() == right.keys() and all(
        torch.equal(left[name], right[name]) for name in left
    )


def stop_at(step: int) -> Any:
    def progress(what: str, done: int, total: int, note: str) -> None:
        if done == step:
            raise Stopped

    return progress


@pytest.mark.parametrize(
    ("shape", "tune", "precision"),
    [
        ("llama", TUNE, "fp32"),
        ("llama", TUNE, "bf16"),
        ("t5", TUNE, "fp32"),
        ("t5", TUNE.model_copy(update={"method": Full()}), "fp32"),  # its own dropout of 0.1
        ("gpt2", TUNE.model_copy(update={"method": Full()}), "bf16"),
    ],
    ids=["llama lora", "llama lora bf16", "t5 lora", "t5 full", "gpt2 full bf16"],
)
def test_resumed_is_uninterrupted_bit_for_bit(
    shape: str, tune: Tune, precision: Precision, tmp_path: Path
) -> None:
    whole = run_of(shape, tune, precision)
    assert whole.total_steps == 9
    expected = models.tuned(whole, tmp_path / "whole")
    assert len({row["loss"] for row in expected if "loss" in row}) == 6

    for step in (0, 1, 4, 8):
        with pytest.raises(Stopped):
            models.tuned(run_of(shape, tune, precision), tmp_path / "part", stop_at(step))
    torch.rand(5)  # another process would not have this generator's state either
    last = run_of(shape, tune, precision)
    found = models.tuned(last, tmp_path / "part")
    assert found == expected
    assert same(values(last), values(whole))


def test_chance_in_training_comes_from_the_seed_alone() -> None:
    losses = []
    for seed, drawn_before in ((1, 0), (1, 5), (2, 0)):
        network = models.loaded(models.folder_of("llama")).model
        network = prepare(network, TUNE.method, 7)
        with torch.no_grad():  # as drawn, B is zero and dropout makes no difference
            for item in network.parameters():
                if item.requires_grad:
                    item.fill_(0.05)
        torch.rand(drawn_before)
        run = models.run_of(network, TUNE, train=models.rows_of(0, 1), seed=seed)
        take_step(run)
        losses.append(run.position.loss_sum)
    assert losses[0] == losses[1]
    assert losses[0] != losses[2]


def test_steps_since_the_last_checkpoint_are_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = run_of()
    expected = models.tuned(whole, tmp_path / "whole")
    seldom = TUNE.model_copy(update={"save_seconds": 1e9})
    run = run_of(tune=seldom)
    real = training.take_step

    def with_a_checkpoint_after_three(run: Run) -> None:
        real(run)
        object.__setattr__(run.tune, "save_seconds", 0 if run.position.step == 3 else 1e9)

    monkeypatch.setattr(training, "take_step", with_a_checkpoint_after_three)
    with pytest.raises(Stopped):
        models.tuned(run, tmp_path / "part", stop_at(7))
    assert models.history_in(tmp_path / "part")[-1]["step"] == 6
    monkeypatch.setattr(training, "take_step", real)
    last = run_of(tune=seldom)
    assert models.tuned(last, tmp_path / "part") == expected
    assert same(values(last), values(whole))


def test_without_checkpoints_a_run_begins_anew(tmp_path: Path) -> None:
    seldom = TUNE.model_copy(update={"save_seconds": 1e9})
    with pytest.raises(Stopped):
        models.tuned(run_of(tune=seldom), tmp_path, stop_at(8))
    assert not (tmp_path / "checkpoint.safetensors").exists()
    again = models.tuned(run_of(tune=seldom), tmp_path)
    assert [row["step"] for row in again if "dev_loss" in row] == [0, 3, 6, 9]
    assert [row["step"] for row in again if "loss" in row] == [2, 3, 4, 6, 8, 9]


def test_a_checkpoint_holds_everything_exactly(tmp_path: Path) -> None:
    run = run_of()
    take_step(run)
    save(run, tmp_path / "one")
    before, moments = values(run), state(run)
    numbers = torch.rand(4)
    position = run.position
    assert read_position(tmp_path / "one") == asdict(position)

    other = run_of(seed=99)
    take_step(other)
    restore(other, tmp_path / "one")
    assert same(values(other), before)
    assert same(state(other), moments)
    assert torch.equal(torch.rand(4), numbers)
    assert other.position == position
    save(other, tmp_path / "two")
    assert {path.name for path in tmp_path.iterdir()} == {"one", "two"}


def state(run: Run) -> dict[str, torch.Tensor]:
    """The optimizer's state, flat."""
    return {
        f"{name}.{key}": value.clone()
        for name, item in run.parameters.items()
        for key, value in run.optimizer.state[item].items()
    }


def test_numbers_that_are_no_tensors_are_kept(tmp_path: Path) -> None:
    parameter = torch.nn.Parameter(torch.arange(6.0).reshape(2, 3).t())  # not contiguous
    optimizer = torch.optim.SGD([parameter], lr=0.1)
    optimizer.state[parameter] = {"count": 3, "mean": torch.tensor(2.5)}
    save_checkpoint(tmp_path / "c", {"weight": parameter}, optimizer, {"step": 4, "seconds": 0.1})
    other = torch.nn.Parameter(torch.zeros(3, 2))
    empty = torch.optim.SGD([other], lr=0.1)
    position = load_checkpoint(tmp_path / "c", {"weight": other}, empty)
    assert position == {"step": 4, "seconds": 0.1}
    assert torch.equal(other, parameter)
    assert empty.state[other]["count"] == 3
    assert torch.equal(empty.state[other]["mean"], torch.tensor(2.5))


def test_the_scaler_of_fp16_is_part_of_a_checkpoint(tmp_path: Path) -> None:
    run = run_of()
    run.accelerator.scaler = torch.amp.GradScaler("cpu", init_scale=64.0)
    save(run, tmp_path / "c")
    other = run_of()
    other.accelerator.scaler = torch.amp.GradScaler("cpu")
    restore(other, tmp_path / "c")
    assert other.accelerator.scaler.get_scale() == 64.0


@pytest.mark.parametrize("shape", ["llama", "t5"])
def test_a_rehearsal_leaves_no_trace(shape: str, tmp_path: Path) -> None:
    plain = run_of(shape)
    expected = models.tuned(plain, tmp_path / "plain")

    run = run_of(shape)
    before, chance = values(run), torch.get_rng_state()
    measured = rehearse(run, tmp_path)
    assert measured.step_seconds > 0
    assert measured.estimated_seconds == measured.step_seconds * 9 * 2
    assert same(values(run), before)
    assert torch.equal(torch.get_rng_state(), chance)
    assert not run.optimizer.state
    assert run.position == Position()
    assert all(item.grad is None for item in run.parameters.values())
    assert [path.name for path in tmp_path.iterdir()] == ["plain"]
    assert models.tuned(run, tmp_path / "rehearsed") == expected
    assert same(values(run), values(plain))


def test_a_rehearsal_fails_as_the_run_would(tmp_path: Path) -> None:
    run = run_of()
    with torch.no_grad():
        next(iter(run.parameters.values())).fill_(math.nan)
    with pytest.raises(Diverged, match="The training loss is nan at step 1"):
        rehearse(run, tmp_path)
    assert not list(tmp_path.iterdir())


# A loss that is no number


def test_a_loss_that_is_no_number_ends_the_run_with_the_last_good_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, good = run_of(), []
    real = training.summed_loss

    def not_a_number_at_step_five(run: Run, rows: Any) -> torch.Tensor:
        loss = real(run, rows)
        if run.position.step == 4 and loss.requires_grad:
            good[:] = [values(run)]
            return loss * math.nan
        return loss

    monkeypatch.setattr(training, "summed_loss", not_a_number_at_step_five)
    with pytest.raises(Diverged) as diverged:
        models.tuned(run, tmp_path)
    assert str(diverged.value) == (
        "The training loss is nan at step 5: lower the learning rate (now 0.003), warm up, or clip "
        "more."
    )
    assert same(values(run), good[0])  # the step was not taken
    kept = run_of()
    restore(kept, tmp_path / "checkpoint.safetensors")
    assert kept.position.step == 4
    assert same(values(kept), good[0])
    assert math.isfinite(validate(kept))


def test_a_gradient_that_is_no_number_is_noticed_before_it_spoils_the_parameters() -> None:
    run = run_of()
    before = values(run)
    first = next(iter(run.parameters.values()))
    first.register_hook(lambda grad: grad * math.inf)  # the loss itself stays finite
    with pytest.raises(Diverged) as diverged:
        take_step(run)
    assert str(diverged.value).startswith("The gradient's norm is nan at step 1: lower the ")
    assert same(values(run), before)
