"""Which label was given for which: a table per approach, of its first seed's answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from etude.diagnosis import Evidence
from etude.report import words
from etude.report.looks import looks

Report = Mapping[str, Any]
OTHER = "no label"  # an answer that is none of the labels


def confusions(evidence: Evidence) -> dict[str, Any]:
    """`labels`, and for each approach `counts`: right label down, given label across.

    The last column counts answers that are no label. Nothing where examples have no labels.
    """
    labels = list(
        dict.fromkeys(
            label
            for example in evidence.examples
            for label in (*example.choices, example.label)
            if label is not None
        )
    )
    if not labels:
        return {}
    place = {label: index for index, label in enumerate(labels)}
    tables = {}
    for name, answers in evidence.answers.items():
        given = {answer.example_id: answer.label for answer in answers}
        counts = [[0] * (len(labels) + 1) for _ in labels]
        for example in evidence.examples:
            if example.label is not None:
                said = place.get(given.get(example.id) or "", len(labels))
                counts[place[example.label]][said] += 1
        tables[name] = counts
    return {"labels": labels, "approaches": tables}


def confusion_tables(report: Report) -> list[dict[str, Any]]:
    """The tables for the page: every count with its share of the row, and recall and precision."""
    found = report.get("confusion") or {}
    given = looks(report["approaches"], report.get("baseline"))
    return [
        _table(name, counts, list(found["labels"]), given[name].colour)
        for name, counts in (found.get("approaches") or {}).items()
    ]


def _table(name: str, counts: list[list[int]], labels: list[str], colour: str) -> dict[str, Any]:
    heads = [*labels, OTHER] if any(row[-1] for row in counts) else labels
    columns = [sum(row[index] for row in counts) for index in range(len(heads))]
    return {
        "name": name,
        "colour": colour,
        "heads": heads,
        "rows": [
            {
                "label": label,
                "cells": [
                    {
                        "count": words.count(row[index]),
                        "share": f"{100 * row[index] / (sum(row) or 1):.0f}",
                        "right": index == place,
                    }
                    for index in range(len(heads))
                ],
                "recall": words.share(row[place], sum(row)),
            }
            for place, (label, row) in enumerate(zip(labels, counts, strict=True))
        ],
        "precision": [
            words.share(counts[index][index], columns[index]) if index < len(labels) else ""
            for index in range(len(heads))
        ],
    }
