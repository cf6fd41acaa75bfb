"""Several runs side by side: their scores, what differs in their settings, and paired differences.

Differences are paired where the runs were scored on the same test examples; the saved predictions
are then scored again together, so that every approach of every run stands on the same resamples.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from etude.config import Study, load_study
from etude.data import read_data
from etude.errors import UserError
from etude.evaluate import evaluate
from etude.metrics import expand
from etude.report.evidence import read_evidence
from etude.report.gather import comparison, finite
from etude.report.pareto import fronts
from etude.store import fingerprint, read_json, write_atomically, write_json
from etude.verdict import verdict

APART = " / "  # between the run and the approach
LEFT_OUT = ("name", "description")  # of a study: they differ and change nothing


def compare_runs(folders: Sequence[Path], failures: Mapping[Path, Mapping[str, str]]) -> Any:
    """What the page and the terminal show of several runs, in the shape of report.json.

    Raises:
        UserError: where a run has no report, or the runs share no metric.
    """
    names = run_names(folders)
    reports = {names[folder]: contents(folder) for folder in folders}
    studies = {names[folder]: load_study(folder / "study.yaml") for folder in folders}
    metrics = shared_metrics(reports)
    first = next(iter(reports.values()))
    metric = first["metric"] if first["metric"] in metrics else metrics[0]
    prices = one_price(reports)
    tests = {names[folder]: test_hash(folder) for folder in folders}
    same = len(set(tests.values())) == 1
    found = {
        "runs": {name: about(name, report, tests[name]) for name, report in reports.items()},
        "same_test": same,
        "metric": metric,
        "metrics": {name: first["metrics"][name] for name in metrics},
        "approaches": {
            f"{run}{APART}{name}": approach
            | {
                "run": run,
                "training": None,
                "metrics": kept(approach["metrics"], metrics),
                "cost": approach["cost"] if prices else without_money(approach["cost"]),
            }
            for run, report in reports.items()
            for name, approach in report["approaches"].items()
        },
        "comparisons": [],
        "pairs": [],
        "seeds": [
            item | {"approach": f"{run}{APART}{item['approach']}"}
            for run, report in reports.items()
            for item in report.get("seeds") or ()
            if item["metric"] in metrics
        ],
        "baseline": None,
        "winner": None,
        "confidence": first.get("confidence", 0.95),
        "prices": prices,
        "verdict": apart(tests),
        "settings": differing({name: settings(study, studies) for name, study in studies.items()}),
        "versions": differing(
            {
                name: {
                    **report["versions"],
                    "files of the model": (report.get("base") or {}).get("digest"),
                    **flat(report["machine"]),
                }
                for name, report in reports.items()
            }
        ),
    }
    if same:
        found |= together(folders, names, studies, metrics, metric, failures)
    return {**found, "pareto": fronts(found)}


def together(
    folders: Sequence[Path],
    names: Mapping[Path, str],
    studies: Mapping[str, Study],
    metrics: Sequence[str],
    metric: str,
    failures: Mapping[Path, Mapping[str, str]],
) -> dict[str, Any]:
    """All approaches of all runs scored on the same resamples."""
    evidence = {
        names[folder]: read_evidence(studies[names[folder]], folder, failures.get(folder, {}))
        for folder in folders
    }
    first = next(iter(studies))
    predictions = {
        f"{run}{APART}{name}": by_seed
        for run, held in evidence.items()
        for name, by_seed in held.predictions.items()
    }
    study = studies[first]
    baseline = f"{first}{APART}{evidence[first].baseline}"
    compare = study.compare.model_copy(update={"baseline": baseline, "metric": metric})
    evaluation = evaluate(
        evidence[first].examples,
        predictions,
        metrics,
        compare,
        study.data.language,
        study.seed,
        grouped=study.data.split.group_by is not None,
        pairs=namesakes({run: list(held.predictions) for run, held in evidence.items()}),
    )
    winner, words = verdict(evaluation, compare)
    return {
        "baseline": baseline,
        "winner": winner,
        "verdict": words,
        "comparisons": [comparison(item) for item in evaluation.comparisons],
        "rivals": [comparison(item) for item in evaluation.rivals],
        "pairs": [comparison(item) for item in evaluation.pairs],
        "seeds": [item.to_json() for item in evaluation.seeds],
    }


def namesakes(approaches: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """An approach of each run against the one of the same name in the run before it."""
    return [
        (f"{later}{APART}{name}", f"{earlier}{APART}{name}")
        for earlier, later in pairwise(approaches)
        for name in approaches[later]
        if name in approaches[earlier]
    ]


def run_names(folders: Sequence[Path]) -> dict[Path, str]:
    """A name for each run: its folder's, with the folder above where two are alike.

    Raises `UserError` where a run is named twice.
    """
    real = [folder.resolve() for folder in folders]
    for folder in folders:
        if real.count(folder.resolve()) > 1:
            raise UserError(f"{folder} is named twice: name runs that differ.")
    short = [folder.name for folder in real]
    return {
        folder: path.name if short.count(path.name) == 1 else f"{path.parent.name}-{path.name}"
        for folder, path in zip(folders, real, strict=True)
    }


def contents(folder: Path) -> dict[str, Any]:
    """A run's report.json."""
    path = folder / "report.json"
    if not path.exists():
        raise UserError(f"{folder} holds no report.json: let `etude run` finish it first.")
    report: dict[str, Any] = read_json(path)
    return report


def shared_metrics(reports: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Metrics that every run has, in the order of the first."""
    held = [list(report["metrics"]) for report in reports.values()]
    shared = [name for name in held[0] if all(name in others for others in held[1:])]
    if not shared:
        told = "; ".join(
            f"{run}: {', '.join(metrics)}" for run, metrics in zip(reports, held, strict=True)
        )
        raise UserError(
            f"These runs share no metric ({told}): `etude score RUN metrics=[...]` measures others "
            "from saved answers."
        )
    return list(expand(shared))


def test_hash(folder: Path) -> str:
    """What the test split of a run is, whatever its training split."""
    return fingerprint([example.to_json() for example in read_data(folder).test])


def about(name: str, report: Mapping[str, Any], test: str) -> dict[str, Any]:
    """A run in a line."""
    return {
        "name": name,
        "study": report["study"]["name"],
        "base": report["study"]["base"],
        "created": report["created"],
        "winner": report["winner"],
        "verdict": report["verdict"],
        "test_hash": test,
        "test_rows": ((report["data"].get("splits") or {}).get("test") or {}).get("rows"),
        "train_rows": ((report["data"].get("splits") or {}).get("train") or {}).get("rows"),
    }


def kept(scores: Mapping[str, Any], metrics: Sequence[str]) -> dict[str, Any]:
    return {name: scores[name] for name in metrics if name in scores}


def one_price(reports: Mapping[str, Mapping[str, Any]]) -> dict[str, Any] | None:
    """The prices of all runs where they are the same: other money cannot be compared."""
    prices = [report.get("prices") for report in reports.values()]
    return prices[0] if all(item == prices[0] for item in prices) else None


def without_money(cost: Mapping[str, Any]) -> dict[str, Any]:
    return {kind: value for kind, value in cost.items() if not kind.startswith("money")}


def apart(tests: Mapping[str, str]) -> str:
    """What is to be said where the test examples differ."""
    return (
        f"{', '.join(tests)} were not scored on the same test examples, so their scores stand side "
        "by side, and no difference between them can be tested."
    )


def settings(study: Study, studies: Mapping[str, Study]) -> dict[str, Any]:
    """A study's settings by their dotted names.

    An approach that some of the studies lack is one setting and not as many as it has: there, or
    not.
    """
    found = flat(study.model_dump(mode="json", exclude={"approaches"}))
    for name, approach in study.approaches.items():
        shared = all(name in other.approaches for other in studies.values())
        place = f"approaches.{name}"
        found |= flat(approach.model_dump(mode="json"), place) if shared else {place: "there"}
    return found


def flat(values: Any, path: str = "") -> dict[str, Any]:
    """Settings by their dotted names."""
    if not isinstance(values, Mapping) or not values:
        return {path: values}
    found: dict[str, Any] = {}
    for name, value in values.items():
        found |= flat(value, f"{path}.{name}" if path else str(name))
    return found


def differing(values: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Settings that are not the same in all runs, with each run's value, None without one."""
    names = dict.fromkeys(name for held in values.values() for name in held)
    rows = []
    for name in names:
        if name in LEFT_OUT:
            continue
        own = [held.get(name) for held in values.values()]
        if any(value != own[0] for value in own[1:]):
            rows.append({"setting": name, "values": own})
    return rows


def write_comparison(found: Mapping[str, Any], page: Path) -> Path:
    """The page, and the same as JSON beside it."""
    from etude.report.versus_page import versus_page

    write_json(page.with_suffix(".json"), _plain(found))
    write_atomically(page, versus_page(found).encode("utf-8", "replace"))
    return page


def _plain(value: Any) -> Any:
    """Numbers that JSON cannot write become null."""
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return finite(value) if isinstance(value, float) else value


def default_page(folders: Sequence[Path]) -> Path:
    """Beside the first run: A-and-B.html."""
    names = list(run_names(folders).values())
    name = "-and-".join(names) if len(names) <= 3 else f"{names[0]}-and-{len(names) - 1}-others"
    return folders[0].resolve().parent / f"{name}.html"
