"""The other verbs: plan, look, score and report, each on what a run folder holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from etude.checks import check
from etude.config import Study, load_study
from etude.data import explore, read_dropped
from etude.display import Display
from etude.engine.base import find_base
from etude.errors import UserError
from etude.report import draw_again, read_evidence
from etude.result import Result
from etude.store import claim, read_json, write_json
from etude.study import open_data, planned, report, write_study


def plan(study: Study, folder: Path, display: Display) -> tuple[Path, dict[str, Any]]:
    """Check everything and estimate, without training; returns plan.json and its contents."""
    check(study)
    with claim(folder):
        keep_predictions(study, folder)
        data = open_data(study, folder, display)
        base = find_base(study.model.base, study.model.revision)
        return folder / "plan.json", planned(study, folder, base, data, display)


def look(
    study: Study, folder: Path, display: Display
) -> tuple[Path, dict[str, Any], list[dict[str, Any]]]:
    """What is in the material: look.json, its contents, and the rows that were left out."""
    with claim(folder):
        keep_predictions(study, folder)
        data = open_data(study, folder, display)
        seen = explore(data)
        write_json(folder / "look.json", seen)
        return folder / "look.json", seen, [asdict(row) for row in read_dropped(folder)]


def score(folder: Path, overrides: Sequence[str], display: Display) -> Result:
    """Score a run again from its saved predictions; settings that need no model may change."""
    study = load_study(folder / "study.yaml", overrides)
    check(study)
    with claim(folder):
        refuse_other_predictions(load_study(folder / "study.yaml"), study)
        result = report(study, folder, failures(folder), display, again=True)
        write_study(folder, study)
        return result


def failures(folder: Path) -> dict[str, str]:
    """What the findings of the last run say of approaches that did not finish."""
    path = folder / "findings.json"
    found = read_json(path) if path.exists() else []
    return {item["approach"]: item["evidence"] for item in found if item["kind"] == "failed"}


def keep_predictions(study: Study, folder: Path) -> None:
    """`plan` and `look` must not put other data under a finished run."""
    if not any(folder.glob("approaches/*/*/manifest.json")):
        write_study(folder, study)
        return
    kept = load_study(folder / "study.yaml")
    if (kept.data, kept.seed) != (study.data, study.seed):
        raise UserError(
            f"{folder} holds predictions on other data than this study asks for: name another "
            "--folder, or let etude run replace them."
        )


def refuse_other_predictions(before: Study, after: Study) -> None:
    """Only what is computed from predictions may change in `etude score`."""
    free = {"metrics", "compare", "description", "track"}
    changed = [
        name
        for name in Study.model_fields
        if name not in free and getattr(before, name) != getattr(after, name)
    ]
    if changed:
        raise UserError(
            f"etude score keeps the predictions, so {', '.join(changed)} cannot change "
            f"({', '.join(sorted(free))} can): use etude run."
        )


def draw(folder: Path) -> Result:
    """Draw the page of a run again from report.json and what is saved beside it."""
    study = load_study(folder / "study.yaml")
    draw_again(folder, read_evidence(study, folder, failures(folder)))
    return Result(folder)
