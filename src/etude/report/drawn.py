"""The figures of a page, each with its caption and what a screen reader says instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup
from matplotlib.figure import Figure

from etude.report import by_task, charts, figures, tables, words
from etude.report.drawing import svg
from etude.report.looks import looks
from etude.report.pareto import COSTS, points

Report = Mapping[str, Any]
Drawn = dict[str, Any]


def drawn(figure: Figure, key: str, title: str, description: str) -> Drawn:
    """A figure as markup that the page may trust, with its words for screen readers inside."""
    markup = Markup(svg(figure, key, title, description))  # noqa: S704 - escaped by its serialiser
    return {"svg": markup}


def score_figures(report: Report) -> list[Drawn]:
    """A forest plot per metric."""
    rows = tables.approach_rows(report)
    return [
        drawn(
            figures.scores(report, head["name"]),
            f"score-{place}",
            f"{head['title']} of every approach",
            "; ".join(
                f"{row['name']} {row['scores'][place]['value']} {row['scores'][place]['interval']}"
                for row in rows
            ),
        )
        for place, head in enumerate(tables.metric_heads(report))
    ]


def difference_figures(report: Report) -> list[Drawn]:
    """Paired differences per metric, where there is something to compare."""
    compared = {
        pair["metric"]
        for pair in report["comparisons"]
        if words.number(pair.get("difference")) is not None
    }
    heads = [head for head in tables.metric_heads(report) if head["name"] in compared]
    rows = tables.comparison_rows(report)
    return [
        drawn(
            figures.differences(report, head["name"]),
            f"difference-{place}",
            f"Paired differences in {head['title']}",
            "; ".join(
                f"{row['approach']} {row['difference']} {row['interval']}"
                for row in rows
                if row["metric"] == head["title"]
            ),
        )
        for place, head in enumerate(heads)
    ]


def cost_figures(report: Report) -> list[Drawn]:
    """Bars for every cost in which approaches differ."""
    found = []
    for kind, (title, write) in figures.COSTS.items():
        costs = {
            name: words.number(approach["cost"].get(kind))
            for name, approach in report["approaches"].items()
        }
        if figures.differ(report, kind):
            said = "; ".join(f"{name} {write(cost)}" for name, cost in costs.items())
            found.append(drawn(figures.costs(report, kind), f"cost-{kind}", title, said))
    return found


def pareto_figures(report: Report) -> list[Drawn]:
    """Quality against each cost in which approaches differ, with its words below."""
    found = []
    for kind, told in (report.get("pareto") or {}).items():
        title = f"{report['metrics'][report['metric']]['title']} against {COSTS[kind].lower()}"
        write = charts.written(report, kind)
        said = "; ".join(
            f"{point.name} {write(point.cost)}, {words.score(point.value)}"
            for point in points(report, kind)
        )
        figure = charts.quality_against(report, kind)
        found.append(
            drawn(figure, f"pareto-{kind}", title, said) | {"title": title, "words": told["words"]}
        )
    return found


def length_figures(report: Report) -> list[Drawn]:
    """Histograms of prompt and answer lengths, where they were counted."""
    lengths = report.get("lengths") or {}
    unit = lengths.get("unit", "tokens")
    found = []
    if lengths.get("prompt"):
        figure = figures.token_lengths(report, "prompt")
        caption = f"How long prompts were, in {unit}"
        found.append(drawn(figure, "length-prompt", caption, "One histogram per approach"))
    if lengths.get("answer"):
        figure = figures.token_lengths(report, "answer")
        caption = f"How long answers were, in {unit}, beside the references"
        found.append(drawn(figure, "length-answer", caption, "One histogram per approach"))
    return found


def trainings(report: Report) -> list[Drawn]:
    """What every tuned approach's training looked like."""
    given = looks(report["approaches"], report.get("baseline"))
    return [
        _training(f"training-{place}", name, approach["training"], given[name].colour)
        for place, (name, approach) in enumerate(report["approaches"].items())
        if approach.get("training")
    ]


def _training(key: str, name: str, training: Mapping[str, Any], colour: str) -> Drawn:
    supervise = str(training.get("supervise") or "response")
    history = training.get("history") or []
    supervised = figures.SUPERVISED.get(supervise, supervise)
    losses = {part: figures.points(history, part) for part in ("loss", "dev_loss")}
    said = "; ".join(
        f"{word} from {words.score(pairs[0][1])} to {words.score(pairs[-1][1])}"
        for word, pairs in (("training", losses["loss"]), ("validation", losses["dev_loss"]))
        if pairs
    )
    unusable = sum(
        "loss" in row and row["loss"] is not None and words.number(row["loss"]) is None
        for row in history
    )
    pictures = [
        drawn(
            figures.curves(
                history,
                supervise=supervise,
                colour=colour,
                kept=training.get("weights_step"),
                repeats=figures.further(training),
            ),
            f"{key}-loss",
            f"{name}: training and validation loss over {supervised}",
            said,
        )
    ]
    if training.get("epochs"):
        epochs = "; ".join(
            f"epoch {row['epoch']}: {row['train_loss']}, {row['dev_loss']}"
            for row in tables.epoch_rows(training)
        )
        caption = f"{name}: training and validation loss by epoch"
        figure = charts.by_epoch(training, colour=colour)
        pictures.insert(0, drawn(figure, f"{key}-epochs", caption, epochs))
    if figures.points(history, "learning_rate"):
        figure = figures.learning_rate(history, colour=colour)
        caption = f"{name}: learning rate by step"
        pictures.append(drawn(figure, f"{key}-rate", caption, "As the schedule set it"))
    return {
        "name": name,
        "colour": colour,
        "supervised": supervised,
        "figures": pictures,
        "epochs": tables.epoch_rows(training),
        "repeats": [
            {"seed": seed, "epochs": tables.epoch_rows(other)}
            for seed, other in (training.get("repeats") or {}).items()
        ],
        "example": training.get("decoded_example") or [],
        "examples": words.count(training.get("examples")),
        "truncated": words.count(training.get("truncated")),
        "notes": training.get("notes") or [],
        "unusable": unusable,
        "mixed": by_task.mixed(training.get("mix") or {}),
    }
