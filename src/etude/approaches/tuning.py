"""Tuning one approach: material in, a weights folder out, whatever happens in between."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from etude.approaches.encoded import encoded, smallest
from etude.approaches.keeping import (
    facts,
    forget_best,
    keep_weights,
    mixed_facts,
    outcome,
    save_weights,
    searched_facts,
)
from etude.approaches.order import Job, goes_on, layers, precision
from etude.config.methods import Head
from etude.config.study import Study
from etude.config.tuning import Tune
from etude.data import Data
from etude.engine import processes
from etude.engine.adapters import attach, virtual_tokens
from etude.engine.base import Base
from etude.engine.classifier import draw_head
from etude.engine.folders import labels_of
from etude.engine.load import Loaded, load, merged, shortened
from etude.engine.quantize import weights_bytes
from etude.memory import MEGABYTE, reset_peak
from etude.progress import Progress
from etude.store import Place, read_json, set_aside, write_json
from etude.training.checkpoint import read_position
from etude.training.history import TRACKERS, Log
from etude.training.material import Material
from etude.training.methods import prepare
from etude.training.mixing import mixture, taken
from etude.training.packing import Packs, pack
from etude.training.rehearsal import rehearse
from etude.training.run import Row, begin, save
from etude.training.train import train


def tune_weights(
    study: Study,
    job: Job,
    folder: Path,
    key: str,
    data: Data,
    base: Base,
    progress: Progress,
    place: Place | None = None,
    watchers: Sequence[Log] = (),
) -> None:
    """Train what the approach asks for and publish `weights/`; resumes from its checkpoint.

    A trial of a search has a `place` of its own, and `watchers` that see the history's rows. Of
    several processes all train and the first writes.
    """
    tune = study.approaches[job.approach].tune
    assert tune is not None  # noqa: S101 - only approaches that tune come here
    place = place or job.place(folder)
    checkpoint = place.path / "checkpoint.safetensors"
    if processes.is_first():
        start_fresh_unless(key, place, checkpoint)
    processes.wait()
    reset_peak()
    network, loaded = network_to_train(study, job, folder, base, tune)
    speaker, decoder_start_id = loaded.speaker, loaded.decoder_start_id
    weights = weights_bytes(network)
    learnt = taken(data.train, tune.mix)
    mixed = mixture(learnt, tune.mix, job.seed if tune.data_seed is None else tune.data_seed)
    tokens = partial(
        encoded,
        study,
        job.approach,
        data=data,
        base=base,
        speaker=speaker,
        labels=loaded.labels,
        folder=folder,
        progress=progress,
    )
    material, validation = tokens("train"), tokens("dev")
    limit = smallest(tune.max_tokens, speaker.context)
    rows_to_learn, names = training_rows(material, [item.id for item in learnt], tune, limit)
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
        mixture=mixed,
    )
    if not processes.from_first(checkpoint.exists()):
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
        if processes.is_first()
    ]
    known = facts(precision(study, job.approach), key, tune, material, validation, loaded)
    known |= {"base": {"name": base.name, "digest": base.digest}, "weights_mb": weights / MEGABYTE}
    known |= searched_facts(folder, job.approach, tune)
    keep = partial(keep_weights, place=place, manifest=known, study=study)
    train(run, checkpoint, place.history, [*trackers, *watchers], progress, keep)
    manifest = known | outcome(run) | mixed_facts(run, learnt, tune)
    save_weights(run, place, manifest, study, place.weights)
    if processes.is_first():
        checkpoint.unlink(missing_ok=True)
        forget_best(place)
    processes.wait()


def training_rows(
    material: Material, names: Sequence[str], tune: Tune, limit: int | None
) -> tuple[Sequence[Row], Sequence[str]]:
    """What batches are made of, examples or sequences of several, and what to call each."""
    if not tune.packing:
        return material.rows, names
    assert limit is not None  # noqa: S101 - `etude.plan` has seen to it
    packs = pack([row.length for row in material.rows], limit)
    return Packs(material.rows, packs), [
        ", ".join(names[index] for index in chosen) for chosen in packs
    ]


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
    learning; otherwise what came before is merged into the weights first. A classification head
    that is there goes on; otherwise a new one is drawn. Where weights are going to be sharded they
    stay on the CPU until then.
    """
    before = layers(study, job, folder)[:-1]
    number_format = precision(study, job.approach)
    labels = study.data.labels if isinstance(tune.method, Head) else None
    sharded = {"device": "cpu"} if processes.sharding() is not None else {}
    model = study.model.model_copy(update=sharded)
    loaded = load(base, model, number_format, before, labels)
    if goes_on(study, job.approach):
        origin = Job(str(study.approaches[job.approach].weights), job.seed)
        adapter = layers(study, origin, folder)[-1]
        network = attach(loaded.model, adapter, trainable=True)
    else:
        network = merged(loaded.model, number_format)
        if labels and not (before and labels_of(before[-1])):
            draw_head(network, job.seed)
        network = prepare(network, tune.method, job.seed)
    speaker = shortened(loaded.speaker, virtual_tokens(network))
    return network.to(loaded.device), replace(loaded, speaker=speaker)
