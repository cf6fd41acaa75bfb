"""One training run: a short loop on accelerate, the same for every method and architecture.

Why a loop of our own and not a Trainer: `docs/design/training-loop.md`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from torch import Tensor

from etude.config.study import Precision
from etude.config.tuning import AdamW, Tune
from etude.engine.batch import Encoded, collate
from etude.engine.head import supervised_logits
from etude.progress import Progress
from etude.training.checkpoint import load_checkpoint, save_checkpoint
from etude.training.history import History, Log
from etude.training.methods import trainable
from etude.training.mixing import Mixture
from etude.training.order import by_length, epoch_order
from etude.training.schedules import multiplier

MIXED = {"fp32": "no", "bf16": "bf16", "fp16": "fp16"}  # accelerate's words for our precisions


class Diverged(Exception):
    """The loss is no longer a number."""


@dataclass(slots=True)
class Position:
    """Where a run stands; with the checkpoint's tensors it decides every later digit.

    `loss_sum` runs over `loss_tokens` supervised tokens since the last row of the history;
    `scaler` is the state of fp16's loss scaler, empty in other precisions.
    """

    step: int = 0
    seconds: float = 0.0
    history_rows: int = 0
    loss_sum: float = 0.0
    loss_tokens: int = 0
    seen_tokens: int = 0
    gradient_norm: float = 0.0
    scaler: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Run:
    """All that a training run holds.

    `parameters` are those that learn, by name; `stepper` is accelerate's wrapper of the
    `optimizer`.
    """

    network: Any
    parameters: dict[str, torch.nn.Parameter]
    optimizer: torch.optim.Optimizer
    stepper: Any
    accelerator: Accelerator
    tune: Tune
    train: Sequence[Encoded]
    dev: Sequence[Encoded]
    seed: int
    pad_id: int
    decoder_start_id: int | None
    mixture: Mixture | None = None
    position: Position = field(default_factory=Position)
    order: tuple[int, list[list[int]]] = (-1, [])  # an epoch and its batches

    @property
    def steps_per_epoch(self) -> int:
        return steps_in_epoch(len(self.train), self.tune)

    @property
    def total_steps(self) -> int:
        return count_steps(len(self.train), self.tune)

    def numbers(self, step: int) -> list[list[int]]:
        """The row numbers of an optimizer step, by batch."""
        epoch, number = divmod(step, self.steps_per_epoch)
        if self.order[0] != epoch:
            lengths = [row.length for row in self.train]
            drawn = self.mixture.draw(epoch) if self.mixture else None
            batches = epoch_order(lengths, self.tune.batch_size, self.seed, epoch, drawn)
            self.order = (epoch, batches)
        start = number * self.tune.accumulate
        return self.order[1][start : start + self.tune.accumulate]

    def batches(self, step: int) -> list[list[Encoded]]:
        """The batches of an optimizer step."""
        return [[self.train[index] for index in batch] for batch in self.numbers(step)]


def steps_in_epoch(examples: int, tune: Tune) -> int:
    """Optimizer steps of one pass over the training split."""
    return math.ceil(math.ceil(examples / tune.batch_size) / tune.accumulate)


def count_steps(examples: int, tune: Tune) -> int:
    """Optimizer steps of a whole run over `examples` training examples."""
    steps = max(1, round(steps_in_epoch(examples, tune) * tune.epochs))
    return min(steps, tune.max_steps or steps)


def begin(
    network: Any,
    tune: Tune,
    train: Sequence[Encoded],
    dev: Sequence[Encoded],
    *,
    precision: Precision,
    seed: int,
    pad_id: int,
    decoder_start_id: int | None,
    mixture: Mixture | None = None,
) -> Run:
    """Set up a run at step 0. `network` has its trainable parameters marked."""
    accelerator = Accelerator(mixed_precision=MIXED[precision], cpu=network.device.type == "cpu")
    optimizer = make_optimizer(network, tune.optimizer)
    prepared, stepper = accelerator.prepare(network, optimizer)
    prepared.train()
    torch.manual_seed(seed)
    return Run(
        network=prepared,
        parameters=trainable(network),
        optimizer=optimizer,
        stepper=stepper,
        accelerator=accelerator,
        tune=tune,
        train=train,
        dev=dev,
        seed=seed,
        pad_id=pad_id,
        decoder_start_id=decoder_start_id,
        mixture=mixture,
    )


def make_optimizer(network: Any, settings: AdamW) -> torch.optim.Optimizer:
    """AdamW; weight decay on matrices only, as norms and biases have no scale to hold down."""
    learning = list(trainable(network).values())
    matrices = [item for item in learning if item.dim() >= 2]
    vectors = [item for item in learning if item.dim() < 2]
    groups: list[dict[str, Any]] = [
        {"params": matrices, "weight_decay": settings.weight_decay},
        {"params": vectors, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(
        [group for group in groups if group["params"]],
        lr=settings.learning_rate,
        betas=(settings.beta1, settings.beta2),
        eps=settings.epsilon,
        fused=True,
    )


def train(
    run: Run, checkpoint: Path, history: Path, trackers: Sequence[Log], progress: Progress
) -> None:
    """Train to the end, from the checkpoint if there is one. The network is changed in place.

    Validation loss is measured before the first step, after every epoch and at the end, where
    there is a validation split. Raises `Diverged` when the loss is no longer a number.
    """
    if checkpoint.exists():
        restore(run, checkpoint)
    at, saved = run.position, time.monotonic()
    started = time.monotonic() - at.seconds
    record = History(history, at.history_rows, trackers)
    if record.rows == 0 and run.dev:
        record.add(validation_row(run))
    loss = ""
    while at.step < run.total_steps:
        progress("training", at.step, run.total_steps, loss)
        take_step(run)
        at.seconds = time.monotonic() - started
        epoch_ends = at.step % run.steps_per_epoch == 0 or at.step == run.total_steps
        if epoch_ends or at.step % run.tune.log_steps == 0:
            row = training_row(run)
            loss = f"loss {row['loss']:.3f}"
            record.add(row)
        if epoch_ends and run.dev:
            record.add(validation_row(run))
        if time.monotonic() - saved >= run.tune.save_seconds:
            at.history_rows = record.rows
            save(run, checkpoint)
            saved = time.monotonic()
    progress("training", at.step, run.total_steps, loss)


def save(run: Run, path: Path) -> None:
    """Write everything that decides the run's next digit."""
    if run.accelerator.scaler is not None:
        run.position.scaler = run.accelerator.scaler.state_dict()
    save_checkpoint(path, run.parameters, run.optimizer, asdict(run.position))


def restore(run: Run, path: Path) -> None:
    """Put a run back where `save` found it."""
    run.position = Position(**load_checkpoint(path, run.parameters, run.optimizer))
    if run.position.scaler:
        run.accelerator.scaler.load_state_dict(run.position.scaler)


def take_step(run: Run) -> None:
    """One optimizer step: `accumulate` forward and backward passes, clip, move."""
    at, tune = run.position, run.tune
    rate = tune.optimizer.learning_rate * multiplier(tune.schedule, at.step, run.total_steps)
    for group in run.optimizer.param_groups:
        group["lr"] = rate
    batches = run.batches(at.step)
    tokens = sum(row.supervised for batch in batches for row in batch)
    losses = []
    for batch in batches:
        loss = summed_loss(run, batch)
        run.accelerator.backward(loss / tokens)  # the mean over the step, however it is divided
        losses.append(loss.detach())
    limit = tune.clip if tune.clip is not None else math.inf
    norm = float(run.accelerator.clip_grad_norm_(run.parameters.values(), limit))
    total = sum(loss.item() for loss in losses)
    check_finite(run, total, norm)
    run.stepper.step()
    run.stepper.zero_grad()
    at.step += 1
    at.loss_sum += total
    at.loss_tokens += tokens
    at.seen_tokens += sum(row.length for batch in batches for row in batch)
    at.gradient_norm = norm


def check_finite(run: Run, loss: float, norm: float) -> None:
    """Raise `Diverged` before a step that would spoil the parameters.

    With fp16's loss scaler a gradient may overflow: the scaler leaves that step out and scales
    less.
    """
    if not math.isfinite(loss):
        what = f"training loss is {loss}"
    elif not math.isfinite(norm) and run.accelerator.scaler is None:
        what = f"gradient's norm is {norm}"
    else:
        return
    raise Diverged(
        f"The {what} at step {run.position.step + 1}: lower the learning rate (now "
        f"{run.tune.optimizer.learning_rate:g}), warm up, or clip more."
    )


def summed_loss(run: Run, rows: Sequence[Encoded]) -> Tensor:
    """Cross-entropy in nats, summed over the supervised tokens of a batch."""
    batch = collate(
        rows,
        pad_id=run.pad_id,
        decoder_start_id=run.decoder_start_id,
        device=run.accelerator.device,
    )
    logits, targets = supervised_logits(run.network, batch)
    return torch.nn.functional.cross_entropy(logits.float(), targets, reduction="sum")


@torch.no_grad()
def validate(run: Run) -> float:
    """Mean cross-entropy in nats per supervised token of the validation split."""
    run.network.eval()
    lengths = [row.length for row in run.dev]
    total = 0.0
    for batch in by_length(lengths, run.tune.batch_size):
        total += summed_loss(run, [run.dev[index] for index in batch]).item()
    run.network.train()
    return total / sum(row.supervised for row in run.dev)


def validation_row(run: Run) -> dict[str, Any]:
    """A row of the history with the validation loss; the time it takes counts."""
    at, started = run.position, time.monotonic()
    loss = validate(run)
    at.seconds += time.monotonic() - started
    epoch = at.step / run.steps_per_epoch
    return {"step": at.step, "epoch": epoch, "dev_loss": loss, "seconds": at.seconds}


def training_row(run: Run) -> dict[str, Any]:
    """A row of the history over the steps since the last one; begins the next."""
    at = run.position
    row = {
        "step": at.step,
        "epoch": at.step / run.steps_per_epoch,
        "loss": at.loss_sum / at.loss_tokens,
        "learning_rate": run.optimizer.param_groups[0]["lr"],
        "gradient_norm": at.gradient_norm,
        "seconds": at.seconds,
        "tokens_per_second": at.seen_tokens / at.seconds if at.seconds else 0.0,
    }
    at.loss_sum, at.loss_tokens = 0.0, 0
    return row
