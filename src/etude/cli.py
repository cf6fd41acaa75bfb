"""One thin command per verb. Nothing heavy is imported before a verb needs it."""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    of_run,
    parse,
)
from etude.errors import ChildFailed, UserError, disk_full
from etude.interruption import EXIT_CODE, Terminated, listening

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
        told = disk_full(error) or f"{place}{error.strerror or error}."
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
    """List the recipes, or write a study file that begins as one of them.

    Beside the file stands study.schema.json, with which an editor completes and explains every
    setting.
    """
    from etude import views
    from etude.begin import list_recipes, write_study_file

    if options.recipe is None:
        recipes = list_recipes()
        return finish(options, {"recipes": recipes}, None, lambda: views.recipes(recipes))
    path = write_study_file(options.recipe, options.output)
    return finish(options, {"study": str(path)}, path)


def plan(options: argparse.Namespace) -> int:
    """Check a study and estimate what it will take, without training.

    Shows prompt lengths, what would be cut, how many parameters learn, steps and memory, and one
    decoded example with what is supervised in it.
    """
    from etude import views
    from etude.verbs import plan as make

    launch = launched(options)
    if launch is not None and launch.first:
        return 0  # the first process plans for all
    study, folder, display = opened(options)
    path, planned = make(study, folder, display, launch)
    return finish(options, planned, path, lambda: views.plan(planned))


def look(options: argparse.Namespace) -> int:
    """Show the material of a study: rows, languages, lengths, labels, words, what was left out.

    The same with plots is look.html in the run folder, and for programs look.json.
    """
    from etude import views
    from etude.verbs import look as make

    study, folder, display = opened(options)
    found = make(study, folder, display)
    asked = {"dropped_rows": options.dropped, "remark_rows": options.remarks}
    lists = {"dropped_rows": found.dropped, "remark_rows": found.remarks}
    seen = found.seen | {name: lists[name] for name, wanted in asked.items() if wanted}
    return finish(options, seen, found.page, lambda: views.look(seen))


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

    metrics, compare, description and track may be changed.
    """
    from etude import views
    from etude.verbs import score as make

    result = make(run_folder(options), options.overrides, display_of(options))
    return finish(options, result.contents, result.report, lambda: views.report(result.contents))


def report(options: argparse.Namespace) -> int:
    """Draw the page of a run again from what it has saved."""
    from etude.verbs import draw

    result = draw(run_folder(options))
    return finish(options, result.contents, result.report)


def benchmark(options: argparse.Namespace) -> int:
    """Put the weights of a run to known benchmarks, before and after tuning, and report again.

    What has been scored is not scored again. Nothing is fetched unless benchmarks.online is true.
    """
    from etude import reading
    from etude.verbs import benchmark as make

    result, failed = make(
        run_folder(options), options.overrides, options.approaches, display_of(options)
    )
    finish(options, result.contents, result.report, lambda: reading.benchmarks(result.contents))
    return 1 if failed else 0


def examples(options: argparse.Namespace) -> int:
    """Show the examples worth reading first, and what was asked of every approach.

    Best and worst by the deciding metric, most improved and most harmed against the baseline, from
    saved scores. Words that the baseline's answer lacks stand in {+ +}, its own in [- -].
    """
    from etude import reading
    from etude.verbs import examples as make

    if options.count < 1:
        raise UserError(f"--count: expected 1 or more, but found {options.count}.")
    shown = make(run_folder(options), options.approaches, options.metric, options.count)
    contents = {"highlights": shown.highlights, "asked": shown.asked}
    return finish(options, contents, None, lambda: reading.examples(shown))


def rate(options: argparse.Namespace) -> int:
    """Say which of two answers is better, without knowing whose they are.

    Ratings are saved one by one; the same command goes on where you stopped, and u takes the last
    one back. Several people rate under their own names. `etude report RUN` draws win rate and
    agreement into the report.
    """
    from getpass import getuser

    from etude import reading
    from etude.verbs import rate as make

    if len(options.pair) not in (0, 2):
        raise UserError(f"name two approaches to rate, or none; found {' '.join(options.pair)}.")
    work = reading.on_page(options.port) if options.page else reading.in_terminal
    rater = options.rater or re.sub(r"[^A-Za-z0-9_-]", "-", getuser())
    ratings = make(run_folder(options), options.pair, rater, work)
    return finish(options, {"ratings": ratings}, None, lambda: reading.ratings(ratings))


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


def run_folder(options: argparse.Namespace) -> Path:
    """A run folder that is there."""
    folder: Path = options.folder
    if not (folder / "study.yaml").exists():
        raise UserError(
            f"{folder} is no run folder (it holds no study.yaml): name one that `etude run` made."
        )
    return folder


def display_of(options: argparse.Namespace) -> Display:
    """Quiet when asked, or when the output is JSON."""
    from etude.display import Display

    return Display(quiet=options.quiet or options.json)


def finish(
    options: argparse.Namespace,
    contents: dict[str, Any],
    path: Path | None,
    view: Callable[[], None] = lambda: None,
) -> int:
    """Print the whole as one JSON object; or the view, and the path of what was made last."""
    try:
        if options.json:
            made = {"path": str(path)} if path is not None else {}
            print(json.dumps({**contents, **made}, ensure_ascii=False))
        else:
            if not options.quiet or path is None:
                view()
            if path is not None:
                print(path)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read the output has seen enough (`etude look X | head`)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


VERBS = {
    "new": Verb(new, "write a study that begins as a recipe", "[RECIPE] [--output FILE]", of_new),
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
        "STUDY [--dropped] [--remarks] [--folder RUN] [key=value ...]",
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
        "RUN [key=value ...]",
        of_run,
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
    "report": Verb(report, "draw the page of a run again", "RUN", of_run),
}
