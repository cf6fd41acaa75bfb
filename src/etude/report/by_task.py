"""Approaches by task: the scores of each source's examples, where a study has several sources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from etude.report import tables, words
from etude.report.looks import looks

Report = Mapping[str, Any]
Cells = dict[str, Any]


def task_tables(report: Report) -> list[Cells]:
    """A table per metric, approaches down and tasks across; the deciding metric first."""
    tasks = report.get("tasks") or {}
    if not tasks:
        return []
    given = looks(report["approaches"], report.get("baseline"))
    return [
        {
            "title": head["title"],
            "direction": head["direction"],
            "tasks": [
                {"name": name, "n": words.count(about.get("n"))} for name, about in tasks.items()
            ],
            "rows": [
                {
                    "name": name,
                    "colour": given[name].colour,
                    "baseline": name == report.get("baseline"),
                    "cells": [
                        cell(about, head, name, report["approaches"]) for about in tasks.values()
                    ],
                }
                for name in report["approaches"]
            ],
        }
        for head in tables.metric_heads(report)
    ]


def cell(
    about: Mapping[str, Any], head: Mapping[str, Any], name: str, approaches: Mapping[str, Any]
) -> Cells:
    """One approach on one task: value, interval, and how it stands to the baseline."""
    scores = about["metrics"].get(head["name"]) or {}
    found = scores.get(name) or {}
    known = [words.number((scores.get(other) or {}).get("value")) for other in approaches]
    values = [value for value in known if value is not None]
    best = max if head["better"] == "higher" else min
    value = words.number(found.get("value"))
    said = ""
    for pair in about.get("comparisons") or ():
        if (pair["approach"], pair["metric"]) == (name, head["name"]):
            said = {True: "better", False: "worse"}.get(pair["better"], "not settled")
            said = "" if head["better"] == "neither" else said
    return {
        "value": words.score(value, head["digits"]),
        "interval": words.interval(found.get("low"), found.get("high"), head["digits"]),
        "best": len(set(values)) > 1 and head["better"] in tables.BETTER and value == best(values),
        "said": said,
    }


def mixed(counts: Mapping[str, Mapping[str, Any]]) -> str:
    """How often a tuning saw each source's rows."""
    return ", ".join(
        f"{name} {words.count(about.get('seen'))} ({words.count(about.get('rows'))} different)"
        for name, about in counts.items()
    )
