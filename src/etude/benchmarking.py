"""Benchmarks of a study: which weights wait for which tasks, a process of their own for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from etude.approaches.asking import start_of
from etude.approaches.keys import weights_key
from etude.approaches.order import Job, in_order, labels
from etude.benchmarks.catalogue import PACKAGE
from etude.benchmarks.scores import BEFORE, FOLDER
from etude.child import in_child
from etude.config import Study
from etude.display import Display
from etude.engine.base import Base
from etude.errors import ChildFailed, UserError
from etude.store import fingerprint, read_json, write_json

FAILED, SCORED = "failed.json", "scored.json"


def benchmark(
    study: Study,
    folder: Path,
    base: Base,
    data_hash: str,
    display: Display,
    only: Sequence[str] = (),
    failures: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Score the weights of all approaches, or of some; returns what could not be scored and why.

    What has been scored is not scored again. `failures` names approaches without weights. The
    study's searches must be settled.
    """
    if study.benchmarks is None:
        return {}
    failed: dict[str, str] = {}
    for title, jobs, before in units(study, base, data_hash, only):
        if failures and any(job.approach in failures for job in jobs):
            continue
        key = unit_key(study, jobs, base, data_hash, before=before)
        if is_scored(folder, jobs, key, before=before):
            continue
        task = {
            "do": "benchmark",
            "study": study.model_dump(mode="json"),
            "folder": str(folder.absolute()),
            "jobs": [(job.approach, job.seed) for job in jobs],
            "before": before,
            "data": data_hash,
        }
        try:
            with display.working(f"benchmarks, {title}") as progress:
                in_child(task, folder / "log.txt", progress, environment=settings(study))
            keep_scored(folder, key)
        except (ChildFailed, UserError) as error:
            display.say(f"benchmarks, {title}: {error} (see {folder / 'log.txt'}); going on.")
            failed[title] = str(error)
    keep_failures(folder, failed)
    return failed


def units(
    study: Study, base: Base, data_hash: str, only: Sequence[str] = ()
) -> Iterator[tuple[str, list[Job], bool]]:
    """Title, jobs and whether it is their state before tuning: once for each set of weights.

    The first seed is scored. A head names classes and cannot be put to a benchmark. What a tuning
    starts from is scored once, for the first approach that needs it, unless another approach is
    just that.
    """
    groups = [
        [job for job in group if job.seed == study.seed and labels(study, job.approach) is None]
        for group in in_order(study)
    ]
    groups = [group for group in groups if group]
    known = {weights_key(study, group[0], base, data_hash) for group in groups}
    for group in groups:
        name = group[0].approach
        if only and not any(job.approach in only for job in group):
            continue
        if study.approaches[name].tune is not None:
            start = weights_key(start_of(study, name), group[0], base, data_hash)
            if start not in known:
                known.add(start)
                yield f"before {name}", [group[0]], True
        yield ", ".join(job.approach for job in group), group, False


def unit_key(study: Study, jobs: Sequence[Job], base: Base, data_hash: str, *, before: bool) -> str:
    """What the scores of some weights depend on; a key that is noted as done needs no process."""
    asked = study.benchmarks
    assert asked is not None  # noqa: S101 - callers ask of studies with benchmarks
    rows = [
        (str(path), path.stat().st_size, path.stat().st_mtime_ns)
        for files in asked.files.values()
        for path in sorted(Path(files.folder).rglob("*"))
        if path.is_file()
    ]
    return fingerprint(
        {
            "asked": asked.model_dump(mode="json", exclude={"batch_size", "online"}),
            "rows": rows,
            "harness": version(PACKAGE),
            "weights": weights_key(study, jobs[0], base, data_hash),
            "jobs": [(job.approach, job.seed) for job in jobs],
            "before": before,
        }
    )


def is_scored(folder: Path, jobs: Sequence[Job], key: str, *, before: bool) -> bool:
    """Whether these weights have been put to all tasks, and the results are there."""
    path = folder / FOLDER / SCORED
    if not path.exists() or key not in read_json(path):
        return False
    name = BEFORE if before else FOLDER
    return all(any((job.place(folder).path / name).glob("*.json")) for job in jobs)


def keep_scored(folder: Path, key: str) -> None:
    """Note that some weights have been put to all tasks."""
    path = folder / FOLDER / SCORED
    known: list[str] = read_json(path) if path.exists() else []
    write_json(path, [*(one for one in known if one != key), key])


def settings(study: Study) -> dict[str, str]:
    """What the child process may reach, and how it computes standard errors."""
    assert study.benchmarks is not None  # noqa: S101 - callers ask of studies with benchmarks
    offline = "0" if study.benchmarks.online else "1"
    return {
        "HF_HUB_OFFLINE": offline,
        "HF_DATASETS_OFFLINE": offline,
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "TQDM_DISABLE": "1",
        "DISABLE_MULTIPROC": "1",  # the harness would start a process per core for a bootstrap
    }


def keep_failures(folder: Path, failed: Mapping[str, str]) -> None:
    """Note what could not be scored, for the report; nothing where all was."""
    path = folder / FOLDER / FAILED
    if failed:
        write_json(path, dict(failed))
    else:
        path.unlink(missing_ok=True)
