"""The page of several runs; it is made like a report's (see `page`) and needs no script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from etude.report import drawn, tables, words
from etude.report.rendering import own, render
from etude.report.spending import cost_heads


def versus_page(found: Mapping[str, Any]) -> str:
    """The page as text."""
    return render("versus.html", view(found) | {"style": own("page.css")})


def view(found: Mapping[str, Any]) -> dict[str, Any]:
    """Everything the template names, written out."""
    return {
        "runs": [
            {
                **run,
                "created": tables.when(run["created"]),
                "test_rows": words.count(run["test_rows"]),
                "train_rows": words.count(run["train_rows"]),
            }
            for run in found["runs"].values()
        ],
        "title": words.listed(found["runs"]),
        "verdict": found["verdict"],
        "same_test": found["same_test"],
        "baseline": found["baseline"],
        "metrics": tables.metric_heads(found),
        "rows": tables.approach_rows(found),
        "cost_heads": [title for title, _ in cost_heads(found).values()],
        "comparisons": tables.comparison_rows(found),
        "pairs": tables.comparison_rows(found, "pairs"),
        "score_figures": drawn.score_figures(found),
        "difference_figures": drawn.difference_figures(found),
        "pareto_figures": drawn.pareto_figures(found),
        "settings": [cells(row) for row in found["settings"]],
        "versions": [cells(row) for row in found["versions"]],
    }


def cells(row: Mapping[str, Any]) -> tuple[str, list[str]]:
    """A setting and its value in each run."""
    return row["setting"], [words.DASH if item is None else str(item) for item in row["values"]]
