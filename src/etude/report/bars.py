"""Histograms and bars drawn by hand, so that a look at the material need not load matplotlib.

They take their colours from the page, and so turn dark with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from etude.report import words

WIDTH, HEIGHT = 320, 132  # of the drawing; on a page it is as wide as its column
LEFT, RIGHT = 8, 312  # where bars may stand
TOP, FLOOR = 26, 108  # of the highest bar
WIDEST = 24  # a bar is no wider, however few there are
GAP = 1.5  # between bars
Bar = tuple[str, str, str]  # name, what stands at its end, length in percent
BREAK = 8  # before the last bar, where it holds all that is longer


def histogram(found: Mapping[str, Any], title: str) -> str:
    """What `etude.data.lengths.lengths` gives as an `<svg>` element; "" where values are all alike.

    A last bin that is wider than the others stands apart, paler, and its edge has a plus sign.
    """
    edges, counts = found["histogram"]["edges"], found["histogram"]["counts"]
    if len(counts) < 2:
        return ""
    has_tail = edges[-1] - edges[-2] > edges[1] - edges[0]
    width = min(WIDEST, (RIGHT - LEFT - BREAK * has_tail) / len(counts))
    places = [LEFT + width * step for step in range(len(counts) + 1)]
    end = places[-1] + BREAK * has_tail
    said = "; ".join(f"{name} {words.count(found[name])}" for name in ("min", "median", "max"))
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{_attribute(title)}: {said}">',
        f'<path class="axis" d="M{LEFT} {FLOOR}H{end:.1f}"/>',
        *_bars(counts, places, width, has_tail=has_tail),
        *_ticks(edges if has_tail else [*edges[:-1], found["max"]], places, has_tail=has_tail),
        *_median(found["median"], edges, places),
        "</svg>",
    ]
    return "".join(parts)


def _bars(
    counts: Sequence[int], places: Sequence[float], width: float, *, has_tail: bool
) -> Iterator[str]:
    """One bar per bin; any that holds something is high enough to be seen."""
    most = max(counts)
    for index, count in enumerate(counts):
        if not count:
            continue
        apart = has_tail and index == len(counts) - 1
        height = max(1.5, (FLOOR - TOP) * count / most)
        yield (
            f'<rect class="{"bar tail" if apart else "bar"}" '
            f'x="{places[index] + GAP / 2 + BREAK * apart:.1f}" y="{FLOOR - height:.1f}" '
            f'width="{width - GAP:.1f}" height="{height:.1f}"><title>{words.count(count)}</title>'
            "</rect>"
        )


def _ticks(edges: Sequence[int], places: Sequence[float], *, has_tail: bool) -> Iterator[str]:
    """Numbers under the first edge, one in the middle, and the end: the maximum, or 200+."""
    last = len(edges) - 2 if has_tail else len(edges) - 1
    anchors = {0: "start", last // 2: "middle", last: "end"}
    for index, anchor in anchors.items():
        number = words.count(edges[index]) + ("+" if has_tail and index == last else "")
        yield (
            f'<text x="{places[index]:.1f}" y="{FLOOR + 16}" text-anchor="{anchor}">{number}</text>'
        )


def _median(median: float, edges: Sequence[int], places: Sequence[float]) -> Iterator[str]:
    """A line at the median, with its number above."""
    bin_of = max(index for index, edge in enumerate(edges[:-1]) if edge <= median)
    share = (median - edges[bin_of]) / (edges[bin_of + 1] - edges[bin_of])
    place = places[bin_of] + share * (places[bin_of + 1] - places[bin_of])
    anchor, aside = ("end", -4) if place > (LEFT + RIGHT) / 2 else ("start", 4)
    yield f'<path class="median" d="M{place:.1f} {TOP - 14}V{FLOOR}"/>'
    yield (
        f'<text class="strong" x="{place + aside:.1f}" y="{TOP - 8}" text-anchor="{anchor}">'
        f"median {words.count(median)}</text>"
    )


def _attribute(text: str) -> str:
    return escape(text, {'"': "&quot;"})


def bars(counts: Mapping[str, int]) -> list[Bar]:
    """Bars as long as their counts, the longest of them whole."""
    most = max(counts.values(), default=0) or 1
    return [
        (str(name), words.count(count), f"{100 * count / most:.1f}")
        for name, count in counts.items()
    ]


def shares(counts: Mapping[str, int], whole: int | None = None) -> list[Bar]:
    """Bars as long as their shares of the whole (the sum where it is not given)."""
    total = (sum(counts.values()) if whole is None else whole) or 1
    return [
        (str(name), f"{words.count(count)} · {percent(count, total)}", f"{100 * count / total:.1f}")
        for name, count in counts.items()
    ]


def percent(count: int, total: int) -> str:
    """A share in whole percent; what is there is never nothing, what is not all never all."""
    share = 100 * count / total
    if 0 < share < 1:
        return "<1%"
    return ">99%" if 99 < share < 100 else f"{share:.0f}%"
