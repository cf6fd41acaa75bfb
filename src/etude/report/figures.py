"""The report's figures, as matplotlib objects: pages embed them, notebooks show them.

`curves` and `learning_rate` take a training history (rows of history.jsonl); the others take the
whole report (what report.json holds), so that an approach looks the same in each of them. This
module loads matplotlib; import it where a figure is wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from etude.report import tables, words
from etude.report.drawing import blank, label, short, style
from etude.report.forest import Row, bare, forest, name_row, write_row
from etude.report.looks import COLOURS, INK, MUTED, Look, looks

Report = Mapping[str, Any]
History = Sequence[Mapping[str, Any]]

SUPERVISED = {
    "response": "responses",
    "assistant_turns": "assistant turns",
    "all": "everything, prompts included",
}
COSTS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "search_seconds": ("Time to search for settings", words.duration),
    "tune_seconds": ("Time to tune", words.duration),
    "predict_seconds": ("Time to answer", words.duration),
    "peak_memory_mb": ("Peak memory", words.megabytes),
    "peak_device_memory_mb": ("Peak GPU memory", words.megabytes),
    "weights_mb": ("Weights in memory", words.megabytes),
    "trainable_parameters": ("Trained parameters", words.amount),
    "bytes_on_disk": ("Size on disk", words.size),
    "prompt_tokens": ("Tokens in a prompt, on average", words.amount),
    "answer_tokens": ("Tokens in an answer, on average", words.amount),
}
POINTS = 300  # a training curve keeps at most so many; more would only thicken the page


def curves(
    history: History,
    *,
    supervise: str = "response",
    colour: str = COLOURS[0],
    kept: int | None = None,
    repeats: Sequence[History] = (),
) -> Figure:
    """Training and validation loss by step; what the loss was taken over stands beside it.

    `repeats` are the histories of further training seeds, drawn thinner. Where the weights that
    are `kept` are not the last ones, a line marks their step.

    Validation is drawn on top, with a marker at every evaluation, so that neither line hides the
    other however close they run.
    """
    training, every = thinned(points(history, "loss"))
    validation, _ = points(history, "dev_loss"), 1
    figure, axes = blank(2.7)
    with style():
        axes.plot(
            *_columns(training),
            color=colour,
            linewidth=1.3,
            marker="." if len(training) <= 40 else "",
            alpha=0.75,
            zorder=2,
            label="training" if every == 1 else f"training (mean of {every} logged steps)",
        )
        for number, other in enumerate(repeats):
            losses, _ = thinned(points(other, "loss"))
            axes.plot(*_columns(losses), color=colour, linewidth=0.7, alpha=0.4, zorder=1)
            name = "" if number else f"{len(repeats)} more seed{'s' if len(repeats) > 1 else ''}"
            axes.plot(
                *_columns(points(other, "dev_loss")),
                color=INK,
                linewidth=0.8,
                linestyle="--",
                zorder=3,
                label=name or None,
            )
        axes.plot(
            *_columns(validation),
            color=INK,
            linewidth=1.6,
            marker="o",
            markersize=6,
            markerfacecolor="white",
            markeredgewidth=1.6,
            zorder=4,
            clip_on=False,
            label="validation" if validation else "validation (none recorded)",
        )
        last = max((step for step, _ in (*training, *validation)), default=0)
        if kept is not None and kept < last:
            axes.axvline(kept, color=MUTED, linewidth=1, linestyle=":", label="weights kept")
        _steps(figure, axes, f"loss over {SUPERVISED.get(supervise, supervise)}")
        figure.legend(loc="outside upper left", ncols=3, handlelength=2.2, columnspacing=1.6)
    return figure


def learning_rate(history: History, *, colour: str = COLOURS[0]) -> Figure:
    """The learning rate by step, as the schedule really set it."""
    rates, _ = thinned(points(history, "learning_rate"))
    figure, axes = blank(2.7)
    with style():
        axes.plot(*_columns(rates), color=colour, marker="." if len(rates) <= 40 else "")
        _steps(figure, axes, "learning rate")
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_locator(MaxNLocator(nbins=5))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: words.scientific(value)))
    return figure


def token_lengths(report: Report, part: Literal["prompt", "answer"]) -> Figure:
    """How long prompts or answers were, one row per approach; answers beside the references."""
    lengths = report["lengths"]
    rows: dict[str, Mapping[str, Any]] = dict(lengths.get(part) or {})
    given = _looks(report)
    reference = lengths.get("reference") if part == "answer" else None
    if reference and "edges" in reference:
        rows = {"reference": reference} | rows
    figure, axes = blank(0.65 + 0.62 * max(len(rows), 1))
    longest, called = 1.0, short(rows)
    with style():
        for place, (name, histogram) in enumerate(reversed(rows.items())):
            counts = [words.number(count) or 0.0 for count in histogram["counts"]]
            tallest = max(counts, default=0.0) or 1.0
            colour = given[name].colour if name in given else "#8a9199"
            heights = [place + 0.58 * count / tallest for count in counts]
            edges = histogram["edges"]
            axes.stairs(heights, edges, baseline=place, fill=True, color=colour)
            axes.axhline(place, color="#d5d8dc", linewidth=0.8, zorder=1)
            name_row(axes, place + 0.76, called[name])
            filled = (edge for edge, count in zip(edges[1:], counts, strict=True) if count)
            longest = max(longest, *filled, 1.0)
        axes.set_ylim(-0.05, max(len(rows), 1))
        axes.set_xlim(0, longest)
        axes.set_xlabel(f"{part} length in {label(lengths.get('unit', 'tokens'))}")
        bare(axes)
    return figure


def scores(report: Report, metric: str) -> Figure:
    """Every approach's score in one metric, with its interval (a forest plot)."""
    about = report["metrics"].get(metric, {})
    given, decimals = _looks(report), tables.decimals(report, metric)
    seeds = {
        item["approach"]: tuple(words.number(value) for value in item["values"].values())
        for item in report.get("seeds") or ()
        if item["metric"] == metric
    }
    rows = []
    for name, approach in report["approaches"].items():
        found = approach["metrics"].get(metric, {})
        value, low, high = (words.number(found.get(part)) for part in ("value", "low", "high"))
        written = words.score(value, decimals)
        ticks = tuple(value for value in seeds.get(name, ()) if value is not None)
        rows.append(Row(name, value, low, high, written, given[name], ticks))
    better = {"higher": " (higher is better)", "lower": " (lower is better)"}
    title = f"{label(about.get('title', metric))}{better.get(about.get('better', ''), '')}"
    bounds = (words.number(about.get("low")), words.number(about.get("high")))
    return forest(rows, title, bounds=bounds)


def differences(report: Report, metric: str) -> Figure:
    """Paired differences to the baseline in one metric, with intervals around a zero line."""
    about = report["metrics"].get(metric, {})
    given, decimals = _looks(report), tables.decimals(report, metric)
    rows, baselines = [], []
    for pair in report["comparisons"]:
        if pair["metric"] != metric:
            continue
        value, low, high = (words.number(pair.get(part)) for part in ("difference", "low", "high"))
        written = words.difference(value, decimals)
        look = given.get(pair["approach"], Look(MUTED, "o"))
        rows.append(Row(pair["approach"], value, low, high, written, look))
        baselines.append(pair["baseline"])
    against = f" against {label(baselines[0], 32)}" if len(set(baselines)) == 1 else ""
    name = label(about.get("title", metric))
    return forest(rows, f"difference in {name}{against}", zero=True)


def costs(report: Report, kind: str) -> Figure:
    """One cost of every approach as bars; what was not measured has a dash and no bar."""
    title, write = COSTS[kind]
    given = _looks(report)
    measured = {
        name: words.number(approach["cost"].get(kind))
        for name, approach in report["approaches"].items()
    }
    figure, axes = blank(0.5 + 0.46 * len(measured))
    called = short(measured)
    largest = max((value for value in measured.values() if value is not None), default=0.0)
    with style():
        for place, (name, value) in enumerate(reversed(measured.items())):
            axes.barh(place, value or 0.0, height=0.26, color=given[name].colour)
            name_row(axes, place + 0.38, called[name])
            write_row(axes, place + 0.38, write(value))
        axes.set_ylim(-0.3, len(measured) - 0.2)
        axes.set_xlim(0, largest or 1.0)
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        axes.spines["left"].set_visible(False)
        axes.set_yticks([])
        axes.set_title(title, fontsize=10, color=MUTED, loc="left")
    return figure


def differ(report: Report, kind: str) -> bool:
    """Whether approaches differ in a cost: where they do not, bars would say nothing."""
    approaches = report["approaches"].values()
    return len({words.number(approach["cost"].get(kind)) or 0.0 for approach in approaches}) > 1


def points(history: History, name: str) -> list[tuple[float, float]]:
    """The (step, value) pairs of one quantity; rows without a finite value are left out."""
    pairs = ((words.number(row.get("step")), words.number(row.get(name))) for row in history)
    return [(step, value) for step, value in pairs if step is not None and value is not None]


def thinned(
    pairs: Sequence[tuple[float, float]], most: int = POINTS
) -> tuple[list[tuple[float, float]], int]:
    """At most `most` points, each the mean of so many neighbours; and how many those are."""
    every = -(-len(pairs) // most) if pairs else 1
    groups = (pairs[start : start + every] for start in range(0, len(pairs), every))
    means = [
        (sum(step for step, _ in group) / len(group), sum(value for _, value in group) / len(group))
        for group in groups
    ]
    return means, every


def further(training: Mapping[str, Any]) -> list[History]:
    """The histories of a training's further seeds."""
    return [other["history"] for other in (training.get("repeats") or {}).values()]


def _looks(report: Report) -> dict[str, Look]:
    return looks(report["approaches"], report.get("baseline"))


def _columns(pairs: Iterable[tuple[float, float]]) -> tuple[list[float], list[float]]:
    listed = list(pairs)
    return [step for step, _ in listed], [value for _, value in listed]


def _steps(figure: Figure, axes: Axes, name: str) -> None:
    """Axes over training steps; the quantity's name stands above, where it can be read flat."""
    axes.set_title(name, fontsize=10, color=MUTED, loc="left")
    axes.set_xlabel("step")
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    axes.grid(axis="y")
    axes.margins(x=0.02)


def draw(report: Report) -> dict[str, Figure]:
    """Every figure of a report by name: "scores rouge-1", "curves lora", "lengths prompt", ..."""
    compared = {pair["metric"] for pair in report["comparisons"]}
    approaches, given = report["approaches"], _looks(report)
    found = {f"scores {metric}": scores(report, metric) for metric in report["metrics"]}
    for metric in report["metrics"]:
        if metric in compared:
            found[f"differences {metric}"] = differences(report, metric)
    for kind in COSTS:
        if differ(report, kind):
            found[f"cost {kind}"] = costs(report, kind)
    for name, approach in approaches.items():
        training = approach.get("training")
        if training:
            rows, colour = training.get("history") or [], given[name].colour
            supervise = str(training.get("supervise") or "response")
            kept = training.get("weights_step")
            others = further(training)
            found[f"curves {name}"] = curves(
                rows, supervise=supervise, colour=colour, kept=kept, repeats=others
            )
            found[f"learning_rate {name}"] = learning_rate(rows, colour=colour)
    parts: tuple[Literal["prompt", "answer"], ...] = ("prompt", "answer")
    for part in parts:
        if (report.get("lengths") or {}).get(part):
            found[f"lengths {part}"] = token_lengths(report, part)
    return found
