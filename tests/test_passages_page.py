"""The lines of Python on the page about passages run and say what the page says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from etude.config import Study
from towns import settings, write_towns

PAGE = Path(__file__).parents[1] / "docs" / "passages.md"


def blocks(language: str) -> list[str]:
    text = PAGE.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def test_the_lines_run() -> None:
    (lines,) = blocks("python")
    names: dict[str, Any] = {}
    exec(lines, names)  # noqa: S102 - our own documentation
    assert names["prompt"].startswith("[1] Brasília\nBrasília foi inaugurada")
    assert names["unsupported"] == {"1961"}
    assert set(names["held"]) < set(names["said"])


def test_the_study_is_one(tmp_path: Path) -> None:
    lines, questions = blocks("yaml")
    given = settings(write_towns(tmp_path / "towns.json")) | yaml.safe_load(lines)
    Study.model_validate(given | yaml.safe_load(questions))
    study = Study.model_validate(given)
    assert list(study.approaches) == ["base", "rag", "tuned", "tuned-rag", "aware"]
    retrieve = study.approaches["aware"].retrieve
    assert retrieve is not None
    assert retrieve.k == 3
