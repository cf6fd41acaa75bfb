"""The story of Etude: one study, from raw material to a report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from etude.approaches.asking import ask, ask_before, has_asked
from etude.approaches.documents import VOUCHED, digests
from etude.approaches.keys import prediction_key
from etude.approaches.order import Job, ancestry, in_order, seeds
from etude.approaches.settled import settled
from etude.benchmarking import benchmark
from etude.checks import check, check_data
from etude.child import in_child
from etude.config import Study, to_yaml
from etude.config.launch import Launch
from etude.crew import Crew, gathering
from etude.data import Data, prepare, read_data
from etude.diagnosis import diagnose
from etude.display import Display
from etude.engine.base import Base, find_base
from etude.environment import versions
from etude.errors import ChildFailed, UserError
from etude.evaluate import evaluate
from etude.forgetting import measure_general
from etude.launching import check_launch
from etude.measuring import means_for
from etude.memory import reset_peak
from etude.progress import Progress
from etude.report import is_current, read_evidence, write_report
from etude.result import Result
from etude.retrieving import known_passages, retrieve
from etude.searching import choose_settings
from etude.store import (
    claim,
    fingerprint,
    forget_encoded,
    is_done,
    read_json,
    save_predictions,
    write_atomically,
)

PLAN = 6  # raised by hand when a plan says something else than before


def run(
    study: Study,
    folder: Path | str | None = None,
    display: Display | None = None,
    launch: Launch | None = None,
) -> Result:
    """Try every approach of a study on the same held-out examples, and report.

    What is done already, from the same inputs, is not done again. With `launch`, several processes
    share the work. Raises `UserError` for what the user can mend.
    """
    folder, display = Path(folder or default_folder(study)), display or Display()
    check(study)
    check_launch(study, launch)
    with gathering(launch) as crew, claim(folder):
        write_study(folder, study)
        base, data = begin(study, folder, display, launch)  # a frozen, hashed split
        failures: dict[str, str] = {}
        for group in in_order(study):  # approaches that share weights; origins come first
            name = group[0].approach
            for own in dict.fromkeys(job.approach for job in group):
                failures |= retrieve(study, own, folder, base, data, failures, display)
            failures |= search(study, name, folder, base, data, failures, display, crew)
            asked = settled(study, folder, base, data.hash)  # with what searches have chosen
            waiting = [job for job in group if not done(asked, job, folder, base, data)]
            failures |= try_in_child(asked, folder, waiting, failures, display, crew)
        asked = settled(study, folder, base, data.hash)
        measure_general(asked, folder, base, data, display)
        benchmark(asked, folder, base, data.hash, display, failures=failures)
        if not failures:
            forget_encoded(folder)
        return report(study, folder, failures, display)


def try_together(task: Mapping[str, Any], progress: Progress) -> None:
    """Make the weights that these jobs share, then let each answer. Runs in a child process.

    Of several processes each does its share, and the first saves.
    """
    from etude.approaches.build import build, facts, make_weights  # torch, for the child alone
    from etude.approaches.general import measure_after
    from etude.engine import processes

    study, folder = Study.model_validate(task["study"]), Path(task["folder"])
    jobs = [Job(approach, seed) for approach, seed in task["jobs"]]
    base, data = find_base(study.model.base, study.model.revision), read_data(folder)
    VOUCHED.update(task["documents"])  # on another machine they need not be at hand
    with processes.together(task.get("launch"), on_cpu=study.model.device == "cpu"):
        processes.check_alike(prediction_key(study, jobs[0], base, data.hash))
        loaded = make_weights(study, jobs[0], folder, data, base, progress)
        for job in jobs:
            if not processes.from_first(predicted(study, job, folder, base, data)):
                reset_peak()
                predict = build(study, job, folder, data, base, loaded, progress)
                manifest = facts(study, job, base, data, loaded)
                if processes.is_first():
                    save_predictions(job.place(folder), predict(data.test), manifest)
                else:
                    consume(predict(data.test))
        measure_after(study, jobs[0], folder, base, data.hash, loaded, progress)
        if processes.is_first():
            for job in jobs:
                ask(study, job, folder, data, base, loaded, progress)
            del loaded
            for job in jobs:
                ask_before(study, job, folder, data, base, progress)
        processes.wait()


def consume(batches: Iterable[object]) -> None:
    """Let something run whose results another process has."""
    for _ in batches:
        pass


def report(
    study: Study,
    folder: Path,
    failures: Mapping[str, str],
    display: Display,
    *,
    again: bool = False,
) -> Result:
    """Scores, findings and the page, from what is saved: no model is needed.

    `again` scores even where the report says already what would be written.
    """
    if not again and not failures and is_current(study, folder):
        display.say(f"Nothing to do: {folder} is complete and as the study asks.")
        return Result(folder)
    with display.working("report") as progress:
        progress("scoring", 0, 1, "")
        evidence = read_evidence(study, folder, failures)
        means = means_for(study, folder, evidence.examples, evidence.predictions, progress)
        evaluation = evaluate(
            evidence.examples,
            evidence.predictions,
            metrics=study.metrics,
            compare=study.compare.model_copy(update={"baseline": evidence.baseline}),
            language=study.data.language,
            seed=study.seed,
            grouped=study.data.split.group_by is not None,
            means=means,
        )
        findings = diagnose(replace(evidence, evaluation=evaluation))
        write_report(study, folder, evidence, evaluation, findings)
    return Result(folder)


def begin(
    study: Study, folder: Path, display: Display, launch: Launch | None = None
) -> tuple[Base, Data]:
    """Prepare the data and plan every approach, so that what cannot work fails at once."""
    data = open_data(study, folder, display)
    base = find_base(study.model.base, study.model.revision)
    jobs = [job for group in in_order(study) for job in group]
    asked = settled(study, folder, base, data.hash)
    if not all(done(asked, job, folder, base, data) for job in jobs):
        for note in planned(study, folder, base, data, display, launch)["notes"]:
            display.say(note)
    return base, data


def open_data(study: Study, folder: Path, display: Display) -> Data:
    """The frozen split of a run folder, made if it is not there."""
    display.log_to(folder / "log.txt")
    with display.working("data") as progress:
        data = prepare(study, Path.cwd(), folder, progress)
    check_data(study, data)
    return data


def planned(
    study: Study,
    folder: Path,
    base: Base,
    data: Data,
    display: Display,
    launch: Launch | None = None,
) -> dict[str, Any]:
    """The plan in the run folder, made in a process of its own if it is not there yet."""
    settings, told = study.model_dump(mode="json"), in_plan(launch)
    told |= known_passages(study, folder, base, data)
    inputs = {"study": settings, "data": data.hash, "base": base.digest, **told, **versions()}
    key = fingerprint({"format": PLAN, **inputs})
    path = folder / "plan.json"
    if not path.exists() or read_json(path)["key"] != key:
        task = {"do": "plan", "study": settings, "folder": str(folder), "key": key, **told}
        with display.working("plan") as progress:
            in_child(task, folder / "log.txt", progress)
    plan: dict[str, Any] = read_json(path)
    return plan


def in_plan(launch: Launch | None) -> dict[str, Any]:
    """What a plan depends on besides the study, where several processes share the work."""
    return {} if launch is None else {"launch": {**launch.told(), "notes": list(launch.notes)}}


def done(study: Study, job: Job, folder: Path, base: Base, data: Data) -> bool:
    """Whether a job's predictions are there, made from the same inputs, and it was asked."""
    return predicted(study, job, folder, base, data) and has_asked(
        study, job, folder, base, data.hash
    )


def predicted(study: Study, job: Job, folder: Path, base: Base, data: Data) -> bool:
    """Whether a job's predictions are there, made from the same inputs."""
    return is_done(job.place(folder), prediction_key(study, job, base, data.hash))


def try_in_child(
    study: Study,
    folder: Path,
    jobs: Sequence[Job],
    failures: Mapping[str, str],
    display: Display,
    crew: Crew | None = None,
) -> dict[str, str]:
    """Try jobs in a process of their own, or in a crew's; returns the reasons of failures."""
    failed = {
        job.approach: f"It starts from {origin}, which did not finish."
        for job in jobs
        for origin in ancestry(study, job.approach)
        if origin in failures and job.approach not in failures
    }
    waiting = [job for job in jobs if job.approach not in {**failures, **failed}]
    if not waiting:
        return failed
    task = {
        "do": "try",
        "study": study.model_dump(mode="json"),
        "folder": str(folder.absolute()),  # processes of other machines stand elsewhere
        "jobs": [(job.approach, job.seed) for job in waiting],
        "documents": digests(study) if crew is not None else {},
    }
    title = ", ".join(dict.fromkeys(job.approach for job in waiting))
    if study.seeds > 1 and waiting[0].seed > study.seed:
        title += f" (seed {waiting[0].seed})"
    try:
        with display.working(title) as progress:
            work = in_child if crew is None else crew.do
            work(task, folder.absolute() / "log.txt", progress)
    except (ChildFailed, UserError) as error:
        display.say(f"{title}: {error} (see {folder / 'log.txt'}); going on with the others.")
        base, data = find_base(study.model.base, study.model.revision), read_data(folder)
        which = f"Seed {waiting[0].seed}: " if len(seeds(study, waiting[0].approach)) > 1 else ""
        failed |= {
            job.approach: f"{which}{error}"
            for job in waiting
            if not done(study, job, folder, base, data)
        }
    return failed


def search(
    study: Study,
    name: str,
    folder: Path,
    base: Base,
    data: Data,
    failures: Mapping[str, str],
    display: Display,
    crew: Crew | None = None,
) -> dict[str, str]:
    """Choose an approach's settings where it searches for them; returns why that failed."""
    asked = settled(study, folder, base, data.hash)
    tune = asked.approaches[name].tune
    if tune is None or tune.search is None or name in failures:
        return {}
    if isinstance(tune.search, str):
        return {name: f"It takes its settings from the search of {tune.search}, which failed."}
    if any(origin in failures for origin in ancestry(study, name)):
        return {}  # said where the approach is tried
    try:
        with display.working(f"{name}, search") as progress:
            won = choose_settings(asked, name, folder, base, data, progress, crew)
        display.say(won)
    except (ChildFailed, UserError) as error:
        display.say(
            f"{name}, search: {error} (see {folder / 'log.txt'}); going on with the others."
        )
        return {name: f"Its search failed: {error}"}
    return {}


def default_folder(study: Study) -> Path:
    """Where a run is kept when no folder is named."""
    return Path("runs") / study.name


def write_study(folder: Path, study: Study) -> None:
    """Keep the study in its run folder, paths absolute, so that it can be scored again alone."""
    write_atomically(folder / "study.yaml", to_yaml(study))
