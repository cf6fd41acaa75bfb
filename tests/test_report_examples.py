"""The report's plots of single examples, and the matrix of labels for notebooks."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import report_material
from etude.metrics import METRICS
from etude.report.matrix import matrices, matrix
from etude.report.page import page
from etude.report.similarity import FIRST, similarity, similarity_figures

LABELS = ("bad", "fair", "good")


def test_a_matrix_holds_every_count() -> None:
    counts = [[1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    report = {"confusion": {"labels": list(LABELS), "approaches": {"a": counts}}}
    (axes,) = matrices(report)["a"].axes
    assert [text.get_text() for text in axes.texts] == [
        str(count) for row in counts for count in row
    ]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == [*LABELS, "no label"]


def test_a_matrix_has_no_column_for_what_did_not_happen() -> None:
    (axes,) = matrix("a", LABELS, [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]).axes
    assert [tick.get_text() for tick in axes.get_xticklabels()] == list(LABELS)


def plotted() -> dict[str, Any]:
    """A report with a cosine of two approaches."""
    report = report_material.make_report()
    names = list(report["approaches"])
    values = {name: 0.1 * (i + 1) for i, name in enumerate(names)}
    report["metrics"] = {
        **report["metrics"],
        "cosine": {
            "title": METRICS["cosine"].title,
            "better": "higher",
            "low": 0,
            "high": 1,
            "signature": "s",
            "paper": None,
        },
    }
    report["similarities"] = {
        "cosine": {
            "examples": [f"e{i}" for i in range(FIRST)],
            "approaches": {name: [values[name]] * FIRST for name in names},
        }
    }
    return report


def test_similarity_has_a_line_and_a_mean_for_each_approach() -> None:
    report = plotted()
    figure = similarity(report, "cosine")
    (axes,) = figure.axes
    assert len(axes.lines) == 2 * len(report["approaches"])
    (drawn,) = similarity_figures(report)
    root = ElementTree.fromstring(str(drawn["svg"]))  # noqa: S314 - our own figure
    assert root.findtext("title") == "Cosine (TF-IDF) of the first 100 test examples"


def test_the_page_has_the_sections_where_there_is_something_to_show() -> None:
    report = plotted()
    written = page(report, [])
    assert '<section id="similarity">' in written
    bare = page(report_material.make_report(), [])
    assert '<section id="similarity">' not in bare
