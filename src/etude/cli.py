"""One thin command per verb. Nothing heavy is imported before a verb needs it."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from etude.arguments import (
    OF_A_RUN,
    OF_A_STUDY,
    Verb,
    of_approaches,
    of_examples,
    of_launched,
    of_look,
    of_new,
    of_rate,
    of_report,
    of_score,
    parse,
)
from etude.commands import benchmark, dump_named, examples, look_raw, rate, raw_material
from etude.environment import cache_refused
from etude.errors import ChildFailed, UserError, disk_full
from etude.interruption import EXIT_CODE, Terminated, listening
from etude.telling import display_of, finish, run_folder

if TYPE_CHECKING:
    from etude.config import Study
    from etude.config.launch import Launch
    from etude.display import Display


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in given
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # an old terminal shows ? for what it lacks
    try:
        options = parse(given, VERBS)
        from etude.environment import prepare_environment

        prepare_environment()
        with listening():
            return int(options.verb(options))
    except UserError as error:
        return refuse(str(error), 2, as_json=as_json)
    except ChildFailed as error:
        return refuse(f"{error} (the run folder's log.txt says more)", 1, as_json=as_json)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        told = disk_full(error) or cache_refused(error) or f"{place}{error.strerror or error}."
        return refuse(told, 1, as_json=as_json)
    except Terminated:
        ended = "Ended as asked (SIGTERM). The same command goes on where this one stopped."
        return refuse(ended, EXIT_CODE, as_json=as_json)
    except KeyboardInterrupt:
        stopped = "Stopped. The same command goes on where this one stopped."
        return refuse(stopped, 130, as_json=as_json)


def refuse(message: str, code: int, *, as_json: bool) -> int:
    """Tell what went wrong in a sentence; returns the exit code."""
    if as_json:
        print(json.dumps({"error": message}, ensure_ascii=False))
    else:
        print(f"etude: {message}", file=sys.stderr)
    return code


def new(options: argparse.Namespace) -> int:
    """List the recipes, or write a study file that begins as one of them, or is about a dump.

    Beside the file stands study.schema.json, with which an editor completes and explains every
    setting.
    """
    from etude import views
    from etude.begin import list_recipes, write_dump_study, write_study_file

    if options.recipe is None:
        recipes = list_recipes()
        return finish(options, {"recipes": recipes}, None, lambda: views.recipes(recipes))
    if (dump := dump_named(options.recipe)) is not None:
        with display_of(options).working("looking") as progress:
            path = write_dump_study(dump, options.output, progress)
        return finish(options, {"study": str(path)}, path)
    path = write_study_file(options.recipe, options.output)
    return finish(options, {"study": str(path)}, path)


def plan(options: argparse.Namespace) -> int:
    """Check a study and estimate what it will take, without training.

    Shows prompt lengths, what would be cut, how many parameters learn, steps and memory, and one
    decoded example with what is supervised in it.
    """
    from etude import plan_view
    from etude.verbs import plan as make

    launch = launched(options)
    if launch is not None and launch.first:
        return 0  # the first process plans for all
    study, folder, display = opened(options)
    path, planned = make(study, folder, display, launch)
    return finish(options, planned, path, lambda: plan_view.plan(planned))


def look(options: argparse.Namespace) -> int:
    """Show the material of a study: rows, languages, lengths, labels, words, what was left out.

    The same with plots is look.html in the run folder, and for programs look.json. With --write the
    split is written as well: train.jsonl, dev.jsonl and test.jsonl, an object a line with
    instruction, input and response.

    In place of a study it takes a dump of a wiki (.xml, .xml.bz2), or a folder or file of documents
    (.txt, .md, .html, .jsonl), and shows what is in it and what would come of it.
    """
    from etude import looking
    from etude.verbs import look as make

    if (raw := raw_material(options)) is not None:
        return look_raw(raw, options)

    study, folder, display = opened(options)
    found = make(study, folder, display, options.write)
    asked = {"dropped_rows": options.dropped, "remark_rows": options.remarks}
    lists = {"dropped_rows": found.dropped, "remark_rows": found.remarks}
    seen = found.seen | {name: lists[name] for name, wanted in asked.items() if wanted}
    if found.written:
        seen["written"] = [str(path) for path in found.written]
    return finish(options, seen, found.page, lambda: looking.look(seen))


def run(options: argparse.Namespace) -> int:
    """Try every approach of a study on the same held-out examples, and report.

    What an earlier run of the same study finished is not done again; what it left is gone on with.
    With --launch, or started by torchrun, several processes share the work.
    """
    from etude import views
    from etude.study import run as make

    launch = launched(options)
    if launch is not None and launch.first:
        from etude.following import follow

        follow(launch, display_of(options))
        return 0
    study, folder, display = opened(options)
    result = make(study, folder, display, launch)
    failed = any(finding["kind"] == "failed" for finding in result.contents["findings"])
    finish(options, result.contents, result.report, lambda: views.report(result.contents))
    return 1 if failed else 0


def score(options: argparse.Namespace) -> int:
    """Score a run again from its saved predictions, with no model.

    metrics, encoder, dictionary, compare, prices, published, description and track may be changed.

    With --explain nothing is scored anew: it shows where one number comes from, what the metric
    sees of an example, its counts, its formula, and how the value of all examples came about.
    """
    from etude import views
    from etude.verbs import explained
    from etude.verbs import score as make

    if options.explain is not None:
        from etude.explaining import written

        metric, example = options.explain
        folder, display = run_folder(options.folder), display_of(options)
        found = explained(folder, options.overrides, display, metric, example, options.approach)
        return finish(options, found, None, lambda: views.lines(written(found)))
    if options.approach is not None:
        raise UserError("--approach goes with --explain METRIC EXAMPLE: give both.")
    result = make(run_folder(options.folder), options.overrides, display_of(options))
    return finish(options, result.contents, result.report, lambda: views.report(result.contents))


def report(options: argparse.Namespace) -> int:
    """Draw the page of a run again from what it has saved, or compare several runs on one page.

    Runs that were scored on the same test examples are compared example by example. With --csv or
    --latex the tables are written instead of the page: into RUN/tables, or the folder --output.
    """
    from etude import side_by_side, verbs

    folders = [run_folder(folder) for folder in options.folders]
    formats = [name for name, asked in (("csv", options.csv), ("tex", options.latex)) if asked]
    if len(folders) > 1:
        asked = None if formats else options.output
        page, found = verbs.compare(folders, asked)
        if formats:
            made = verbs.tables(found, options.output or page.with_suffix(""), formats)
            return finish(options, found, made)
        return finish(options, found, page, lambda: side_by_side.versus(found))
    if formats:
        from etude.result import Result

        contents = Result(folders[0]).contents
        made = verbs.tables(contents, options.output or folders[0] / "tables", formats)
        return finish(options, contents, made)
    if options.output is not None:
        raise UserError(
            "--output goes with several runs, --csv or --latex: the page of a single run stands in "
            "its folder."
        )
    result = verbs.draw(folders[0])
    return finish(options, result.contents, result.report)


def opened(options: argparse.Namespace) -> tuple[Study, Path, Display]:
    """The study that a command names, its run folder, and a display."""
    from etude.config import load_study
    from etude.study import default_folder

    study = load_study(options.study, options.overrides)
    return study, options.folder or default_folder(study), display_of(options)


def launched(options: argparse.Namespace) -> Launch | None:
    """The processes that share the work, where there are several."""
    from etude.config.launch import read_launch

    return read_launch(options.launch, os.environ)


VERBS = {
    "new": Verb(
        new,
        "write a study that begins as a recipe, or is about a dump",
        "[RECIPE|DUMP] [--output FILE]",
        of_new,
    ),
    "plan": Verb(
        plan,
        "check a study and estimate what it takes, without training",
        "STUDY [--folder RUN] [--launch FILE] [key=value ...]",
        of_launched,
        OF_A_STUDY,
    ),
    "look": Verb(
        look,
        "see what is in the material, and what was left out",
        "STUDY|DUMP|DOCUMENTS [--dropped] [--remarks] [--write FOLDER] [--folder RUN] "
        "[key=value ...]",
        of_look,
        OF_A_STUDY,
    ),
    "run": Verb(
        run,
        "try every approach and report; goes on where it stopped",
        "STUDY [--folder RUN] [--launch FILE] [key=value ...]",
        of_launched,
        OF_A_STUDY,
    ),
    "score": Verb(
        score,
        "score a run again, from its saved predictions",
        "RUN [--explain METRIC EXAMPLE [--approach NAME]] [key=value ...]",
        of_score,
        OF_A_RUN,
    ),
    "benchmark": Verb(
        benchmark,
        "put a run's weights to known benchmarks",
        "RUN [APPROACH ...] [key=value ...]",
        of_approaches,
        "etude {verb} runs/dialogue-demo benchmarks.tasks=[mmlu] benchmarks.limit=100",
    ),
    "examples": Verb(
        examples,
        "read the best, worst, most improved and most harmed answers",
        "RUN [APPROACH ...] [--metric NAME] [--count N]",
        of_examples,
    ),
    "rate": Verb(
        rate,
        "compare two approaches' answers blindly",
        "RUN [A B] [--rater NAME] [--page] [--port N]",
        of_rate,
    ),
    "report": Verb(
        report,
        "draw the page of a run again; compare runs; write tables as CSV or LaTeX",
        "RUN [RUN ...] [--csv] [--latex] [--output FILE]",
        of_report,
    ),
}
