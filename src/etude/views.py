"""What the verbs print on a terminal: plain tables that also read well in a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

WIDTH = 200  # where output is no terminal, nothing needs to be folded
BARS = " ▁▂▃▄▅▆▇█"


def console() -> Console:
    """Standard output; colours only on a terminal."""
    from rich.console import Console

    found = Console(highlight=False)
    return found if found.is_terminal else Console(highlight=False, width=WIDTH)


def table(rows: Iterable[Sequence[str]], *, right: bool = True) -> None:
    """Rows in columns, the first of them a header; numbers to the right."""
    from rich.box import SIMPLE
    from rich.table import Table
    from rich.text import Text

    header, *body = [tuple(row) for row in rows]
    drawn = Table(box=SIMPLE, pad_edge=False, show_edge=False)
    for index, title in enumerate(header):
        drawn.add_column(Text(title), justify="right" if right and index else "left", no_wrap=right)
    for row in body:
        drawn.add_row(*(Text(cell) for cell in row))  # brackets are text, not rich's markup
    console().print(drawn)


def lines(texts: Iterable[str]) -> None:
    """Paragraphs of plain text."""
    for text in texts:
        console().print(text, markup=False, soft_wrap=True)


def recipes(found: Mapping[str, str]) -> None:
    """The recipes, a line each."""
    table([("recipe", "what it asks"), *found.items()], right=False)
    lines(["Write one to change: etude new RECIPE"])


def plan(planned: Mapping[str, Any]) -> None:
    """What a study will take."""
    splits = ", ".join(f"{count:,} {name}" for name, count in planned["splits"].items())
    markup = planned["markup"]
    lines(
        [
            f"{planned['study']} on {planned['base']} ({splits}); turns written as "
            f"{markup['name']}, context {markup['context'] or 'unlimited'} tokens.",
            *planned["notes"],
        ]
    )
    rows = [("approach", "prompt tokens", "cut", "trains", "steps", "memory (estimate)")]
    for name, item in planned["approaches"].items():
        prompt = f"{item['prompt_tokens']['median']:.0f} (max {item['prompt_tokens']['max']})"
        cut, tune = str(item["truncated_prompts"] or ""), item["tune"]
        if tune is None:
            rows.append((name, prompt, cut, "", "", ""))
            continue
        trains = f"{tune['trainable_parameters']:,} ({tune['trainable_share']:.1%})"
        memory = f"{tune['memory_mb']:,.0f} MB"
        rows.append((name, prompt, cut, trains, f"{tune['steps']:,}", memory))
    table(rows)
    for name, item in planned["approaches"].items():
        if item["tune"] is not None:
            lines([f"{name} learns what stands between [ and ]:"])
            lines([_supervised(item["tune"]["decoded_example"])])
            break


def look(seen: Mapping[str, Any]) -> None:
    """What is in the material."""
    splits = {name: split["rows"] for name, split in seen["splits"].items()}
    table([("split", "rows"), *((name, f"{count:,}") for name, count in splits.items())])
    rows = [("column", "unit", "empty", "min", "median", "90%", "max", "distribution")]
    for column, units in seen["columns"].items():
        for unit, found in units.items():
            if found["n"]:
                numbers = (f"{found[key]:,.0f}" for key in ("empty", "min", "median", "p90", "max"))
                rows.append((column, unit, *numbers, spark(found["histogram"]["counts"])))
    table(rows)
    if seen["labels"]:
        counts = [(label, *map(str, held.values())) for label, held in seen["labels"].items()]
        table([("label", *splits), *counts])
    for column in ("prompt", "response"):
        words = ", ".join(f"{word} {count}" for word, count in seen["words"][column][:15])
        lines([f"Frequent words in the {column}: {words}"])
    left_out = ", ".join(f"{count} {reason}" for reason, count in seen["dropped"].items())
    odd = ", ".join(f"{count} {kind}" for kind, count in seen["remarks"].items())
    if odd:
        lines([f"Kept with a remark: {odd} (remarks.jsonl lists them)."])
    lines([f"Left out: {left_out or 'nothing'}.", *seen["notes"]])
    for row in seen.get("dropped_rows", ()):
        lines([f"  {row['where']}: {row['reason']} {row['detail']}".rstrip()])


def report(contents: Mapping[str, Any]) -> None:
    """Verdict, scores with intervals, cost, findings."""
    metrics = list(contents["metrics"])
    rows = [("approach", *metrics, "tuned in", "memory")]
    for name, item in contents["approaches"].items():
        scores = [_score(item["metrics"].get(metric)) for metric in metrics]
        tuned = item["cost"]["tune_seconds"]
        memory = f"{item['cost']['peak_memory_mb']:,.0f} MB"
        rows.append((name, *scores, f"{tuned:.0f} s" if tuned else "", memory))
    table(rows)
    lines([contents["verdict"]])
    for finding in contents["findings"]:
        lines([f"{finding['level']}: {finding['what']} {finding['advice']}"])


def spark(counts: Sequence[int]) -> str:
    """A histogram in one line."""
    most = max(counts, default=0) or 1
    return "".join(BARS[-(-count * (len(BARS) - 1) // most)] for count in counts)


def _score(score: Mapping[str, Any] | None) -> str:
    """A value with half the width of its interval."""
    if score is None or score["value"] is None:
        return "-"
    decimals = max(0, 3 - len(str(int(abs(score["value"])))) + (abs(score["value"]) < 1))
    value = f"{score['value']:,.{decimals}f}"
    if score["low"] is None:
        return value
    return f"{value} ±{(score['high'] - score['low']) / 2:,.{decimals}f}"


def _supervised(runs: Sequence[Mapping[str, Any]]) -> str:
    return "".join(f"[{run['text']}]" if run["supervised"] else run["text"] for run in runs)
