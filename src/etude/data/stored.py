"""Examples in a Parquet file: written whole, read a group of rows at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from etude.data.spool import OnDisk
from etude.errors import UserError
from etude.records import Example

if TYPE_CHECKING:
    import pyarrow as arrow

GROUP = 1000  # examples that are in memory at once: a few megabytes


class Stored(OnDisk[Example]):
    """The examples of a Parquet file that `write_parquet` made, as a sequence.

    However many they are, one group of rows is in memory. UserError when the file is not one, or
    cannot be read.
    """

    def __init__(self, path: Path) -> None:
        import pyarrow as arrow
        from pyarrow import parquet

        self.path = path
        try:
            self.file = parquet.ParquetFile(path)
            if not self.file.schema_arrow.equals(schema()):
                raise ValueError("its columns are not those of a split")
        except (OSError, ValueError, arrow.ArrowException) as error:
            raise unreadable(path, error) from error
        counts = self.file.metadata
        ends = [0]
        for number in range(counts.num_row_groups):
            ends.append(ends[-1] + counts.row_group(number).num_rows)
        self.ends = ends
        self.held: tuple[int, tuple[Example, ...]] = (-1, ())  # the group read last

    def __len__(self) -> int:
        return self.ends[-1]

    @overload
    def __getitem__(self, place: int) -> Example: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Example, ...]: ...
    def __getitem__(self, place: int | slice) -> Example | tuple[Example, ...]:
        from bisect import bisect_right

        if isinstance(place, slice):
            return tuple(self[number] for number in range(*place.indices(len(self))))
        number = range(len(self))[place]  # IndexError and negative places as everywhere
        group = bisect_right(self.ends, number) - 1
        return self.group(group)[number - self.ends[group]]

    def __iter__(self) -> Iterator[Example]:
        for group in range(len(self.ends) - 1):
            yield from self.group(group)

    def group(self, number: int) -> tuple[Example, ...]:
        """The examples of a group of rows."""
        import pyarrow as arrow

        if self.held[0] != number:
            try:
                rows = self.file.read_row_group(number).to_pylist()
                self.held = (number, tuple(Example.from_json(row) for row in rows))
            except (OSError, ValueError, KeyError, arrow.ArrowException) as error:
                raise unreadable(self.path, error) from error
        return self.held[1]


def schema() -> arrow.Schema:
    """Columns of a split's Parquet file: those of `Example`."""
    import pyarrow as arrow  # late: reading a table of text does not need it

    text = arrow.string()
    turn = arrow.struct([("role", text), ("content", text)])
    return arrow.schema(
        [
            arrow.field("id", text, nullable=False),
            arrow.field("task", text, nullable=False),
            arrow.field("messages", arrow.list_(turn), nullable=False),
            arrow.field("references", arrow.list_(text), nullable=False),
            arrow.field("group", text),
            arrow.field("label", text),
            arrow.field("choices", arrow.list_(text), nullable=False),
            arrow.field("gold_passages", arrow.list_(text), nullable=False),
            arrow.field("metadata", arrow.map_(text, text), nullable=False),
        ]
    )


def write_parquet(examples: Iterable[Example], file: Path) -> None:
    """Write examples as a Parquet file; one group of rows is in memory at a time."""
    import pyarrow as arrow
    from pyarrow import parquet

    with parquet.ParquetWriter(file, schema(), compression="zstd") as writer:
        rest, begun = iter(examples), False
        while (group := list(islice(rest, GROUP))) or not begun:  # a file without rows has a group
            rows = [
                {**example.to_json(), "metadata": list(example.metadata.items())}
                for example in group
            ]
            writer.write_table(arrow.Table.from_pylist(rows, schema=schema()))
            begun = True


def unreadable(path: Path, error: Any) -> UserError:
    """What to say of a file that is not what `write_parquet` wrote."""
    reason = " ".join(str(error).split()).rstrip(".")
    return UserError(
        f"{path} cannot be read as a frozen split ({reason}); remove {path.parent} to split anew."
    )
