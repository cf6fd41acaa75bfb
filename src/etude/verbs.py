"""The other verbs: plan, look, score and report, each on what a run folder holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from etude.approaches.documents import vouch
from etude.approaches.settled import settled
from etude.approaches.targets import told_of_material
from etude.benchmarking import benchmark as score_by_benchmarks
from etude.checks import check, check_measuring
from etude.config import Study, load_study
from etude.config.launch import Launch
from etude.data import explore, read_data, read_dropped
from etude.data.frozen import read_remarks
from etude.data.partition import write_partition
from etude.display import Display
from etude.engine.base import find_base
from etude.engine.counting import token_counter
from etude.errors import UserError, nearest
from etude.explaining import explain, single
from etude.launching import check_launch
from etude.rating import Session, begin, rated
from etude.rating.session import at_work
from etude.report import draw_again, read_evidence
from etude.report.highlights import COUNT, highlights
from etude.report.joined import joined
from etude.report.material import write_material
from etude.report.write import answers, read_values
from etude.result import Result
from etude.store import claim, read_json, write_json
from etude.study import open_data, planned, report, write_study


@dataclass(frozen=True, slots=True)
class Look:
    """The page of `etude look`, what look.json holds, and the rows left out or remarked on.

    `written` are the files of the partition, where one was asked for.
    """

    page: Path
    seen: dict[str, Any]
    dropped: list[dict[str, Any]]
    remarks: list[dict[str, Any]]
    written: list[Path]


def plan(
    study: Study, folder: Path, display: Display, launch: Launch | None = None
) -> tuple[Path, dict[str, Any]]:
    """Check everything and estimate, without training; returns plan.json and its contents."""
    check(study)
    check_launch(study, launch)
    with claim(folder):
        keep_predictions(study, folder)
        data = open_data(study, folder, display)
        base = find_base(study.model.base, study.model.revision)
        return folder / "plan.json", planned(study, folder, base, data, display, launch)


def look(study: Study, folder: Path, display: Display, write: Path | None = None) -> Look:
    """What is in the material: look.html and look.json, and the rows that they count.

    With `write`, the split goes into that folder as JSON Lines as well.
    """
    with claim(folder):
        keep_predictions(study, folder)
        data = open_data(study, folder, display)
        written = write_partition(study, data, write) if write is not None else []
        notes = told_of_material(study, data.train)
        try:
            count_tokens = token_counter(study.model)
        except UserError as error:  # the material can be looked at without the model
            count_tokens = None
            notes.append(f"tokens are not counted: {error}")
        with display.working("exploring") as progress:
            seen = explore(data, count_tokens, progress)
        seen["notes"] += notes
        named = {"name": study.name, "description": study.description, "base": study.model.base}
        seen = {"study": named, **seen}
        dropped = [asdict(row) for row in read_dropped(folder)]
        remarks = [asdict(row) for row in read_remarks(folder)]
        write_json(folder / "look.json", seen)
        write_material(seen, dropped, remarks, folder / "look.html")
        return Look(folder / "look.html", seen, dropped, remarks, written)


def score(folder: Path, overrides: Sequence[str], display: Display) -> Result:
    """Score a run again from its saved predictions; settings that need no model may change."""
    study = load_study(folder / "study.yaml", overrides)
    vouch(folder)
    check(study)
    with claim(folder):
        refuse_other_predictions(load_study(folder / "study.yaml"), study)
        result = report(study, folder, failures(folder), display, again=True)
        write_study(folder, study)
        return result


def explained(
    folder: Path,
    overrides: Sequence[str],
    display: Display,
    metric: str,
    example: str,
    approach: str | None,
) -> dict[str, Any]:
    """Where one number comes from; nothing in the run changes but vectors that are missing."""
    kept = load_study(folder / "study.yaml")
    study = load_study(folder / "study.yaml", overrides)
    refuse_other_predictions(kept, study)
    check_measuring((single(metric).name,), study)
    with claim(folder), display.working("explaining") as progress:
        return explain(study, folder, metric, example, progress, approach)


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


def refuse_other_predictions(before: Study, after: Study, verb: str = "score") -> None:
    """Only what is computed from predictions may change; and benchmarks by their own verb."""
    free = {
        "metrics",
        "encoder",
        "dictionary",
        "compare",
        "description",
        "prices",
        "published",
        "track",
    }
    free |= {"benchmarks"} if verb == "benchmark" else set()
    changed = [
        name
        for name in Study.model_fields
        if name not in free and getattr(before, name) != getattr(after, name)
    ]
    if changed:
        raise UserError(
            f"etude {verb} keeps the predictions, so {', '.join(changed)} cannot change "
            f"({', '.join(sorted(free))} can): use etude run."
        )


def benchmark(
    folder: Path, overrides: Sequence[str], only: Sequence[str], display: Display
) -> tuple[Result, dict[str, str]]:
    """Put a run's weights to benchmarks and report again; also what could not be scored and why."""
    study = load_study(folder / "study.yaml", overrides)
    if study.benchmarks is None:
        raise UserError(
            "benchmarks: this study names none: add benchmarks.tasks=[...] (mmlu, glue, ...) to "
            "the command, or benchmarks to the study."
        )
    for name in only:
        if name not in study.approaches:
            raise UserError(f"there is no approach '{name}': {nearest(name, study.approaches)}")
    check(study)
    with claim(folder):
        refuse_other_predictions(load_study(folder / "study.yaml"), study, "benchmark")
        display.log_to(folder / "log.txt")
        base = find_base(study.model.base, study.model.revision)
        data_hash = read_data(folder).hash
        known = failures(folder)
        asked = settled(study, folder, base, data_hash)
        failed = score_by_benchmarks(asked, folder, base, data_hash, display, only, known)
        write_study(folder, study)
        return report(study, folder, known, display, again=True), failed


@dataclass(frozen=True, slots=True)
class Shown:
    """What `etude examples` shows: the highlights, and the texts that they name, by example id."""

    highlights: dict[str, Any]
    answers: list[dict[str, Any]]
    asked: list[dict[str, Any]]


def examples(
    folder: Path, only: Sequence[str], metric: str | None = None, count: int = COUNT
) -> Shown:
    """Best, worst, most improved and most harmed of some approaches, from saved scores."""
    study = load_study(folder / "study.yaml")
    result = Result(folder)
    contents = result.contents
    for name in only:
        if name not in contents["approaches"]:
            raise UserError(f"there is no approach '{name}': {nearest(name, study.approaches)}")
    values = read_values(folder)
    deciding = metric or contents["metric"]
    if deciding not in contents["metrics"]:
        raise UserError(
            f"--metric: '{deciding}' is not measured: {nearest(deciding, contents['metrics'])}"
        )
    others = () if metric else tuple(contents["metrics"])
    found = highlights(values, contents["baseline"], deciding, others, count)
    if found is None:
        raise UserError(f"{deciding} has no value for a single example: name another --metric.")
    chosen = {
        name: kinds for name, kinds in found["approaches"].items() if name in only or not only
    }
    evidence = read_evidence(study, folder, failures(folder))
    return Shown(
        found | {"approaches": chosen},
        answers(evidence, values),
        joined(study, folder, evidence)["asked"],
    )


def rate(
    folder: Path, pair: Sequence[str], rater: str, work: Callable[[Session], None]
) -> tuple[list[dict[str, Any]], int]:
    """Let someone rate two approaches blindly; what all have said so far, and how many are left.

    Without a pair: the baseline and the best other approach by the deciding metric.
    """
    study = load_study(folder / "study.yaml")
    evidence = read_evidence(study, folder, failures(folder))
    first, second = pair or best_pair(Result(folder).contents)
    session = begin(folder, rater, (first, second), evidence.examples, evidence.answers, study.seed)
    with at_work(session):
        work(session)
    left = len(session.items) - len(session.ratings)
    return rated(folder, evidence.answers, study.compare.confidence), left


def best_pair(contents: dict[str, Any]) -> tuple[str, str]:
    """The baseline and the best of the others by the deciding metric."""
    metric, baseline = contents["metric"], contents["baseline"]
    sign = 1 if contents["metrics"][metric]["better"] == "higher" else -1
    values = {
        name: about["metrics"][metric]["value"]
        for name, about in contents["approaches"].items()
        if name != baseline and about["metrics"][metric]["value"] is not None
    }
    if not values:
        raise UserError("there is one approach alone, so there is nothing to rate it against.")
    return baseline, max(values, key=lambda name: sign * values[name])


def draw(folder: Path) -> Result:
    """Draw the page of a run again from report.json and what is saved beside it."""
    study = load_study(folder / "study.yaml")
    draw_again(study, folder, read_evidence(study, folder, failures(folder)))
    return Result(folder)


def compare(folders: Sequence[Path], page: Path | None) -> tuple[Path, dict[str, Any]]:
    """Several runs side by side: the page, and what it shows."""
    from etude.report.versus import compare_runs, default_page, write_comparison

    found = compare_runs(folders, {folder: failures(folder) for folder in folders})
    return write_comparison(found, page or default_page(folders)), found


def tables(contents: Mapping[str, Any], folder: Path, formats: Sequence[str]) -> Path:
    """A report's tables as CSV or LaTeX; returns the folder they stand in."""
    from etude.report.export import export

    export(contents, folder, formats)
    return folder
