"""Cosine similarity, example by example: the first hundred answers of every approach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from etude.evaluate import Evaluation
from etude.records import Example
from etude.report import words
from etude.report.looks import MUTED, looks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FIRST = 100  # examples that are plotted
PLOTTED = ("cosine", "cosine-embedding", "cosine-set")
Report = Mapping[str, Any]


def similarities(evaluation: Evaluation, examples: Sequence[Example]) -> dict[str, Any]:
    """Per cosine that was measured, the values of the first examples; JSON-able."""
    ids = [example.id for example in examples[:FIRST]]
    return {
        name: {
            "examples": ids,
            "approaches": {
                approach: [
                    words.number(evaluation.score(approach, name).values.get(example))
                    for example in ids
                ]
                for approach in evaluation.approaches
            },
        }
        for name in PLOTTED
        if name in evaluation.metrics
    }


def similarity_figures(report: Report) -> list[dict[str, Any]]:
    """A plot per cosine, for the page."""
    from etude.report.drawn import drawn

    found = []
    for name, about in (report.get("similarities") or {}).items():
        title = report["metrics"][name]["title"]
        means = {
            approach: [value for value in values if value is not None]
            for approach, values in about["approaches"].items()
        }
        said = "; ".join(
            f"{approach} {words.score(sum(known) / len(known))} on average"
            for approach, known in means.items()
            if known
        )
        caption = f"{title} of the first {len(about['examples'])} test examples"
        found.append(drawn(similarity(report, name), f"similarity-{name}", caption, said))
    return found


def similarity(report: Report, name: str) -> Figure:
    """Each example's cosine by approach, in the order of the test split; means as dashed lines."""
    from matplotlib.ticker import MaxNLocator

    from etude.report.drawing import blank, short, style

    about = report["similarities"][name]
    given = looks(report["approaches"], report.get("baseline"))
    figure, axes = blank(3.0)
    called = short(about["approaches"])
    with style():
        for approach, values in about["approaches"].items():
            points = [
                (place, value) for place, value in enumerate(values, start=1) if value is not None
            ]
            if not points:
                continue
            look = given[approach]
            places, heights = zip(*points, strict=True)
            axes.plot(
                places,
                heights,
                color=look.colour,
                marker=look.marker,
                markersize=3.2,
                linewidth=0.6,
                alpha=0.75,
                label=called[approach],
            )
            axes.axhline(
                sum(heights) / len(heights), color=look.colour, linestyle="--", linewidth=1
            )
        title = report["metrics"][name]["title"]
        axes.set_title(f"{title}; dashed: mean", fontsize=10, color=MUTED, loc="left")
        axes.set_xlabel("test example, in order")
        axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
        axes.grid(axis="y")
        figure.legend(loc="outside lower left", ncols=2, handlelength=1.6)
    return figure
