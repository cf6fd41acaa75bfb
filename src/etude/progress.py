"""How a long step says how far it is: a function that any room may call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from time import monotonic
from typing import TypeVar

Item = TypeVar("Item")

LONG = 1_000_000  # units in all beyond which their share is told
EVERY = 30.0  # seconds between two lines of a log

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


def so_far(done: int, total: int) -> str:
    """`120/400`; a share where numbers are too long to read (bytes); `120` where none knows."""
    if total >= LONG:
        return f"{done / total:.1%}"
    return f"{done:,}/{total:,}" if total else f"{done:,}"


def now_and_then(
    title: str,
    say: Callable[[str], None],
    seconds: float = EVERY,
    clock: Callable[[], float] = monotonic,
) -> Progress:
    """A progress that says a line every so many seconds: for logs, and where there is no terminal.

    The line tells the part that is under way, how far it is, its note, and how long it will take
    at the rate since it began. A step that is shorter than `seconds` says nothing.
    """
    last = clock()
    began: dict[str, tuple[float, int]] = {}  # when a part was first heard of, and how far it was

    def progress(what: str, done: int, total: int, note: str) -> None:
        nonlocal last
        now = clock()
        start, first = began.setdefault(what, (now, done))
        if now - last < seconds:
            return
        last = now
        told = [f"{title}: {what} {so_far(done, total)}", *([note] if note else [])]
        if first < done < total and now > start:
            left = (total - done) * (now - start) / (done - first)
            told.append(f"about {duration(left)} left")
        say(", ".join(told))

    return progress


def duration(seconds: float) -> str:
    """Seconds in words that fit their size."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
