"""Tuning one approach: material in, a weights folder out, whatever happens in between."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import torch

from etude.approaches.order import Job, goes_on, layers, precision
from etude.config.precision import Precision, recorded
from etude.config.study import Study
from etude.config.tuning import Tune
from etude.data import Data
from etude.engine.base import Base
from etude.engine.encode import Context
from etude.engine.load import Loaded, Speaker, attach, dtype_of, is_adapter, load, merged
from etude.engine.quantize import weights_bytes
from etude.errors import UserError
from etude.memory import MEGABYTE, peak_megabytes, reset_peak
from etude.progress import Progress, watched
from etude.store import Place, publish, read_json, set_aside, write_json
from etude.training.checkpoint import read_position
from etude.training.encode import Material, decoded, encode_all
from etude.training.history import TRACKERS
from etude.training.methods import prepare, trainable
from etude.training.packing import Packed, pack
from etude.training.rehearsal import rehearse
from etude.training.run import Row, Run, begin, save
from etude.training.train import train


def tune_weights(
    study: Study,
    job: Job,
    folder: Path,
    key: str,
    data: Data,
    base: Base,
    context: Context,
    progress: Progress,
) -> None:
    """Train what the approach asks for and publish `weights/`; resumes from its checkpoint."""
    tune = study.approaches[job.approach].tune
    assert tune is not None  # noqa: S101 - only approaches that tune come here
    place = job.place(folder)
    checkpoint = place.path / "checkpoint.safetensors"
    start_fresh_unless(key, place, checkpoint)
    reset_peak()
    network, loaded = network_to_train(study, job, folder, base, tune)
    speaker, decoder_start_id = loaded.speaker, loaded.decoder_start_id
    weights = weights_bytes(network)
    limit = smallest(tune.max_tokens, speaker.context)
    rows = watched(data.train, "encoding", progress)
    material = encode_all(speaker, rows, context, tune.supervise, limit)
    validation = encode_all(speaker, data.dev, context, tune.supervise, limit)
    rows_to_learn, names = training_rows(material, [item.id for item in data.train], tune, limit)
    run = begin(
        network,
        tune,
        rows_to_learn,
        validation.rows,
        precision=precision(study, job.approach),
        seed=job.seed,
        pad_id=speaker.pad_id,
        decoder_start_id=decoder_start_id,
        names=names,
    )
    if not checkpoint.exists():
        progress("rehearsal", 0, 1, "one step of training, validation and saving")
        rehearsal = rehearse(run, place.path)
        told = f"about {rehearsal.estimated_seconds:.0f} s to train at most"
        if tune.batch_size == "auto":
            told += f", {run.position.batch_size} examples at once"
            save(run, checkpoint)  # a run that is resumed keeps to what was found
        progress("rehearsal", 1, 1, told)
    step = int(read_position(checkpoint)["step"]) if checkpoint.exists() else 0
    settings = tune.model_dump(mode="json")
    trackers = [
        TRACKERS[name](
            place.path, f"{study.name}-{job.approach}-{job.seed}-{key[:8]}", settings, step
        )
        for name in study.track
    ]
    known = facts(precision(study, job.approach), key, tune, material, validation, speaker)
    known |= {"base": {"name": base.name, "digest": base.digest}, "weights_mb": weights / MEGABYTE}
    keep = partial(keep_weights, place=place, manifest=known, study=study)
    train(run, checkpoint, place.history, trackers, progress, keep)
    save_weights(run, place, known | outcome(run), study, place.weights)
    checkpoint.unlink(missing_ok=True)
    forget_best(place)


def training_rows(
    material: Material, names: Sequence[str], tune: Tune, limit: int | None
) -> tuple[Sequence[Row], Sequence[str]]:
    """What batches are made of, examples or sequences of several, and what to call each."""
    if not tune.packing:
        return material.rows, names
    assert limit is not None  # noqa: S101 - `etude.plan` has seen to it
    packs = pack([row.length for row in material.rows], limit)
    rows = [Packed(tuple(material.rows[index] for index in chosen)) for chosen in packs]
    return rows, [", ".join(names[index] for index in chosen) for chosen in packs]


def start_fresh_unless(key: str, place: Place, checkpoint: Path) -> None:
    """Keep the checkpoint of the same run; set what an older study made aside."""
    begun = place.path / "tuning.json"
    if begun.exists() and read_json(begun)["key"] == key:
        return
    if place.weights.exists():
        set_aside(place.path)
    checkpoint.unlink(missing_ok=True)
    forget_best(place)
    place.history.unlink(missing_ok=True)
    shutil.rmtree(place.path / "checkpoints", ignore_errors=True)
    shutil.rmtree(place.path / "tensorboard", ignore_errors=True)
    write_json(begun, {"key": key, "begun": time.strftime("%Y-%m-%dT%H:%M:%S%z")})


def network_to_train(
    study: Study, job: Job, folder: Path, base: Base, tune: Tune
) -> tuple[Any, Loaded]:
    """The model on its device, with the method's parameters marked for training.

    With `weights:` of another approach and the same adapter settings, that adapter goes on
    learning; otherwise what came before is merged into the weights first.
    """
    before = layers(study, job, folder)[:-1]
    number_format = precision(study, job.approach)
    if goes_on(study, job.approach):
        origin = Job(str(study.approaches[job.approach].weights), job.seed)
        loaded = load(base, study.model, number_format, before)
        adapter = layers(study, origin, folder)[-1]
        network = attach(loaded.model, adapter, trainable=True)
    else:
        loaded = load(base, study.model, number_format, before)
        network = prepare(merged(loaded.model, number_format), tune.method, job.seed)
    return network.to(loaded.device), loaded


def forget_best(place: Place) -> None:
    """Remove the best weights that a training has noted on its way."""
    for path in place.path.glob("best-*.safetensors"):
        path.unlink()


def keep_weights(run: Run, place: Place, manifest: dict[str, Any], study: Study) -> None:
    """Keep the weights as they are now, and of those kept before only as many as asked for."""
    folder = place.path / "checkpoints"
    folder.mkdir(exist_ok=True)
    target = folder / f"step-{run.position.step}"
    shutil.rmtree(target, ignore_errors=True)  # of a run that was killed and has come here again
    save_weights(run, place, manifest | outcome(run), study, target)
    kept = sorted(folder.glob("step-*"), key=lambda path: int(path.name.removeprefix("step-")))
    if (limit := run.tune.save_total_limit) is not None:
        for path in kept[:-limit]:
            shutil.rmtree(path)


def save_weights(
    run: Run, place: Place, manifest: dict[str, Any], study: Study, target: Path
) -> None:
    """Publish a weights folder: safetensors, the markup they were trained with, the facts."""
    temporary = place.path / "weights.part"
    shutil.rmtree(temporary, ignore_errors=True)
    try:
        write_weights(run, temporary, manifest, study, place.approach)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)  # of no use, and the disk may be full
        raise
    publish(temporary, target)


def write_weights(
    run: Run, temporary: Path, manifest: dict[str, Any], study: Study, approach: str
) -> None:
    """Write what a weights folder holds."""
    network = run.accelerator.unwrap_model(run.network)
    if hasattr(network, "peft_config"):
        for config in network.peft_config.values():
            config.base_model_name_or_path = study.model.base
        network.save_pretrained(temporary, save_embedding_layers=False)
        (temporary / "README.md").unlink(missing_ok=True)  # PEFT's empty model card
        assert is_adapter(temporary)  # noqa: S101 - what loading will look for
    else:
        with held_in(network, dtype_of(precision(study, approach))):
            network.save_pretrained(temporary)
    (temporary / "chat_template.jinja").write_text(manifest["markup"]["template"])
    write_json(temporary / "etude.json", manifest)


@contextmanager
def held_in(network: Any, dtype: torch.dtype) -> Iterator[None]:
    """Within this block the parameters are of this type; afterwards they are as they were.

    A run that goes on needs its own digits again, not rounded ones.
    """
    own = {item: item.data for item in network.parameters()}
    for item, data in own.items():
        item.data = data.to(dtype)
    try:
        yield
    finally:
        for item, data in own.items():
            item.data = data


def facts(
    number_format: Precision,
    key: str,
    tune: Tune,
    material: Material,
    validation: Material,
    speaker: Speaker,
) -> dict[str, Any]:
    """What is known of a tuning before it has begun."""
    return {
        "key": key,
        "method": tune.method.name,
        "optimizer": tune.optimizer.name,
        "supervise": tune.supervise,
        "label_smoothing": tune.label_smoothing,
        "examples": len(material.rows),
        "supervised_tokens": material.supervised_tokens,
        "truncated_prompts": material.truncated_prompts + validation.truncated_prompts,
        "truncated_answers": material.truncated_answers + validation.truncated_answers,
        "decoded_example": decoded(speaker, material.rows[0]),
        "truncated_examples": list(material.truncated),
        "precision": recorded(number_format),
        "markup": {"name": speaker.markup.name, "template": speaker.markup.template},
    }


def outcome(run: Run) -> dict[str, Any]:
    """What came of a tuning, at its end or on its way.

    `weights_step` is the step whose weights are kept; batch sizes are those of a forward pass.
    """
    at, tune = run.position, run.tune
    best = at.judgement
    at_end = at.step == run.total_steps or best.stopped
    from_best = tune.load_best_model_at_end and at_end and best.best_loss is not None
    learning = trainable(run.network).values()
    return {
        "tune_seconds": at.seconds,
        "steps": at.step,
        "planned_steps": run.total_steps,
        "stopped_early": best.stopped and at.step < run.total_steps,
        "best_step": best.best_step,
        "best_dev_loss": best.best_loss,
        "weights_step": best.best_step if from_best else at.step,
        "batch_size": at.batch_size,
        "batch_size_asked": tune.batch_size,
        "examples_a_step": tune.nominal_batch_size * tune.accumulate,
        "evaluate_batch_size": at.evaluate_batch_size,
        "evaluated_with_less": at.evaluated_with_less,
        "sequences": len(run.train) if tune.packing else None,
        "peak_memory_mb": peak_megabytes(),
        "trainable_parameters": sum(item.numel() for item in learning),
    }


def smallest(limit: int | None, context: int | None) -> int | None:
    """The smaller of two limits that may be absent; a limit beyond the context is refused."""
    if limit is not None and context is not None and limit > context:
        raise UserError(
            f"tune.max_tokens is {limit}, but the model sees {context} tokens at most: lower it, "
            "or leave it out to use the model's own limit."
        )
    return limit if limit is not None else context
