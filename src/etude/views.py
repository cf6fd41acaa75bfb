"""What the verbs print on a terminal: plain tables that also read well in a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

WIDTH = 200  # where output is no terminal, nothing needs to be folded
GAP = 3  # characters between two columns


def console() -> Console:
    """Standard output; colours only on a terminal."""
    from rich.console import Console

    found = Console(highlight=False)
    return found if found.is_terminal else Console(highlight=False, width=WIDTH)


def table(rows: Iterable[Sequence[str]], *, words: Sequence[str] = ()) -> None:
    """Rows in columns, the first of them a header; numbers to the right.

    Columns named in `words`, and the first, hold text and stand to the left. What is too wide goes
    on below, beside the first column again.
    """
    from rich.box import SIMPLE
    from rich.cells import cell_len
    from rich.table import Table
    from rich.text import Text

    held, shown = [tuple(row) for row in rows], console()
    widths = [max(map(cell_len, column)) for column in zip(*held, strict=True)]
    for columns in parts(widths, shown.width):
        drawn = Table(box=SIMPLE, pad_edge=False, show_edge=False)
        for index in columns:
            text = held[0][index] in words or not index
            title = Text(held[0][index])
            drawn.add_column(title, justify="left" if text else "right", no_wrap=True)
        for row in held[1:]:  # brackets are text, not rich's markup
            drawn.add_row(*(Text(row[index]) for index in columns))
        shown.print(drawn)


def parts(widths: Sequence[int], room: int) -> list[list[int]]:
    """Columns of tables that fit beside each other in so many characters, each with the first."""
    found: list[list[int]] = [[0]]
    left = room - widths[0]
    for column, width in enumerate(widths[1:], start=1):
        if width + GAP > left and len(found[-1]) > 1:
            found.append([0])
            left = room - widths[0]
        found[-1].append(column)
        left -= width + GAP
    return found


def lines(texts: Iterable[str]) -> None:
    """Paragraphs of plain text."""
    for text in texts:
        console().print(text, markup=False, soft_wrap=True)


def recipes(found: Mapping[str, str]) -> None:
    """The recipes, a line each; on a terminal, what does not fit is cut."""
    from rich.text import Text

    shown = console()
    widest = max(map(len, found), default=0)
    for name, asks in found.items():
        line = Text.assemble((f"{name:{widest}}", "bold"), "  ", asks)
        if shown.is_terminal:
            line.truncate(shown.width, overflow="ellipsis")
        shown.print(line, soft_wrap=True)
    lines(["", "Write one to change: etude new RECIPE"])


def megabytes(value: float) -> str:
    """A size with as many decimals as tell something."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.2g}"


def report(contents: Mapping[str, Any]) -> None:
    """Verdict, scores with intervals, cost, findings."""
    metrics = list(contents["metrics"])
    rows = [("approach", *metrics, "tuned in", "memory")]
    for name, item in contents["approaches"].items():
        scores = [score(item["metrics"].get(metric)) for metric in metrics]
        tuned = item["cost"]["tune_seconds"]
        memory = f"{item['cost']['peak_memory_mb']:,.0f} MB"
        every = item["cost"].get("tune_seconds_all")
        took = f"{tuned:.0f} s" + (f" (all seeds {every:.0f} s)" if every else "")
        rows.append((name, *scores, took if tuned else "", memory))
    table(rows)
    if contents.get("tasks"):
        by_task(contents)
    if contents.get("forgetting"):
        from etude.report.forgetting import in_a_table

        table(in_a_table(contents["forgetting"]), words=("after",))
    lines([contents["verdict"]])
    for told in list(contents.get("pareto", {}).values())[:1]:  # by money, or else by time
        lines([f"Quality against cost: {told['words'][0].lower()}{told['words'][1:]}"])
    for finding in contents["findings"]:
        lines(["{level}: {what}\n  {evidence} ({sure}) {advice}".format_map(finding)])


def by_task(contents: Mapping[str, Any]) -> None:
    """The deciding metric of every approach on each source's examples."""
    tasks, metric = contents["tasks"], contents["metric"]
    rows: list[Sequence[str]] = [(f"{metric} by task", *tasks)]
    for name in contents["approaches"]:
        found = [about["metrics"][metric].get(name) for about in tasks.values()]
        rows.append((name, *map(score, found)))
    table(rows)


def score(score: Mapping[str, Any] | None) -> str:
    """A value with half the width of its interval."""
    if score is None or score["value"] is None:
        return "-"
    decimals = max(0, 3 - len(str(int(abs(score["value"])))) + (abs(score["value"]) < 1))
    value = f"{score['value']:,.{decimals}f}"
    if score["low"] is None:
        return value
    return f"{value} ±{(score['high'] - score['low']) / 2:,.{decimals}f}"
