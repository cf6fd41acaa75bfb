"""A dump's file: how it is packed and encoded, and the pieces that can be read apart.

bzip2 compresses in blocks of at most 900 kB that know nothing of one another, and each begins with
48 bits of its own. They are found by a search, whatever bit of a byte they begin at, so that any
.bz2 is read in parallel and from any place on, one stream or many: a multistream's index is not
needed. A block's own checksum is still checked.
"""

from __future__ import annotations

import bz2
import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from etude.errors import UserError

BLOCK = 0x314159265359  # what a block begins with, and what a stream ends with
END = 0x177245385090
WINDOW = 1 << 22  # bytes looked through at a time
OVERLAP = 7  # of them, looked at again with the next
PIECE = 1 << 18  # compressed bytes of a piece, about
MOST_BLOCKS = 8
XML_PIECE = 1 << 20
FIRST = 1 << 14  # packed bytes at a time, where only the first ones are wanted
UNPACKED = 64 << 20  # no piece of a dump comes near it: 8 blocks hold 7.2 MB
OTHERS = {
    b"\x1f\x8b": ("gzip", "gunzip"),
    b"7z": ("7-Zip", "7z x"),
    b"PK": ("zip", "unzip"),
    b"\xfd7zXZ": ("xz", "unxz"),
    b"(\xb5/\xfd": ("Zstandard", "unzstd"),
}
MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a dump: from `start` to `end`, in bits of a packed file and in bytes of others.

    `done` are the file's bytes up to its end, `blocks` where each packed block begins and ends.
    `data` is the text itself where it must be read in order (UTF-16); `start` and `end` are then
    bytes of it as UTF-8.
    """

    start: int
    end: int
    done: int
    blocks: tuple[tuple[int, int], ...] = ()
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class DumpFile:
    """Where a dump is, whether it is bzip2, and its encoding (`utf-8` needs no decoding)."""

    path: Path
    packed: bool
    encoding: str

    @property
    def size(self) -> int:
        return self.path.stat().st_size


def beginning(path: Path, length: int) -> tuple[bool, bytes]:
    """Whether a file is bzip2, and the first bytes of what it holds."""
    with path.open("rb") as file:
        raw = file.read(length)
    for mark, (name, command) in OTHERS.items():
        if raw.startswith(mark):
            raise UserError(
                f"{path} is packed with {name}, and dumps are read as .xml or .bz2: unpack it "
                f"first ({command} {path.name})."
            )
    if not raw.startswith(b"BZh"):
        return False, raw
    text, at = b"", 0
    stream = bz2.BZ2Decompressor()
    try:
        while at < len(raw) and len(text) < length:  # one stream after the other
            text += stream.decompress(raw[at : at + FIRST], length - len(text))
            at += FIRST
            if stream.eof:
                at -= len(stream.unused_data)
                stream = bz2.BZ2Decompressor()
    except OSError:
        if not text:  # damage further on is told where it is met
            raise UserError(
                f"{path} begins like bzip2 and cannot be unpacked: it is damaged, so fetch it "
                "again."
            ) from None
    if not text and not stream.eof and len(raw) < length:  # its first block never ends
        raise UserError(_short(path))
    return True, text


def encoding_of(start: bytes) -> str:
    """The encoding that a text says it is in, by its first bytes."""
    for mark, name in MARKS.items():
        if start.startswith(mark):
            return name
    line = start[:200].removeprefix(codecs.BOM_UTF8)
    if not line.startswith(b"<?xml") or b"encoding" not in line.partition(b"?>")[0]:
        return "utf-8"
    value = line.partition(b"?>")[0].partition(b"encoding")[2].lstrip(b" =").strip()
    return value[1:].partition(value[:1])[0].decode("ascii", "replace").lower()


def pieces(dump: DumpFile, start: int) -> Iterator[Piece]:
    """The pieces of a dump from a place on, where a piece began or ended."""
    if dump.encoding != "utf-8":
        return _decoded(dump, start)
    return _packed(dump, start) if dump.packed else _plain(dump, start)


def unpacked(dump: DumpFile, piece: Piece) -> bytes:
    """A piece's text, as UTF-8."""
    if piece.data is not None:
        return piece.data
    with dump.path.open("rb") as file:
        if not dump.packed:
            file.seek(piece.start)
            return file.read(piece.end - piece.start)
        texts: list[bytes] = []
        room = UNPACKED
        for start, end in piece.blocks:
            file.seek(start // 8)
            raw = file.read((end + 7) // 8 - start // 8)
            texts.append(_block(raw, start, end, dump.path, room + 1))
            room -= len(texts[-1])
            if room < 0:
                raise UserError(
                    f"{dump.path}: {piece.done - piece.start // 8:,} bytes at byte "
                    f"{piece.start // 8:,} unpack to more than {UNPACKED >> 20} MB, as no dump "
                    "does: this file is made to fill a memory, so do not use it."
                )
        return b"".join(texts)


def _block(raw: bytes, start: int, end: int, path: Path, most: int) -> bytes:
    """One block's bytes, at most so many: it is put into a stream of its own."""
    before, length = start % 8, end - start
    bits = int.from_bytes(raw, "big") >> (8 * len(raw) - before - length) & ((1 << length) - 1)
    checksum = bits >> (length - 80) & 0xFFFFFFFF
    whole = ((bits << 48 | END) << 32) | checksum
    spare = -(length + 80) % 8
    stream = b"BZh9" + (whole << spare).to_bytes((length + 80 + spare) // 8, "big")
    try:
        return bz2.BZ2Decompressor().decompress(stream, most)
    except (OSError, EOFError):
        raise UserError(
            f"{path} is damaged near byte {start // 8:,}: what is packed there does not agree with "
            "its checksum, so fetch the file again."
        ) from None


def _plain(dump: DumpFile, start: int) -> Iterator[Piece]:
    size = dump.size
    for place in range(start, size, XML_PIECE):
        end = min(size, place + XML_PIECE)
        yield Piece(place, end, end)


def _packed(dump: DumpFile, start: int) -> Iterator[Piece]:
    """Some blocks at a time; a UserError at the end of a file that was cut short."""
    blocks: list[tuple[int, int]] = []
    begun: int | None = None
    ended = False
    for place, ended in _marks(dump.path, start):
        if begun is not None:
            blocks.append((begun, place))
        begun = None if ended else place
        if blocks and (len(blocks) == MOST_BLOCKS or place - blocks[0][0] >= 8 * PIECE):
            yield Piece(blocks[0][0], place, place // 8, tuple(blocks))
            blocks = []
    if blocks:
        end = blocks[-1][1]
        yield Piece(blocks[0][0], end, end // 8, tuple(blocks))
    if not ended:
        raise UserError(_short(dump.path))


def _marks(path: Path, start: int) -> Iterator[tuple[int, bool]]:
    """(bit, whether a stream ends there) of every beginning of a block and end of a stream."""
    needles = [
        # Of the 48 bits, 5 whole bytes, by the bit of a byte that the first one stands at.
        (shift, magic, (magic >> (shift or 8) & (1 << 40) - 1).to_bytes(5, "big"))
        for magic in (BLOCK, END)
        for shift in range(8)
    ]
    last = start - 1
    with path.open("rb") as file:
        base = start // 8
        file.seek(base)
        window = file.read(WINDOW)
        while len(window) > OVERLAP or last < start:
            found: list[tuple[int, bool]] = []
            for shift, magic, needle in needles:
                at = window.find(needle)
                while at != -1:
                    first = at - 1 if shift else at
                    seven = int.from_bytes(window[first : first + 7].ljust(7, b"\0"), "big")
                    place = 8 * (base + first) + shift
                    if first >= 0 and seven >> (8 - shift) & (1 << 48) - 1 == magic:
                        found.append((place, magic == END))
                    at = window.find(needle, at + 1)
            for place, ended in sorted(found):
                if place > last:
                    yield place, ended
                    last = place
            more = file.read(WINDOW)
            if not more:
                return
            base += len(window) - OVERLAP
            window = window[-OVERLAP:] + more


def _decoded(dump: DumpFile, start: int) -> Iterator[Piece]:
    """Text in another encoding, in order, as UTF-8."""
    decoder = codecs.getincrementaldecoder(dump.encoding)()
    place, done, held = 0, 0, bytearray()
    with dump.path.open("rb") as raw, bz2.open(raw) if dump.packed else raw as file:
        try:
            while chunk := file.read(XML_PIECE):
                text = decoder.decode(chunk)
                held += (text if place or held else text.removeprefix("\ufeff")).encode()
                done = raw.tell()
                if len(held) >= XML_PIECE:
                    if place >= start:
                        yield Piece(place, place + len(held), done, data=bytes(held))
                    place += len(held)
                    held.clear()
            decoder.decode(b"", final=True)
        except UnicodeError as error:
            raise UserError(
                f"{dump.path} is not the {dump.encoding.upper()} text that it says it is "
                f"({error.reason if isinstance(error, UnicodeDecodeError) else error}): it was cut "
                "short or is damaged, so fetch it again."
            ) from None
        except EOFError:
            raise UserError(_short(dump.path)) from None
        except OSError:
            raise UserError(
                f"{dump.path} is damaged and cannot be unpacked: fetch it again."
            ) from None
    if held and place >= start:
        yield Piece(place, place + len(held), done, data=bytes(held))


def _short(path: Path) -> str:
    return f"{path} ends in the middle of what was packed: it was cut short, so fetch it again."
