"""What a run folder has saved, as one thing to score and diagnose."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from etude.approaches.keys import prediction_key
from etude.approaches.order import Job, seeds
from etude.approaches.settled import settled
from etude.config import Study
from etude.data import read_data
from etude.diagnosis import Evidence
from etude.engine.base import RANDOM, Base
from etude.errors import ChildFailed
from etude.store import Place, read_json, read_lines, read_predictions


def read_evidence(study: Study, folder: Path, failures: Mapping[str, str]) -> Evidence:
    """Everything a run has saved, for scoring and diagnosis.

    What was made with other settings than the study's is left out and counts as failed. Raises
    `ChildFailed` when nothing is left.
    """
    data = read_data(folder)
    asked = settled(study, folder, None, data.hash)
    failed = dict(failures)
    predictions: dict[str, dict[int, Any]] = {}
    manifests, histories, tunings = {}, {}, {}
    for name in study.approaches:
        jobs = [Job(name, seed) for seed in seeds(study, name)]
        made = [job.place(folder) for job in jobs if job.place(folder).manifest.exists()]
        current = [place for place in made if is_as_asked(asked, place, data.hash)]
        if len(current) < len(made):
            failed.setdefault(name, "Its predictions were made with other settings or data.")
        if not current:
            failed.setdefault(name, "It has not been run yet.")
            continue
        manifests[name] = read_json(current[0].manifest)
        predictions[name] = {place.seed: read_predictions(place) for place in current}
        if study.approaches[name].tune is not None:
            histories[name] = read_lines(current[0].history)
            tunings[name] = read_json(current[0].weights / "etude.json")
    if not predictions:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in failed.items())
        raise ChildFailed(f"No approach in {folder} has finished, so there is no report: {reasons}")
    baseline = study.compare.baseline
    return Evidence(
        examples=tuple(data.test),
        predictions=predictions,
        card=data.card,
        random_base=study.model.base in RANDOM,
        manifests=manifests,
        histories=histories,
        tunings=tunings,
        failures=failed,
        baseline=baseline if baseline in predictions else next(iter(predictions)),
    )


def is_as_asked(study: Study, place: Place, data_hash: str) -> bool:
    """Whether saved predictions are what this study would make, from the base they name."""
    manifest = read_json(place.manifest)
    base = Base(manifest["base"]["name"], place.folder, manifest["base"]["digest"])
    job = Job(place.approach, place.seed)
    return bool(manifest["key"] == prediction_key(study, job, base, data_hash))
