"""A training run: what it holds, where it stands, and how it is begun."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator

from etude.config.precision import Precision, compute_of
from etude.config.tuning import Tune
from etude.engine import processes
from etude.engine.batch import Encoded
from etude.training.checkpoint import load_checkpoint, save_checkpoint
from etude.training.methods import trainable
from etude.training.mixing import Mixture
from etude.training.noise import for_training
from etude.training.optimizers import make_optimizer
from etude.training.order import epoch_order
from etude.training.packing import Packed
from etude.training.sharding import shard
from etude.training.shares import divided
from etude.training.stopping import Judgement

MIXED = {"fp32": "no", "bf16": "bf16", "fp16": "fp16"}  # accelerate's words for our precisions

Row = Encoded | Packed  # what a batch is made of: an example, or several in one sequence


@dataclass(slots=True)
class Position:
    """Where a run stands; with the checkpoint's tensors it decides every later digit.

    `loss_sum` runs over `loss_tokens` supervised tokens since the last row of the history;
    `scaler` is the state of fp16's loss scaler, empty in other precisions. The batch sizes are
    those of a forward pass, in training and in validation, as memory has allowed so far;
    `evaluated_with_less` says that the latter had to be halved. `processes` is how many shared
    the work, each with chance of its own.
    """

    step: int = 0
    seconds: float = 0.0
    history_rows: int = 0
    loss_sum: float = 0.0
    loss_tokens: int = 0
    seen_tokens: int = 0
    gradient_norm: float = 0.0
    scaler: dict[str, float] = field(default_factory=dict)
    batch_size: int = 1
    evaluate_batch_size: int = 1
    evaluated_with_less: bool = False
    processes: int = 1
    judgement: Judgement = field(default_factory=Judgement)


@dataclass(slots=True)
class Run:
    """All that a training run holds.

    `parameters` are those that learn, by name; `stepper` is accelerate's wrapper of the
    `optimizer`; `names` are the ids of the training rows, for messages.
    """

    network: Any
    parameters: dict[str, torch.nn.Parameter]
    optimizer: torch.optim.Optimizer
    stepper: Any
    accelerator: Accelerator
    tune: Tune
    train: Sequence[Row]
    dev: Sequence[Encoded]
    seed: int
    pad_id: int
    decoder_start_id: int | None
    names: Sequence[str] = ()
    mixture: Mixture | None = None
    position: Position = field(default_factory=Position)
    order: tuple[int, list[list[int]]] = (-1, [])  # an epoch and its batches
    lengths: list[int] = field(init=False)  # tokens of each training row

    def __post_init__(self) -> None:
        self.lengths = [row.length for row in self.train]

    @property
    def steps_per_epoch(self) -> int:
        return steps_in_epoch(len(self.train), self.tune)

    @property
    def total_steps(self) -> int:
        return count_steps(len(self.train), self.tune)

    def numbers(self, step: int) -> list[list[int]]:
        """Row numbers of an optimizer step, in the batches of the settings, which alone decide."""
        epoch, number = divmod(step, self.steps_per_epoch)
        if self.order[0] != epoch:
            tune = self.tune
            seed = self.seed if tune.data_seed is None else tune.data_seed
            size, group = tune.nominal_batch_size, tune.group_by_length
            drawn = self.mixture.draw(epoch) if self.mixture else None
            batches = epoch_order(self.lengths, size, seed, epoch, drawn, group_by_length=group)
            self.order = (epoch, batches)
        start = number * self.tune.accumulate
        return self.order[1][start : start + self.tune.accumulate]

    def chosen(self, step: int) -> list[list[int]]:
        """This process's share of them in the batches of a forward pass.

        Cut anew where memory asks for it, or where there are several processes.
        """
        if processes.count() > 1:
            return self.shares(step, self.position.batch_size)[processes.rank()]
        batches = self.numbers(step)
        size = self.position.batch_size
        if size == self.tune.nominal_batch_size:
            return batches
        rows = sorted((row for batch in batches for row in batch), key=self.lengths.__getitem__)
        return [rows[cut : cut + size] for cut in range(0, len(rows), size)]

    def shares(self, step: int, size: int) -> list[list[list[int]]]:
        """The forward passes of each of several processes; an empty one where it has no rows."""
        rows = [row for batch in self.numbers(step) for row in batch]
        return divided(rows, processes.count(), size, self.lengths.__getitem__)

    def batches(self, step: int) -> list[list[Row]]:
        """This process's batches of an optimizer step."""
        return [[self.train[index] for index in batch] for batch in self.chosen(step)]

    def rows(self, step: int) -> list[Row]:
        """All rows of an optimizer step, whichever process learns from them."""
        return [self.train[index] for batch in self.numbers(step) for index in batch]

    @property
    def examples_at_once(self) -> int:
        """Rows of a forward pass in this process, at most."""
        share = -(-self.tune.nominal_batch_size * self.tune.accumulate // processes.count())
        return min(self.position.batch_size, share)


def steps_in_epoch(rows: int, tune: Tune) -> int:
    """Optimizer steps of one pass over so many examples (or packed sequences)."""
    return math.ceil(math.ceil(rows / tune.nominal_batch_size) / tune.accumulate)


def count_steps(rows: int, tune: Tune) -> int:
    """Optimizer steps of a whole run over so many examples (or packed sequences)."""
    steps = max(1, round(steps_in_epoch(rows, tune) * tune.epochs))
    return min(steps, tune.max_steps or steps)


def begin(
    network: Any,
    tune: Tune,
    train: Sequence[Row],
    dev: Sequence[Encoded],
    *,
    precision: Precision,
    seed: int,
    pad_id: int,
    decoder_start_id: int | None,
    names: Sequence[str] = (),
    mixture: Mixture | None = None,
) -> Run:
    """Set up a run at step 0. `network` has its trainable parameters marked.

    Among several processes, its weights are sharded where `etude.engine.processes` says so.
    Gradients are summed by the loop, once a step, so no wrapper is put around the network.
    """
    device = processes.device() or network.device
    accelerator = Accelerator(
        mixed_precision=MIXED[compute_of(precision)], cpu=device.type == "cpu"
    )
    for_training(network, tune)
    if (sharding := processes.sharding()) is not None:
        shard(network, tune.method, sharding, accelerator.device)
    processes.begin_alike(trainable(network).values())
    optimizer = make_optimizer(trainable(network), tune.optimizer)
    prepared = accelerator.prepare_model(network, evaluation_mode=True)  # without torch's DDP
    stepper = accelerator.prepare_optimizer(optimizer)
    prepared.train()
    torch.manual_seed(chance_of(seed))
    size = tune.nominal_batch_size
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
        names=names,
        mixture=mixture,
        position=Position(
            batch_size=size,
            evaluate_batch_size=tune.evaluate_batch_size or size,
            processes=processes.count(),
        ),
    )


def chance_of(seed: int, step: int = 0) -> int:
    """The seed of this process's dropout; the first one's is that of a process alone."""
    return seed + (processes.rank() * 1_000_003 + step if processes.rank() else 0)


def save(run: Run, path: Path) -> None:
    """Write everything that decides the run's next digit. All processes ask, the first writes."""
    if run.accelerator.scaler is not None:
        run.position.scaler = run.accelerator.scaler.state_dict()
    save_checkpoint(path, run.parameters, run.optimizer, asdict(run.position))


def restore(run: Run, path: Path) -> None:
    """Put a run back where `save` found it.

    Another number of processes goes on from the same step with the same rows; the others' chance
    (dropout) then begins anew, as that of processes which are no longer there is lost.
    """
    position = load_checkpoint(path, run.parameters, run.optimizer)
    run.position = Position(**{**position, "judgement": Judgement(**position["judgement"])})
    if run.position.processes != processes.count() and not processes.is_first():
        torch.manual_seed(chance_of(run.seed, run.position.step))
    run.position.processes = processes.count()
    if run.position.scaler:
        run.accelerator.scaler.load_state_dict(run.position.scaler)
