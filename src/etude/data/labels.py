"""Lines of a sentence and its label -> rows, as the Financial PhraseBank has them.

Malo et al. 2014, Good debt or bad debt (doi:10.1002/asi.23062).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from etude.config.sources import Columns, Labels
from etude.data.rows import Row
from etude.data.text import files_of, text_of
from etude.errors import UserError

# How a line becomes an example where the study says nothing: ranked, or written out.
COLUMNS = Columns(input="{sentence}", response="{label}", label="{label}")
SHOWN = 40  # characters of a line that a message repeats


def read_labels(source: Labels, root: Path) -> Iterator[Row]:
    """One row per line: columns sentence and label. Blank lines are passed over.

    The last separator of a line divides it, so that a sentence may hold some too. White space
    around both parts is taken off.
    """
    for split, name, path in files_of(source.path, root):
        rows = 0
        with text_of(path, source.encoding, newline="\n") as file:
            for number, line in enumerate(file, start=1):
                if line.isspace():
                    continue
                where = f"{name}, line {number}"
                sentence, label = _parts(line, source.separator, where)
                rows += 1
                yield Row(split, where, {"sentence": sentence, "label": label})
        if not rows:
            raise UserError(f"{name} holds only blank lines: there are no rows to read.")


def _parts(line: str, separator: str, where: str) -> tuple[str, str]:
    """Sentence and label; UserError when the separator or one of the two is missing."""
    if "\0" in line:
        raise UserError(
            f"{where}: a NUL byte, which no text holds; if the file is in another encoding name "
            "it, for example encoding: utf-16-le."
        )
    sentence, _, label = (part.strip() for part in line.rpartition(separator))
    if not sentence or not label:  # without a separator all of the line would be the label
        shown = line.strip() if len(line.strip()) <= SHOWN else f"{line.strip()[:SHOWN]}..."
        raise UserError(
            f"{where}: expected a sentence, {separator!r} and a label, found {shown!r}; mend the "
            "line, or name what stands between the two with separator."
        )
    return sentence, label
