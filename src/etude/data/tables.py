"""CSV, TSV and Parquet -> rows."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO

from etude.config.sources import Csv, Parquet, TextTable, Tsv
from etude.data.rows import Row, SplitName
from etude.data.text import files_of, text_of
from etude.errors import UserError

# Characters in one cell. Beyond any text that fits a model; a quote never closed comes here.
LARGEST_CELL = 1 << 27
BATCH = 1024


def read_csv(source: Csv, root: Path) -> Iterator[Row]:
    """Rows of a CSV file; every value is text.

    A header cell without a name, as pandas writes for its index, is called by its place
    (`column 1`).
    """
    return _separated(source, source.delimiter, root)


def read_tsv(source: Tsv, root: Path) -> Iterator[Row]:
    """Rows of a file with tabs between cells, quoted as in CSV."""
    return _separated(source, "\t", root)


def _separated(source: TextTable, delimiter: str, root: Path) -> Iterator[Row]:
    csv.field_size_limit(LARGEST_CELL)
    for split, name, path in files_of(source.path, root):
        with text_of(path, source.encoding, newline="") as file:
            reader = csv.reader(_checked(file, name), delimiter=delimiter, strict=True)
            try:
                yield from _rows(reader, split, name)
            except csv.Error as error:
                problem, last = str(error), reader.line_num
            else:
                continue
        raise UserError(_broken(path, source.encoding, name, delimiter, problem, last))


def _checked(file: TextIO, name: str) -> Iterator[str]:
    """The lines of a file; a NUL in one of them means that the encoding is another."""
    for number, line in enumerate(file, start=1):
        if "\0" in line:
            raise UserError(
                f"{name}, line {number}: a NUL byte, which no table in text holds; if the file is "
                "in another encoding name it, for example encoding: utf-16-le."
            )
        yield line


def _rows(reader: Iterator[list[str]], split: SplitName | None, name: str) -> Iterator[Row]:
    header: list[str] = []
    rows, last = 0, 0
    for cells in reader:
        first, last = last + 1, reader.line_num  # type: ignore[attr-defined]  # csv.reader has it
        if not cells:
            continue
        if not header:
            header = _named(cells, name, first)
            continue
        rows += 1
        where = f"{name}, line {first}"
        if len(cells) != len(header):
            raise UserError(
                f"{where}: {len(cells)} cells where the header names {len(header)} column"
                f"{'s' if len(header) > 1 else ''}; quote "
                "cells that hold the delimiter, or check which delimiter the file has."
            )
        yield Row(split, where, dict(zip(header, cells, strict=True)))
    if not rows:
        raise UserError(f"{name} holds {'a header but no' if header else 'no'} rows.")


def _named(cells: Iterable[str], name: str, line: int) -> list[str]:
    header = [cell.strip() or f"column {number}" for number, cell in enumerate(cells, start=1)]
    twice = sorted({cell for cell in header if header.count(cell) > 1})
    if twice:
        raise UserError(
            f"{name}, line {line}: the header names '{twice[0]}' twice; give every column a name "
            "of its own."
        )
    return header


def _broken(path: Path, encoding: str, name: str, delimiter: str, problem: str, last: int) -> str:
    """Where the quote that makes a table unreadable was opened, in a sentence."""
    opened = _open_quote(path, encoding, delimiter, last)
    began = f"a quoted cell that begins in line {opened}"
    if "unexpected end" in problem:
        return f"{name}: {began} is never closed; put a quote at its end."
    if "field larger" in problem:
        return (
            f"{name}, line {last}: {began} is longer than {LARGEST_CELL:,} characters; its closing "
            "quote is probably missing."
        )
    if "expected after" in problem:
        other = ", or name the file's delimiter" if last == 1 else ""
        return (
            f"{name}, line {last}: {began} goes on after its closing quote; write a quote inside a "
            f'quoted cell twice (""){other}.'
        )
    return f"{name}, line {last}: {problem}; mend that line."


def _open_quote(path: Path, encoding: str, delimiter: str, last: int) -> int:
    """The line in which the last quoted cell up to line `last` begins.

    Reads the file again, a character at a time: only done once, for a message.
    """
    inside, fresh, began = False, True, 1
    with text_of(path, encoding, newline="") as file:
        for number, line in enumerate(islice(file, last), start=1):
            characters = iter(line)
            for character in characters:
                if inside:
                    if character == '"':
                        inside = False
                elif character == '"' and fresh:
                    inside, began = True, number
                elif character == '"':  # the second of a doubled quote: the same cell goes on
                    inside = True
                fresh = not inside and character in (delimiter, "\r", "\n")
    return began


def read_parquet(source: Parquet, root: Path) -> Iterator[Row]:
    """Rows of a Parquet file, read in batches."""
    import pyarrow as arrow  # a tenth of a second that other kinds need not pay
    from pyarrow import parquet

    for split, name, path in files_of(source.path, root):
        number = 0
        try:
            with parquet.ParquetFile(path) as file:
                _named(file.schema_arrow.names, name, 1)
                for batch in file.iter_batches(batch_size=BATCH):
                    for columns in batch.to_pylist():
                        number += 1
                        yield Row(split, f"{name}, row {number}", columns)
        except (arrow.ArrowException, OSError) as error:
            reason = " ".join(str(error).split()).rstrip(".")
            raise UserError(
                f"{name} cannot be read as Parquet ({reason}); check its kind, or write it again."
            ) from error
        if not number:
            raise UserError(f"{name} holds no rows.")
