"""The report's plots of single examples: similarity in order, labels taken for others."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import report_material
from etude.metrics import METRICS
from etude.records import Example, Prediction
from etude.report.confused import MOST_LABELS, confusion_figures, confusions, matrix
from etude.report.page import page
from etude.report.similarity import FIRST, similarity, similarity_figures

LABELS = ("bad", "fair", "good")


def labelled(said: list[str]) -> tuple[list[Example], dict[str, list[Prediction]]]:
    examples = [
        Example(f"{i}", "t", (), (), label=LABELS[i % 3], choices=LABELS) for i in range(len(said))
    ]
    answers = [
        Prediction(f"{i}", "a", 1, label, 1, 1, "stop", 0.0, label=label)
        for i, label in enumerate(said)
    ]
    return examples, {"a": answers[::-1]}


def test_confusions_are_matched_by_example() -> None:
    found = confusions(*labelled(["bad", "good", "good", "fair"]))
    assert found == {
        "a": {
            "labels": list(LABELS),
            "answers": list(LABELS),
            "counts": [[1, 1, 0], [0, 0, 1], [0, 0, 1]],
        }
    }
    assert confusions([Example("0", "t", (), ("x",))], {}) == {}


def test_a_matrix_holds_every_count() -> None:
    about = confusions(*labelled(["bad", "good", "good", "no such label"]))["a"]
    figure = matrix("a", about)
    (axes,) = figure.axes
    assert [text.get_text() for text in axes.texts] == [
        str(count) for row in about["counts"] for count in row
    ]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == [*LABELS, "(no label)"]


def plotted() -> dict[str, Any]:
    """A report with a cosine of two approaches."""
    report = report_material.make_report()
    names = list(report["approaches"])
    values = {name: 0.1 * (i + 1) for i, name in enumerate(names)}
    report["metrics"]["cosine"] = {
        "title": METRICS["cosine"].title,
        "better": "higher",
        "low": 0,
        "high": 1,
        "signature": "s",
        "paper": None,
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
    report["confusions"] = confusions(*labelled(["bad", "good", "good"]))
    written = page(report, [])
    assert '<section id="similarity">' in written
    assert '<section id="confusion">' in written
    assert "a: what was answered where each label was right" in written
    bare = page(report_material.make_report(), [])
    assert '<section id="similarity">' not in bare
    assert '<section id="confusion">' not in bare


def test_very_many_labels_are_data_and_no_picture() -> None:
    many = [f"l{i}" for i in range(MOST_LABELS + 1)]
    about = {"labels": many, "answers": many, "counts": [[0] * len(many)] * len(many)}
    assert confusion_figures({"confusions": {"a": about}}) == []
