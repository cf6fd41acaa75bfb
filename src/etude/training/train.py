"""One training run: a short loop on accelerate, the same for every method and architecture.

Why a loop of our own and not a Trainer: `docs/design/training-loop.md`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from etude.engine import processes
from etude.interruption import Terminated, holding
from etude.progress import Progress
from etude.training.batch_size import halved, out_of_memory
from etude.training.checkpoint import load_parameters, save_parameters
from etude.training.history import History, Log
from etude.training.loss import Diverged, check_finite, summed_loss, validate
from etude.training.methods import after_step, penalty
from etude.training.run import Run, restore, save
from etude.training.schedules import multiplier
from etude.training.stopping import judge

Keep = Callable[[Run], None]


def train(
    run: Run,
    checkpoint: Path,
    history: Path,
    trackers: Sequence[Log],
    progress: Progress,
    keep: Keep | None = None,
) -> None:
    """Train to the end, from the checkpoint if there is one. The network is changed in place.

    Validation loss is measured before the first step, as often as `evaluate_steps` says and at
    the end, where there is a validation split. `keep` is called as often as `save_steps` says.
    Raises `Diverged` when the loss is no longer a number, and `Terminated`, with all steps in the
    checkpoint, when the process is asked to end. Of several processes the first writes, and what
    one of them is asked, all of them do.
    """
    if checkpoint.exists():
        restore(run, checkpoint)
    tune, at, saved = run.tune, run.position, time.monotonic()
    started = time.monotonic() - at.seconds
    record = History(history, at.history_rows, trackers, writes=processes.is_first())
    if processes.from_first(record.rows) == 0 and run.dev:
        record.add(validation_row(run))
    said = ""
    with holding() as asked_to_end:
        while at.step < run.total_steps and not at.judgement.stopped:
            progress("training", at.step, run.total_steps, said)
            step_or_say_what_is_kept(run, checkpoint)
            at.seconds = time.monotonic() - started
            evaluates = is_due(run, tune.evaluate_steps) or at.step == run.total_steps
            if evaluates or is_due(run, tune.log_steps) or is_due(run, "epoch"):
                row = training_row(run)
                said = f"loss {row['loss']:.3f}"
                record.add(row)
            if evaluates and run.dev:
                row = validation_row(run)
                record.add(row)
                if judge(at.judgement, at.step, row["dev_loss"], tune.early_stopping):
                    keep_best(run, checkpoint)
            if keep is not None and is_due(run, tune.save_steps):
                keep(run)
            ends, due = agreed(asked_to_end(), time.monotonic() - saved >= tune.save_seconds)
            if ends or due:
                at.history_rows = record.rows
                record.sync()
                save(run, checkpoint)
                forget_all_but_best(run, checkpoint)
                saved = time.monotonic()
            if ends:
                raise Terminated
    if tune.load_best_model_at_end and at.judgement.best_loss is not None:
        load_parameters(best_of(run, checkpoint), run.parameters)
    progress("training", at.step, run.total_steps, said)


def agreed(asked_to_end: bool, due: bool) -> tuple[bool, bool]:
    """Whether any process was asked to end, and whether by the first one's clock a save is due."""
    said = processes.gathered_numbers([asked_to_end, due])
    return any(row[0] for row in said), bool(said[0][1])


def is_due(run: Run, every: int | Literal["epoch"] | None) -> bool:
    """Whether something that is done every so many steps is done after this one."""
    if every is None:
        return False
    return run.position.step % (run.steps_per_epoch if every == "epoch" else every) == 0


def best_of(run: Run, checkpoint: Path) -> Path:
    """Where the best weights so far are kept.

    The step is in the name: a run that is resumed before it finds the older best still there.
    """
    return checkpoint.with_name(f"best-{run.position.judgement.best_step}.safetensors")


def keep_best(run: Run, checkpoint: Path) -> None:
    """Write the best weights so far, where they are wanted at the end."""
    if run.tune.load_best_model_at_end:
        save_parameters(best_of(run, checkpoint), run.parameters)


def forget_all_but_best(run: Run, checkpoint: Path) -> None:
    """Remove older best weights, once no checkpoint names them."""
    for path in checkpoint.parent.glob("best-*.safetensors"):
        if processes.is_first() and path != best_of(run, checkpoint):
            path.unlink()


def step_or_say_what_is_kept(run: Run, checkpoint: Path) -> None:
    """`take_step`; when the loss is no number, what is left of the run is said too."""
    try:
        take_step(run)
    except Diverged as error:
        kept = f" The last good checkpoint is kept in {checkpoint}." if checkpoint.exists() else ""
        raise Diverged(f"{error}{kept}") from None


def take_step(run: Run) -> None:
    """One optimizer step: `accumulate` forward and backward passes, clip, move."""
    at, tune = run.position, run.tune
    rate = tune.optimizer.learning_rate * multiplier(tune.schedule, at.step, run.total_steps)
    for group in run.optimizer.param_groups:
        group["lr"] = rate
    losses, batches = everywhere(run, backward(run))
    processes.add_gradients(run.parameters.values())
    limit = tune.clip if tune.clip is not None else math.inf
    norm = float(processes.whole(run.accelerator.clip_grad_norm_(run.parameters.values(), limit)))
    check_finite(run, losses, norm, batches)
    run.stepper.step()
    after_step(run.network, tune.method, run.optimizer, at.step + 1, run.total_steps)
    run.stepper.zero_grad()
    rows = run.rows(at.step)
    at.step += 1
    at.loss_sum += sum(losses)
    at.loss_tokens += sum(row.supervised for row in rows)
    at.seen_tokens += sum(row.length for row in rows)
    at.gradient_norm = norm


def backward(run: Run) -> list[float]:
    """Gradients of a step's mean loss over its tokens, and the summed loss of each batch.

    With `batch_size: auto`, memory that does not suffice halves the batches, from there on.
    """
    tokens = sum(row.supervised for row in run.rows(run.position.step))
    while True:
        try:
            return backward_in(run, run.batches(run.position.step), tokens)
        except (RuntimeError, MemoryError) as error:
            size = run.position.batch_size
            if run.tune.batch_size != "auto" or size == 1 or not out_of_memory(error):
                raise
        run.stepper.zero_grad()
        run.position.batch_size = halved(size)


def backward_in(run: Run, batches: Sequence[Sequence[Any]], tokens: int) -> list[float]:
    """Forward and backward passes over the batches of a step, of `tokens` supervised tokens.

    Those are all tokens of the step, also where other processes see some of them.
    """
    losses = []
    for batch in batches:
        if not batch and processes.sharding() is None:
            continue
        # Sharded weights are fetched by all processes together: one without rows counts as zero.
        loss = summed_loss(run, batch or run.train[:1], run.tune.label_smoothing)
        loss = loss if batch else loss * 0.0
        run.accelerator.backward(loss / tokens)  # the mean over the step, however it is divided
        losses.append(loss.detach())
    if processes.is_first() and (added := penalty(run.network, run.tune.method)) is not None:
        run.accelerator.backward(added)
    return [loss.item() for loss in losses]


def everywhere(run: Run, losses: Sequence[float]) -> tuple[list[float], list[list[int]]]:
    """The losses of a step with the rows they are of, also where other processes computed them.

    Of each other process: the sum, or the first that is no number, with its rows. All go on with
    the smallest batches that one of them had memory for.
    """
    at = run.position
    if processes.count() == 1:
        return list(losses), run.chosen(at.step)
    broken = next((n for n, loss in enumerate(losses) if not math.isfinite(loss)), None)
    told = sum(losses) if broken is None else losses[broken]
    said = processes.gathered_numbers([told, -1 if broken is None else broken, at.batch_size])
    sizes = {int(row[2]) for row in said}
    shares = {size: run.shares(at.step, size) for size in sizes}
    batches = [
        shares[int(size)][process][max(0, int(number))]
        for process, (_, number, size) in enumerate(said)
    ]
    at.batch_size = min(sizes)
    return [row[0] for row in said], batches


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
