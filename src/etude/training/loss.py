"""The loss of a batch and of the validation split, and what to do when it is no number."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeGuard

import torch
from torch import Tensor

from etude.engine import processes
from etude.engine.batch import Encoded, collate
from etude.engine.head import supervised_logits
from etude.errors import UserError
from etude.training.batch_size import halved, out_of_memory
from etude.training.cross_entropy import summed_cross_entropy
from etude.training.packing import Packed, collate_packed
from etude.training.run import Row, Run
from etude.training.shares import rounds

NAMED = 8  # examples of a batch that a message names


class Diverged(UserError):
    """The loss is no longer a number."""


def summed_loss(run: Run, rows: Sequence[Row], label_smoothing: float = 0.0) -> Tensor:
    """Cross-entropy in nats, summed over the supervised tokens of a batch.

    With label smoothing, that share of the wanted probability is spread over the vocabulary.
    """
    device = run.accelerator.device
    if are_packed(rows):
        batch = collate_packed(rows, pad_id=run.pad_id, device=device)
    else:
        batch = collate(
            rows,  # type: ignore[arg-type]  # what is not packed is an example
            pad_id=run.pad_id,
            decoder_start_id=run.decoder_start_id,
            device=device,
        )
    logits, targets = supervised_logits(run.network, batch)
    return summed_cross_entropy(logits, targets, label_smoothing)


def are_packed(rows: Sequence[Row]) -> TypeGuard[Sequence[Packed]]:
    """Whether a batch is made of packed sequences: all of them are, or none."""
    return isinstance(rows[0], Packed)


@torch.no_grad()
def validate(run: Run) -> float:
    """Mean cross-entropy in nats per supervised token of the validation split.

    Logits are gone after each batch. Where memory does not suffice, the batch is halved, from
    there on. Several processes take turns at batches.
    """
    run.network.eval()
    rows = sorted(run.dev, key=lambda row: row.length)
    total = validate_alone(run, rows) if processes.count() == 1 else validate_together(run, rows)
    run.network.train()
    return total / sum(row.supervised for row in rows)


def validate_alone(run: Run, rows: Sequence[Encoded]) -> float:
    """The summed loss of all rows."""
    total, done = 0.0, 0
    while done < len(rows):
        size = run.position.evaluate_batch_size
        loss = loss_or_nothing(run, rows[done : done + size])
        if loss is None:
            halve_evaluation(run)
            continue
        total += loss
        done += size
    return total


def validate_together(run: Run, rows: Sequence[Encoded]) -> float:
    """The same, by several processes. The rehearsal has found a size that all have memory for."""
    size = run.position.evaluate_batch_size
    batches = [rows[start : start + size] for start in range(0, len(rows), size)]
    total = 0.0
    for numbers in rounds(len(batches), processes.count()):
        if (number := numbers[processes.rank()]) is not None:
            total += summed_loss(run, batches[number]).item()
        elif processes.sharding() is not None:
            summed_loss(run, batches[0][:1])  # weights are fetched by all together, or by none
    return sum(row[0] for row in processes.gathered_numbers([total]))


def halve_evaluation(run: Run) -> None:
    """Go on with validation batches of half the size, and remember it for the report."""
    run.position.evaluate_batch_size = halved(run.position.evaluate_batch_size)
    run.position.evaluated_with_less = True


def loss_or_nothing(run: Run, rows: Sequence[Encoded]) -> float | None:
    """A batch's summed loss, or None when there is no memory for more than one example at once."""
    try:
        return summed_loss(run, rows).item()
    except (RuntimeError, MemoryError) as error:
        if len(rows) == 1 or not out_of_memory(error):
            raise
    return None


def check_finite(run: Run, losses: Sequence[float], norm: float, batches: list[list[int]]) -> None:
    """Raise `Diverged` before a step that would spoil the parameters.

    With fp16's loss scaler a gradient may overflow: the scaler leaves that step out and scales
    less.
    """
    broken = next((place for place, loss in enumerate(losses) if not math.isfinite(loss)), None)
    if broken is not None:
        what, rows = f"training loss is {losses[broken]}", batches[broken]
    elif not math.isfinite(norm) and run.accelerator.scaler is None:
        what, rows = f"gradient's norm is {norm}", [row for batch in batches for row in batch]
    else:
        return
    raise Diverged(
        f"The {what} at step {run.position.step + 1}, in the batch of {in_words(run, rows)}: lower "
        f"the learning rate (now {run.tune.optimizer.learning_rate:g}), warm up, or clip more."
    )


def in_words(run: Run, rows: Sequence[int]) -> str:
    """The examples of a batch by their ids; the first of them where they are many."""
    names = [run.names[row] if run.names else f"row {row}" for row in rows]
    rest = len(names) - NAMED
    listed = ", ".join(names[:NAMED])
    return f"{listed} and {rest} more" if rest > 0 else listed
