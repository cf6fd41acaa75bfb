"""Trials without a model: seeded, kept after kills, never more than asked for, told in full."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.trial import TrialState

from etude.approaches.outcome import described, summed_up
from etude.approaches.trials import (
    TRIES,
    Trials,
    check_storage,
    open_trials,
    prepare_trials,
    propose,
    repeat_killed,
    same_as,
)
from etude.approaches.trying import corners, plan_search
from etude.config.searching import value_at
from etude.config.tuning import Tune
from etude.errors import UserError

SPACE: dict[str, Any] = {"learning_rate": {"log": [1e-5, 1e-1]}, "r": {"uniform": [2, 32]}}
KEY = "k" * 64


def tune_of(**search: Any) -> Tune:
    return Tune.model_validate({"search": SPACE | search})


def begin(folder: Path, tune: Tune, worker: int = 0, *, first: bool = False) -> Trials:
    """The trials of a search in a folder, as `etude run` begins or takes them up."""
    trials = open_trials(tune, KEY, folder, 13, worker)
    here = {path: value_at(tune, path) for path in trials.space}
    away: dict[tuple[str, ...], Any] = dict.fromkeys(trials.space, -1)  # not among the values
    prepare_trials(trials, here if first else away, alone=True)
    return trials


def bowl(settings: Mapping[str, Any]) -> float:
    """Lowest at a learning rate of 1e-3."""
    import math

    rate = settings["optimizer.learning_rate"]
    return (math.log10(rate) + 3) ** 2 + 0.01 * settings.get("method.r", 0)


def do(trials: Trials, stop_after: int = 1000) -> None:
    """Work until there are enough trials, or be killed within one."""
    while (trial := propose(trials)) is not None:
        if (stop_after := stop_after - 1) < 0:
            return  # the trial stays as it is: running
        trials.study.tell(trial, bowl(trial.params))


def tried(trials: Trials) -> list[tuple[dict[str, Any], float | None]]:
    return [(item.params, item.value) for item in trials.ended()]


def test_the_same_seed_tries_the_same(tmp_path: Path) -> None:
    found = []
    for name in ("a", "b"):
        trials = begin(tmp_path / name, tune_of(trials=11))
        do(trials)
        found.append(tried(trials))
    assert found[0] == found[1]
    assert len(found[0]) == 11
    assert len({str(params) for params, _ in found[0]}) == 11
    assert all(isinstance(params["method.r"], int) for params, _ in found[0])


@pytest.mark.parametrize("kill", [0, 9])
def test_a_killed_search_ends_as_if_it_had_not_been(tmp_path: Path, kill: int) -> None:
    whole = begin(tmp_path / "whole", tune_of(trials=11))
    do(whole)
    do(begin(tmp_path / "killed", tune_of(trials=11)), stop_after=kill)
    again = begin(tmp_path / "killed", tune_of(trials=11))
    assert len(again.ended()) == kill
    assert again.waiting() == 11 - kill
    do(again)
    assert tried(again) == tried(whole)


def test_a_larger_number_goes_on(tmp_path: Path) -> None:
    do(begin(tmp_path / "more", tune_of(trials=4)))
    more = begin(tmp_path / "more", tune_of(trials=6))
    do(more)
    once = begin(tmp_path / "once", tune_of(trials=6))
    do(once)
    assert tried(more) == tried(once)
    fewer = begin(tmp_path / "more", tune_of(trials=3))
    assert propose(fewer) is None


def test_it_finds_the_bottom_of_a_bowl(tmp_path: Path) -> None:
    trials = begin(tmp_path, tune_of(trials=26))
    do(trials)
    best = summed_up(trials)["best"]["settings"]["optimizer.learning_rate"]
    assert 3e-4 < best < 3e-3
    later = [params["optimizer.learning_rate"] for params, _ in tried(trials)[14:]]
    assert sum(1e-4 < rate < 1e-2 for rate in later) > 7  # and looks where it is


def test_the_settings_as_they_stand_are_the_first_trial(tmp_path: Path) -> None:
    trials = begin(tmp_path / "in", tune_of(trials=3), first=True)
    do(trials)
    assert tried(trials)[0][0] == {"optimizer.learning_rate": 2e-4, "method.r": 8}
    outside = tune_of(trials=3, r=[2, 4, 16])
    trials = begin(tmp_path / "out", outside, first=True)
    do(trials)
    assert 2e-4 not in [params["optimizer.learning_rate"] for params, _ in tried(trials)]


def test_what_can_all_be_tried_is_tried_once_each(tmp_path: Path) -> None:
    grid = Tune.model_validate(
        {"search": {"learning_rate": [1e-4, 1e-3, 1e-2], "r": [4, 8], "trials": 20}}
    )
    do(begin(tmp_path, grid), stop_after=2)
    trials = begin(tmp_path, grid)
    assert trials.count == 6
    do(trials)
    pairs = [(p["optimizer.learning_rate"], p["method.r"]) for p, _ in tried(trials)]
    assert sorted(pairs) == [(rate, r) for rate in (1e-4, 1e-3, 1e-2) for r in (4, 8)]
    assert summed_up(trials)["best"]["settings"] == {
        "optimizer.learning_rate": 1e-3,
        "method.r": 4,
    }


def test_settings_that_were_tried_need_not_be_again(tmp_path: Path) -> None:
    trials = begin(
        tmp_path,
        Tune.model_validate({"search": {"r": [2, 4, 8, 16], "clip": [1.0, None]} | {"trials": 6}}),
    )
    first = propose(trials)
    assert first is not None
    assert same_as(trials, first) is None
    trials.study.tell(first, 1.0)
    trials.study.enqueue_trial(first.params)
    second = propose(trials)
    assert second is not None
    earlier = same_as(trials, second)
    assert earlier is not None
    assert earlier.number == first.number


def test_several_workers_do_not_do_more_than_asked(tmp_path: Path) -> None:
    begin(tmp_path, tune_of(trials=7))
    workers = [open_trials(tune_of(trials=7), KEY, tmp_path, 13, worker) for worker in range(3)]
    begun = [(worker, trial) for _ in range(4) for worker in workers if (trial := propose(worker))]
    assert len(begun) == 7
    for worker, trial in begun:
        worker.study.tell(trial, bowl(trial.params))
    assert len(workers[0].ended()) == 7
    assert len({str(params) for params, _ in tried(workers[0])}) == 7


def test_a_trial_whose_process_dies_again_is_given_up(tmp_path: Path) -> None:
    trials = begin(tmp_path, tune_of(trials=2))
    params = []
    for number in range(TRIES):
        trial = propose(trials)
        assert trial is not None
        params.append(trial.params)
        last = number == TRIES - 1
        assert repeat_killed(trials, alone=True, blame=True) == ((0, 1) if last else (1, 0))
    assert params[0] == params[1]
    do(trials)
    found = summed_up(trials)
    assert [item["state"] for item in found["trials"]] == ["failed", "finished"]
    assert found["trials"][0]["reason"] == "its process died 2 times (out of memory, most likely)"


def test_a_trial_that_died_before_it_had_its_settings_is_none(tmp_path: Path) -> None:
    trials = begin(tmp_path, tune_of(trials=2), first=True)
    trials.study.ask()  # takes what was enqueued, and dies
    assert repeat_killed(trials, alone=True, blame=True) == (1, 0)
    trial = propose(trials)
    assert trial is not None
    assert trial.params == {"optimizer.learning_rate": 2e-4, "method.r": 8}
    trials.study.tell(trial, 1.0)
    trials.study.ask()  # nothing was enqueued
    assert repeat_killed(trials, alone=True, blame=True) == (1, 0)
    assert trials.waiting() == 1


def test_trials_of_other_machines_are_left_alone(tmp_path: Path) -> None:
    trials = begin(tmp_path, tune_of(trials=2))
    theirs = propose(trials)
    assert theirs is not None
    assert repeat_killed(trials, alone=False, blame=False) == (0, 0)
    theirs.set_user_attr("seen", 0.0)  # silent since 1970
    assert repeat_killed(trials, alone=False, blame=False) == (1, 0)


PRUNERS: dict[str, Callable[[int], bool]] = {
    "median": lambda trial: trial >= 5,
    "halving": lambda trial: trial >= 1,
    "none": lambda trial: False,
}


@pytest.mark.parametrize("prune", PRUNERS)
def test_a_trial_worse_than_all_before_is_pruned(tmp_path: Path, prune: str) -> None:
    trials = begin(tmp_path, tune_of(trials=7, prune=prune))
    pruned = []
    for number in range(7):
        trial = propose(trials)
        assert trial is not None
        trial.report(float(number), 1)
        pruned.append(trial.should_prune())
        trials.study.tell(trial, float(number))
    assert pruned == [PRUNERS[prune](number) for number in range(7)]


def test_losses_point_the_way_of_the_metric(tmp_path: Path) -> None:
    """With a metric of which more is better, a high loss is still what gets a trial pruned."""
    trials = begin(tmp_path, tune_of(trials=7, metric="rouge-l"))
    assert trials.study.direction == optuna.study.StudyDirection.MAXIMIZE
    for number in range(6):
        trial = propose(trials)
        assert trial is not None
        trial.report(trials.sign * float(number), 1)
        assert trial.should_prune() == (number == 5)
        trials.study.tell(trial, 0.1 * number)
    found = summed_up(trials)
    assert found["best"]["number"] == 6
    assert found["better"] == "higher"
    assert found["trials"][3]["dev_losses"] == [3.0]


def test_how_trials_ended_is_told(tmp_path: Path) -> None:
    trials = begin(tmp_path, tune_of(trials=3))
    for number in range(3):
        trial = propose(trials)
        assert trial is not None
        trial.set_user_attr("seconds", 1.5)
        trial.report(3.0 - number, 1)
        if number == 1:
            trial.set_user_attr("diverged", "The training loss is nan at step 2")
        states = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.PRUNED)
        trials.study.tell(trial, 2.5 if number == 0 else None, states[number])
    found = summed_up(trials)
    assert [item["state"] for item in found["trials"]] == ["finished", "diverged", "pruned"]
    assert [item["value"] for item in found["trials"]] == [2.5, None, 1.0]
    assert found["best"]["number"] == 1  # a pruned one is never the best
    assert found["seconds"] == 4.5
    assert found["space"]["method.r"] == {"uniform": [2, 32]}


def test_a_search_in_which_nothing_came_to_an_end(tmp_path: Path) -> None:
    trials = begin(tmp_path, tune_of(trials=1))
    trial = propose(trials)
    assert trial is not None
    trial.set_user_attr("diverged", "The training loss is nan at step 2")
    trials.study.tell(trial, state=TrialState.PRUNED)
    with pytest.raises(UserError) as error:
        summed_up(trials)
    assert str(error.value) == (
        "None of the 1 trials of the search came to an end (The training loss is nan at step 2): "
        "search among other values."
    )


def test_a_password_is_not_written_into_a_study() -> None:
    check_storage("$TRIALS")
    check_storage("postgresql://me@host/trials")
    with pytest.raises(UserError) as error:
        check_storage("postgresql://me:secret@host/trials")
    assert str(error.value) == (
        "tune.search.storage holds a password, which the report would show: put the URL into an "
        "environment variable and write its name, storage: $NAME."
    )


def test_a_storage_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIALS", f"sqlite:///{tmp_path}/ours.db")
    do(begin(tmp_path / "a", tune_of(trials=2, storage="$TRIALS")))
    other = begin(tmp_path / "b", tune_of(trials=2, storage="$TRIALS"))
    assert len(other.ended()) == 2
    assert (tmp_path / "ours.db").exists()
    assert not (tmp_path / "a").exists()


def test_a_storage_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        begin(tmp_path, tune_of(storage="trials.db"))
    assert str(error.value) == (
        "tune.search.storage: expected the URL of a database that can be opened, but trials.db "
        "cannot be (Could not parse SQLAlchemy URL from given URL string): correct it, or leave "
        "storage out to keep trials in the run folder."
    )


def test_without_the_package_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(UserError) as error:
        open_trials(tune_of(), KEY, tmp_path, 13)
    assert str(error.value) == (
        "search needs a package that is not installed: pip install 'etude[search]'."
    )


def test_settings_are_named_as_briefly_as_they_can_be() -> None:
    assert described({"optimizer.learning_rate": 3.14159e-4, "method.r": 8}) == (
        "learning_rate 0.000314, r 8"
    )
    assert described({"a.dropout": 0.5, "b.dropout": 0.25}) == "a.dropout 0.5, b.dropout 0.25"


def test_a_plan_counts_trials_and_steps() -> None:
    tune = Tune.model_validate(
        {
            "batch_size": 10,
            "search": {"epochs": [1, 5], "batch_size": [10, 20], **SPACE, "trials": 12},
        }
    )
    assert plan_search(tune, 100) == {
        "trials": 12,
        "steps_each": 50,  # 5 epochs of 10 batches
        "steps": 600,
        "workers": 1,
        "metric": "dev_loss",
        "prune": "median",
        "settings": {
            "epochs": "1, 5",
            "batch_size": "10, 20",
            "learning_rate": "1e-05 to 0.1 (log)",
            "r": "2 to 32",
        },
    }
    assert {item.method.r for item in corners(tune) if item.method.name == "lora"} == {2, 8, 32}
    assert plan_search(Tune(), 100) is None
    assert list(corners(Tune())) == []
