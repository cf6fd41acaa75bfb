"""Opening files: where they are, how they are packed, which encoding they are in."""

from __future__ import annotations

import codecs
import encodings.aliases
import gzip
import io
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import IO, TextIO, cast

from etude.config.sources import Paths
from etude.data.rows import SplitName
from etude.errors import UserError

GZIP = b"\x1f\x8b"
CHUNK = 1 << 20
# Names that people write; offered when an encoding is misspelt.
COMMON = ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp1252", "ascii")


def files_of(
    path: str | Paths, root: Path, suffix: str | None = None
) -> list[tuple[SplitName | None, str, Path]]:
    """(published split, name as the study writes it, absolute path) of every file, checked.

    With a `suffix`, a folder means all files in and below it whose names end so.
    """
    if isinstance(path, str):
        named: list[tuple[SplitName | None, str | None]] = [(None, path)]
    else:
        named = [("train", path.train), ("dev", path.dev), ("test", path.test)]
    return [
        (split, inside, file)
        for split, name in named
        if name is not None
        for inside, file in _files_inside(root, name, suffix)
    ]


def _files_inside(root: Path, name: str, suffix: str | None) -> list[tuple[str, Path]]:
    """The file of a name, or the files of a folder by their paths, sorted."""
    folder = absolute(root, name)
    if suffix is None or not folder.is_dir():
        return [(name, found(root, name))]
    inside = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob(f"*{suffix}")
        if path.is_file() and not path.name.startswith(".")
    )
    if not inside:
        raise UserError(
            f"{folder} holds no file whose name ends in {suffix}, nor does a folder in it: name "
            "the folder that does."
        )
    return [(f"{name.rstrip('/')}/{file}", found(folder, file)) for file in inside]


def absolute(root: Path, name: str) -> Path:
    """The path that a name means, relative to `root`."""
    return Path(os.path.normpath(root / Path(name).expanduser()))


def found(root: Path, name: str) -> Path:
    """The file of that name, relative to `root`; UserError unless it is a file with bytes."""
    path = absolute(root, name)
    if path.is_dir():
        inside = sorted(item.name for item in path.iterdir() if item.is_file())
        held = f"it holds {_listed(inside)}" if inside else "it holds no files"
        raise UserError(f"{path} is a folder where a file was expected: {held}; name one of them.")
    if not path.exists():
        raise UserError(f"There is no file {path}: {_neighbours(path)}")
    if path.stat().st_size == 0:
        raise UserError(
            f"{path} is empty: there is nothing to read in it; check how it was written."
        )
    return path


def _neighbours(path: Path) -> str:
    """What stands in the folder where a file was expected, nearest names first."""
    folder = path.parent
    if not folder.is_dir():
        return f"nor a folder {folder}; paths start from the study file's folder."
    names = sorted(item.name for item in folder.iterdir())
    close = get_close_matches(path.name, names, n=3, cutoff=0.7)
    if close:
        return f"did you mean {' or '.join(close)}, in the same folder?"
    return f"its folder holds {_listed(names)}." if names else "its folder is empty."


def _listed(names: list[str], most: int = 8) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """A file's bytes, unpacked when they are gzip (told by its first two bytes, not its name)."""
    with path.open("rb") as file:
        packed = file.read(2) == GZIP
        file.seek(0)
        if not packed:
            yield file
            return
        with gzip.GzipFile(fileobj=file) as unpacked:
            try:
                yield cast(IO[bytes], unpacked)  # reads as one, without being typed as one
            except (EOFError, gzip.BadGzipFile, zlib.error) as error:
                raise UserError(
                    f"{path} is gzip that cannot be unpacked ({error}): it was probably cut short; "
                    "fetch or compress it again."
                ) from error


@contextmanager
def text_of(path: Path, encoding: str, newline: str) -> Iterator[TextIO]:
    """A file as text. A byte order mark is left out; bytes that are no text are a UserError."""
    codec = _codec(encoding)
    try:
        with opened(path) as file:
            text = io.TextIOWrapper(file, encoding=codec, newline=newline)
            if text.read(1) != "\ufeff":
                text.seek(0)
            yield text
    except UnicodeDecodeError as error:
        raise UserError(_undecodable(path, encoding)) from error


def _codec(encoding: str) -> str:
    """Python's name of a text encoding, with the byte order mark of UTF-8 taken off."""
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        known = {*encodings.aliases.aliases, *COMMON}
        close = get_close_matches(encoding.lower(), sorted(known), n=1, cutoff=0.5)
        hint = f"did you mean '{close[0]}'? " if close else ""
        raise UserError(
            f"encoding: '{encoding}' is not the name of a text encoding that Python knows; {hint}"
            f"Often met: {', '.join(COMMON)}."
        ) from None
    if not codecs.lookup(name)._is_text_encoding:  # rot13, base64: no other way to ask
        raise UserError(
            f"encoding: '{encoding}' does not turn bytes into text; often met: {', '.join(COMMON)}."
        )
    return "utf-8-sig" if name == "utf-8" else name


def _undecodable(path: Path, encoding: str) -> str:
    """Find the first undecodable byte again, slowly, and say where it is."""
    decoder = codecs.getincrementaldecoder(_codec(encoding))()
    position, line, start = 0, 1, b""
    with opened(path) as file:
        while True:
            chunk = file.read(CHUNK)
            start = start or chunk[:4]
            pending = len(decoder.getstate()[0])
            try:
                line += decoder.decode(chunk, final=not chunk).count("\n")
            except UnicodeDecodeError as error:
                good = error.object[: error.start].decode(encoding, errors="ignore")
                line += good.count("\n")
                position += error.start - pending
                byte = error.object[error.start]
                break
            if not chunk:  # the fast pass failed where this one did not: say what is known
                return f"{path} cannot be read as {encoding}: name its encoding."
            position += len(chunk)
    name = encoding.upper() if encoding.lower().startswith("utf") else encoding
    hint = "save the file as UTF-8, or name its encoding, for example encoding: latin-1"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        hint = "the file begins with the mark of UTF-16, so write encoding: utf-16"
    return f"{path}, line {line}, byte {position}: 0x{byte:02x} is not {name}; {hint}."
