"""How a long step says how far it is: a function that any room may call."""

from __future__ import annotations

from collections.abc import Callable

# (what is being done, units done, units in all, a note such as the loss) -> None
Progress = Callable[[str, int, int, str], None]


def silent(what: str, done: int, total: int, note: str) -> None:
    """Say nothing."""
