"""Records that wait on disk: rows and examples of a source, while its splits are made.

A large source does not fit into memory, and dividing it needs to see all of it. So what is read is
written into a file without a name, and only what dividing asks for (keys, groups, places) is kept.
"""

from __future__ import annotations

import os
import pickle
import weakref
from array import array
from collections.abc import Sequence
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Generic, TypeVar, overload

Record = TypeVar("Record")

IN_MEMORY = 8 << 20  # bytes up to which no file is made: small material never sees the disk
BUFFER = 1 << 16


class OnDisk(Sequence[Record]):
    """A sequence of which little is in memory; two are equal when they hold the same."""

    def __eq__(self, other: object) -> bool:
        """Whether two sequences hold the same records, wherever they are kept."""
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(
            mine == theirs for mine, theirs in zip(self, other, strict=True)
        )

    __hash__ = None  # type: ignore[assignment]  # compared by content, as lists are


class Spool(Generic[Record]):
    """Records in the order in which they were added, in a file of this process alone.

    The file stands in `folder` (the system's place for such files when not given), has no name
    there, and so goes when the process does, however that ends. Records may be of any class that
    can be pickled; what is unpickled is what this process wrote a moment ago.
    """

    def __init__(self, folder: Path | None = None) -> None:
        place = None if folder is None else str(folder)
        self.file = SpooledTemporaryFile(  # noqa: SIM115 - open as long as there is a spool
            max_size=IN_MEMORY, buffering=BUFFER, dir=place
        )
        self.ends = array("Q", [0])  # 8 bytes a record
        self.at_end = True
        weakref.finalize(self, self.file.close)

    def add(self, record: Record) -> int:
        """Write a record; returns its number."""
        if not self.at_end:
            self.file.seek(0, os.SEEK_END)
            self.at_end = True
        content = pickle.dumps(record, protocol=pickle.HIGHEST_PROTOCOL)
        self.file.write(content)
        self.ends.append(self.ends[-1] + len(content))
        return len(self) - 1

    def __len__(self) -> int:
        return len(self.ends) - 1

    def read(self, number: int) -> Record:
        """The record of a number; it is a new object each time."""
        start, end = self.ends[number], self.ends[number + 1]
        self.at_end = False
        self.file.seek(start)
        found: Record = pickle.loads(self.file.read(end - start))  # noqa: S301 - our own, see above
        return found

    def records(self, start: int = 0) -> Spooled[Record]:
        """All records from a number on that are there by now."""
        return Spooled(self, range(start, len(self)))


class Spooled(OnDisk[Record]):
    """Records of a spool by their numbers, as a sequence; one is in memory at a time."""

    def __init__(self, spool: Spool[Record], numbers: Sequence[int]) -> None:
        self.spool, self.numbers = spool, numbers

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, place: int) -> Record: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Record, ...]: ...
    def __getitem__(self, place: int | slice) -> Record | tuple[Record, ...]:
        if isinstance(place, slice):
            return tuple(self.spool.read(number) for number in self.numbers[place])
        return self.spool.read(self.numbers[place])
