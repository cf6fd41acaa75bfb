"""The confusion matrix of an approach as a picture, for notebooks: the page has it as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from etude.report.confusions import OTHER
from etude.report.looks import INK, MUTED

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def matrices(report: Mapping[str, Any]) -> dict[str, Figure]:
    """A picture for each approach, of the counts in `report.json`."""
    found = report.get("confusion") or {}
    return {
        name: matrix(name, found["labels"], counts)
        for name, counts in (found.get("approaches") or {}).items()
    }


def matrix(name: str, labels: Sequence[str], counts: Sequence[Sequence[int]]) -> Figure:
    """Shares of each row as shades, counts as figures; right answers on the diagonal.

    `counts` has a row for each right label and a column for each given one, and a last column of
    answers that are no label, which is left out where it is empty.
    """
    from etude.report.drawing import blank, label, style

    answers = [*labels, OTHER] if any(row[-1] for row in counts) else labels
    counts = [row[: len(answers)] for row in counts]
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
