"""The commands that serve reading: benchmark, examples, rate, raw material. Thin, as in `cli`."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from etude.errors import UserError
from etude.telling import display_of, finish, run_folder

DUMPS = (".xml", ".bz2")  # endings of raw material that can be looked at without a study
DOCUMENTS = (".txt", ".md", ".html", ".htm", ".jsonl")
TABLES = (".csv", ".tsv", ".parquet")  # rows, which only a study says how to read


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


def raw_material(options: argparse.Namespace) -> Path | None:
    """The dump or the documents that `look` was given in place of a study; None for a study."""
    from etude.config import recipes

    path = Path(options.study)
    is_folder = path.is_dir() and not (path / "study.yaml").exists()
    is_folder = is_folder and options.study not in recipes()
    if path.is_file() and ending_of(path) in TABLES:
        raise UserError(
            f"{path} is a table, and a study says what its columns are: name it under data.sources "
            "of one (etude new lists what to begin with), and look at that."
        )
    if not is_folder and ending_of(path) not in (*DUMPS, *DOCUMENTS):
        return None
    given = [f"--{name}" for name in ("folder", "write", "dropped", "remarks")
             if getattr(options, name)]  # fmt: skip
    if given or options.overrides:
        raise UserError(
            f"{(given or options.overrides)[0]} goes with a study, and {path} is "
            f"{'a folder' if is_folder else 'a file of raw material'}: leave it out, or write a "
            f"study ({'etude new ' + str(path) if ending_of(path) in DUMPS else 'etude new'})."
        )
    return path


def look_raw(path: Path, options: argparse.Namespace) -> int:
    """Show what a dump of a wiki, or a folder or file of documents, holds; nothing is written."""
    from etude import looking_raw
    from etude.data.document_files import passed_over
    from etude.data.look_documents import look_documents
    from etude.data.look_dump import look_dump

    with display_of(options).working("looking") as progress:
        is_dump = ending_of(path) in DUMPS
        seen = (look_dump if is_dump else look_documents)(path, progress)
    if not is_dump:
        seen["documents"]["passed_over"] = passed_over(str(path), Path.cwd())
    view = looking_raw.look_dump if is_dump else looking_raw.look_documents
    return finish(options, seen, None, lambda: view(seen))


def dump_named(name: str) -> Path | None:
    """The dump that `new` was given in place of a recipe; None for a recipe.

    UserError for other material, of which no study can be written.
    """
    path = Path(name)
    if ending_of(path) in DUMPS:
        return path
    if path.is_file() and ending_of(path) in TABLES:
        raise UserError(
            f"{path} is a table, and a study begins as a recipe: take one that asks what you ask "
            "(etude new lists them; instructions-mini, say), and name the table under data.sources."
        )
    if ending_of(path) in DOCUMENTS or ("/" in name and path.is_dir()):
        raise UserError(
            f"{path} holds documents, and a study needs questions with answers as well: begin with "
            "a recipe (etude new faquad-mini, say), name your questions under data.sources, and "
            "this under retrieve.documents."
        )
    return None


def ending_of(path: Path) -> str:
    """How a file's name ends, in small letters."""
    return path.suffix.lower()
