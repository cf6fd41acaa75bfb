"""Rows of a figure: a name above, a number at the right, a mark with its interval between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from etude.report.drawing import blank, short, style
from etude.report.looks import INK, Look


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a forest plot: a value, its interval if it has one, and how it looks.

    `ticks` are the values of single training seeds.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    written: str
    look: Look
    ticks: tuple[float, ...] = ()


def name_row(axes: Axes, y: float, name: str) -> None:
    """A row's name above its row, so that long names take no width from the plot."""
    where, ground = axes.get_yaxis_transform(), {"facecolor": "w", "edgecolor": "none", "pad": 1}
    axes.text(0, y, name, transform=where, va="center", bbox=ground, zorder=3)


def write_row(axes: Axes, y: float, text: str) -> None:
    where, ground = axes.get_yaxis_transform(), {"facecolor": "w", "edgecolor": "none", "pad": 1}
    axes.text(1, y, text, transform=where, ha="right", va="center", bbox=ground, zorder=3)


def bare(axes: Axes) -> None:
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5))


def forest(
    rows: Sequence[Row],
    title: str,
    *,
    zero: bool = False,
    bounds: tuple[float | None, float | None] = (None, None),
) -> Figure:
    """Values with intervals, one row each, names above and numbers at the right.

    `zero` draws a line at zero; the axis does not reach beyond the quantity's own `bounds`.
    """
    figure, axes = blank(0.75 + 0.46 * max(len(rows), 1))
    with style():
        called = short(row.name for row in rows)
        for place, row in enumerate(reversed(rows)):
            name_row(axes, place + 0.42, called[row.name])
            write_row(axes, place + 0.42, row.written)
            axes.axhline(place, color="#eceef0", linewidth=0.8, zorder=0)
            if zero:  # row by row, so that it runs through no name
                axes.plot([0, 0], [place - 0.25, place + 0.22], color=INK, linewidth=1, zorder=1)
            if row.value is None:
                continue
            if row.low is not None and row.high is not None:
                span = [row.low, row.high]
                axes.plot(span, [place, place], color=row.look.colour, linewidth=2.4)
            if row.ticks:
                axes.plot(
                    row.ticks,
                    [place - 0.16] * len(row.ticks),
                    marker=2,  # a short line upwards
                    markersize=6,
                    linestyle="none",
                    color=row.look.colour,
                    clip_on=False,
                )
            axes.plot(
                row.value,
                place,
                marker=row.look.marker,
                color=row.look.colour,
                markersize=7,
                markeredgecolor="white",
                markeredgewidth=0.8,
                zorder=4,
                clip_on=False,
            )
        axes.set_ylim(-0.4, max(len(rows), 1) - 0.25)
        axes.margins(x=0.06)
        left, right = axes.get_xlim()
        low, high = bounds
        axes.set_xlim(
            left if low is None else max(left, low), right if high is None else min(right, high)
        )
        axes.set_xlabel("\n".join(wrap(title, 46)))
        bare(axes)
    return figure
