"""What joins a report from files of its own: prompts that were asked, ratings, benchmarks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from etude.approaches.asking import (
    ANSWERS,
    BEFORE,
    asked_key,
    has_before,
    others,
    read_asked,
    start_of,
)
from etude.approaches.order import Job
from etude.approaches.settled import settled
from etude.benchmarks.scores import before_of, results_of
from etude.config import Study
from etude.diagnosis import Evidence
from etude.engine.base import Base
from etude.metrics.proportion import paired, wilson
from etude.rating import rated
from etude.records import Prediction
from etude.store import file_hash, fingerprint, read_json

PATTERNS = (
    "approaches/*/seed-*/asked*.json",
    "approaches/*/seed-*/benchmarks*/*.json",
    "benchmarks/failed.json",
    "ratings/*/*.json",
)
Result = Mapping[str, Any]


def joined_hash(folder: Path) -> str:
    """A hash of all these files."""
    paths = [path for pattern in PATTERNS for path in sorted(folder.glob(pattern))]
    return fingerprint({str(path.relative_to(folder)): file_hash(path) for path in paths})


def joined(study: Study, folder: Path, evidence: Evidence) -> dict[str, Any]:
    """Parts of report.json; a part is null or empty where there is nothing of it."""
    confidence = study.compare.confidence
    return {
        "asked": asked(settled(study, folder, None, evidence.card["hash"]), folder, evidence),
        "ratings": rated(folder, evidence.answers, confidence),
        "benchmarks": benchmarks(study, folder, confidence),
    }


# The prompts of `ask`


def asked(study: Study, folder: Path, evidence: Evidence) -> list[dict[str, Any]]:
    """Each prompt with the answers of every approach, and those from before its tuning.

    `before` names the approach that is what a tuned one started from (`same_as`), or holds the
    answer. Answers to other prompts than today's are left out.
    """
    found: dict[str, list[Prediction]] = {}
    earlier: dict[str, str | list[Prediction]] = {}
    for name in evidence.predictions:
        held = evidence.manifests[name]["base"]
        base, data_hash = Base(held["name"], folder, held["digest"]), evidence.card["hash"]
        job = Job(name, study.seed)
        place = job.place(folder)
        answers = read_asked(place, ANSWERS, asked_key(study, job, base, data_hash))
        if answers is not None:
            found[name] = answers
        if has_before(study, name):
            key = asked_key(start_of(study, name), job, base, data_hash)
            before = read_asked(place, BEFORE, key)
            other = others(study, job, base, data_hash).get(key)
            if before is not None or other is not None:
                earlier[name] = other or before or []
    return [
        {
            "input": item.input,
            "expected": item.expected,
            "answers": {name: said(rows[number]) for name, rows in found.items()},
            "before": {
                name: {"same_as": rows} if isinstance(rows, str) else said(rows[number])
                for name, rows in earlier.items()
            },
        }
        for number, item in enumerate(study.ask)
        if found
    ]


def said(answer: Prediction) -> dict[str, Any]:
    """What is shown of an answer."""
    return {"text": answer.text, "finish": answer.finish, "answer_tokens": answer.answer_tokens}


# Benchmarks


def benchmarks(study: Study, folder: Path, confidence: float) -> dict[str, Any] | None:
    """Tasks with the scores of every set of weights, before and after tuning; None without any."""
    path = folder / "benchmarks" / "failed.json"
    failures = read_json(path) if path.exists() else {}
    results = {name: held for name, held in results_of(folder).items() if name in study.approaches}
    if not results and not failures:
        return None
    alike: dict[str, list[str]] = {}  # approaches by their weights, which are scored once
    for name in sorted(results, key=list(study.approaches).index):
        alike.setdefault(next(iter(results[name].values()))["weights_key"], []).append(name)
    tasks: dict[str, dict[str, Any]] = {}
    for names in alike.values():
        name = tuned_first(study, names)
        for task, held in results[name].items():
            about = tasks.setdefault(task, described(held))
            start = before_of(folder, name, task, held)
            about["scores"][name] = score(results[name], held, confidence) | {
                "alike": [other for other in names if other != name],
                "change": change(
                    results[name], held, lookup(folder, name, start), start, confidence
                ),
            }
            about["notes"] = sorted({*about["notes"], *held["notes"]})
    ordered = sorted(tasks, key=lambda task: (not tasks[task]["tasks"], task))
    return {"tasks": {task: tasks[task] for task in ordered}, "failures": failures}


def tuned_first(study: Study, names: Sequence[str]) -> str:
    """The approach that tells of its weights: the one that made them, or else the first."""
    return next((name for name in names if study.approaches[name].tune), names[0])


def described(held: Result) -> dict[str, Any]:
    """What a result says of its task."""
    shown = ("metric", "better", "shots", "version", "harness", "documents")
    return {name: held[name] for name in shown} | {
        "tasks": held.get("tasks", []),
        "scores": {},
        "notes": [],
    }


def score(results: Mapping[str, Result], held: Result, confidence: float) -> dict[str, Any]:
    """A value with its interval: Wilson's where documents are right or wrong, else normal."""
    known = list(values_of(results, held).values())
    low = high = None
    if known and set(known) <= {0.0, 1.0}:
        low, high = wilson(sum(known), len(known), confidence)
    elif held["stderr"] is not None:
        half = normal(confidence) * held["stderr"]
        low, high = held["value"] - half, held["value"] + half
    return {"value": held["value"], "low": low, "high": high, "n": held["n"]}


def change(
    results: Mapping[str, Result],
    held: Result,
    before_results: Mapping[str, Result],
    before: Result | None,
    confidence: float,
) -> dict[str, Any] | None:
    """The difference to what was tuned, by document where these have values; None without any."""
    if before is None:
        return None
    mine, theirs = values_of(results, held), values_of(before_results, before)
    if mine and mine.keys() == theirs.keys():
        names = sorted(mine)
        difference, low, high = paired(
            [theirs[name] for name in names], [mine[name] for name in names], confidence
        )
    else:
        difference, half = held["value"] - before["value"], math.inf
        if held["stderr"] is not None and before["stderr"] is not None:
            half = normal(confidence) * math.hypot(held["stderr"], before["stderr"])
        low, high = difference - half, difference + half
    apart = low > 0 or high < 0
    up = (difference > 0) == (held["better"] == "higher")
    return {
        "before": before["value"],
        "from": None if before["before"] else before["approach"],
        "difference": difference,
        "low": low if math.isfinite(low) else None,
        "high": high if math.isfinite(high) else None,
        "better": up if apart else None,
    }


def lookup(folder: Path, name: str, before: Result | None) -> dict[str, Result]:
    """All results that lie beside one from before a tuning: a group's values are its tasks'."""
    from etude.benchmarks.scores import BEFORE as EARLIER
    from etude.benchmarks.scores import in_folder

    if before is None:
        return {}
    if not before["before"]:
        return dict(results_of(folder).get(before["approach"], {}))
    found: dict[str, Result] = {}
    for path in sorted(folder.glob(f"approaches/*/seed-*/{EARLIER}")):
        if path.parent.parent.name == before["approach"]:
            found |= in_folder(path)
    return found


def values_of(results: Mapping[str, Result], held: Result) -> dict[str, float]:
    """Values of single documents; of a group weighted by size, those of all its tasks."""
    if not held.get("tasks"):
        return dict(held["values"])
    members = [results.get(task) for task in held["tasks"]]
    known = [one for one in members if one is not None and one["values"]]
    if not held["weighs"] or len(known) < len(members):
        return {}
    if any(one["metric"] != held["metric"] for one in known):
        return {}
    return {f"{one['task']}:{doc}": value for one in known for doc, value in one["values"].items()}


def normal(confidence: float) -> float:
    """Standard errors that an interval of this coverage reaches to either side."""
    from statistics import NormalDist

    return NormalDist().inv_cdf(0.5 + confidence / 2)
