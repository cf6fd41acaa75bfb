"""What can go wrong: a mistake that the user can mend (exit code 2), a failure (exit code 1)."""

from __future__ import annotations

import errno
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

# What libraries say of a full disk in words alone: safetensors, and the database of a search.
FULL = ("No space left on device", "database or disk is full")


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


def disk_full(error: BaseException, path: Path | None = None) -> str | None:
    """The sentence for an error that says that a disk is full; None for any other error.

    Some libraries say it in words only, or of the error behind theirs.
    """
    told = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    if not told and not any(words in str(error) for words in FULL):
        return None if error.__cause__ is None else disk_full(error.__cause__, path)
    place = path or (getattr(error, "filename", None) if told else None)
    return (
        f"The disk is full: {place or 'a file'} could not be written (what was there before is "
        "kept): free some space, and the same command goes on where this one stopped."
    )
