"""Schedules equal transformers'; the order of rows is a pure function that wastes little."""

from __future__ import annotations

import random
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import get_scheduler

from etude.config.schedules import ConstantWithWarmup, StepDecay
from etude.config.tuning import Constant, Cosine, Linear, Tune
from etude.training.order import by_length, epoch_order
from etude.training.run import count_steps, steps_in_epoch
from etude.training.schedules import multiplier, warmup_steps

SETTINGS = [
    Constant(),
    ConstantWithWarmup(warmup_steps=4),
    ConstantWithWarmup(warmup_ratio=0.2),
    Linear(),
    Linear(warmup_steps=5),
    Linear(warmup_ratio=0.13),
    Cosine(),
    Cosine(warmup_steps=7),
    Cosine(warmup_ratio=0.03),
    Cosine(warmup_steps=40),
]


@pytest.mark.parametrize("schedule", SETTINGS, ids=repr)
@pytest.mark.parametrize("total", [1, 2, 30, 101])
def test_the_learning_rate_is_that_of_transformers_at_every_step(schedule: Any, total: int) -> None:
    rate = 3e-4
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=rate)
    reference = get_scheduler(
        schedule.name.replace("-", "_"),
        optimizer,
        num_warmup_steps=warmup_steps(schedule, total),
        num_training_steps=total,
    )
    assert_same_rates(schedule, optimizer, reference, total, rate)


@pytest.mark.parametrize("total", [1, 30, 101])
@pytest.mark.parametrize(("step_size", "gamma"), [(1, 0.9), (7, 0.5), (40, 0.1)])
def test_step_decay_is_that_of_torch(total: int, step_size: int, gamma: float) -> None:
    rate = 3e-4
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=rate)
    reference = torch.optim.lr_scheduler.StepLR(optimizer, step_size, gamma)
    schedule = StepDecay(step_size=step_size, gamma=gamma)
    assert_same_rates(schedule, optimizer, reference, total, rate)


def test_step_decay_falls_from_the_end_of_the_warm_up_on() -> None:
    schedule = StepDecay(step_size=3, gamma=0.5, warmup_steps=2)
    rates = [multiplier(schedule, step, 10) for step in range(10)]
    assert rates == [0, 0.5, 1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25]


def assert_same_rates(
    schedule: Any, optimizer: Any, reference: Any, total: int, rate: float
) -> None:
    """Our learning rate at every step, and that of a scheduler of torch's kind."""
    for step in range(total):
        expected = optimizer.param_groups[0]["lr"]
        assert rate * multiplier(schedule, step, total) == pytest.approx(expected, abs=1e-18)
        optimizer.step()
        reference.step()


def test_a_ratio_of_warm_up_is_rounded_up() -> None:
    assert warmup_steps(Cosine(warmup_ratio=0.03), 100) == 3
    assert warmup_steps(Cosine(warmup_ratio=0.03), 101) == 4
    assert warmup_steps(Cosine(warmup_ratio=0.03), 1) == 0
    assert warmup_steps(Cosine(warmup_ratio=0.9), 5) == 4
    assert warmup_steps(Cosine(warmup_ratio=1), 5) == 5
    assert warmup_steps(Linear(), 100) == 0
    assert warmup_steps(Constant(), 100) == 0
    assert warmup_steps(ConstantWithWarmup(warmup_ratio=0.1), 25) == 3


@pytest.mark.parametrize(
    ("settings", "steps"),
    [
        ({"batch_size": 8, "epochs": 1}, 13),  # ceil(100 / 8)
        ({"batch_size": 8, "accumulate": 4, "epochs": 1}, 4),  # ceil(13 / 4)
        ({"batch_size": 8, "accumulate": 4, "epochs": 3}, 12),
        ({"batch_size": 8, "epochs": 0.5}, 6),
        ({"batch_size": 8, "epochs": 0.001}, 1),
        ({"batch_size": 8, "epochs": 3, "max_steps": 10}, 10),
        ({"batch_size": 8, "epochs": 3, "max_steps": 1000}, 39),
        ({"batch_size": "auto", "accumulate": 4, "epochs": 3}, 12),  # as with 8, whatever fits
    ],
)
def test_how_many_steps_a_run_has(settings: dict[str, Any], steps: int) -> None:
    tune = Tune(**settings)
    assert count_steps(100, tune) == steps
    assert steps_in_epoch(100, tune) == count_steps(
        100, tune.model_copy(update={"epochs": 1, "max_steps": None})
    )


LENGTHS = st.lists(st.integers(1, 4000), min_size=1, max_size=300)


@given(
    lengths=LENGTHS, batch_size=st.integers(1, 17), seed=st.integers(0, 99), epoch=st.integers(0, 9)
)
def test_every_row_once_an_epoch_and_always_the_same(
    lengths: list[int], batch_size: int, seed: int, epoch: int
) -> None:
    order = epoch_order(lengths, batch_size, seed, epoch)
    rows = [row for batch in order for row in batch]
    assert sorted(rows) == list(range(len(lengths)))
    assert len(order) == -(-len(lengths) // batch_size)
    assert all(1 <= len(batch) <= batch_size for batch in order)
    random.random()
    assert epoch_order(lengths, batch_size, seed, epoch) == order


@given(lengths=LENGTHS, batch_size=st.integers(1, 17), seed=st.integers(0, 99))
def test_without_grouping_rows_are_shuffled_and_cut(
    lengths: list[int], batch_size: int, seed: int
) -> None:
    order = epoch_order(lengths, batch_size, seed, 0, group_by_length=False)
    assert sorted(row for batch in order for row in batch) == list(range(len(lengths)))
    assert [len(batch) for batch in order[:-1]] == [batch_size] * (len(order) - 1)
    other = [10] * len(lengths)  # lengths make no difference
    assert order == epoch_order(other, batch_size, seed, 0, group_by_length=False)


def test_epochs_and_seeds_mix_differently() -> None:
    lengths = list(range(1, 400))
    seen = {
        str(epoch_order(lengths, 8, seed, epoch)) for seed in (1, 2, 11) for epoch in (0, 1, 2, 11)
    }
    assert len(seen) == 12
    # Not only the order of batches: what shares a batch changes as well.
    groups = [{frozenset(batch) for batch in epoch_order(lengths, 4, 1, epoch)} for epoch in (0, 1)]
    assert len(groups[0] & groups[1]) < len(groups[0]) / 2


def waste(lengths: list[int], batches: list[list[int]]) -> float:
    """Share of a padded epoch that is padding."""
    padded = sum(max(lengths[row] for row in batch) * len(batch) for batch in batches)
    return 1 - sum(lengths) / padded


@pytest.mark.parametrize("seed", range(5))
def test_little_is_padding_on_skewed_lengths(seed: int) -> None:
    chance = random.Random(seed)
    lengths = [max(4, int(chance.lognormvariate(4.5, 0.5))) for _ in range(2000)]
    shuffled = list(range(len(lengths)))
    chance.shuffle(shuffled)
    by_chance = [shuffled[start : start + 8] for start in range(0, len(shuffled), 8)]
    assert waste(lengths, by_chance) > 0.4
    assert waste(lengths, epoch_order(lengths, 8, seed, 0)) < 0.05
    assert waste(lengths, by_length(lengths, 8)) < 0.03


@given(lengths=LENGTHS, batch_size=st.integers(1, 17))
def test_evaluation_goes_by_length_and_leaves_nothing_out(
    lengths: list[int], batch_size: int
) -> None:
    rows = [row for batch in by_length(lengths, batch_size) for row in batch]
    assert sorted(rows) == list(range(len(lengths)))
    assert [lengths[row] for row in rows] == sorted(lengths)
