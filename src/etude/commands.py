"""The commands that serve reading: benchmark, examples and rate. Thin, like those in `cli`."""

from __future__ import annotations

import argparse
import re

from etude.errors import UserError
from etude.telling import display_of, finish, run_folder


def benchmark(options: argparse.Namespace) -> int:
    """Put the weights of a run to known benchmarks, before and after tuning, and report again.

    What has been scored is not scored again. Nothing is fetched unless benchmarks.online is true.
    """
    from etude import reading
    from etude.verbs import benchmark as make

    result, failed = make(
        run_folder(options.folder), options.overrides, options.approaches, display_of(options)
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
    shown = make(run_folder(options.folder), options.approaches, options.metric, options.count)
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
    ratings, left = make(run_folder(options.folder), options.pair, rater, work)
    told = {"ratings": ratings, "left": left}
    return finish(options, told, None, lambda: reading.ratings(ratings, left=left))
