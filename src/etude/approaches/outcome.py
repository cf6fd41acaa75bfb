"""What came of a search: every trial in plain values, and the best of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from etude.approaches.trials import Trials, dotted
from etude.config.searching import LOSS
from etude.errors import UserError

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial


def summed_up(trials: Trials) -> dict[str, Any]:
    """Every trial that has ended and the best one, as search.json keeps them.

    UserError when none has a value.
    """
    rows = [row(trials, item, number) for number, item in enumerate(trials.ended(), 1)]
    complete = [item for item in rows if item["state"] == "finished"]
    if not complete:
        reasons = dict.fromkeys(item["reason"] or item["state"] for item in rows)
        raise UserError(
            f"None of the {len(rows)} trials of the search came to an end ({'; '.join(reasons)}): "
            "search among other values."
        )
    best = min(complete, key=lambda item: trials.sign * item["value"])
    return {
        "metric": trials.metric,
        "better": "higher" if trials.sign < 0 else "lower",
        "space": {
            dotted(path): values.model_dump(mode="json", exclude_defaults=True)
            for path, values in trials.space.items()
        },
        "best": best,
        "trials": rows,
        "seconds": sum(item["seconds"] or 0.0 for item in rows),
    }


def row(trials: Trials, trial: FrozenTrial, number: int) -> dict[str, Any]:
    """One trial: settings, how it ended, its value and losses by validation, its seconds."""
    attrs = trial.user_attrs
    states = {"COMPLETE": "finished", "PRUNED": "pruned", "FAIL": "failed"}
    losses = [trials.sign * value for _, value in sorted(trial.intermediate_values.items())]
    state = "diverged" if "diverged" in attrs else states[trial.state.name]
    last = losses[-1] if losses and trials.metric == LOSS and state == "pruned" else None
    return {
        "number": number,
        "state": state,
        "settings": {name: trial.params[name] for name in map(dotted, trials.space)},
        "value": trial.value if state == "finished" else last,
        "dev_losses": losses,
        "seconds": attrs.get("seconds"),
        "worker": attrs.get("worker"),
        "same_as": attrs.get("same_as"),
        "reason": trials.given_up.get(str(trial.number)) or attrs.get("diverged"),
    }


def described(settings: Mapping[str, Any]) -> str:
    """Settings in a line: `learning_rate 3e-4, r 8`, each by its last word where that is enough."""
    words = short(list(settings))
    return ", ".join(f"{words[name]} {plain(value)}" for name, value in settings.items())


def short(names: Sequence[str]) -> dict[str, str]:
    """Dotted names by their last word, where no other has the same."""
    last = [name.rpartition(".")[2] for name in names]
    return {
        name: word if last.count(word) == 1 else name
        for name, word in zip(names, last, strict=True)
    }


def plain(value: Any) -> str:
    """A value as one would write it: three significant digits suffice."""
    return f"{value:.3g}" if isinstance(value, float) else str(value)
