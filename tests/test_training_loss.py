"""Our loss is transformers' own, however the batch is put together."""

from __future__ import annotations

from typing import Any

import pytest
import torch

import models
from etude.config.methods import Full, Lora
from etude.config.tuning import Tune
from etude.engine.batch import collate
from etude.training.loss import summed_loss, validate
from etude.training.methods import prepare
from etude.training.run import Run
from etude.training.train import backward, take_step

pytestmark = models.peft_asks_by_an_old_name
PLAIN = Tune(method=Full(), batch_size=8, epochs=1)


def run_of(shape: str, tune: Tune = PLAIN, **more: Any) -> Run:
    network = models.loaded(models.folder_of(shape)).model
    run = models.run_of(prepare(network, tune.method, 0), tune, **more)
    run.network.eval()  # no dropout: the numbers are compared
    return run


def gradients(run: Run) -> dict[str, torch.Tensor]:
    found = {
        name: item.grad.clone() for name, item in run.parameters.items() if item.grad is not None
    }
    run.network.zero_grad()
    return found


def difference(left: dict[str, torch.Tensor], right: dict[str, torch.Tensor]) -> float:
    """Largest difference of two sets of gradients, relative to their norm."""
    assert left.keys() == right.keys()
    assert left
    norm = torch.stack([grad.norm() for grad in right.values()]).norm()
    apart = torch.stack([(left[name] - right[name]).norm() for name in left]).norm()
    return float(apart / norm)


@pytest.mark.parametrize("shape", ["llama", "gpt2", "t5", "bart"])
def test_loss_and_gradients_are_those_of_transformers(shape: str) -> None:
    run = run_of(shape)
    rows = run.train[:8]
    tokens = sum(row.supervised for row in rows)
    loss = summed_loss(run, rows) / tokens
    loss.backward()
    own = gradients(run)

    batch = collate(
        rows, pad_id=0, decoder_start_id=run.decoder_start_id, device=torch.device("cpu")
    )
    reference = run.network(**batch).loss
    reference.backward()
    assert loss.item() == pytest.approx(reference.item(), rel=1e-6)
    theirs = gradients(run)
    assert difference(own, theirs) < 1e-6

    run.network.double()  # both are roundings of this; ours must be as good as theirs
    run.network(**batch).loss.backward()
    exact = gradients(run)
    assert difference(own, exact) < 1.1 * difference(theirs, exact)


class Kept(torch.optim.SGD):
    """An optimizer that keeps the gradients it was asked to step with, and does nothing."""

    def step(self, closure: Any = None) -> None:
        self.kept = {id(p): p.grad.clone() for group in self.param_groups for p in group["params"]}


def gradients_of_a_step(tune: Tune, shape: str) -> tuple[dict[str, torch.Tensor], Run]:
    rows = models.rows_of(5, 8)
    run = run_of(shape, tune, train=rows)
    keeping = Kept(list(run.parameters.values()), lr=1.0)
    run.optimizer, run.stepper = keeping, keeping
    take_step(run)
    return {name: keeping.kept[id(item)] for name, item in run.parameters.items()}, run


def slow_loss(run: Run, rows: Any, label_smoothing: float) -> torch.Tensor:
    """The mean over supervised tokens, row by row and token by token, from full fp32 logits.

    With label smoothing after Szegedy et al. 2016 (arXiv:1512.00567, section 7): the wanted
    distribution is (1 - share) on the label and share / vocabulary on every token.
    """
    total, tokens = torch.zeros(()), 0
    for row in rows:
        if run.decoder_start_id is not None:
            answer = list(row.answer)
            logits = run.network(
                input_ids=torch.tensor([row.prompt]),
                decoder_input_ids=torch.tensor([[run.decoder_start_id, *answer[:-1]]]),
            ).logits[0]
            wanted = list(enumerate(answer))
        else:
            ids = [*row.prompt, *row.answer]
            logits = run.network(input_ids=torch.tensor([ids])).logits[0]
            first = len(row.prompt)
            wanted = [(place - 1, ids[place]) for place in range(first, len(ids))]
        for place, label in wanted:
            log_probabilities = logits[place].float().log_softmax(-1)
            total = total - (1 - label_smoothing) * log_probabilities[label]
            total = total - label_smoothing * log_probabilities.mean()
            tokens += 1
    return total / tokens


@pytest.mark.parametrize("shape", ["llama", "gpt2", "t5"])
@pytest.mark.parametrize("label_smoothing", [0.0, 0.1])
@pytest.mark.parametrize("divided", [(6, 1), (2, 3), (4, 2)])
def test_a_steps_loss_and_gradients_are_those_of_a_slow_reference(
    shape: str, label_smoothing: float, divided: tuple[int, int]
) -> None:
    batch_size, accumulate = divided
    tune = Tune(
        method=Full(),
        batch_size=batch_size,
        accumulate=accumulate,
        label_smoothing=label_smoothing,
        clip=None,
    )
    run = run_of(shape, tune, train=models.rows_of(5, 6))
    assert run.steps_per_epoch == 1  # one step sees all rows
    losses = backward(run)
    found = gradients(run)
    reference = slow_loss(run, run.train, label_smoothing)
    reference.backward()
    tokens = sum(row.supervised for row in run.train)
    assert sum(losses) / tokens == pytest.approx(reference.item(), rel=2e-6)
    assert difference(found, gradients(run)) < 2e-6


def test_the_validation_loss_is_taken_without_smoothing() -> None:
    smoothed = run_of("llama", PLAIN.model_copy(update={"label_smoothing": 0.5}))
    assert validate(smoothed) == validate(run_of("llama"))


@pytest.mark.parametrize("shape", ["llama", "t5"])
def test_accumulating_four_batches_of_two_is_one_batch_of_eight(shape: str) -> None:
    method = Lora(r=4)
    one, whole = gradients_of_a_step(Tune(method=method, batch_size=8, clip=None), shape)
    four, parts = gradients_of_a_step(
        Tune(method=method, batch_size=2, accumulate=4, clip=None), shape
    )
    assert whole.total_steps == parts.total_steps
    assert len({row.supervised for row in whole.train}) > 3  # lengths are unequal
    assert difference(four, one) < 1e-6
    assert parts.position.loss_sum == pytest.approx(whole.position.loss_sum, rel=1e-6)
    assert parts.position.loss_tokens == whole.position.loss_tokens
    assert parts.position.gradient_norm == pytest.approx(whole.position.gradient_norm, rel=1e-5)


def test_an_incomplete_last_step_is_a_mean_over_its_own_tokens() -> None:
    # 5 rows in batches of 2, accumulated by 2: the second step has a single row.
    run = run_of(
        "llama",
        Tune(method=Full(), batch_size=2, accumulate=2, epochs=1),
        train=models.rows_of(5, 5),
    )
    keeping = Kept(list(run.parameters.values()), lr=1.0)
    run.optimizer, run.stepper = keeping, keeping
    assert (run.steps_per_epoch, run.total_steps) == (2, 2)
    take_step(run)
    take_step(run)
    rows = [row for batch in run.batches(1) for row in batch]
    assert 1 <= len(rows) <= 2
    (summed_loss(run, rows) / sum(row.supervised for row in rows)).backward()
    last = {name: keeping.kept[id(item)] for name, item in run.parameters.items()}
    norm = torch.stack(
        [item.grad.norm() for item in run.parameters.values() if item.grad is not None]
    ).norm()
    scale = min(1.0, 1.0 / (float(norm) + 1e-6))  # the step's gradients are clipped to norm 1
    expected = {name: grad * scale for name, grad in gradients(run).items()}
    assert difference(last, expected) < 1e-5


def test_validation_is_the_mean_over_all_tokens_whatever_the_batches() -> None:
    values = []
    for batch_size in (1, 2, 5):
        run = run_of("llama", Tune(method=Full(), batch_size=batch_size))
        values.append(validate(run))
        assert run.network.training
        run.network.eval()
        with torch.no_grad():
            by_hand = sum(summed_loss(run, [row]).item() for row in run.dev)
        assert values[-1] == pytest.approx(
            by_hand / sum(row.supervised for row in run.dev), rel=1e-6
        )
    assert values == pytest.approx([values[0]] * 3, rel=1e-6)
