"""Tuning one approach: material in, a weights folder out, whatever happens in between."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from etude.approaches.order import Job, goes_on, layers, precision
from etude.approaches.settled import read_search, with_chosen
from etude.config.study import Precision, Study
from etude.config.tuning import Tune
from etude.data import Data
from etude.engine.base import Base
from etude.engine.encode import Context
from etude.engine.load import Loaded, Speaker, attach, dtype_of, is_adapter, load
from etude.errors import UserError
from etude.memory import peak_megabytes, reset_peak
from etude.progress import Progress, watched
from etude.records import Example
from etude.store import Place, publish, read_json, set_aside, write_json
from etude.training.checkpoint import read_position
from etude.training.encode import Material, decoded, encode_all
from etude.training.history import TRACKERS, Log
from etude.training.methods import prepare, trainable
from etude.training.mixing import counted, mixture, taken
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
    place: Place | None = None,
    watchers: Sequence[Log] = (),
) -> None:
    """Train what the approach asks for and publish `weights/`; resumes from its checkpoint.

    A trial of a search has a `place` of its own, and `watchers` that see the history's rows.
    """
    tune = study.approaches[job.approach].tune
    assert tune is not None  # noqa: S101 - only approaches that tune come here
    place = place or job.place(folder)
    checkpoint = place.path / "checkpoint.safetensors"
    start_fresh_unless(key, place, checkpoint)
    reset_peak()
    network, loaded = network_to_train(study, job, folder, base, tune)
    speaker, decoder_start_id = loaded.speaker, loaded.decoder_start_id
    limit = smallest(tune.max_tokens, speaker.context)
    learnt = taken(data.train, tune.mix)
    mixed = mixture(learnt, tune.mix, job.seed)
    rows = watched(learnt, "encoding", progress)
    material = encode_all(speaker, rows, context, tune.supervise, limit)
    validation = encode_all(speaker, taken(data.dev, tune.mix), context, tune.supervise, limit)
    run = begin(
        network,
        tune,
        material.rows,
        validation.rows,
        precision=precision(study, job.approach),
        seed=job.seed,
        pad_id=speaker.pad_id,
        decoder_start_id=decoder_start_id,
        mixture=mixed,
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
    train(run, checkpoint, place.history, [*trackers, *watchers], progress)
    manifest = facts(run, precision(study, job.approach), key, tune, material, validation, speaker)
    manifest |= mixed_facts(run, learnt, tune) | searched_facts(folder, job.approach, tune)
    save_weights(run, place, manifest, study)
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
        network = loaded.model
        if hasattr(network, "merge_and_unload"):
            network = network.merge_and_unload()
        network = prepare(network, tune.method, job.seed)
    return network.to(loaded.device), loaded


def save_weights(run: Run, place: Place, manifest: dict[str, Any], study: Study) -> None:
    """Publish the weights folder: safetensors, the markup they were trained with, the facts."""
    temporary = place.path / "weights.part"
    shutil.rmtree(temporary, ignore_errors=True)
    network = run.accelerator.unwrap_model(run.network)
    if hasattr(network, "peft_config"):
        for config in network.peft_config.values():
            config.base_model_name_or_path = study.model.base
        network.save_pretrained(temporary, save_embedding_layers=False)
        (temporary / "README.md").unlink(missing_ok=True)  # PEFT's empty model card
        assert is_adapter(temporary)  # noqa: S101 - what loading will look for
    else:
        network.to(dtype_of(precision(study, place.approach))).save_pretrained(temporary)
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
    speaker: Speaker,
) -> dict[str, Any]:
    """What is to be known of a finished tuning."""
    learning = trainable(run.network).values()
    return {
        "key": key,
        "method": tune.method.name,
        "supervise": tune.supervise,
        "tune_seconds": run.position.seconds,
        "steps": run.position.step,
        "peak_memory_mb": peak_megabytes(),
        "trainable_parameters": sum(item.numel() for item in learning),
        "examples": len(material.rows),
        "supervised_tokens": material.supervised_tokens,
        "truncated_prompts": material.truncated_prompts + validation.truncated_prompts,
        "truncated_answers": material.truncated_answers + validation.truncated_answers,
        "decoded_example": decoded(speaker, material.rows[0]),
        "truncated_examples": list(material.truncated),
        "precision": number_format,
        "markup": {"name": speaker.markup.name, "template": speaker.markup.template},
    }


def mixed_facts(run: Run, learnt: Sequence[Example], tune: Tune) -> dict[str, Any]:
    """Of a tuning that mixes: each source's rows, share of an epoch, and rows seen in all."""
    if tune.mix is None:
        return {}
    seen = (
        row for step in range(run.position.step) for batch in run.numbers(step) for row in batch
    )
    return {"mix": counted([example.task for example in learnt], run.mixture, seen)}


def searched_facts(folder: Path, name: str, tune: Tune) -> dict[str, Any]:
    """Of a tuning whose settings a search has chosen: what was tried and what won."""
    found = read_search(folder, name)
    if found is None or with_chosen(tune, found["best"]["settings"]) != tune:
        return {}
    return {"search": found}


def smallest(limit: int | None, context: int | None) -> int | None:
    """The smaller of two limits that may be absent; a limit beyond the context is refused."""
    if limit is not None and context is not None and limit > context:
        raise UserError(
            f"tune.max_tokens is {limit}, but the model sees {context} tokens at most: lower it, "
            "or leave it out to use the model's own limit."
        )
    return limit if limit is not None else context
