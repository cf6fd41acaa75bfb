"""What an approach depends on, as one hash: the same key means there is nothing to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from etude.approaches.documents import depth_of, in_context
from etude.approaches.order import Job, given_folder, makers, precision
from etude.config.precision import recorded
from etude.config.study import Prompt, Shots, Study
from etude.config.tuning import Tune
from etude.data.frozen import learnt_part
from etude.engine.base import Base, digest
from etude.store import FORMAT, fingerprint

# Settings of a tuning that decide what is written on the way, and nothing that comes of it.
ON_THE_WAY = ("save_seconds", "save_steps", "save_total_limit", "log_steps")


def context_settings(study: Study, name: str) -> tuple[Prompt, str | None, Shots | None]:
    """Task prompt, system prompt and shots of an approach: its own, else the study's.

    An empty system prompt takes the study's, and a row's own, away.
    """
    approach = study.approaches[name]
    system = approach.system if approach.system is not None else study.system
    return approach.prompt or study.prompt, system, approach.shots


def common(study: Study, name: str, base: Base, data_hash: str) -> dict[str, Any]:
    """What both training and use of an approach depend on.

    An approach that retrieves nothing has the key it had before there was retrieval.
    """
    prompt, system, shots = context_settings(study, name)
    retrieved = in_context(study, name, base, data_hash)
    return {
        **({"retrieve": retrieved} if retrieved is not None else {}),
        "format": FORMAT,
        "data": data_hash,
        "markup": study.model.model_dump(mode="json")["markup"],
        "prompt": prompt.model_dump(mode="json"),
        "system": system,
        "shots": shots.model_dump(mode="json") if shots else None,
        "chance": study.seed,  # shots are drawn with the study's seed, whatever the repeat
    }


def weights_key(study: Study, job: Job, base: Base, data_hash: str) -> str:
    """Key of the weights that a job uses: the base's, or of all the tuning behind them.

    Of the data it knows what is learnt from: other test examples train nothing again.
    """
    key = untuned_key(study, job.approach, base)
    for name in makers(study, job.approach):
        tune = study.approaches[name].tune
        assert tune is not None  # noqa: S101 - a maker tunes
        known = common(study, name, base, learnt_part(data_hash))
        settings = tune_settings(tune)
        key = fingerprint({**known, "from": key, "tune": settings, "seed": job.seed})
    return key


def untuned_key(study: Study, name: str, base: Base) -> str:
    """Key of what an approach's ancestry starts from: the base, or a folder of weights on it."""
    given = given_folder(study, name)
    return fingerprint(
        {
            "format": FORMAT,
            "base": base.digest,
            "precision": recorded(precision(study, name)),
            "given": digest(given) if given is not None else None,
        }
    )


def tune_settings(tune: Tune) -> dict[str, Any]:
    """What of a tuning decides its weights. What is not asked for leaves older keys as they are."""
    settings = tune.model_dump(mode="json", exclude=set(ON_THE_WAY))
    unasked = {name for name in ("mix", "search") if settings[name] is None}
    return {name: value for name, value in settings.items() if name not in unasked}


def prediction_key(study: Study, job: Job, base: Base, data_hash: str) -> str:
    """Key of a job's predictions."""
    retrieve = study.approaches[job.approach].retrieve
    return fingerprint(
        {
            **({"recorded": depth_of(retrieve)} if retrieve is not None else {}),
            **common(study, job.approach, base, data_hash),
            "weights": weights_key(study, job, base, data_hash),
            "generation": study.generation.model_dump(mode="json"),
            "seed": job.seed,
        }
    )


def weights_done(weights: Path, key: str) -> bool:
    """Whether a weights folder is whole and was made from the same inputs."""
    from etude.store import read_json

    manifest = weights / "etude.json"
    return manifest.exists() and read_json(manifest)["key"] == key
