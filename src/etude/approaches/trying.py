"""What a search may take, before it begins: how many trials, how many steps, which settings."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod
from typing import Any

from etude.approaches.outcome import plain, short
from etude.config.searching import Range, Search, searched, takes_whole, with_settings
from etude.config.tuning import Tune
from etude.training.run import count_steps

LENGTH = ("epochs", "max_steps", "batch_size", "accumulate")  # what decides the number of steps


def corners(tune: Tune) -> Iterator[Tune]:
    """The tuning with each end of each searched setting, and with all that decide its length."""
    space = found(tune)
    if not space:
        return
    ends = {path: list(ends_of(tune, path, values)) for path, values in space.items()}
    for path, values in ends.items():
        for value in values:
            yield with_settings(tune, {path: value})
    length = [path for path in ends if path[-1] in LENGTH]
    for chosen in product(*(ends[path] for path in length)):
        yield with_settings(tune, dict(zip(length, chosen, strict=True)))


def found(tune: Tune) -> dict[tuple[str, ...], Range]:
    """What a tuning searches, nothing where it does not."""
    return searched(tune, tune.search) if isinstance(tune.search, Search) else {}


def ends_of(tune: Tune, path: tuple[str, ...], values: Range) -> Iterator[Any]:
    """The values at the ends of a range, or all choices."""
    whole = not values.choices and takes_whole(tune, path)
    return (int(value) if whole else value for value in values.ends)


def plan_search(tune: Tune, examples: int) -> dict[str, Any] | None:
    """Trials and steps of a search at most, and its settings in words; None where none is."""
    if not isinstance(tune.search, Search):
        return None
    search, space = tune.search, found(tune)
    every = prod(len(values.choices) or search.trials for values in space.values())
    trials = min(search.trials, every)
    longest = max(count_steps(examples, corner) for corner in corners(tune))
    names = short([".".join(path) for path in space])
    return {
        "trials": trials,
        "steps_each": longest,
        "steps": trials * longest,
        "workers": search.workers,
        "metric": search.metric,
        "prune": search.prune,
        "settings": {
            name: in_words(values)
            for name, values in zip(names.values(), space.values(), strict=True)
        },
    }


def in_words(values: Range) -> str:
    """`4, 8, 16` or `1e-05 to 0.001 (log)`."""
    if values.choices:
        return ", ".join(map(plain, values.choices))
    low, high = values.log or values.uniform or values.ends
    return f"{low:g} to {high:g}{' (log)' if values.log else ''}"
