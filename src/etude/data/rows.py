"""What a reader yields: rows of named columns, and where each of them stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from etude.records import Message

SplitName = Literal["train", "dev", "test"]
SPLITS: tuple[SplitName, ...] = ("train", "dev", "test")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a source, as its file has it.

    `split` is the split that the publisher put it in, None where there is none. `where` names
    the place for messages (`songs.jsonl, line 7`). `remarks` are (kind, detail) pairs about
    material that is kept although something about it is wrong. `turns` are what comes before
    the answer where the row is a conversation. `problem` is (reason, detail) of a row that
    cannot be used, so that it is counted.
    """

    split: SplitName | None
    where: str
    columns: Mapping[str, Any]
    remarks: tuple[tuple[str, str], ...] = ()
    turns: tuple[Message, ...] = ()
    problem: tuple[str, str] | None = None


# A reader takes its own class of settings and the folder that relative paths start from.
Reader = Callable[[Any, Path], Iterator[Row]]


@dataclass(frozen=True, slots=True)
class Dropped:
    """A row that is not used: which one, why, and what about it."""

    source: str
    where: str
    id: str
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """A row that is used although something about it is wrong."""

    source: str
    where: str
    id: str
    kind: str
    detail: str
