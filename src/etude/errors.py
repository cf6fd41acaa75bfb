"""What can go wrong: a mistake that the user can mend (exit code 2), a failure (exit code 1)."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class UserError(Exception):
    """What was expected, what was found, where, and what to do, in one sentence."""


class ChildFailed(Exception):
    """A child process ended without finishing its task."""


class ChildDied(ChildFailed):
    """It ended without a word: killed, or crashed below Python."""


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint for an unknown name: the nearest known one, then all of them.

    >>> nearest("epoch", ["epochs", "batch_size"])
    "did you mean 'epochs'? Known: batch_size, epochs"
    """
    choices = sorted(known)
    close = get_close_matches(name, choices, n=1, cutoff=0.6)
    hint = f"did you mean '{close[0]}'? " if close else ""
    return f"{hint}Known: {', '.join(choices) or 'none'}"
