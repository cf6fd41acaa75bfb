"""What `etude report A B` prints: several runs on a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from etude.views import lines, score, table


def versus(contents: Mapping[str, Any]) -> None:
    """Several runs: scores, what the same approaches differ by, what differs in their settings."""
    metrics = list(contents["metrics"])
    rows = [("approach", *metrics)]
    for name, item in contents["approaches"].items():
        rows.append((name, *(score(item["metrics"].get(metric)) for metric in metrics)))
    table(rows)
    lines([contents["verdict"]])
    if contents["pairs"]:
        table(
            [
                ("the same approach", "against", contents["metric"], "p corrected", "verdict"),
                *(_pair(pair) for pair in contents["pairs"]),
            ],
            words=("against", "verdict"),
        )
    if contents["settings"]:
        table(
            [
                ("setting that differs", *contents["runs"]),
                *((row["setting"], *map(_short, row["values"])) for row in contents["settings"]),
            ],
            words=tuple(contents["runs"]),
        )


def _pair(pair: Mapping[str, Any]) -> tuple[str, ...]:
    from etude.report import words

    said = {True: "better", False: "worse"}.get(pair["better"], "not settled")
    difference = words.difference(pair["difference"])
    p = words.probability(pair["p_corrected"])
    return pair["approach"], pair["baseline"], difference, p, said


def _short(value: Any) -> str:
    text = "-" if value is None else str(value)
    return text if len(text) <= 40 else f"{text[:39]}…"
