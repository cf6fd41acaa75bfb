"""The grammar of the command line: verbs, options, `key=value`, and help that teaches."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from etude.errors import UserError, nearest

DESCRIPTION = """\
Prompt it, give it documents, or fine-tune it?

A study (one YAML file) names a pretrained model, a body of material and several approaches.
Etude tries every approach on the same held-out examples and reports which won, by how much,
how certainly, at what cost, what went wrong and what to do.
"""
EPILOG = """\
a first study:
  etude new                               see the recipes that come with Etude
  etude new dialogue-demo                 write dialogue-demo.study.yaml, and change it
  etude plan dialogue-demo.study.yaml     check it
  etude run dialogue-demo.study.yaml      runs/dialogue-demo/report.html is the report

The last line on standard output is the path of what was made; with --json, standard output is
one JSON object. Exit codes: 0 done, 1 something failed, 2 a mistake to mend, 130 stopped (Ctrl-C),
143 ended (SIGTERM).
`etude VERB --help` says more of a verb.
"""
SETTINGS = """\
Settings of the study are changed on the command line as dotted.key=value; the value is YAML, and
null takes a block away. For example:
  {example}
"""
OF_A_STUDY = "etude {verb} dialogue-demo seed=7 approaches.lora.tune.epochs=1 approaches.told=null"
OF_A_RUN = "etude {verb} runs/dialogue-demo metrics=[rouge,bleu] compare.baseline=told"
SETTING = re.compile(r"\w[\w-]*(\.\w[\w-]*)*=")
VALUED = (
    "--folder",
    "--output",
    "--launch",
    "--explain",
    "--approach",
    "--metric",
    "--count",
    "--rater",
    "--port",
    "--write",
)  # options that take the next argument, whatever it holds


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb: what it does, how it is written, which arguments it takes.

    `example` shows a command with settings, for verbs that take some.
    """

    work: Callable[[argparse.Namespace], int]
    summary: str
    shape: str
    add: Callable[[argparse.ArgumentParser], None]
    example: str | None = None


class Parser(argparse.ArgumentParser):
    """argparse whose complaints are `UserError`s, told in our own words."""

    def error(self, message: str) -> NoReturn:
        missing = message.removeprefix("the following arguments are required: ")
        if missing != message:
            message = f"{missing} is missing"
        message = re.sub(r"^argument (--\w+): expected one argument$", r"\1 needs a value", message)
        raise UserError(f"{message} ({self.prog} --help says more).")


def parse(arguments: Sequence[str], table: Mapping[str, Verb]) -> argparse.Namespace:
    """The command line; options and `key=value` may stand anywhere after the verb.

    Raises `UserError` for what it does not know.
    """
    parser = Parser(
        prog="etude",
        usage="etude VERB ... [--json] [--quiet] [--help]",
        description=f"{DESCRIPTION}\nverbs:\n{summaries(table)}",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=Version, nargs=0, help="print the version and exit")
    verbs = parser.add_subparsers(metavar="VERB", dest="name", help=argparse.SUPPRESS)
    children = {name: add_verb(verbs, name, verb) for name, verb in table.items()}
    words, overrides = split_overrides(arguments)
    if (wrong := next((word for word in words if not word.startswith("-")), "run")) not in table:
        parser.error(f"'{wrong}' is no verb: {nearest(wrong, table)}")
    options, rest = parser.parse_known_args(words)
    if options.name is None:
        if rest:
            parser.error(f"'{rest[0]}' {strange(rest[0], parser)}")
        parser.print_help()
        parser.exit(2)
    child, verb = children[options.name], table[options.name]
    if rest:
        child.error(f"'{rest[0]}' {strange(rest[0], child)}")
    if overrides and verb.example is None:
        child.error(f"'{overrides[0]}' is a setting, and etude {options.name} takes none")
    options.overrides = overrides
    return options


def summaries(table: Mapping[str, Verb]) -> str:
    """The verbs, a line each."""
    return "\n".join(f"  {name:11}{verb.summary}" for name, verb in table.items())


def add_verb(verbs: Any, name: str, verb: Verb) -> argparse.ArgumentParser:
    """The parser of one verb."""
    example = verb.example.format(verb=name) if verb.example else None
    child: argparse.ArgumentParser = verbs.add_parser(
        name,
        prog=f"etude {name}",
        usage=f"etude {name} {verb.shape}",
        description="\n".join(line.strip() for line in str(verb.work.__doc__).splitlines()),
        epilog=SETTINGS.format(example=example) if example else None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    verb.add(child)
    child.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    child.add_argument("--quiet", action="store_true", help="print nothing but the path at the end")
    child.set_defaults(verb=verb.work)
    return child


def split_overrides(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """`key=value` arguments apart from the others. (A file named like one is written ./a=b.)"""
    words: list[str] = []
    overrides: list[str] = []
    for index, argument in enumerate(arguments):
        is_value = index > 0 and arguments[index - 1] in VALUED
        is_value |= (
            index > 1 and arguments[index - 2] == "--explain"
        )  # an id may look like a setting
        (overrides if SETTING.match(argument) and not is_value else words).append(argument)
    return words, overrides


def strange(argument: str, parser: argparse.ArgumentParser) -> str:
    """What to say of an argument that a verb does not know."""
    if argument.startswith("-"):
        known = [name for action in parser._actions for name in action.option_strings]
        return f"is no option: {nearest(argument.partition('=')[0], known)}"
    return "is one argument too many; a setting is written key=value"


class Version(argparse.Action):
    """Print the version without loading anything else."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        from importlib.metadata import version

        sys.stdout.write(f"etude {version('etude')}\n")
        parser.exit()


def of_study(parser: argparse.ArgumentParser) -> None:
    """Arguments of a verb that takes a study."""
    parser.add_argument("study", metavar="STUDY", help="a study file, or the name of a recipe")
    parser.add_argument(
        "--folder", type=Path, metavar="RUN", help="the run folder (default: runs/NAME)"
    )


def of_launched(parser: argparse.ArgumentParser) -> None:
    """Arguments of a verb that several processes may do together."""
    of_study(parser)
    parser.add_argument(
        "--launch",
        type=Path,
        metavar="FILE",
        help="a configuration of accelerate: how many processes share the work, and how",
    )


def of_look(parser: argparse.ArgumentParser) -> None:
    """Arguments of `look`."""
    of_study(parser)
    parser.add_argument("--dropped", action="store_true", help="list every row that was left out")
    parser.add_argument(
        "--remarks", action="store_true", help="list every row that is used with a remark"
    )
    parser.add_argument(
        "--write",
        type=Path,
        metavar="FOLDER",
        help="write the split there as train.jsonl, dev.jsonl and test.jsonl",
    )


def of_run(parser: argparse.ArgumentParser) -> None:
    """Arguments of a verb that takes a run folder."""
    parser.add_argument("folder", type=Path, metavar="RUN", help="a run folder")


def of_score(parser: argparse.ArgumentParser) -> None:
    """Arguments of `score`."""
    of_run(parser)
    parser.add_argument(
        "--explain",
        nargs=2,
        metavar=("METRIC", "EXAMPLE"),
        help="show where one number comes from: a metric of one test example, by its id",
    )
    parser.add_argument("--approach", metavar="NAME", help="with --explain: of this approach alone")


def of_report(parser: argparse.ArgumentParser) -> None:
    """Arguments of `report`."""
    parser.add_argument("folders", type=Path, nargs="+", metavar="RUN", help="a run folder")
    parser.add_argument(
        "--csv", action="store_true", help="write the tables as CSV files and not the page"
    )
    parser.add_argument(
        "--latex", action="store_true", help="write the tables as LaTeX files and not the page"
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help="where the page of several runs, or the folder of tables, is written",
    )


def of_approaches(parser: argparse.ArgumentParser) -> None:
    """Arguments of a verb that takes a run folder and some of its approaches."""
    of_run(parser)
    parser.add_argument(
        "approaches", nargs="*", metavar="APPROACH", help="some approaches (default: all)"
    )


def of_examples(parser: argparse.ArgumentParser) -> None:
    """Arguments of `examples`."""
    of_approaches(parser)
    parser.add_argument("--metric", metavar="NAME", help="by this metric (default: what decides)")
    parser.add_argument(
        "--count", type=int, default=3, metavar="N", help="so many of each kind (default: 3)"
    )


def of_rate(parser: argparse.ArgumentParser) -> None:
    """Arguments of `rate`."""
    of_run(parser)
    parser.add_argument(
        "pair",
        nargs="*",
        metavar="A B",
        help="two approaches (default: the baseline and the best other one)",
    )
    parser.add_argument("--rater", metavar="NAME", help="who rates (default: your login name)")
    parser.add_argument("--page", action="store_true", help="rate on a page in a browser")
    parser.add_argument(
        "--port", type=int, default=0, metavar="N", help="of the page (default: a free one)"
    )


def of_new(parser: argparse.ArgumentParser) -> None:
    """Arguments of `new`."""
    parser.add_argument(
        "recipe",
        nargs="?",
        metavar="RECIPE",
        help="a recipe to begin with, or the dump of a wiki to ask about",
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="default: RECIPE.study.yaml")
