"""The benchmark of dumps: what is compared and written; never how fast anything is."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import dumps as bench
import dumps_page


def row(point: bench.Point, **figures: Any) -> dict[str, Any]:
    """A row as the benchmark writes it."""
    told = {
        "machine": {"cores": 2, "cpu": "test processor", "memory_gb": 8.0},
        "load_before": 0.2,
        "date": "2026-11-21",
        "versions": {"etude": "0.1.0"},
    }
    found: dict[str, Any] = {
        "seconds": 4.0,
        "processor_seconds": 4.0,
        "articles": point.articles * point.repeated,
        "peak_mb": 100.0,
        "checked": point.articles,
        "all_words_kept": point.articles,
        "exactly_right": point.articles,
        "xml_mb": 30.0,
        "mb_per_second": 7.5,
        "mb_per_processor_second": 7.5,
        "conditions": told,
    }
    return {"point": asdict(point), **found, **figures}


def test_a_word_that_is_gone_is_noticed() -> None:
    assert not bench.missing_words(("a", "b", "a"), ["a", "x", "b", "a"])
    assert bench.missing_words(("a", "b", "a"), ["a", "b"])
    assert bench.missing_words(("a", "b"), ["b", "a"])


def test_what_is_measured_is_not_measured_again(tmp_path: Path) -> None:
    every = bench.points()
    path = tmp_path / "dumps.jsonl"
    lines = [json.dumps(row(point)) for point in every[:2]]
    path.write_text("\n".join([*lines, '{"point": torn']))
    assert list(bench.missing(every, bench.rows_of(path))) == every[2:]
    assert len({json.dumps(asdict(point)) for point in every}) == len(every)
    assert {point.tool for point in every} == set(bench.TOOLS)


def test_the_page_is_made_of_the_rows(tmp_path: Path) -> None:
    rows = []
    for point in bench.points():
        figures: dict[str, Any] = {}
        if point.tool == "mwparserfromhell":
            figures = {"mb_per_processor_second": 1.5, "exactly_right": 0}
        if point.tool == "bz2":
            figures = {"checked": 0, "articles": 0}
        if point.repeated == 40:
            figures = {"peak_mb": 110.0, "seconds": 160.0, "checked": 0}
        rows.append(row(point, **figures))
    dumps_page.write_page(tmp_path, rows)
    text = (tmp_path / "dumps.md").read_text()
    assert "Etude does 5.0 times as much as mwparserfromhell" in text
    assert "From 5,000 to 200,000 articles memory goes from 100 MB to 110 MB." in text
    assert "| Etude, multistream .bz2, 2 workers | 5,000 | 7.5 | 1,250 | 7.5 | 100 MB |" in text
    assert "| 500 of 500 | 0 of 500 |" in text
    assert (tmp_path / "dumps-scale.svg").read_text().startswith("<?xml")
