"""A worker of a search: takes a trial, tunes with its settings, tells what came of it.

A trial is a tuning like any other, in a folder of its own that is removed afterwards: what a trial
has measured is what the tuning proper will do. So several processes do a trial together, as they
will do the tuning proper, unless the search asks for several trials at once.
"""

from __future__ import annotations

import gc
import math
import os
import shutil
import sys
import time
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import torch

from etude.approaches.build import build
from etude.approaches.documents import VOUCHED
from etude.approaches.order import Job, layers, precision
from etude.approaches.outcome import described
from etude.approaches.settled import search_folder, trials_key, with_chosen, with_tune
from etude.approaches.trials import open_trials
from etude.approaches.tuning import tune_weights
from etude.approaches.turns import Pruned, Turn, goes_on, next_turn, numbered, tell, tell_progress
from etude.config.searching import LOSS, Search
from etude.config.study import Study
from etude.config.tuning import Tune
from etude.data import Data, read_data
from etude.engine import processes
from etude.engine.base import Base, find_base
from etude.engine.load import load
from etude.metrics import METRICS, expand
from etude.progress import Progress
from etude.store import Place, read_lines
from etude.training.batch_size import out_of_memory
from etude.training.loss import Diverged
from etude.training.mixing import taken
from etude.training.rehearsal import NoRoom

# A trial is gone when it has ended: what it would keep on the way is not wanted.
NOTHING_KEPT = {"save_seconds": 1e9, "save_steps": None, "save_total_limit": None}
SIGN_SECONDS = 30.0  # between two signs of life of a trial


def search_settings(task: Mapping[str, Any], progress: Progress) -> None:
    """Do trials until there are enough. Runs in a child process.

    It stands beside others of its kind, `workers` in all, each with trials of its own; or it is one
    of several that do each trial together.
    """
    study, folder = Study.model_validate(task["study"]), Path(task["folder"])
    worker, workers, launch = task["worker"], task["workers"], task.get("launch")
    VOUCHED.update(task["documents"])  # on another machine they need not be at hand
    on_cpu = study.model.device == "cpu"
    if launch is not None and workers > 1:
        worker, launch = processes.apart(launch, on_cpu=on_cpu), None
    elif workers > 1:
        torch.set_num_threads(max(1, (os.cpu_count() or 1) // workers))
    if worker >= workers:  # more processes than trials at once
        return
    with processes.together(launch, on_cpu=on_cpu):
        do_trials(study, task["approach"], folder, worker, workers, progress)


def do_trials(
    study: Study, name: str, folder: Path, worker: int, workers: int, progress: Progress
) -> None:
    """Take a trial and do it, until there are enough."""
    base, data = find_base(study.model.base, study.model.revision), read_data(folder)
    tune = study.approaches[name].tune
    assert tune is not None  # noqa: S101 - only approaches that search come here
    search = tune.search
    assert isinstance(search, Search)  # noqa: S101 - the same
    key, place = trials_key(study, name, base, data.hash), search_folder(folder, name)
    processes.check_alike(key)
    first = processes.is_first()
    trials = open_trials(tune, key, place, study.seed, worker) if first else None
    bars = progress if workers == 1 else numbered(progress, worker)
    while (turn := next_turn(trials, worker, progress)) is not None:
        started, value, why = time.monotonic(), None, None
        settings = with_chosen(tune, dict(turn.settings)).model_copy(update=NOTHING_KEPT)
        chosen = with_tune(study, name, settings).model_copy(update={"track": ()})
        spot = Place(place / f"trial-{turn.number}", name, study.seed)
        try:
            value = attempt(chosen, name, folder, spot, data, base, turn, search.metric, bars)
        except Pruned:
            pass
        except (Diverged, NoRoom, RuntimeError, MemoryError) as error:
            if not isinstance(error, Diverged | NoRoom) and not out_of_memory(error):
                raise
            if not is_everywhere(error):
                end_at_once()
            why = " ".join(str(error).split())
        finally:
            if first:
                shutil.rmtree(spot.folder, ignore_errors=True)
        tell(turn, value, why, time.monotonic() - started)
        gc.collect()
        torch.cuda.empty_cache()
    if trials is not None:
        tell_progress(trials, progress)


def is_everywhere(error: Exception) -> bool:
    """Whether all processes that do a trial have met with an error, so that all can go on.

    A loss that is no number is told to all, and so is what the rehearsal has no memory for (where
    weights are not sharded); memory that runs out later does so in one process.
    """
    if processes.count() == 1 or isinstance(error, Diverged):
        return True
    return isinstance(error, NoRoom) and processes.sharding() is None


def end_at_once() -> NoReturn:
    """End this process without a word: the others wait for it in the middle of a trial.

    They are ended as well, and all begin that trial again, or give it up the second time.
    """
    traceback.print_exc()
    sys.stderr.flush()
    os._exit(1)


def attempt(
    study: Study,
    name: str,
    folder: Path,
    spot: Place,
    data: Data,
    base: Base,
    turn: Turn,
    metric: str,
    progress: Progress,
) -> float:
    """The value of one trial's settings. Raises `Pruned`, or what the tuning raises."""
    job, settings = Job(name, study.seed), described(turn.settings)
    tune = study.approaches[name].tune
    assert tune is not None  # noqa: S101 - a trial tunes
    validations = 0

    def watch(row: Mapping[str, Any]) -> None:
        """Tell each validation; the pruner may end the trial before its last step."""
        nonlocal validations
        if "dev_loss" not in row or not row["step"]:
            return
        validations += 1
        if not goes_on(turn, row["dev_loss"], validations, last=is_last(row, tune)):
            raise Pruned

    signed = 0.0

    def alive(what: str, done: int, total: int, note: str) -> None:
        """Pass the progress on with the settings, and give a sign of life now and then."""
        nonlocal signed
        if turn.trial is not None and time.monotonic() - signed > SIGN_SECONDS:
            signed = time.monotonic()
            turn.trial.set_user_attr("seen", time.time())
        progress(what, done, total, f"{note} at {settings}" if what == "training" else note)

    tune_weights(
        study,
        job,
        folder,
        "a trial",
        data,
        base,
        alive,
        place=spot,
        watchers=[watch],
    )
    if metric != LOSS:
        return measured(study, job, folder, spot, data, base, metric, alive)
    return processes.from_first(final_loss(spot, tune) if processes.is_first() else math.nan)


def final_loss(spot: Place, tune: Tune) -> float:
    """The validation loss that a trial has ended with."""
    rows = [row for row in read_lines(spot.history) if "dev_loss" in row]
    if tune.load_best_model_at_end:  # as good as its best weights, of which the first are none
        return float(min(row["dev_loss"] for row in rows if row["step"]))
    return float(rows[-1]["dev_loss"])


def is_last(row: Mapping[str, Any], tune: Tune) -> bool:
    """Whether a row of the history is that of the last step, whatever an epoch is cut into."""
    per_epoch = round(row["step"] / row["epoch"])
    steps = max(1, round(per_epoch * tune.epochs))
    return bool(row["step"] >= min(steps, tune.max_steps or steps))


def measured(
    study: Study,
    job: Job,
    folder: Path,
    spot: Place,
    data: Data,
    base: Base,
    metric: str,
    progress: Progress,
) -> float:
    """A metric of the answers to the dev split, which several processes share and the first has."""
    tune = study.approaches[job.approach].tune
    assert tune is not None  # noqa: S101 - a trial tunes
    examples = taken(data.dev, tune.mix)
    weights = [*layers(study, job, folder)[:-1], spot.weights]
    loaded = load(base, study.model, precision(study, job.approach), weights)
    predict = build(study, job, spot.folder, data, base, loaded, progress, run_folder=folder)
    answers = {item.example_id: item for batch in predict(examples) for item in batch}
    value = math.nan
    if processes.is_first():
        found = METRICS[expand((metric,))[0]].measure(
            examples, [answers[item.id] for item in examples], study.data.language
        )
        value = float(found.aggregate(found.statistics.sum(axis=0, keepdims=True))[0])
    return processes.from_first(value)
