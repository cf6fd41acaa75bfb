"""The trials of a search, kept in an Optuna storage: proposed, told, repeated, and summed up.

Nothing here loads a model. A trial is proposed by Optuna's tree-structured Parzen estimator
(Bergstra et al. 2011), whose chance is seeded anew for each trial: a search that was killed goes on
as if it had not been. Where every combination can be tried, every one is, in an order by chance.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from etude.config.searching import LOSS, Range, Search, searched, takes_whole
from etude.config.searching import Path as Setting
from etude.config.tuning import Tune
from etude.errors import UserError
from etude.metrics import METRICS, expand

if TYPE_CHECKING:
    import optuna
    from optuna.trial import FrozenTrial

STARTUP = 8  # trials by chance before the estimator has something to go by
BEFORE_PRUNING = 5  # trials that have to end before the median of their losses prunes another
TRIES = 2  # times that a trial whose process dies is begun before it is given up
SILENCE = 600.0  # seconds without a sign after which another machine's trial counts as dead
MISSING = "search needs a package that is not installed: pip install 'etude[search]'."


@dataclass(frozen=True, slots=True)
class Trials:
    """An Optuna study and what is searched in it.

    `sign` makes a dev loss point the way of the metric: -1 where higher is better.
    """

    study: optuna.Study
    space: Mapping[Setting, Range]
    whole: frozenset[Setting]
    count: int
    metric: str
    sign: int
    seed: int

    def kept(self) -> list[FrozenTrial]:
        """Trials that count: all but those that are repeated or were not needed."""
        trials = self.study.get_trials(deepcopy=False)
        given = self.given_up
        return [item for item in trials if item.state.name != "FAIL" or str(item.number) in given]

    def waiting(self) -> int:
        """How many trials are still to be begun."""
        begun = [item for item in self.kept() if item.state.name != "WAITING"]
        return max(0, self.count - len(begun))

    @property
    def given_up(self) -> Mapping[str, str]:
        """Numbers of trials that failed for good, with the reason."""
        given: Mapping[str, str] = self.study.user_attrs.get("given_up", {})
        return given

    def ended(self) -> list[FrozenTrial]:
        """Trials that have come to an end of whatever kind."""
        return [item for item in self.kept() if item.state.is_finished()]


def open_trials(tune: Tune, key: str, folder: Path, seed: int, worker: int = 0) -> Trials:
    """The trials of a key, in the storage that the search names or in `folder/trials.db`."""
    search = tune.search
    assert isinstance(search, Search)  # noqa: S101 - callers ask of tunings that search
    try:
        import optuna
    except ImportError:
        raise UserError(MISSING) from None
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    space, higher = searched(tune, search), is_higher(search.metric)
    whole = frozenset(path for path in space if takes_whole(tune, path))
    pruners = {
        "median": lambda: optuna.pruners.MedianPruner(n_startup_trials=BEFORE_PRUNING),
        "halving": lambda: optuna.pruners.SuccessiveHalvingPruner(min_resource=1),
        "none": optuna.pruners.NopPruner,
    }
    study = optuna.create_study(
        storage=open_storage(search.storage, folder),
        study_name=f"etude-{key[:32]}",
        direction="maximize" if higher else "minimize",
        load_if_exists=True,
        pruner=pruners[search.prune](),
    )
    every = prod(len(values.choices) or search.trials for values in space.values())
    count = min(search.trials, every)
    sign = -1 if higher else 1
    return Trials(study, space, whole, count, search.metric, sign, seed * 1000 + worker)


def is_higher(metric: str) -> bool:
    """Whether the best is the highest."""
    return metric != LOSS and METRICS[expand((metric,))[0]].better == "higher"


def open_storage(storage: str | None, folder: Path) -> optuna.storages.RDBStorage:
    """The database of the trials; UserError when it cannot be reached."""
    from optuna.storages import RDBStorage
    from sqlalchemy.engine import URL
    from sqlalchemy.exc import SQLAlchemyError

    if storage is None:
        folder.mkdir(parents=True, exist_ok=True)
        url = URL.create("sqlite", database=str(folder / "trials.db"))
        address = url.render_as_string(hide_password=False)
    else:
        address = os.path.expandvars(storage)
    # Workers wait for one another instead of failing when two of them write at once.
    waits = {"connect_args": {"timeout": 100}} if address.startswith("sqlite") else {}
    try:
        return RDBStorage(address, engine_kwargs=waits)
    except (SQLAlchemyError, ImportError, ValueError) as error:
        reason = " ".join(str(error).split()).partition(" (Background")[0].rstrip(".")
        raise UserError(
            f"tune.search.storage: expected the URL of a database that can be opened, but "
            f"{storage or folder} cannot be ({reason}): correct it, or leave storage out to keep "
            "trials in the run folder."
        ) from None


def check_storage(storage: str | None) -> None:
    """Refuse a URL with a password: the study file is shown in the report."""
    if storage is not None and urlsplit(storage).password:
        raise UserError(
            "tune.search.storage holds a password, which the report would show: put the URL into "
            "an environment variable and write its name, storage: $NAME."
        )


def prepare_trials(trials: Trials, first: Mapping[Setting, Any], *, alone: bool) -> None:
    """Before the workers start: repeat what was killed, enqueue what is to be tried in any case.

    `first` are the settings as they stand in the study: the first trial, where the search might
    choose them. `alone`: no other process works on these trials.
    """
    repeat_killed(trials, alone=alone, blame=False)
    choices = [values.choices for values in trials.space.values()]
    if all(choices) and prod(map(len, choices)) <= trials.count:
        combinations = list(product(*choices))
        random.Random(trials.seed).shuffle(combinations)  # noqa: S311 - an order, no secret
        known = {signature(settings_of(item)) for item in trials.kept()}
        for values in combinations:
            settings = dict(zip(map(dotted, trials.space), values, strict=True))
            if signature(settings) not in known:
                trials.study.enqueue_trial(settings)
    elif not trials.kept() and all(first[path] in trials.space[path] for path in trials.space):
        trials.study.enqueue_trial({dotted(path): first[path] for path in trials.space})


def repeat_killed(trials: Trials, *, alone: bool, blame: bool) -> tuple[int, int]:
    """Begin again what a dead process left; returns how many were repeated and how many given up.

    `blame`: the trial's own process died, and not the whole run; after `TRIES` times it is given
    up. Trials of other machines are dead when they have been silent for long.
    """
    repeated = given = 0
    for item in trials.study.get_trials(deepcopy=False):
        seen = item.user_attrs.get("seen", 0.0)
        if item.state.name != "RUNNING" or not (alone or time.time() - seen > SILENCE):
            continue
        tries = item.user_attrs.get("tries", 1)
        settings = {**item.system_attrs.get("fixed_params", {}), **item.params}
        whole = len(settings) == len(trials.space)  # else it died before it had its settings
        if blame and whole and tries >= TRIES:
            told = f"its process died {tries} times (out of memory, most likely)"
            trials.study.set_user_attr("given_up", {**trials.given_up, str(item.number): told})
            given += 1
        else:
            repeated += 1
            if whole:
                again = {"tries": tries + (1 if blame else 0)}
                trials.study.enqueue_trial(settings, user_attrs=again)
        trials.study.tell(item.number, state=_state("FAIL"))
    return repeated, given


def propose(trials: Trials) -> optuna.Trial | None:
    """The next trial, with its settings, or None when there are enough."""
    import optuna

    begun = [item for item in trials.kept() if item.state.name != "WAITING"]
    if len(begun) >= trials.count:
        return None
    seed = random.Random(f"{trials.seed}-{len(begun)}").randrange(2**31)  # noqa: S311 - no secret
    trials.study.sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=STARTUP)
    trial = trials.study.ask({dotted(path): distribution(trials, path) for path in trials.space})
    trial.set_user_attr("seen", time.time())
    # Another worker may have begun the last one in the meantime.
    if sum(item.number < trial.number for item in trials.kept()) >= trials.count:
        trials.study.tell(trial, state=_state("FAIL"))
        return None
    return trial


def distribution(trials: Trials, path: Setting) -> optuna.distributions.BaseDistribution:
    """A searched setting's values as Optuna writes them."""
    from optuna import distributions

    values = trials.space[path]
    if values.choices:
        return distributions.CategoricalDistribution(values.choices)
    low, high = values.ends
    log = values.log is not None
    if path in trials.whole:
        return distributions.IntDistribution(int(low), int(high), log=log)
    return distributions.FloatDistribution(low, high, log=log)


def same_as(trials: Trials, trial: optuna.Trial) -> FrozenTrial | None:
    """A trial of the same settings that has ended, if there is one: it need not be done again."""
    mine = signature(trial.params)
    return next((item for item in trials.ended() if signature(settings_of(item)) == mine), None)


def settings_of(trial: FrozenTrial) -> Mapping[str, Any]:
    """A trial's settings, also where it waits for its turn."""
    fixed: Mapping[str, Any] = trial.system_attrs.get("fixed_params", {})
    return trial.params or fixed


def signature(settings: Mapping[str, Any]) -> str:
    """Settings as a text that tells 1 from True and 1.0."""
    return repr(sorted(settings.items()))


def dotted(path: Setting) -> str:
    """`method.r`."""
    return ".".join(path)


def _state(name: str) -> optuna.trial.TrialState:
    from optuna.trial import TrialState

    return TrialState[name]
