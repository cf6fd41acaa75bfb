"""What a search has chosen, put in the place of the search.

`RUN/approaches/NAME/search/search.json` says which settings won, with the key of all that the
search depended on. A study whose searches are settled is one in which the winners stand in the
file, with the same keys: writing them there instead trains nothing again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from etude.approaches.keys import common, tune_settings, weights_key
from etude.approaches.order import Job, by_origin
from etude.config.searching import LOSS, Search, with_settings
from etude.config.study import Study
from etude.config.tuning import Tune
from etude.data.frozen import learnt_part
from etude.engine.base import Base
from etude.store import fingerprint, read_json


def search_folder(folder: Path, name: str) -> Path:
    """Where a search keeps what it tried and what it found."""
    return folder / "approaches" / name / "search"


def read_search(folder: Path, name: str) -> dict[str, Any] | None:
    """What an approach's search has found, None when it has not ended."""
    path = search_folder(folder, name) / "search.json"
    if not path.exists():
        return None
    found: dict[str, Any] = read_json(path)
    return found


def settled(study: Study, folder: Path, base: Base | None, data_hash: str) -> Study:
    """The study with what its searches have chosen, where they have.

    Without a `base`, that which the search itself names is taken to be the study's.
    """
    chosen: dict[str, dict[str, Any]] = {}
    for name in by_origin(study):
        tune = study.approaches[name].tune
        if tune is None or tune.search is None:
            continue
        if isinstance(tune.search, Search):
            found = read_search(folder, name)
            if found is None:
                continue
            used = base or Base(found["base"]["name"], folder, found["base"]["digest"])
            if found["key"] != search_key(study, name, used, data_hash):
                continue
            chosen[name] = found["best"]["settings"]
        source = name if isinstance(tune.search, Search) else tune.search
        if source in chosen:
            study = with_tune(study, name, with_chosen(tune, chosen[source]))
    return study


def with_chosen(tune: Tune, settings: dict[str, Any]) -> Tune:
    """The tuning with settings under their dotted names, and without its search."""
    return with_settings(tune, {tuple(name.split(".")): item for name, item in settings.items()})


def with_tune(study: Study, name: str, tune: Tune | None) -> Study:
    """The study with another tuning of one approach."""
    approach = study.approaches[name].model_copy(update={"tune": tune})
    return study.model_copy(update={"approaches": {**study.approaches, name: approach}})


def trials_key(study: Study, name: str, base: Base, data_hash: str) -> str:
    """What the value of a trial depends on besides its settings: trials of one key compare.

    What the approach starts from must be settled.
    """
    tune = study.approaches[name].tune
    assert tune is not None  # noqa: S101 - callers ask of approaches that search
    search = tune.search
    assert isinstance(search, Search)  # noqa: S101 - the same
    start = with_tune(study, name, None)
    spoken = search.metric != LOSS  # answers to the dev split are written
    return fingerprint(
        {
            **common(study, name, base, learnt_part(data_hash)),
            "from": weights_key(start, Job(name, study.seed), base, data_hash),
            "tune": {key: item for key, item in tune_settings(tune).items() if key != "search"},
            "space": search.model_dump(mode="json")["space"],
            "metric": search.metric,
            "prune": search.prune,
            "generation": study.generation.model_dump(mode="json") if spoken else None,
            "seed": study.seed,
        }
    )


def search_key(study: Study, name: str, base: Base, data_hash: str) -> str:
    """Key of a search's result: of its trials, and how many there are to be."""
    tune = study.approaches[name].tune
    search = tune.search if tune is not None else None
    assert isinstance(search, Search)  # noqa: S101 - callers ask of approaches that search
    return fingerprint({"trials": trials_key(study, name, base, data_hash), "count": search.trials})
