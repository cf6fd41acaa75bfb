"""Losses by epoch, and quality against cost. Loads matplotlib; import it where one is wanted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from etude.report import words
from etude.report.drawing import blank, label, short, style
from etude.report.looks import COLOURS, INK, MUTED, looks
from etude.report.pareto import COSTS, front, points

Report = Mapping[str, Any]
WIDE = 15  # times the cheapest that the dearest costs, from which on the axis is logarithmic
WRITTEN = 6  # epochs up to which losses are written beside their points


def by_epoch(training: Mapping[str, Any], *, colour: str = COLOURS[0]) -> Figure:
    """Training and validation loss at the end of every epoch, each seed a line.

    Values are written beside the points of the first seed where there are few.
    """
    first = training.get("epochs") or []
    others = [other["epochs"] for other in (training.get("repeats") or {}).values()]
    figure, axes = blank(2.7)
    with style():
        for part, ink, marker, name in (
            ("train_loss", colour, "s", "training"),
            ("dev_loss", INK, "o", "validation"),
        ):
            for rows in others:
                axes.plot(*columns(rows, part), color=ink, linewidth=0.8, alpha=0.55, zorder=2)
            found = columns(first, part)
            axes.plot(
                *found,
                color=ink,
                linewidth=1.6,
                marker=marker,
                markersize=6,
                markerfacecolor="white",
                markeredgewidth=1.6,
                zorder=4,
                clip_on=False,
                label=name,
            )
        _write_values(axes, first, colour)
        axes.set_title("loss by epoch", fontsize=10, color=MUTED, loc="left")
        axes.set_xlabel("epoch" if not others else f"epoch (thin lines: {len(others)} more seeds)")
        axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
        axes.grid(axis="y")
        axes.margins(x=0.1, y=0.22)
        figure.legend(loc="outside upper left", ncols=2, handlelength=2.2, columnspacing=1.6)
    return figure


def _write_values(axes: Any, rows: Sequence[Mapping[str, Any]], colour: str) -> None:
    """The losses beside their points: the higher above its point, the lower below."""
    if not 1 <= len(rows) <= WRITTEN:
        return
    for row in rows:
        train, dev = words.number(row.get("train_loss")), words.number(row.get("dev_loss"))
        for value, other, ink in ((train, dev, colour), (dev, train, INK)):
            if value is not None:
                above = other is None or value >= other
                axes.annotate(
                    f"{value:.3g}",
                    (row["epoch"], value),
                    xytext=(0, 8 if above else -8),
                    textcoords="offset points",
                    ha="center",
                    va="bottom" if above else "top",
                    fontsize=9,
                    color=ink,
                )


def columns(rows: Sequence[Mapping[str, Any]], part: str) -> tuple[list[float], list[float]]:
    """Epochs and values; rows without a finite value are left out."""
    pairs = [(words.number(row.get("epoch")), words.number(row.get(part))) for row in rows]
    kept = [(epoch, value) for epoch, value in pairs if epoch is not None and value is not None]
    return [epoch for epoch, _ in kept], [value for _, value in kept]


def written(report: Report, kind: str) -> Callable[[Any], str]:
    """How amounts of a cost are written."""
    currency = (report.get("prices") or {}).get("currency") or ""
    return {
        "money_per_1000": lambda value: words.money(value, currency),
        "seconds_per_1000": words.duration,
        "adapting_seconds": words.duration,
        "peak_memory_mb": words.megabytes,
        "peak_device_memory_mb": words.megabytes,
        "bytes_on_disk": words.size,
    }[kind]


def quality_against(report: Report, kind: str) -> Figure:
    """Every approach by a cost (across) and its score in the deciding metric (up).

    A stepped line joins the Pareto front; the interval of each score stands behind its point.
    Better is up, also where the metric is better lower.
    """
    found, given = points(report, kind), looks(report["approaches"], report.get("baseline"))
    best, about = front(found), report["metrics"][report["metric"]]
    called, write = short(point.name for point in found), written(report, kind)
    figure, axes = blank(2.9 + 0.22 * -(-len(found) // 2))
    with style():
        axes.step(
            [point.cost for point in best],
            [point.value for point in best],
            where="post",
            color=MUTED,
            linewidth=1.2,
            linestyle=":",
            zorder=1,
        )
        for point in found:
            score = report["approaches"][point.name]["metrics"][report["metric"]]
            low, high = words.number(score.get("low")), words.number(score.get("high"))
            look = given[point.name]
            if low is not None and high is not None:
                axes.plot(
                    [point.cost] * 2, [low, high], color=look.colour, linewidth=1.2, alpha=0.5
                )
            axes.plot(
                point.cost,
                point.value,
                marker=look.marker,
                color=look.colour,
                markersize=9 if point in best else 7,
                markerfacecolor=look.colour if point in best else "white",
                markeredgewidth=1.6,
                linestyle="none",
                zorder=4,
                clip_on=False,
                label=called[point.name],
            )
        costs = [point.cost for point in found]
        if min(costs) > 0 and max(costs) > WIDE * min(costs):
            axes.set_xscale("log")
        else:
            axes.set_xlim(left=0)
            axes.xaxis.set_major_locator(MaxNLocator(nbins=4))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: write(value)))
        axes.xaxis.set_minor_formatter(FuncFormatter(lambda *_: ""))
        if about.get("better") == "lower":
            axes.invert_yaxis()
        axes.margins(x=0.08, y=0.1)
        axes.grid()
        better = {"lower": " (lower is better, so upside down)"}.get(about.get("better", ""), "")
        title = f"{label(about.get('title', report['metric']))}{better}"
        axes.set_title(title, fontsize=10, color=MUTED, loc="left")
        axes.set_xlabel(COSTS[kind].lower())
        figure.legend(loc="outside lower left", ncols=2, handlelength=1.2, columnspacing=1.6)
    return figure
