"""Plots and page of `bench/growth.py`, from its rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

AXES = {  # title, x axis, what is said of it
    "examples": ("Number of examples", "examples in the study"),
    "length": ("Length", "tokens of an example"),
    "parameters": ("Model size", "parameters of the model"),
}
TIME, MEMORY = "#3949ab", "#b5473c"
WIDTH, HEIGHT = 3.9, 4.4  # inches: a phone's width at the size of the text around it
INK, FAINT = "#212121", "#d5d5d5"
FLAT = 100  # bytes per example below which memory counts as flat
Row = dict[str, Any]


def write_page(out: Path, rows: Sequence[Row]) -> None:
    """`growth.md` and a plot for each axis that has points."""
    groups = {axis: of_axis(rows, axis) for axis in AXES}
    for axis, group in groups.items():
        if group:
            draw(axis, group, out / f"growth-{axis}.svg")
    (out / "growth.md").write_text(page(groups))


def of_axis(rows: Sequence[Row], axis: str) -> list[Row]:
    """The rows of an axis in its order; of a point that was measured twice, the last."""
    found = {row["point"]["value"]: row for row in rows if row["point"]["axis"] == axis}
    return [found[value] for value in sorted(found)]


def seconds(axis: str, row: Row) -> float:
    """What time means on an axis: of the whole study, or of one example."""
    return float(row["seconds"] if axis == "examples" else 1 / row["examples_per_second"])


def megabytes(row: Row) -> float:
    """The peak of the largest process: that of the training where there is no other."""
    return float(row.get("largest_mb", row["peak_mb"]))


def draw(axis: str, rows: Sequence[Row], path: Path) -> None:
    """Time above, memory below; every point with its figure."""
    title, below = AXES[axis]
    x = [row["point"]["value"] for row in rows]
    whole = "seconds, whole study" if axis == "examples" else "seconds per example"
    times = [seconds(axis, row) for row in rows]
    plot_both(path, title, x, below, (whole, times), ("peak memory", list(map(megabytes, rows))))


def plot_both(
    path: Path,
    title: str,
    x: Sequence[float],
    label_below: str,
    above: tuple[str, Sequence[float]],
    under: tuple[str, Sequence[float]],
) -> None:
    """Seconds (`above`) and megabytes (`under`), each with its label, over the same x."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    panels = ((above[0], above[1], TIME, say_seconds), (under[0], under[1], MEMORY, say_megabytes))
    style = {"font.size": 10, "svg.hashsalt": "etude"}  # the same file from the same figures
    style |= dict.fromkeys(
        ("axes.edgecolor", "text.color", "axes.labelcolor", "xtick.color", "ytick.color"), INK
    )
    with mpl.rc_context(style):
        figure = Figure(figsize=(WIDTH, HEIGHT), layout="constrained", facecolor="white")
        plots = figure.subplots(2, 1, sharex=True)
        for plot, (label, values, colour, say) in zip(plots, panels, strict=True):
            plot.plot(x, values, "o-", color=colour, markersize=5)
            plot.set_title(label, loc="left", fontsize=10, color=colour)
            plot.set_xscale("log")
            if say is say_seconds:
                plot.set_yscale("log")
                plot.set_ylim(min(values) / 2, max(values) * 3)
            else:
                plot.set_ylim(0, max(values) * 1.4)
            for at, value in zip(x, values, strict=True):
                plot.annotate(
                    say(value), (at, value), (0, 7), textcoords="offset points", ha="center"
                )
            plot.yaxis.set_visible(False)  # the figures stand at the points
            plot.grid(axis="x", color=FAINT, linewidth=0.6)
            plot.spines[["top", "right", "left"]].set_visible(False)
            plot.margins(x=0.12)
        plots[1].set_xlabel(label_below)
        plots[1].set_xticks(x, [short(value) for value in x])
        plots[1].minorticks_off()
        figure.savefig(path, metadata={"Date": None, "Title": title})


def say_seconds(value: float) -> str:
    """Seconds in two digits."""
    if value >= 100:
        return f"{value:,.0f} s"
    return f"{value:.2g} s" if value >= 0.1 else f"{value * 1000:.2g} ms"


def say_megabytes(value: float) -> str:
    """Megabytes, without a fraction."""
    return f"{value:,.0f} MB"


def short(value: int) -> str:
    """`1k`, `15 M`: what an axis has room for."""
    if value >= 5e5:
        return f"{value / 1e6:.0f} M"
    return f"{value / 1000:g}k" if value >= 1000 and value % 1000 == 0 else f"{value:,}"


def slope(rows: Sequence[Row], value: Callable[[Row], float]) -> float | None:
    """The power of x with which a value grows, from the first to the last point."""
    if len(rows) < 2:
        return None
    (first, last), at = (rows[0], rows[-1]), [row["point"]["value"] for row in rows]
    return math.log(value(last) / value(first)) / math.log(at[-1] / at[0])


def page(groups: dict[str, list[Row]]) -> str:
    """The whole page."""
    parts = ["# How cost grows", INTRODUCTION]
    rows = [row for group in groups.values() for row in group]
    if rows:
        parts.append(told(rows))
    for axis, group in groups.items():
        parts += [f"## {AXES[axis][0]}", TEXTS[axis]]
        if not group:
            parts.append("Not measured yet.")
            continue
        parts += [f"![{AXES[axis][0]}: time and memory](growth-{axis}.svg)"]
        parts += [TABLES[axis](group), summary(axis, group)]
    return "\n\n".join(part for part in parts if part) + "\n"


def told(rows: Sequence[Row]) -> str:
    """The conditions that the points share, and how busy the machine was."""
    conditions = rows[-1]["conditions"]
    machine, loads = conditions["machine"], [row["conditions"]["load_before"] for row in rows]
    dates = sorted({row["conditions"]["date"] for row in rows})
    versions = conditions["versions"]
    between = f"{min(loads):.1f}" if len(loads) == 1 else f"{min(loads):.1f} to {max(loads):.1f}"
    return (
        f"{machine['cores']} cores of an {machine['cpu']}, {machine['memory_gb']:.0f} GB, no GPU; "
        f"{', '.join(dates)}; torch {versions['torch']}, transformers "
        f"{versions['transformers']}, PEFT {versions['peft']}. The load of the machine before the "
        f"points was {between}: where it was above 0.5, other programs ran too. A quiet machine "
        "would have been faster, and two neighbouring points may differ by what ran beside them. "
        "Memory does not depend on it."
    )


def of_examples(rows: Sequence[Row]) -> str:
    """Seconds of a study's parts, and peaks."""
    lines = [
        "| examples | data read and split | training | whole study | memory, training "
        "| memory, largest process |",
        "| ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        cells = (
            f"{row['point']['value']:,}",
            say_seconds(row["data_seconds"]),
            say_seconds(row["train_seconds"]),
            say_seconds(row["seconds"]),
            say_megabytes(row["peak_mb"]),
            say_megabytes(row["largest_mb"]),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def of_training(name: str) -> Callable[[Sequence[Row]], str]:
    """Speed and peak of a training alone."""

    def table(rows: Sequence[Row]) -> str:
        lines = [
            f"| {name} | examples per second | tokens per second | peak memory |",
            "| ---: | ---: | ---: | ---: |",
        ]
        for row in rows:
            cells = (
                f"{row['point']['value']:,}",
                f"{row['examples_per_second']:.3g}",
                f"{row['tokens_per_second']:,.0f}",
                say_megabytes(row["peak_mb"]),
            )
            lines.append(f"| {' | '.join(cells)} |")
        return "\n".join(lines)

    return table


def summary(axis: str, rows: Sequence[Row]) -> str:
    """How time and memory grow, in a sentence made of the figures."""
    if len(rows) < 2:
        return ""
    (first, last), power = (rows[0], rows[-1]), slope(rows, lambda row: seconds(axis, row))
    times = last["point"]["value"] / first["point"]["value"]
    grown = seconds(axis, last) / seconds(axis, first)
    extra = last["peak_mb"] - first["peak_mb"]
    what = "as many examples" if axis == "examples" else f"the {axis}"
    words = (
        f"From the first point to the last, {times:,.0f} times {what} take {grown:,.1f} times the "
        f"time (the power {power:.2f}) and {extra:,.0f} MB more at the peak of memory"
    )
    added = last["point"]["value"] - first["point"]["value"]
    if axis == "examples":
        largest = last["largest_mb"] - first["largest_mb"]
        each = 1e6 * extra / added
        held = " Memory is not flat."
        return (
            f"{words} in training, that is {each:,.0f} bytes per example, and {largest:,.0f} MB "
            f"more in the largest process of the study.{held * (each > FLAT)}"
        )
    if axis == "parameters":
        more = 1e6 * extra / added
        return f"{words}, that is {more:.1f} bytes per parameter, of which 4 hold it in fp32."
    return f"{words}."


INTRODUCTION = """What happens to time and memory when the work grows: measured by `python
bench/growth.py`, every point a process of its own, LoRA of rank 8 on all linear layers of Llamas
of random weights (vocabulary 8,192), in fp32. Axes are logarithmic but for memory."""

TEXTS = {
    "examples": """Whole studies, from a file of rows to the report, on a model of 0.3 M parameters,
so that it is the examples that cost: prompts of 8 and responses of 4 tokens, one epoch in batches
of 64, 8 examples each to validate and to test.""",
    "length": """A model of 15 M parameters, 16 examples of exactly this length, half prompt and
half response, in batches of 8; the second pass over them is timed.""",
    "parameters": """16 examples with prompts of 69 and responses of 46 tokens on average, in
batches of 8; the second pass over them is timed.""",
}
TABLES = {
    "examples": of_examples,
    "length": of_training("tokens of an example"),
    "parameters": of_training("parameters"),
}
