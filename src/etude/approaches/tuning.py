"""Tuning one approach: material in, a weights folder out, whatever happens in between."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from etude.approaches.order import Job, goes_on, layers, precision
from etude.config.methods import Head
from etude.config.study import Precision, Study
from etude.config.tuning import Tune
from etude.data import Data
from etude.engine import adapters as engine_adapters
from etude.engine.adapters import attach, merge, virtual_tokens
from etude.engine.base import Base
from etude.engine.classifier import draw_head
from etude.engine.encode import Context
from etude.engine.folders import labels_of
from etude.engine.load import Loaded, Speaker, dtype_of, load, shortened
from etude.errors import UserError
from etude.memory import peak_megabytes, reset_peak
from etude.progress import Progress, watched
from etude.records import Example
from etude.store import Place, folder_size, publish, read_json, set_aside, write_json
from etude.training.checkpoint import read_position
from etude.training.classes import encode_classes
from etude.training.encode import Material, decoded, encode_all
from etude.training.history import TRACKERS
from etude.training.methods import prepare, trainable
from etude.training.methods.adalora import ranks
from etude.training.rehearsal import rehearse
from etude.training.train import Run, begin, train


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
    rows = watched(data.train, "encoding", progress)
    material = encode_material(speaker, rows, context, tune, loaded.labels)
    validation = encode_material(speaker, data.dev, context, tune, loaded.labels)
    run = begin(
        network,
        tune,
        material.rows,
        validation.rows,
        precision=precision(study, job.approach),
        seed=job.seed,
        pad_id=speaker.pad_id,
        decoder_start_id=decoder_start_id,
    )
    if not checkpoint.exists():
        progress("rehearsal", 0, 1, "one step of training, validation and saving")
        rehearsal = rehearse(run, place.path)
        progress("rehearsal", 1, 1, f"about {rehearsal.estimated_seconds:.0f} s to train at most")
    step = int(read_position(checkpoint)["step"]) if checkpoint.exists() else 0
    settings = tune.model_dump(mode="json")
    trackers = [
        TRACKERS[name](
            place.path, f"{study.name}-{job.approach}-{job.seed}-{key[:8]}", settings, step
        )
        for name in study.track
    ]
    train(run, checkpoint, place.history, trackers, progress)
    save_weights(
        run,
        place,
        facts(run, precision(study, job.approach), key, tune, material, validation, loaded),
        study,
    )
    checkpoint.unlink(missing_ok=True)


def start_fresh_unless(key: str, place: Place, checkpoint: Path) -> None:
    """Keep the checkpoint of the same run; set what an older study made aside."""
    begun = place.path / "tuning.json"
    if begun.exists() and read_json(begun)["key"] == key:
        return
    if place.weights.exists():
        set_aside(place.path)
    checkpoint.unlink(missing_ok=True)
    place.history.unlink(missing_ok=True)
    shutil.rmtree(place.path / "tensorboard", ignore_errors=True)
    write_json(begun, {"key": key, "begun": time.strftime("%Y-%m-%dT%H:%M:%S%z")})


def network_to_train(
    study: Study, job: Job, folder: Path, base: Base, tune: Tune
) -> tuple[Any, Loaded]:
    """The model on its device, with the method's parameters marked for training.

    With `weights:` of another approach and the same adapter settings, that adapter goes on
    learning; otherwise what came before is merged into the weights first. A classification head
    that is there goes on; otherwise a new one is drawn.
    """
    before = layers(study, job, folder)[:-1]
    number_format = precision(study, job.approach)
    labels = study.data.labels if isinstance(tune.method, Head) else None
    loaded = load(base, study.model, number_format, before, labels)
    if goes_on(study, job.approach):
        origin = Job(str(study.approaches[job.approach].weights), job.seed)
        adapter = layers(study, origin, folder)[-1]
        network = attach(loaded.model, adapter, trainable=True)
    else:
        network = merge(loaded.model)
        if labels and not (before and labels_of(before[-1])):
            draw_head(network, job.seed)
        network = prepare(network, tune.method, job.seed)
    speaker = shortened(loaded.speaker, virtual_tokens(network))
    return network.to(loaded.device), replace(loaded, speaker=speaker)


def encode_material(
    speaker: Speaker,
    examples: Iterable[Example],
    context: Context,
    tune: Tune,
    labels: Sequence[str] | None,
) -> Material:
    """Examples as a tuning sees them: prompts with answers, or with classes."""
    limit = smallest(tune.max_tokens, speaker.context)
    if labels is not None:
        return encode_classes(speaker, examples, context, labels, limit)
    return encode_all(speaker, examples, context, tune.supervise, limit)


def save_weights(run: Run, place: Place, manifest: dict[str, Any], study: Study) -> None:
    """Publish the weights folder: safetensors, the markup they were trained with, the facts."""
    temporary = place.path / "weights.part"
    shutil.rmtree(temporary, ignore_errors=True)
    network, method = run.accelerator.unwrap_model(run.network), run.tune.method
    engine_adapters.save_weights(
        network,
        method,
        temporary,
        dtype=dtype_of(precision(study, place.approach)),
        base=study.model.base,
        labels=study.data.labels if isinstance(method, Head) else None,
    )
    manifest["bytes"] = folder_size(temporary)
    (temporary / "chat_template.jinja").write_text(manifest["markup"]["template"])
    write_json(temporary / "etude.json", manifest)
    publish(temporary, place.weights)


def facts(
    run: Run,
    number_format: Precision,
    key: str,
    tune: Tune,
    material: Material,
    validation: Material,
    loaded: Loaded,
) -> dict[str, Any]:
    """What is to be known of a finished tuning."""
    speaker, learning = loaded.speaker, trainable(run.network).values()
    return {
        "key": key,
        "method": tune.method.name,
        "supervise": tune.supervise,
        "tune_seconds": run.position.seconds,
        "steps": run.position.step,
        "peak_memory_mb": peak_megabytes(),
        "trainable_parameters": sum(item.numel() for item in learning),
        "model_bytes": model_bytes(run.network),
        "settings": tune.method.model_dump(mode="json"),
        "ranks": ranks(run.network),
        "examples": len(material.rows),
        "supervised_tokens": material.supervised_tokens,
        "truncated_prompts": material.truncated_prompts + validation.truncated_prompts,
        "truncated_answers": material.truncated_answers + validation.truncated_answers,
        "decoded_example": decoded(speaker, material.rows[0], loaded.labels),
        "truncated_examples": list(material.truncated),
        "precision": number_format,
        "markup": {"name": speaker.markup.name, "template": speaker.markup.template},
    }


def model_bytes(network: Any) -> int:
    """Bytes of the model's own weights, as they are held, without what a method added."""
    from etude.training.sizes import own_parameters

    return sum(item.numel() * item.element_size() for item in own_parameters(network))


def smallest(limit: int | None, context: int | None) -> int | None:
    """The smaller of two limits that may be absent; a limit beyond the context is refused."""
    if limit is not None and context is not None and limit > context:
        raise UserError(
            f"tune.max_tokens is {limit}, but the model sees {context} tokens at most: lower it, "
            "or leave it out to use the model's own limit."
        )
    return limit if limit is not None else context
