"""`etude score RUN --explain METRIC EXAMPLE`: where one number comes from, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from etude.config import Study
from etude.errors import UserError, nearest
from etude.evaluate import match
from etude.measuring import means_for
from etude.metrics import GROUPS, METRICS, Case, Means, Metric, check_needs, expand
from etude.metrics.citations import uncited
from etude.metrics.metric import total
from etude.progress import Progress
from etude.records import Example, Prediction
from etude.report import read_evidence
from etude.store import read_json

MOST_COLUMNS = 18  # sums that are all written out; of more, those that are not 0


def explain(
    study: Study,
    folder: Path,
    metric: str,
    example: str,
    progress: Progress,
    approach: str | None = None,
) -> dict[str, Any]:
    """One example's value by one metric, of every approach or of one, and how the whole came about.

    Reads what the run has saved; any metric can be asked for, whether or not the study names it.

    Raises:
        UserError: for a metric, an example or an approach that is not there.
    """
    known = single(metric)
    evidence = read_evidence(study, folder, {})
    by_approach = evidence.predictions
    if approach is not None and approach not in by_approach:
        raise UserError(
            f"there are no predictions of '{approach}' in {folder}: "
            f"{nearest(approach, by_approach)}"
        )
    ids = [item.id for item in evidence.examples]
    if example not in ids:
        raise UserError(
            f"there is no test example '{example}' in {folder}: {near_ids(example, ids)}"
        )
    means = means_for(study, folder, evidence.examples, by_approach, progress, names=(known.name,))
    row, language = ids.index(example), study.data.language
    return {
        "metric": known.name,
        "title": known.title,
        "better": known.better,
        "paper": known.paper,
        "signature": known.signature(language, evidence.examples, means),
        "example": {
            "id": example,
            "messages": [
                {"role": turn.role, "content": turn.content}
                for turn in evidence.examples[row].messages
            ],
            "references": list(evidence.examples[row].references),
            "label": evidence.examples[row].label,
        },
        "approaches": {
            name: of_approach(known, name, evidence.examples, made, row, language, means)
            | {"in_report": in_report(folder, name, known.name)}
            for name, made in by_approach.items()
            if approach is None or name == approach
        },
    }


def single(metric: str) -> Metric:
    """The metric of that name.

    Raises:
        UserError: for a group, and for what is not known.
    """
    if metric in GROUPS:
        raise UserError(
            f"{metric} is short for several metrics: name one of {', '.join(GROUPS[metric])}"
        )
    return METRICS[expand((metric,))[0]]


def near_ids(example: str, ids: Sequence[str]) -> str:
    """The nearest of many ids; all of them would fill a screen."""
    hint = nearest(example, ids).partition("Known: ")[0].strip()
    return f"{hint} There are {len(ids)}, the first of them '{ids[0]}'.".strip()


def of_approach(
    metric: Metric,
    approach: str,
    examples: Sequence[Example],
    by_seed: Mapping[int, Sequence[Prediction]],
    row: int,
    language: str,
    means: Means,
) -> dict[str, Any]:
    """The trace of one approach: each training seed's example, and the sums of the whole."""
    seeds, totals, told = [], [], None
    for seed, predictions in by_seed.items():
        made: Sequence[Prediction] = match(examples, predictions, approach, seed)
        made = made if "passages" in metric.needs else uncited(made)
        check_needs(metric, examples, made)
        measured = metric.measure(examples, made, language, means)
        told = metric.tell(Case(examples, made, row, language, means))
        sums = measured.statistics.sum(axis=0)
        seeds.append(
            {
                "seed": seed,
                "prediction": made[row].text,
                "steps": [list(step) for step in told.steps],
                "value": None if measured.values is None else number(measured.values[row]),
                "statistics": named(told.columns, measured.statistics[row].tolist()),
                "sums": named(told.columns, sums.tolist()),
                "total": number(total(measured)),
            }
        )
        totals.append(measured.statistics)
    assert told is not None  # noqa: S101 - what has predictions has a seed
    whole = np.mean(totals, axis=0).sum(axis=0, keepdims=True)
    return {
        "seeds": seeds,
        "examples": len(examples),
        "formula": told.formula,
        "value": number(float(measured.aggregate(whole)[0])),
    }


def named(columns: Sequence[str], values: Sequence[float]) -> dict[str, float]:
    """Statistics by their names; of very many those that are not 0."""
    pairs = list(zip(columns, values, strict=True))
    kept = pairs if len(pairs) <= MOST_COLUMNS else [pair for pair in pairs if pair[1]]
    return dict(kept)


def number(value: float) -> float | None:
    """JSON knows no infinity and nothing undefined."""
    return float(value) if np.isfinite(value) else None


def in_report(folder: Path, approach: str, metric: str) -> float | None:
    """What report.json says of an approach by a metric; None where it says nothing."""
    path = folder / "report.json"
    if not path.exists():
        return None
    about = read_json(path)["approaches"].get(approach, {})
    value: float | None = about.get("metrics", {}).get(metric, {}).get("value")
    return value


def written(found: Mapping[str, Any]) -> list[str]:
    """The trace as lines for a terminal."""
    lines = [f"{found['title']} ({found['metric']}) of example {found['example']['id']}"]
    lines.append(f"signature: {found['signature']}")
    lines += [f"{turn['role']}: {turn['content']}" for turn in found["example"]["messages"]]
    lines += [f"reference: {text}" for text in found["example"]["references"]]
    for name, about in found["approaches"].items():
        for made in about["seeds"]:
            lines += ["", f"{name}, seed {made['seed']}", f"prediction: {made['prediction']}"]
            lines += [f"  {step}: {text}" for step, text in made["steps"]]
            lines.append(f"  value of this example: {shown(made['value'])}")
            lines.append(f"  it adds to the whole: {sums(made['statistics'])}")
            lines.append(f"  all {about['examples']} examples: {sums(made['sums'])}")
            lines.append(f"  {about['formula']}: {shown(made['total'])}")
        if len(about["seeds"]) > 1:
            lines.append(f"  of the seeds' mean sums: {shown(about['value'])}")
        lines.append(f"  {agreement(about)}")
    return lines


def sums(values: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.6g}" for name, value in values.items()) or "nothing"


def shown(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.6g}"


def agreement(about: Mapping[str, Any]) -> str:
    """Whether the report says the same."""
    saved, value = about["in_report"], about["value"]
    if saved is None:
        return "The report holds no such number: the study does not name this metric."
    if value is not None and np.isclose(saved, value, rtol=1e-9, atol=1e-12):
        return f"The report says the same: {shown(saved)}."
    return f"The report says {shown(saved)}, which is not the same: score the run again."
