"""What benchmarks have found, read from a run folder: plain values, nothing heavy imported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from etude.store import read_json

FOLDER, BEFORE = "benchmarks", "benchmarks.before"
Scores = dict[str, dict[str, tuple[str, float, float | None]]]


def benchmark_scores(folder: Path) -> Scores:
    """`{approach: {task: (metric, value, standard error)}}` of an approach's first seed.

    Groups (`mmlu`) stand beside their tasks (`mmlu_anatomy`). Results of weights that are not
    there any more are left out. The standard error is None where the harness knows none.
    """
    return {
        name: {task: of(found) for task, found in results.items()}
        for name, results in results_of(folder).items()
    }


def benchmarks_before(folder: Path) -> Scores:
    """The same of what each approach's tuned weights started from; others are left out.

    These are results from before the tuning, or those of another approach that is just that. Only
    tasks with the same settings on both sides are there.
    """
    before: Scores = {}
    for name, results in results_of(folder).items():
        for task, found in results.items():
            start = before_of(folder, name, task, found)
            if start is not None:
                before.setdefault(name, {})[task] = of(start)
    return before


def of(found: Mapping[str, Any]) -> tuple[str, float, float | None]:
    """The deciding metric of a result, its value and standard error."""
    return found["metric"], found["value"], found["stderr"]


def results_of(folder: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """`{approach: {task: result}}` as the files hold them; approaches without results left out."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for place in places(folder):
        weights = read_json(place / "manifest.json").get("weights_key")
        results = {
            task: result
            for task, result in in_folder(place / FOLDER).items()
            if result["weights_key"] == weights
        }
        if results:
            found.setdefault(place.parent.name, results)
    return found


def before_of(
    folder: Path, name: str, task: str, found: Mapping[str, Any]
) -> dict[str, Any] | None:
    """The result of what an approach started from, on the same task; None where there is none."""
    if found["start_key"] is None:
        return None
    others = [place for place in places(folder) if place.parent.name != name]
    for where in (*(p / BEFORE for p in places(folder)), *(p / FOLDER for p in others)):
        result = read_result(where, task)
        if result is not None and matches(result, found):
            return result
    return None


def matches(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether two results are of the same task, as it was asked, before and after a tuning."""
    return (before["weights_key"], before["task_key"]) == (after["start_key"], after["task_key"])


def places(folder: Path) -> Iterator[Path]:
    """Folders of approaches that have answered, the lowest seed of each first."""

    def seed(path: Path) -> tuple[str, int]:
        return path.parent.name, int(path.name.removeprefix("seed-"))

    found = [path.parent for path in folder.glob("approaches/*/seed-*/manifest.json")]
    yield from sorted((path for path in found if path.name[5:].isdigit()), key=seed)


def in_folder(folder: Path) -> dict[str, dict[str, Any]]:
    """Every result of a folder by its task."""
    results = (read_json(path) for path in sorted(folder.glob("*.json")))
    return {result["task"]: result for result in results}


def read_result(folder: Path, task: str) -> dict[str, Any] | None:
    """One result; None where it is not there."""
    path = folder / file_name(task)
    if not path.exists():
        return None
    found: dict[str, Any] = read_json(path)
    return found


def file_name(task: str) -> str:
    """The file of a task's result: names of some tasks hold what no file name may."""
    return (
        "".join(letter if letter.isalnum() or letter in "-_." else "~" for letter in task) + ".json"
    )
