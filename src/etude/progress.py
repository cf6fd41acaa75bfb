"""How a long step says how far it is: a function that any room may call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")

# (what is being done, units done, units in all, a note such as the loss) -> None; in all 0 where
# nobody knows.
Progress = Callable[[str, int, int, str], None]


def silent(what: str, done: int, total: int, note: str) -> None:
    """Say nothing."""


def watched(items: Sequence[Item], what: str, progress: Progress) -> Iterator[Item]:
    """The items one after the other, while the progress hears of them about a hundred times."""
    step = max(1, len(items) // 100)
    for number, item in enumerate(items):
        if number % step == 0:
            progress(what, number, len(items), "")
        yield item
    progress(what, len(items), len(items), "")


def counted(
    items: Iterable[Item], what: str, progress: Progress, every: int = 1000
) -> Iterator[Item]:
    """The same for items whose number nobody knows: the progress hears of every so many."""
    number = 0
    for item in items:
        if number % every == 0:
            progress(what, number, 0, "")
        number += 1
        yield item
    progress(what, number, number, "")
