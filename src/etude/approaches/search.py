"""A worker of a search: takes a trial, tunes with its settings, tells what came of it.

A trial is a tuning like any other, in a folder of its own that is removed afterwards: what a trial
has measured is what the tuning proper will do.
"""

from __future__ import annotations

import gc
import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from etude.approaches.build import build
from etude.approaches.order import Job, layers, precision
from etude.approaches.outcome import described, plain
from etude.approaches.settled import search_folder, trials_key, with_chosen, with_tune
from etude.approaches.trials import Trials, open_trials, propose, same_as
from etude.approaches.tuning import tune_weights
from etude.config.searching import LOSS, Search
from etude.config.study import Study
from etude.config.tuning import Tune
from etude.data import Data, read_data
from etude.engine.base import Base, find_base
from etude.engine.load import load
from etude.metrics import METRICS, expand
from etude.progress import Progress
from etude.store import Place, read_lines
from etude.training.loss import Diverged
from etude.training.mixing import taken
from etude.training.rehearsal import NoRoom

if TYPE_CHECKING:
    import optuna

# A trial is gone when it has ended: what it would keep on the way is not wanted.
NOTHING_KEPT = {"save_seconds": 1e9, "save_steps": None, "save_total_limit": None}
SIGN_SECONDS = 30.0  # between two signs of life of a trial


class Pruned(Exception):
    """A trial is not worth going on with."""


def search_settings(task: Mapping[str, Any], progress: Progress) -> None:
    """Do trials until there are enough. Runs in a child process, beside others of its kind."""
    study, folder = Study.model_validate(task["study"]), Path(task["folder"])
    name, worker, workers = task["approach"], task["worker"], task["workers"]
    if workers > 1:
        torch.set_num_threads(max(1, (os.cpu_count() or 1) // workers))
    base, data = find_base(study.model.base, study.model.revision), read_data(folder)
    tune = study.approaches[name].tune
    assert tune is not None  # noqa: S101 - only approaches that search come here
    search = tune.search
    assert isinstance(search, Search)  # noqa: S101 - the same
    key, place = trials_key(study, name, base, data.hash), search_folder(folder, name)
    trials = open_trials(tune, key, place, study.seed, worker)
    bars = progress if workers == 1 else numbered(progress, worker)
    while (trial := propose(trials)) is not None:
        tell_progress(trials, progress)
        trial.set_user_attr("worker", worker)
        if (earlier := same_as(trials, trial)) is not None:
            trial.set_user_attr("same_as", earlier.number)
            complete = earlier.state.name == "COMPLETE"
            value = earlier.value if complete else None
            trials.study.tell(trial, value, _state("COMPLETE" if complete else "PRUNED"))
            continue
        started = time.monotonic()
        settings = with_chosen(tune, trial.params).model_copy(update=NOTHING_KEPT)
        chosen = with_tune(study, name, settings).model_copy(update={"track": ()})
        spot = Place(place / f"trial-{trial.number}", name, study.seed)
        try:
            value = attempt(chosen, name, folder, spot, data, base, trials, trial, bars)
            state = "COMPLETE"
        except Pruned:
            value, state = None, "PRUNED"
        except (Diverged, NoRoom, torch.OutOfMemoryError) as error:
            trial.set_user_attr("diverged", " ".join(str(error).split()))
            value, state = None, "PRUNED"
        finally:
            shutil.rmtree(spot.folder, ignore_errors=True)
        trial.set_user_attr("seconds", time.monotonic() - started)
        trials.study.tell(trial, value, _state(state))
        gc.collect()
        torch.cuda.empty_cache()
    tell_progress(trials, progress)


def attempt(
    study: Study,
    name: str,
    folder: Path,
    spot: Place,
    data: Data,
    base: Base,
    trials: Trials,
    trial: optuna.Trial,
    progress: Progress,
) -> float:
    """The value of one trial's settings. Raises `Pruned`, or what the tuning raises."""
    job, settings = Job(name, study.seed), described(trial.params)
    tune = study.approaches[name].tune
    assert tune is not None  # noqa: S101 - a trial tunes
    validations = 0

    def watch(row: Mapping[str, Any]) -> None:
        """Tell each validation; the pruner may end the trial before its last step."""
        nonlocal validations
        if "dev_loss" not in row or not row["step"]:
            return
        validations += 1
        trial.report(trials.sign * row["dev_loss"], validations)
        if not is_last(row, tune) and trial.should_prune():
            raise Pruned

    signed = 0.0

    def alive(what: str, done: int, total: int, note: str) -> None:
        """Pass the progress on with the settings, and give a sign of life now and then."""
        nonlocal signed
        if time.monotonic() - signed > SIGN_SECONDS:
            signed = time.monotonic()
            trial.set_user_attr("seen", time.time())
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
    if trials.metric != LOSS:
        return measured(study, job, folder, spot, data, base, trials.metric, alive)
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
    """A metric of the answers to the dev split."""
    tune = study.approaches[job.approach].tune
    assert tune is not None  # noqa: S101 - a trial tunes
    examples = taken(data.dev, tune.mix)
    weights = [*layers(study, job, folder)[:-1], spot.weights]
    loaded = load(base, study.model, precision(study, job.approach), weights)
    predict = build(study, job, spot.folder, data, base, loaded, progress, run_folder=folder)
    answers = {item.example_id: item for batch in predict(examples) for item in batch}
    found = METRICS[expand((metric,))[0]].measure(
        examples, [answers[item.id] for item in examples], study.data.language
    )
    return float(found.aggregate(found.statistics.sum(axis=0, keepdims=True))[0])


def tell_progress(trials: Trials, progress: Progress) -> None:
    """How many trials have ended, and the best so far."""
    ended = trials.ended()
    complete = [item for item in ended if item.state.name == "COMPLETE" and item.value is not None]
    note = ""
    if complete:
        best = min(complete, key=lambda item: trials.sign * (item.value or 0.0))
        note = f"best {plain(best.value)} at {described(best.params)}"
    progress("trials", min(len(ended), trials.count), trials.count, note)


def numbered(progress: Progress, worker: int) -> Progress:
    """The progress of one worker among several."""
    return lambda what, done, total, note: progress(f"{what} ({worker + 1})", done, total, note)


def _state(name: str) -> Any:
    from optuna.trial import TrialState

    return TrialState[name]
