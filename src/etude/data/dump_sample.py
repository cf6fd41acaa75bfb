"""A dump looked into at places that are spread over it, so that it is known without being read.

bzip2's blocks can be unpacked from anywhere (`dump_file`), and pages end where they say so; a page
that crosses the end of a piece is not seen. A dump that is small is read whole.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from etude.data.dump_file import PIECE, XML_PIECE, Piece, pieces, unpacked
from etude.data.dump_pages import PAGE_END, ROOT_END
from etude.data.dump_work import Counts, Dump, Rows, rows_of
from etude.errors import UserError
from etude.progress import Progress, silent

PLACES = 12  # pieces that are read of a large dump: seconds, however large it is
WHOLE = 4 / 3  # a dump of so many times these pieces is read whole
NAMESPACE = re.compile(rb"<ns>(-?\d+)</ns>")
PAGE = b"<page>"


@dataclass(slots=True)
class Sampled:
    """What was read of a dump so far. `whole`: all of it is. `places`: about so many pieces.

    `read` are bytes of the file, `xml` bytes of what they hold, `in_pages` those of them that are
    of pages read whole. `namespaces` count pages by the number of theirs, `problems` are sentences
    on pieces that could not be read.
    """

    size: int
    whole: bool
    places: int = PLACES
    read: int = 0
    xml: int = 0
    in_pages: int = 0
    seconds: float = 0.0
    counts: Counts = field(default_factory=Counts)
    namespaces: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def in_all(self, count: int) -> int:
        """How many of something the whole dump holds, about, where `count` were seen."""
        if self.whole or not self.in_pages or not self.read:
            return count
        return round(count / self.in_pages * self.xml * self.size / self.read)


def sampling(dump: Dump, places: int = PLACES) -> Sampled:
    """What will be read of a dump: all of it, or pieces at so many places."""
    size, one = dump.file.size, PIECE if dump.file.packed else XML_PIECE
    whole = size <= WHOLE * places * one
    return Sampled(size, whole, max(1, -(-size // one)) if whole else places)


def sample(dump: Dump, told: Sampled, progress: Progress = silent) -> Iterator[Rows]:
    """The rows of the pieces, one after the other, while `told` learns what is known by then.

    Pieces are as far from one another as can be; of encodings that must be read in order they are
    the first ones. A piece that cannot be read is a problem that is told, and no end.
    """
    what, places = f"looking into {dump.path.name}", told.places
    rest = b""
    for number, found in enumerate(_chosen(dump, told)):
        progress(what, min(number, places), places, f"{told.counts.articles:,} articles")
        began = time.perf_counter()
        try:
            text = unpacked(dump.file, found)
            told.xml += len(text)
            told.read = found.done if found.data is not None else told.read + _packed(found, dump)
            if told.whole:  # pieces follow one another, and so do the halves of a page
                text, rest = rest + text, b""
            first, last = text.find(PAGE), text.rfind(PAGE_END) + len(PAGE_END)
            if first == -1 or last <= first:
                rest = text
                continue
            rest, pages = text[last:], text[first:last]
            rows = rows_of(dump, pages)
        except UserError as error:
            told.problems.append(str(error))
            continue
        told.in_pages += len(pages)
        told.counts.add(rows.counts)
        told.namespaces.update(mark.decode() for mark in NAMESPACE.findall(pages))
        told.seconds += time.perf_counter() - began
        yield rows
    if told.whole and not told.problems and not rest.strip().endswith(ROOT_END):
        told.problems.append(f"{dump.path} ends before its last page does: it was cut short.")
    progress(what, places, places, f"{told.counts.articles:,} articles")


def _chosen(dump: Dump, told: Sampled) -> Iterator[Piece]:
    """All pieces of a small dump, else one at each place; the last one shows how a dump ends."""
    places = told.places
    try:
        if told.whole:
            yield from pieces(dump.file, 0)
        elif dump.file.encoding != "utf-8":
            yield from islice(pieces(dump.file, 0), places)
        else:
            unit = 8 if dump.file.packed else 1  # places are bits of a packed file
            room = told.size - (PIECE if dump.file.packed else XML_PIECE)
            end = 0
            for number in range(places - 1):
                start = max(end, unit * (room * number // (places - 1)))
                for piece in islice(pieces(dump.file, start), 1):
                    yield piece
                    end = piece.end
            yield from pieces(dump.file, max(end, unit * room))
    except UserError as error:
        told.problems.append(str(error))


def _packed(piece: Piece, dump: Dump) -> int:
    """How many bytes of the file a piece is."""
    return (piece.end - piece.start) // (8 if dump.file.packed else 1)
