"""The confusion matrix of every approach: what was answered where what was right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from etude.metrics.labels import confusion
from etude.records import Example, Prediction
from etude.report import words
from etude.report.looks import INK, MUTED

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_LABELS = 30  # a matrix of more is a table in report.json, and no picture
Report = Mapping[str, Any]


def confusions(
    examples: Sequence[Example], answers: Mapping[str, Sequence[Prediction]]
) -> dict[str, Any]:
    """The matrix of each approach's first seed, JSON-able; none where examples have no labels."""
    if not examples or any(example.label is None for example in examples):
        return {}
    found = {}
    for name, given in answers.items():
        by_id = {item.example_id: item for item in given}
        matrix = confusion(examples, [by_id[example.id] for example in examples])
        found[name] = {
            "labels": list(matrix.labels),
            "answers": list(matrix.answers),
            "counts": matrix.counts.tolist(),
        }
    return found


def confusion_figures(report: Report) -> list[dict[str, Any]]:
    """A matrix per approach, for the page."""
    from etude.report.drawn import drawn

    found = []
    for place, (name, about) in enumerate((report.get("confusions") or {}).items()):
        if len(about["labels"]) > MOST_LABELS:
            continue
        said = "; ".join(
            f"right {label}: "
            + ", ".join(
                f"{words.count(count)} {answer}"
                for answer, count in zip(about["answers"], row, strict=True)
                if count
            )
            for label, row in zip(about["labels"], about["counts"], strict=True)
        )
        caption = f"{name}: what was answered where each label was right"
        found.append(drawn(matrix(name, about), f"confusion-{place}", caption, said))
    return found


def matrix(name: str, about: Mapping[str, Any]) -> Figure:
    """Shares of each row as shades, counts as figures; right answers on the diagonal."""
    from etude.report.drawing import blank, label, style

    labels, answers, counts = about["labels"], about["answers"], about["counts"]
    figure, axes = blank(1.3 + 0.34 * len(labels))
    shares = [[count / max(1, sum(row)) for count in row] for row in counts]
    with style():
        axes.pcolormesh(shares, cmap="Blues", vmin=0, vmax=1, edgecolors="white", linewidth=1.5)
        axes.invert_yaxis()
        for row, values in enumerate(counts):
            for column, count in enumerate(values):
                axes.text(
                    column + 0.5,
                    row + 0.5,
                    f"{count}",
                    ha="center",
                    va="center",
                    fontsize=9 if len(answers) <= 8 else 6,
                    color="white" if shares[row][column] > 0.55 else INK,
                    fontweight="bold" if row == column else "normal",
                )
        axes.set_xticks(
            [place + 0.5 for place in range(len(answers))],
            [label(text, 14) for text in answers],
            rotation=45,
        )
        for tick in axes.get_xticklabels():
            tick.set_horizontalalignment("right")
        axes.set_yticks(
            [place + 0.5 for place in range(len(labels))], [label(text, 18) for text in labels]
        )
        axes.set_title(f"{label(name, 32)}: right down, answered across", fontsize=10, color=MUTED,
                       loc="left")  # fmt: skip
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
    return figure
