"""Packed examples never see each other, and every one of them is there once."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import models
from etude.config.study import Precision
from etude.config.tuning import Full, Lora, Tune
from etude.engine.batch import Encoded
from etude.errors import UserError
from etude.training.loss import summed_loss
from etude.training.methods import prepare
from etude.training.packing import Packed, pack
from etude.training.rehearsal import rehearse
from etude.training.run import Run

pytestmark = models.peft_asks_by_an_old_name
TUNE = Tune(method=Full(), packing=True, batch_size=2)


def packed(rows: tuple[Encoded, ...], limit: int) -> list[Packed]:
    packs = pack([row.length for row in rows], limit)
    return [Packed(tuple(rows[index] for index in chosen)) for chosen in packs]


def run_of(shape: str, precision: Precision = "fp32", tune: Tune = TUNE) -> Run:
    network = prepare(models.loaded(models.folder_of(shape), precision).model, tune.method, 0)
    run = models.run_of(network, tune, train=packed(models.rows_of(), 60), precision=precision)
    run.network.eval()
    return run


@given(lengths=st.lists(st.integers(1, 80), min_size=1, max_size=200), limit=st.integers(80, 300))
def test_every_row_once_within_the_limit_and_few_sequences(lengths: list[int], limit: int) -> None:
    packs = pack(lengths, limit)
    assert sorted(row for chosen in packs for row in chosen) == list(range(len(lengths)))
    assert all(sum(lengths[row] for row in chosen) <= limit for chosen in packs)
    held = sorted(sum(lengths[row] for row in chosen) for chosen in packs)
    assert len(held) < 2 or held[0] + held[1] > limit  # no two could be one
    assert pack(lengths, limit) == packs


def test_best_fit() -> None:
    assert pack([5, 3, 8, 2, 7, 10], 10) == [[5], [2, 3], [4, 1], [0]]
    assert pack([1] * 6, 3) == [[0, 1, 2], [3, 4, 5]]
    assert pack([40, 2], 10) == [[0], [1]]  # too long for any: alone


def test_little_is_padding() -> None:
    chance = random.Random(1)
    lengths = [max(4, int(chance.lognormvariate(4.5, 0.5))) for _ in range(2000)]
    packs = pack(lengths, 1024)
    assert sum(lengths) / (len(packs) * 1024) > 0.99


def gradients(run: Run) -> dict[str, torch.Tensor]:
    found = {
        name: item.grad.clone() for name, item in run.parameters.items() if item.grad is not None
    }
    run.network.zero_grad()
    return found


@pytest.mark.parametrize("shape", ["llama", "gpt2"])
@pytest.mark.parametrize("attention", ["sdpa", "eager"])
def test_packed_losses_and_gradients_are_the_unpacked_ones(shape: str, attention: str) -> None:
    run = run_of(shape)
    run.network.set_attn_implementation(attention)
    batch = run.train[:2]
    assert all(len(item.rows) > 1 for item in batch)
    assert batch[0].length != batch[1].length  # so that there is padding
    together = summed_loss(run, batch)
    together.backward()
    found = gradients(run)
    alone = torch.zeros(())
    for item in batch:
        for row in item.rows:
            loss = summed_loss(run, [row])
            loss.backward()
            alone += loss.detach()
    expected = gradients(run)
    torch.testing.assert_close(together.detach(), alone, rtol=1e-6, atol=1e-6)
    for name, item in expected.items():
        torch.testing.assert_close(found[name], item, rtol=1e-4, atol=1e-5)


def test_the_first_token_of_an_example_is_never_predicted_from_another() -> None:
    run = run_of("llama")
    everything = tuple(
        Encoded(row.prompt, row.answer, (True,) * len(row.prompt)) for row in models.rows_of()[:4]
    )
    pack_of_four = Packed(everything)
    assert pack_of_four.supervised == pack_of_four.length - 4
    together = summed_loss(run, [pack_of_four]).item()
    assert together == pytest.approx(sum(summed_loss(run, [row]).item() for row in everything))


def test_what_another_example_says_makes_no_difference() -> None:
    run = run_of("llama")
    one, two, three = models.rows_of()[:3]
    other = Encoded(one.prompt[::-1], one.answer, one.earlier)
    losses = []
    for first in (one, other):
        before = summed_loss(run, [first]).item()
        losses.append(summed_loss(run, [Packed((first, two, three))]).item() - before)
    assert losses[0] == pytest.approx(losses[1], abs=1e-4)


def mixing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a model that does not look at positions, as some architectures do not."""
    import transformers.masking_utils as masks

    monkeypatch.setattr(masks, "find_packed_sequence_indices", lambda position_ids: None)


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_model_that_mixes_examples_is_refused_before_the_run(
    precision: Precision, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_of("llama", precision)
    run.network.train()
    rehearse(run, tmp_path)
    mixing(monkeypatch)
    with pytest.raises(UserError) as refusal:
        rehearse(run, tmp_path)
    message = str(refusal.value)
    assert message.startswith(
        "tune.packing: this model lets examples in one sequence see each other (their loss is "
    )
    assert message.endswith(" apart): remove it; batches are grouped by length all the same.")


def test_a_packed_run_learns_and_counts_sequences(tmp_path: Path) -> None:
    tune = Tune(method=Lora(r=2), packing=True, batch_size=2, epochs=2, log_steps=1)
    network = prepare(models.loaded(models.folder_of("llama")).model, tune.method, 0)
    rows: Any = packed(models.rows_of(), 60)
    run = models.run_of(network, tune, train=rows)
    assert run.steps_per_epoch == -(-len(rows) // 2)
    history = models.tuned(run, tmp_path)
    losses = [row["dev_loss"] for row in history if "dev_loss" in row]
    assert losses[-1] < losses[0]
    assert run.position.step == run.total_steps == 2 * run.steps_per_epoch
