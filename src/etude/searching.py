"""A search from the parent's side: workers are started, followed and replaced until it ends."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from etude.approaches.documents import digests
from etude.approaches.outcome import described, plain, summed_up
from etude.approaches.settled import search_folder, search_key, trials_key
from etude.approaches.trials import check_storage, open_trials, prepare_trials, repeat_killed
from etude.child import in_children
from etude.config import Study
from etude.config.searching import Search, value_at
from etude.crew import Crew
from etude.data import Data
from etude.engine.base import Base
from etude.errors import ChildDied
from etude.progress import Progress
from etude.store import write_json

MOST_DEATHS = 12  # of workers in one run before the search is given up
MOST_GIVEN_UP = 3  # trials whose processes died for good, before the same
PAUSE = 5.0  # seconds between two looks at what other machines are doing


def choose_settings(
    study: Study,
    name: str,
    folder: Path,
    base: Base,
    data: Data,
    progress: Progress,
    crew: Crew | None = None,
) -> str:
    """Search until all trials have ended and write search.json; returns what won, in a line.

    Trials that have ended before are kept. With a crew, its processes do each trial together, or
    are its workers. Raises `ChildFailed` or `UserError` where the search cannot go on.
    """
    tune = study.approaches[name].tune
    assert tune is not None  # noqa: S101 - only approaches that search come here
    search = tune.search
    assert isinstance(search, Search)  # noqa: S101 - the same
    check_storage(search.storage)
    place, key = search_folder(folder, name), trials_key(study, name, base, data.hash)
    trials = open_trials(tune, key, place, study.seed)
    alone = search.storage is None
    clear(place)
    first = {path: value_at(tune, path) for path in trials.space}
    prepare_trials(trials, first, alone=alone)
    deaths = given_up = 0
    while len(trials.ended()) < trials.count:
        if not (waiting := trials.waiting()):  # other machines are at the last ones
            time.sleep(PAUSE)
            repeat_killed(trials, alone=False, blame=False)
            continue
        try:
            do_trials(study, name, folder, search.workers, waiting, progress, crew)
        except ChildDied:
            again, given = repeat_killed(trials, alone=alone, blame=True)
            deaths, given_up = deaths + 1, given_up + given
            if deaths >= MOST_DEATHS or given_up >= MOST_GIVEN_UP or not again + given:
                raise
    found = {
        "key": search_key(study, name, base, data.hash),
        "base": {"name": base.name, "digest": base.digest},
        **summed_up(trials),
        "workers": at_once(search.workers, crew),
        "processes": crew.launch.processes if crew is not None and search.workers == 1 else 1,
        "prune": search.prune,
        "optuna": metadata.version("optuna"),
    }
    write_json(place / "search.json", found)
    return in_a_line(name, found)


def do_trials(
    study: Study,
    name: str,
    folder: Path,
    workers: int,
    waiting: int,
    progress: Progress,
    crew: Crew | None,
) -> None:
    """Let the workers do the trials that are waiting, or the processes of a crew."""
    log = folder.absolute() / "log.txt"
    if crew is None:
        in_children(tasks(study, name, folder, min(workers, waiting)), log, progress)
        return
    several = at_once(workers, crew)
    task = tasks(study, name, folder, 1)[0] | {"workers": several, "documents": digests(study)}
    crew.do(task, log, progress, apart=several > 1)


def at_once(workers: int, crew: Crew | None) -> int:
    """Trials that are done at once: as many as asked for; of a crew no more than it has processes.

    One at a time is done by all processes of a crew together.
    """
    return workers if crew is None else min(workers, crew.launch.processes)


def tasks(study: Study, name: str, folder: Path, workers: int) -> list[dict[str, Any]]:
    """What each worker is told; processes of other machines stand elsewhere."""
    settings, place = study.model_dump(mode="json"), str(folder.absolute())
    common = {"do": "search", "study": settings, "folder": place, "approach": name, "documents": {}}
    return [{**common, "worker": number, "workers": workers} for number in range(workers)]


def clear(place: Path) -> None:
    """Remove what killed trials left."""
    for left in place.glob("trial-*"):
        shutil.rmtree(left, ignore_errors=True)


def in_a_line(name: str, found: Mapping[str, Any]) -> str:
    """What a search has found."""
    best, metric = found["best"], found["metric"].replace("_", " ")
    return (
        f"{name}, search: {described(best['settings'])} was best of {len(found['trials'])} trials "
        f"({metric} {plain(best['value'])})."
    )
