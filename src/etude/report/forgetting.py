"""General text before and after each tuning, as the report tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from etude.data.languages import name_of
from etude.diagnosis.evidence import Evidence
from etude.diagnosis.forgetting import ALL, general_changes
from etude.report import words
from etude.report.looks import looks


def forgetting(evidence: Evidence) -> list[dict[str, Any]]:
    """Each tuning that was measured: what it started from, and the change by language.

    `changes` begin with all passages; of each: language, passages, tokens, perplexity before and
    after, their ratio with the bounds of its interval.
    """
    return [
        {
            "approach": name,
            "start": found["start"],
            "files": found["after"]["files"],
            "changes": [asdict(item) for item in general_changes(found["before"], found["after"])],
        }
        for name, found in evidence.general.items()
        if found["before"] and found["after"]
    ]


def forgetting_rows(report: Mapping[str, Any]) -> dict[str, Any] | None:
    """The table of the page; None where nothing was measured."""
    found = report.get("forgetting") or []
    if not found:
        return None
    given = looks(report["approaches"], report.get("baseline"))
    return {
        "files": ", ".join(found[0]["files"]),
        "heads": [
            {"name": named(item["language"]), "n": words.count(item["passages"])}
            for item in found[0]["changes"]
        ],
        "rows": [
            {
                "name": row["approach"],
                "colour": given[row["approach"]].colour if row["approach"] in given else "",
                "start": row["start"].rpartition("/")[2],  # folders stay at home
                "cells": [cell(item) for item in row["changes"]],
            }
            for row in found
        ],
    }


def cell(item: Mapping[str, Any]) -> dict[str, str]:
    """Perplexity before and after, and the change with its interval."""
    bounds = ""
    if item["low"] is not None:
        bounds = f"{item['low'] - 1:+.1%} to {item['high'] - 1:+.1%}"
    return {
        "before": f"{item['before']:.4g}",
        "after": f"{item['after']:.4g}",
        "change": f"{item['ratio'] - 1:+.1%}",
        "interval": bounds,
    }


def named(language: str) -> str:
    """The head of a column."""
    return "general text" if language == ALL else name_of(language)


def in_a_table(rows: Sequence[Mapping[str, Any]]) -> list[Sequence[str]]:
    """Perplexity before and after each tuning, for a terminal; the first row is a header."""
    languages = [named(item["language"]) for item in rows[0]["changes"]]
    told: list[Sequence[str]] = [("perplexity", "after", *languages)]
    for row in rows:
        changes = (f"{item['before']:.4g} to {item['after']:.4g}" for item in row["changes"])
        told.append((row["approach"], row["start"].rpartition("/")[2], *changes))
    return told
