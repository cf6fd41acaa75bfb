"""One thin command per verb. Nothing heavy is imported before a verb needs it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from etude.errors import ChildFailed, UserError, nearest

if TYPE_CHECKING:
    from etude.config import Study
    from etude.display import Display

DESCRIPTION = """\
Prompt it, give it documents, or fine-tune it?

A study (one YAML file) names a pretrained model, a body of material and several approaches.
Etude tries every approach on the same held-out examples and reports which won, by how much,
how certainly, at what cost, what went wrong and what to do.
"""
EPILOG = """\
a first study:
  etude new                        list the recipes that come with Etude
  etude new dialogue-demo          write dialogue-demo.study.yaml, to be changed
  etude plan dialogue-demo.study.yaml
  etude run dialogue-demo.study.yaml

`etude VERB --help` says more. Exit codes: 0 done, 1 something failed, 2 a mistake to mend.
"""
STUDY = "a study file, or the name of a recipe"
OVERRIDES = """\
Settings may be changed on the command line as dotted.key=value, for example
  etude run dialogue-demo seed=7 approaches.lora.tune.epochs=1 metrics=[rouge,bleu]
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code."""
    options = parse(list(sys.argv[1:] if arguments is None else arguments))
    from etude.environment import prepare_environment

    prepare_environment()
    try:
        return int(options.verb(options))
    except UserError as error:
        return refuse(str(error), 2, as_json=options.json)
    except ChildFailed as error:
        return refuse(f"{error} (the run folder's log.txt says more)", 1, as_json=options.json)
    except KeyboardInterrupt:
        print("Stopped. The same command goes on where this one stopped.", file=sys.stderr)
        return 130


def refuse(message: str, code: int, *, as_json: bool) -> int:
    """Tell what went wrong in a sentence; returns the exit code."""
    if as_json:
        print(json.dumps({"error": message}))
    else:
        print(f"etude: {message}", file=sys.stderr)
    return code


class Parser(argparse.ArgumentParser):
    """argparse, with the nearest verb named when one is mistyped."""

    def error(self, message: str) -> NoReturn:
        if "invalid choice" in message and "'" in message:
            wrong = message.split("'")[1]
            message = f"'{wrong}' is no verb: {nearest(wrong, VERBS)}"
        self.exit(2, f"etude: {message} (etude --help says more)\n")


def parse(arguments: list[str]) -> argparse.Namespace:
    """The command line. `key=value` arguments may stand anywhere after the study."""
    parser = Parser(
        prog="etude",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=Version, nargs=0, help="print the version and exit")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    for name, (verb, summary, add) in VERBS.items():
        child = verbs.add_parser(
            name,
            help=summary,
            description=f"{verb.__doc__}\n\n{OVERRIDES if add in (of_study, of_run) else ''}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        add(child)
        child.add_argument("--json", action="store_true", help="print one JSON object instead")
        child.add_argument("--quiet", action="store_true", help="no progress display")
        child.set_defaults(verb=verb, overrides=[])
    options, rest = parser.parse_known_args(arguments)
    for argument in rest:
        if argument.startswith("-") or "=" not in argument:
            parser.error(f"'{argument}' is neither an option nor key=value")
    options.overrides = rest
    return options


class Version(argparse.Action):
    """Print the version without loading anything else."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        from importlib.metadata import version

        print(f"etude {version('etude')}")
        parser.exit()


def of_study(parser: argparse.ArgumentParser) -> None:
    """Arguments of a verb that takes a study."""
    parser.add_argument("study", metavar="STUDY", help=STUDY)
    parser.add_argument(
        "--folder", type=Path, metavar="RUN", help="the run folder (default: runs/NAME)"
    )


def of_look(parser: argparse.ArgumentParser) -> None:
    """Arguments of `look`."""
    of_study(parser)
    parser.add_argument("--dropped", action="store_true", help="list every row that was left out")


def of_run(parser: argparse.ArgumentParser) -> None:
    """Arguments of a verb that takes a run folder."""
    parser.add_argument("folder", type=Path, metavar="RUN", help="a run folder")


def of_new(parser: argparse.ArgumentParser) -> None:
    """Arguments of `new`."""
    parser.add_argument("recipe", nargs="?", metavar="RECIPE", help="a recipe to begin with")
    parser.add_argument("--output", type=Path, metavar="FILE", help="default: RECIPE.study.yaml")


def new(options: argparse.Namespace) -> int:
    """List the recipes, or write a study file that begins with one of them."""
    from etude import views
    from etude.begin import list_recipes, write_study_file

    if options.recipe is None:
        recipes = list_recipes()
        return finish(options, {"recipes": recipes}, None, lambda: views.recipes(recipes))
    path = write_study_file(options.recipe, options.output)
    return finish(options, {"study": str(path)}, path)


def plan(options: argparse.Namespace) -> int:
    """Check a study and estimate what it will take, without training."""
    from etude import views
    from etude.verbs import plan as make

    study, folder, display = opened(options)
    path, planned = make(study, folder, display)
    return finish(options, planned, path, lambda: views.plan(planned))


def look(options: argparse.Namespace) -> int:
    """Show the material of a study: rows, lengths, labels, words, and what was left out."""
    from etude import views
    from etude.verbs import look as make

    study, folder, display = opened(options)
    path, seen, dropped = make(study, folder, display)
    if options.dropped:
        seen["dropped_rows"] = dropped
    return finish(options, seen, path, lambda: views.look(seen))


def run(options: argparse.Namespace) -> int:
    """Try every approach of a study and report; goes on where an earlier run stopped."""
    from etude import views
    from etude.study import run as make

    study, folder, display = opened(options)
    result = make(study, folder, display)
    failed = any(finding["kind"] == "failed" for finding in result.contents["findings"])
    finish(options, result.contents, result.report, lambda: views.report(result.contents))
    return 1 if failed else 0


def score(options: argparse.Namespace) -> int:
    """Score a run again from its saved predictions, with no model: metrics may be changed."""
    from etude import views
    from etude.verbs import score as make

    result = make(run_folder(options), options.overrides, display_of(options))
    return finish(options, result.contents, result.report, lambda: views.report(result.contents))


def report(options: argparse.Namespace) -> int:
    """Draw the page of a run again from what it has saved."""
    from etude.verbs import draw

    result = draw(run_folder(options))
    return finish(options, result.contents, result.report)


def opened(options: argparse.Namespace) -> tuple[Study, Path, Display]:
    """The study that a command names, its run folder, and a display."""
    from etude.config import load_study
    from etude.study import default_folder

    study = load_study(options.study, options.overrides)
    return study, options.folder or default_folder(study), display_of(options)


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
    if options.json:
        made = {"path": str(path)} if path is not None else {}
        print(json.dumps({**contents, **made}, ensure_ascii=False))
        return 0
    if not options.quiet:
        view()
    if path is not None:
        print(path)
    return 0


Verb = Callable[[argparse.Namespace], int]
VERBS: dict[str, tuple[Verb, str, Callable[[argparse.ArgumentParser], None]]] = {
    "new": (new, "write a study from a recipe", of_new),
    "plan": (plan, "check everything and estimate, without training", of_study),
    "look": (look, "at the material", of_look),
    "run": (run, "try every approach and report", of_study),
    "score": (score, "again, from saved predictions", of_run),
    "report": (report, "draw the page again", of_run),
}
