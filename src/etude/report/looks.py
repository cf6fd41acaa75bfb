"""One look per approach, the same in every figure and table.

The colours are those of Okabe and Ito (https://jfly.uni-koeln.de/color/), which people with any
common form of colour blindness can tell apart; yellow is darkened to show on white. A marker
goes with each colour, so that nothing is told by colour alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

INK = "#1f2328"
MUTED = "#5b636d"

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#a89a00")
MARKERS = ("o", "s", "D", "^", "v", "P", "X", "h", "p")
BASELINE = "#000000"


@dataclass(frozen=True, slots=True)
class Look:
    """The colour (#rrggbb) and the matplotlib marker of one approach."""

    colour: str
    marker: str


def looks(names: Iterable[str], baseline: str | None = None) -> dict[str, Look]:
    """A look for every approach, by its place in the study; the baseline is black.

    Past seven approaches colours return, with other markers: 63 looks before any repeats.
    """
    others = [name for name in names if name != baseline]
    given = {
        name: Look(
            COLOURS[index % len(COLOURS)],
            MARKERS[(index + index // len(COLOURS)) % len(MARKERS)],
        )
        for index, name in enumerate(others)
    }
    return given if baseline is None else {baseline: Look(BASELINE, "o")} | given
