"""Scoring loaded weights by benchmarks, task by task, each kept as soon as it is there."""

from __future__ import annotations

import gc
import math
import random
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from etude.approaches.asking import start_of
from etude.approaches.keys import weights_key
from etude.approaches.order import Job, layers, precision
from etude.benchmarks.catalogue import PACKAGE, Catalogue, Group, Leaf, catalogue
from etude.benchmarks.scores import BEFORE, FOLDER, file_name, read_result
from etude.config.benchmarks import Benchmarks
from etude.config.study import Study
from etude.engine.base import Base, find_base
from etude.errors import UserError
from etude.progress import Progress
from etude.store import read_json, write_json

SEED = 1234  # with which the harness draws worked examples
RESAMPLES = 1000  # for standard errors of metrics that are no means


def score_weights(task: Mapping[str, Any], progress: Progress) -> None:
    """Score the weights that these jobs share, or started from. Runs in a child process.

    UserError at the end where some tasks could not be scored; the others are kept.
    """
    study, folder = Study.model_validate(task["study"]), Path(task["folder"])
    jobs = [Job(approach, seed) for approach, seed in task["jobs"]]
    base = find_base(study.model.base, study.model.revision)
    assert study.benchmarks is not None  # noqa: S101 - nobody comes here without
    progress("listing tasks", 0, 1, "")
    wanted = catalogue(study.benchmarks, folder / FOLDER / "tasks")
    used = start_of(study, jobs[0].approach) if task["before"] else study
    name = BEFORE if task["before"] else FOLDER
    about = about_weights(used, study, jobs[0], base, task["data"], before=task["before"])
    places = [job.place(folder).path / name for job in jobs]
    failures: dict[str, str] = {}
    waiting = [leaf for leaf in wanted.leaves.values() if not reused(folder, places, leaf, about)]
    model = None
    for number, leaf in enumerate(waiting):
        progress("tasks", number, len(waiting), leaf.name)
        if model is None:
            model = loaded_model(used, jobs[0], folder, base, study.benchmarks, progress)
        try:
            keep(places, scored(leaf, model, study.benchmarks), leaf, about)
        except UserError as error:
            failures[leaf.name] = str(error)
        except Exception as error:  # noqa: BLE001 - a task's own code may fail in any way
            failures[leaf.name] = f"{type(error).__name__}: {error}"
        gc.collect()
    progress("tasks", len(waiting), len(waiting), "")
    for place in places:
        keep_groups(place, wanted, about)
    if failures:
        first, reason = next(iter(failures.items()))
        more = f" (and {len(failures) - 1} more tasks)" if len(failures) > 1 else ""
        raise UserError(f"{first}{more} could not be scored: {reason}")


def about_weights(
    used: Study, study: Study, job: Job, base: Base, data_hash: str, *, before: bool
) -> dict[str, Any]:
    """Which weights are scored, and which those were tuned from."""
    tuned = study.approaches[job.approach].tune is not None and not before
    start = start_of(study, job.approach)
    return {
        "approach": job.approach,
        "before": before,
        "weights_key": weights_key(used, job, base, data_hash),
        "start_key": weights_key(start, job, base, data_hash) if tuned else None,
    }


def loaded_model(
    study: Study, job: Job, folder: Path, base: Base, asked: Benchmarks, progress: Progress
) -> Any:
    """The weights, as the harness sees a model."""
    from etude.benchmarks.model import EtudeLM
    from etude.engine.load import load

    loaded = load(base, study.model, precision(study, job.approach), layers(study, job, folder))
    return EtudeLM(loaded, asked.batch_size, progress)


def reused(folder: Path, places: Sequence[Path], leaf: Leaf, about: Mapping[str, Any]) -> bool:
    """Whether a task's result is there, perhaps of another approach with the same weights."""
    kept = find_result(folder, leaf, str(about["weights_key"]))
    if kept is None:
        return False
    for place in places:
        mine = read_result(place, leaf.name) or {}
        if any(mine.get(name) != kept[name] for name in ("weights_key", "task_key")):
            write_json(place / file_name(leaf.name), {**kept, **about})
    return True


def find_result(folder: Path, leaf: Leaf, weights: str) -> dict[str, Any] | None:
    """A result of these weights on this task, wherever in the run folder it is."""
    for pattern in (FOLDER, BEFORE):
        for path in sorted(folder.glob(f"approaches/*/seed-*/{pattern}/{file_name(leaf.name)}")):
            found: dict[str, Any] = read_json(path)
            if (found["weights_key"], found["task_key"]) == (weights, leaf.key):
                return found
    return None


def scored(leaf: Leaf, model: Any, asked: Benchmarks) -> dict[str, dict[str, Any]]:
    """Results of a task, or of those of a group that stays whole, by name."""
    from lm_eval.evaluator import evaluate

    tasks = leaf.load()
    for task in tasks.values():
        prepare(task, asked)
    random.seed(0)
    np.random.seed(SEED)
    model.notes.clear()
    started = time.monotonic()
    found = evaluate(
        lm=model,
        task_dict={"tasks": dict(tasks), "groups": {}, "group_map": {}},
        limit=asked.limit,
        bootstrap_iters=RESAMPLES,
        log_samples=True,
        apply_chat_template=asked.chat,
        fewshot_as_multiturn=asked.chat,
    )
    seconds = time.monotonic() - started
    return {
        name: result(name, task, found, seconds / len(tasks), list(model.notes))
        for name, task in tasks.items()
    }


def prepare(task: Any, asked: Benchmarks) -> None:
    """Worked examples as the study asks for them, as the harness's own command sets them."""
    own = task.get_config("num_fewshot")
    if asked.shots is not None and own != 0:
        task.set_config(key="num_fewshot", value=asked.shots)
    elif own is None:
        task.set_config(key="num_fewshot", value=0)
    task.set_fewshot_seed(seed=SEED)


def result(
    name: str, task: Any, found: Mapping[str, Any], seconds: float, notes: list[str]
) -> dict[str, Any]:
    """One task's result in plain values; the metric that the task lists first decides."""
    held = found["results"][name]
    metrics = {
        metric: {"value": number(value), "stderr": number(held.get(error_of(metric)))}
        for metric, value in held.items()
        if "," in metric and "_stderr," not in metric
    }
    deciding = next(iter(metrics))
    plain, _, kind = deciding.partition(",")
    higher = found["higher_is_better"].get(name, {})
    return {
        "task": name,
        "metric": plain,
        "filter": kind,
        **metrics[deciding],
        "n": held["sample_len"],
        "documents": found["n-samples"][name]["original"],
        "better": "higher" if higher.get(plain, True) else "lower",
        "metrics": metrics,
        "values": values(found["samples"][name], plain, kind, metrics[deciding]["value"]),
        "shots": found["n-shot"].get(name, 0),
        "version": str(found["versions"].get(name)),
        "harness": version(PACKAGE),
        "seconds": seconds,
        "notes": notes,
    }


def error_of(metric: str) -> str:
    """`acc,none` -> `acc_stderr,none`, the harness's name of its standard error."""
    plain, _, kind = metric.partition(",")
    return f"{plain}_stderr,{kind}"


def values(
    samples: Sequence[Mapping[str, Any]], metric: str, kind: str, aggregate: float | None
) -> dict[str, float]:
    """The value of each document, where the aggregate is their mean; nothing where it is not."""
    found = {
        str(row["doc_id"]): number(row.get(metric)) for row in samples if row["filter"] == kind
    }
    known = {name: value for name, value in found.items() if value is not None}
    if aggregate is None or len(known) < len(found) or not known:
        return {}
    mean = math.fsum(known.values()) / len(known)
    return known if math.isclose(mean, aggregate, abs_tol=1e-9) else {}


def number(value: Any) -> float | None:
    """A finite number, or None for what is none ("N/A", a pair, infinity)."""
    if isinstance(value, bool | np.bool_):
        return float(value)
    if not isinstance(value, int | float | np.number):
        return None
    found = float(value)
    return found if math.isfinite(found) else None


def keep(
    places: Sequence[Path],
    results: Mapping[str, Mapping[str, Any]],
    leaf: Leaf,
    about: Mapping[str, Any],
) -> None:
    """Write results to every approach that has these weights."""
    for place in places:
        for name, found in results.items():
            if found["value"] is None:
                raise UserError(f"{name} gave no number for its metric {found['metric']}.")
            write_json(place / file_name(name), {**found, **about, "task_key": leaf.key})


def keep_groups(place: Path, wanted: Catalogue, about: Mapping[str, Any]) -> None:
    """Write the common scores of groups whose tasks are all there."""
    for group in wanted.groups.values():
        members = [read_result(place, name) for name in group.tasks]
        current = [
            found
            for found, name in zip(members, group.tasks, strict=True)
            if found is not None and found["task_key"] == wanted.leaves[name].key
        ]
        if len(current) == len(group.tasks) and (found := together(group, current)) is not None:
            key = "+".join(str(one["task_key"])[:16] for one in current)
            write_json(place / file_name(group.name), {**found, **about, "task_key": key})


def together(group: Group, members: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """A group's score, by the first of its metrics that its tasks have; None where none does."""
    from lm_eval.api.metrics import (
        aggregate_subtask_metrics,
        pooled_sample_stderr,
        unweighted_mean_stderr,
    )

    for asked in group.metrics:
        rows = [found_by(one, str(asked["metric"])) for one in members]
        if any(row is None or row["value"] is None for row in rows):
            continue
        known = [row for row in rows if row is not None]
        sizes = [int(one["n"]) for one in members]
        weighs = bool(asked.get("weight_by_size", True))
        errors = [row["stderr"] for row in known]
        stderr = None
        if all(error is not None for error in errors) and (sum(sizes) > len(sizes) or not weighs):
            stderr = (
                pooled_sample_stderr(errors, sizes) if weighs else unweighted_mean_stderr(errors)
            )
        return {
            "task": group.name,
            "metric": asked["metric"],
            "filter": None,
            "value": float(
                aggregate_subtask_metrics([row["value"] for row in known], sizes, weighs)
            ),
            "stderr": None if stderr is None else float(stderr),
            "n": sum(sizes),
            "documents": sum(int(one["documents"]) for one in members),
            "better": members[0]["better"],
            "metrics": {},
            "values": {},
            "tasks": list(group.tasks),
            "weighs": weighs,
            "shots": members[0]["shots"],
            "version": "",
            "harness": members[0]["harness"],
            "seconds": sum(float(one["seconds"]) for one in members),
            "notes": sorted({note for one in members for note in one["notes"]}),
        }
    return None


def found_by(one: Mapping[str, Any], metric: str) -> Mapping[str, Any] | None:
    """A task's value by a metric, whichever way its answers were filtered first."""
    rows = [row for name, row in one["metrics"].items() if name.partition(",")[0] == metric]
    return rows[0] if rows else None
