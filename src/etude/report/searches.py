"""What a search tried: a table of its trials, and a plot of each setting. Loads matplotlib."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator

from etude.approaches.outcome import short
from etude.report import words
from etude.report.drawing import blank, label, style
from etude.report.drawn import Drawn, drawn
from etude.report.looks import COLOURS, INK, MUTED, looks

Report = Mapping[str, Any]
Search = Mapping[str, Any]

ENDED = {
    "finished": "finished",
    "pruned": "pruned",
    "diverged": "the loss diverged",
    "failed": "failed",
}
NARROW = 300  # bounds that are less than this many times apart
FAR = 4.0  # a value this many times further than the median from the best is drawn at the edge


def searches(report: Report) -> list[Drawn]:
    """Every approach's search, in words, tables and figures."""
    given = looks(report["approaches"], report.get("baseline"))
    found = []
    for place, (name, approach) in enumerate(report["approaches"].items()):
        search = approach.get("search")
        if not search:
            continue
        view: Drawn = {"name": name, "colour": given[name].colour, "figures": [], "rows": []}
        if "from" in search:
            view["said"] = f"Its settings are those that the search of {search['from']} chose."
            found.append(view)
            continue
        names = short(list(search["space"]))
        view |= {
            "said": in_words(search),
            "metric": metric_name(search),
            "heads": list(names.values()),
            "rows": trial_rows(search),
            "figures": [
                drawn(
                    trial_values(search, setting, colour=given[name].colour),
                    f"search-{place}-{number}",
                    f"{name}: {metric_name(search)} by {called}",
                    described_values(search, setting),
                )
                for number, (setting, called) in enumerate(names.items())
            ],
        }
        found.append(view)
    return found


def metric_name(search: Search) -> str:
    """What the search looked at, on the dev split."""
    return "dev loss" if search["metric"] == "dev_loss" else f"dev {search['metric']}"


def in_words(search: Search) -> str:
    """How many trials, how they ended, what won."""
    states = [trial["state"] for trial in search["trials"]]
    counts = {state: states.count(state) for state in ENDED if state in states}
    told = ", ".join(f"{count} {state}" for state, count in counts.items())
    best, names = search["best"], short(list(search["space"]))
    won = ", ".join(f"{names[key]} {value(item)}" for key, item in best["settings"].items())
    count = search.get("processes", 1)  # older runs do not say
    by = f", each by {count} processes together" if count > 1 else ""
    return (
        f"{len(states)} trials ({told}) in {words.duration(search['seconds'])}{by}. Best was trial "
        f"{best['number']} with {won}: {metric_name(search)} {words.score(best['value'], 4)} "
        f"({search['better']} is better)."
    )


def trial_rows(search: Search) -> list[dict[str, Any]]:
    """One row per trial, in their order."""
    return [
        {
            "number": trial["number"],
            "settings": [value(trial["settings"].get(name)) for name in search["space"]],
            "value": words.score(trial["value"], 4),
            "best": trial["number"] == search["best"]["number"],
            "ended": ended(trial),
            "seconds": words.duration(trial["seconds"]),
        }
        for trial in search["trials"]
    ]


def ended(trial: Mapping[str, Any]) -> str:
    """How a trial ended, in a few words."""
    if trial.get("same_as") is not None:
        return "as an earlier one of the same settings"
    said = ENDED.get(trial["state"], trial["state"])
    if trial["state"] == "pruned":
        count = len(trial["dev_losses"])
        return f"{said} after {count} validation{'s' if count > 1 else ''}"
    return f"{said}: {trial['reason']}" if trial["state"] == "failed" else said


def value(given: Any) -> str:
    """A setting's value as it is written in a study."""
    if isinstance(given, bool) or given is None:
        return {True: "true", False: "false", None: "null"}[given]
    return words.scientific(given) if isinstance(given, float) else str(given)


def described_values(search: Search, setting: str) -> str:
    """What a screen reader says of a plot."""
    return "; ".join(
        f"{value(trial['settings'][setting])}: {words.score(trial['value'], 4)}"
        for trial in search["trials"]
        if trial["value"] is not None
    )


def trial_values(search: Search, setting: str, *, colour: str = COLOURS[0]) -> Figure:
    """The value of every trial against one of its settings.

    Pruned trials are hollow, at their last loss. The axis is logarithmic where the search was.
    """
    about = search["space"][setting]
    choices = about.get("choices")
    figure, axes = blank(2.7)
    points = [
        (place_of(trial["settings"][setting], choices), trial["value"], trial)
        for trial in search["trials"]
        if trial["value"] is not None
    ]
    edge = limit([height for _, height, _ in points], search["better"])
    with style():
        for across, height, trial in points:
            best = trial["number"] == search["best"]["number"]
            finished = trial["state"] == "finished"
            shown = min(height, edge) if search["better"] == "lower" else max(height, edge)
            beyond = shown != height
            axes.plot(
                across,
                shown,
                marker="*" if best else marker(beyond, search["better"]),
                markersize=13 if best else 6.5,
                color=INK if best else colour,
                markerfacecolor=(INK if best else colour) if finished else "white",
                linestyle="",
                alpha=1.0 if best else 0.8,
                zorder=4 if best else 3,
                clip_on=False,
            )
        for name, look in (("best", ("*", INK, INK, 11)), *legend(search, colour)):
            mark, line, face, size = look
            axes.plot(
                [],
                [],
                marker=mark,
                color=line,
                markerfacecolor=face,
                markersize=size,
                linestyle="",
                label=name,
            )
        if choices:
            axes.set_xticks(range(len(choices)), [label(value(item), 12) for item in choices])
            axes.set_xlim(-0.5, len(choices) - 0.5)
        elif "log" in about:
            axes.set_xscale("log")
            axes.xaxis.set_minor_locator(NullLocator())
            low, high = about["log"]
            axes.set_xlim(low, high)
            if high / low < NARROW:  # too narrow for powers of ten
                axes.set_xticks([low, (low * high) ** 0.5, high])
        else:
            axes.set_xlim(*about["uniform"])
        if not choices:
            axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: words.scientific(x)))
        axes.margins(y=0.12)
        axes.set_xlabel(label(setting))
        axes.set_title(metric_name(search), fontsize=10, color=MUTED, loc="left")
        axes.grid(axis="y")
        figure.legend(loc="outside upper left", ncols=3, handlelength=1, columnspacing=1.2)
    return figure


def legend(search: Search, colour: str) -> list[tuple[str, tuple[str, str, str, float]]]:
    """What the marks mean, of those that are there."""
    states = {trial["state"] for trial in search["trials"] if trial["value"] is not None}
    marks = {"finished": ("o", colour, colour, 6.5), "pruned": ("o", colour, "white", 6.5)}
    return [(state, mark) for state, mark in marks.items() if state in states]


def marker(beyond: bool, better: str) -> str:
    """A point, or an arrow towards where it would lie."""
    return ("^" if better == "lower" else "v") if beyond else "o"


def place_of(given: Any, choices: Sequence[Any] | None) -> float:
    """Where a value lies on the axis: choices stand side by side."""
    return float(choices.index(given)) if choices else float(given)


def limit(heights: Sequence[float], better: str) -> float:
    """Beyond this, values are drawn at the edge: one that is far off would flatten the others."""
    worst, best = max(heights, default=0.0), min(heights, default=0.0)
    if better == "higher":
        worst, best = best, worst
    spread = median(heights) - best if len(heights) > 2 else 0.0
    return best + FAR * spread if spread else worst
