"""What approaches say of each other, of sources and of metrics in `search:` and `mix:`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from etude.config.mixing import check_mix
from etude.config.searching import LOSS, Search, place_of, searched
from etude.config.settings import Misplaced, choose

if TYPE_CHECKING:
    from etude.config.study import Approach


def check_approaches(
    approaches: Mapping[str, Approach], sources: Mapping[str, Any], metrics: Iterable[str]
) -> None:
    """Sources, metrics and searches that a tuning names must be there, and not in a circle."""
    for name, approach in approaches.items():
        tune, here = approach.tune, ("approaches", name, "tune")
        if tune is None:
            continue
        if tune.mix is not None:
            try:
                check_mix(tune.mix, sources)
            except Misplaced as error:
                raise Misplaced((*here, "mix", *error.path), str(error)) from None
        if isinstance(tune.search, Search):
            known = (LOSS, *metrics)
            if tune.search.metric not in known:
                hint = choose(tune.search.metric, known)
                told = f"'{tune.search.metric}' is not known here: {hint}"
                raise Misplaced((*here, "search", "metric"), told)
        elif tune.search is not None:
            check_borrowed(approaches, name)
            check_circle(approaches, name)


def check_borrowed(approaches: Mapping[str, Approach], name: str) -> None:
    """`search: other` names an approach that searches, and whose settings this tuning has."""
    tune, here = approaches[name].tune, ("approaches", name, "tune", "search")
    assert tune is not None  # noqa: S101 - callers ask of approaches that tune
    other = str(tune.search)
    if other not in approaches:
        raise Misplaced(here, f"there is no approach '{other}': {choose(other, approaches)}")
    source = approaches[other].tune
    if source is None or not isinstance(source.search, Search):
        raise Misplaced(
            here, f"'{other}' searches nothing: name an approach with settings in its search"
        )
    for path in searched(source, source.search):
        try:
            place_of(".".join(("tune", *path)), tune)
        except ValueError:
            raise Misplaced(
                here,
                f"'{other}' searches {'.'.join(path)}, which this tuning has not: give both the "
                "same method, optimizer and schedule",
            ) from None


def waits_for(approaches: Mapping[str, Approach], name: str) -> list[str]:
    """The approaches that must be there before this one: whose weights or search it takes."""
    approach = approaches[name]
    wanted = [approach.weights, approach.tune.search if approach.tune is not None else None]
    return [other for other in wanted if isinstance(other, str) and other in approaches]


def check_circle(approaches: Mapping[str, Approach], name: str) -> None:
    """An approach may not wait for itself."""
    waiting: list[tuple[str, str]] = [(other, other) for other in waits_for(approaches, name)]
    seen: set[str] = set()
    while waiting:
        first, other = waiting.pop()
        if other == name:
            raise Misplaced(
                ("approaches", name, "tune", "search"),
                f"'{first}' in turn waits for '{name}': take the search of another approach",
            )
        if other not in seen:
            seen.add(other)
            waiting += [(first, further) for further in waits_for(approaches, other)]
