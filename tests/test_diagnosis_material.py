"""Leaks that real material has, and that a split by document takes away."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from etude.config import Study
from etude.data import assemble
from etude.diagnosis import diagnose
from etude.records import Finding
from findings import evidence


def found(source: dict[str, Any], language: str, split: dict[str, Any]) -> dict[str, Finding]:
    """What is found of a source's split, where every answer is the right one."""
    settings = {"language": language, "sources": {"d": source}, "split": split}
    study = Study.model_validate(
        {"name": "x", "model": {"base": "etude-mini"}, "data": settings, "approaches": {"a": {}}}
    )
    data = assemble(study, Path.cwd()).data
    (blank,) = evidence(count=1).answers["lora"]
    given = [replace(blank, example_id=item.id, text=item.references[0]) for item in data.test]
    made = evidence(given, card=data.card, examples=data.test, train=data.train)
    return {finding.kind: finding for finding in diagnose(made)}


def test_paragraphs_of_faquad_stand_in_two_splits_unless_grouped(shared: Path) -> None:
    files = {"train": str(shared / "faquad/train.json"), "dev": str(shared / "faquad/dev.json")}
    source = {"kind": "squad", "path": files}
    told = found(source, "pt", {"test": 0.1})
    assert "The split crosses 'article': 84 of 84 test examples" in told["group-leak"].what
    assert "'context' (79)" in told["group-leak"].evidence
    assert "79 by the question" in told["near-duplicates"].what
    grouped = found(source, "pt", {"test": 0.1, "group_by": "title"})
    assert not {"group-leak", "leaked-answers", "shared-passages"} & set(grouped)


def test_answers_of_medquad_share_passages(shared: Path) -> None:
    told = found({"kind": "medquad", "path": str(shared / "medquad")}, "en", {"test": 0.1})
    assert {"group-leak", "near-duplicates", "shared-passages"} <= set(told)
    assert told["shared-passages"].level == "warning"
    assert not {"wrong-language", "endless-repetition", "memorised-answers"} & set(told)


def test_alpaca_holds_one_question_twice(shared: Path) -> None:
    told = found(
        {"kind": "json", "path": str(shared / "alpaca/alpaca_5000.json")},
        "en",
        {"dev": 200, "test": 1000},
    )
    assert "1 of 1000 test examples: 1 by the question" in told["near-duplicates"].what
    assert set(told) <= {"near-duplicates", "dropped-rows"}


pytestmark = pytest.mark.slow  # seconds each, for reading
