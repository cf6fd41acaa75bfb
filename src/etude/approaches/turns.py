"""The trials of a search, one after the other: asked of Optuna, told to all who do them, answered.

Several processes that do a trial together have one side that Optuna sees: that of the first, which
tells the others the settings and whether to go on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from etude.approaches.outcome import described, plain
from etude.approaches.trials import Trials, propose, same_as
from etude.engine import processes
from etude.progress import Progress

if TYPE_CHECKING:
    import optuna


class Pruned(Exception):
    """A trial is not worth going on with."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A trial as each process knows it that takes part in it.

    `trial` and `trials` are Optuna's side of it, which the first process has alone.
    """

    number: int
    settings: Mapping[str, Any]
    trial: optuna.Trial | None = None
    trials: Trials | None = None


def next_turn(trials: Trials | None, worker: int, progress: Progress) -> Turn | None:
    """The next trial that has to be done, in all processes; None when there are enough.

    One whose settings have been tried takes over what came of them.
    """
    turn = None
    if trials is not None:
        while (trial := propose(trials)) is not None:
            tell_progress(trials, progress)
            trial.set_user_attr("worker", worker)
            if (earlier := same_as(trials, trial)) is None:
                turn = Turn(trial.number, trial.params, trial, trials)
                break
            trial.set_user_attr("same_as", earlier.number)
            complete = earlier.state.name == "COMPLETE"
            value = earlier.value if complete else None
            trials.study.tell(trial, value, _state("COMPLETE" if complete else "PRUNED"))
    told = processes.from_first((turn.number, dict(turn.settings)) if turn is not None else None)
    return turn if turn is not None or told is None else Turn(*told)


def goes_on(turn: Turn, loss: float, validations: int, *, last: bool) -> bool:
    """Note a validation loss; whether the trial is worth going on with, the same in all processes.

    `last`: it is at its end anyway.
    """
    ends = False
    if turn.trial is not None and turn.trials is not None:
        turn.trial.report(turn.trials.sign * loss, validations)
        ends = not last and turn.trial.should_prune()
    return not processes.from_first(ends)


def tell(turn: Turn, value: float | None, why: str | None, seconds: float) -> None:
    """Tell Optuna what came of a trial: its value, or that it has none, and why."""
    if turn.trial is None or turn.trials is None:
        return
    if why is not None:
        turn.trial.set_user_attr("diverged", why)
    turn.trial.set_user_attr("seconds", seconds)
    turn.trials.study.tell(turn.trial, value, _state("PRUNED" if value is None else "COMPLETE"))


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
