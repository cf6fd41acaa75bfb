"""Which approaches share weights, and in which order they run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from etude.config import methods
from etude.config.crossing import waits_for
from etude.config.precision import Precision
from etude.config.study import Approach, Study
from etude.engine.folders import labels_of, virtual_tokens_in
from etude.store import Place


@dataclass(frozen=True, slots=True)
class Job:
    """An approach with one seed: what a run folder keeps a place for."""

    approach: str
    seed: int

    def place(self, folder: Path) -> Place:
        return Place(folder, self.approach, self.seed)


def in_order(study: Study) -> list[tuple[Job, ...]]:
    """Groups of jobs that share weights; what others start from comes first.

    The job that makes a group's weights is its first. Training is repeated for each seed, and so
    is everything that starts from what it made; the untuned base answers once.
    """
    groups: dict[tuple[str | None, str, int, Precision], list[Job]] = {}
    for name in by_origin(study):
        for seed in seeds(study, name):
            key = (maker(study, name), base_of(study, name), seed, precision(study, name))
            groups.setdefault(key, []).append(Job(name, seed))
    return [tuple(group) for group in groups.values()]


def by_origin(study: Study) -> Iterator[str]:
    """Names of approaches, each after those whose weights or search it takes."""
    waiting = list(study.approaches)
    while waiting:
        name = next(
            item
            for item in waiting
            if not any(other in waiting for other in waits_for(study.approaches, item))
        )
        waiting.remove(name)
        yield name


def ancestry(study: Study, name: str) -> list[str]:
    """The approaches that an approach's weights go through, the first one first, itself last."""
    chain = [name]
    while (origin := study.approaches[chain[0]].weights) in study.approaches:
        chain.insert(0, str(origin))
    return chain


def makers(study: Study, name: str) -> list[str]:
    """Those of the ancestry that tune, the first one first."""
    return [item for item in ancestry(study, name) if study.approaches[item].tune is not None]


def maker(study: Study, name: str) -> str | None:
    """The approach whose tuning made the weights that this one uses; None for untuned ones."""
    chain = makers(study, name)
    return chain[-1] if chain else None


def base_of(study: Study, name: str) -> str:
    """The base, or the folder of weights, that an approach's ancestry starts from."""
    return study.approaches[ancestry(study, name)[0]].weights or study.model.base


def given_folder(study: Study, name: str) -> Path | None:
    """The folder named by `weights:` at the root of an approach's ancestry."""
    weights = study.approaches[ancestry(study, name)[0]].weights
    return Path(weights) if weights is not None else None


def precision(study: Study, name: str) -> Precision:
    """An approach's precision: its own, what it inherits with its weights, or the model's."""
    root: Approach = study.approaches[ancestry(study, name)[0]]
    return root.precision or study.model.precision


def seeds(study: Study, name: str) -> range:
    """The seeds that an approach runs with."""
    repeats = study.seeds if maker(study, name) else 1
    return range(study.seed, study.seed + repeats)


def layers(study: Study, job: Job, folder: Path) -> list[Path]:
    """Weights folders that are put on the base, in order, for `engine.load`.

    An adapter that a later approach went on training stands in that one's folder already.
    """
    names = makers(study, job.approach)
    given = given_folder(study, job.approach)
    kept = [
        name
        for name, following in pairwise([*names, None])
        if name is not None and (following is None or not goes_on(study, following))
    ]
    made = [Job(name, job.seed).place(folder).weights for name in kept]
    return [given, *made] if given is not None else made


def goes_on(study: Study, name: str) -> bool:
    """Whether an approach goes on training the very adapter that it starts from."""
    origin = maker(study, study.approaches[name].weights or "") if in_study(study, name) else None
    if origin is None:
        return False
    mine, before = study.approaches[name].tune, study.approaches[origin].tune
    assert mine is not None  # noqa: S101 - callers ask of approaches that tune
    assert before is not None  # noqa: S101 - a maker tunes
    return mine.method == before.method and methods.goes_on(mine.method)


def virtual_tokens(study: Study, name: str) -> int:
    """Positions of the context that the adapter behind an approach takes for itself."""
    if (made_by := maker(study, name)) is not None:
        tune = study.approaches[made_by].tune
        return methods.virtual_tokens(tune.method) if tune is not None else 0
    given = given_folder(study, name)
    return virtual_tokens_in(given) if given is not None else 0


def labels(study: Study, name: str) -> tuple[str, ...] | None:
    """The classes of the head that an approach answers with; None where it writes."""
    if (made_by := maker(study, name)) is not None:
        tune = study.approaches[made_by].tune
        headed = tune is not None and isinstance(tune.method, methods.Head)
        return study.data.labels if headed else None
    given = given_folder(study, name)
    return labels_of(given) if given is not None else None


def in_study(study: Study, name: str) -> bool:
    """Whether an approach starts from another approach (and not from the base or a folder)."""
    return study.approaches[name].weights in study.approaches
