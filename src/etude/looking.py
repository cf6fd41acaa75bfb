"""What `etude look` prints on a terminal: the material in plain tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from etude.views import lines, table

SHOWN = 300  # characters of a text that a terminal shows
BARS = " ▁▂▃▄▅▆▇█"


def look(seen: Mapping[str, Any]) -> None:
    """What is in the material."""
    from etude.data.explore import UNITS
    from etude.data.languages import name_of
    from etude.report.material import commonest, source_rows, summary, with_words

    lines([summary(seen), ""])
    table(
        [("source", "kind", "rows", "used", *seen["splits"]), *source_rows(seen)], words=("kind",)
    )
    lines([""])
    columns = seen["columns"]
    texts = [("column", "texts", "empty", "distinct", "languages")]
    rows = [("column", "unit", "min", "median", "90%", "max", "distribution")]
    for column, held in columns.items():
        counts = (f"{held[part]:,}" for part in ("rows", "empty", "distinct"))
        texts.append((column, *counts, languages(held["languages"])))
        for unit in UNITS:
            if held.get(unit, {}).get("n") and held["always"] is None:
                numbers = (f"{held[unit][part]:,.0f}" for part in ("min", "median", "p90", "max"))
                rows.append((column, unit, *numbers, spark(held[unit]["histogram"]["counts"])))
    table(texts, words=("languages",))
    lines(
        f"The {name} is always: {column['always']}"
        for name, column in columns.items()
        if column["always"]
    )
    lines([""])
    table(rows, words=("unit", "distribution"))
    lines([""])
    if seen["labels"]:
        table([("label", *seen["splits"]), *label_rows(seen)])
        lines([commonest(seen)])
    if seen["groups"]:
        size = seen["groups"]["rows"]
        lines([f"{seen['groups']['n']:,} groups of {size['min']:,} to {size['max']:,} rows."])
    for column in with_words(seen):
        for language, counted in columns[column]["frequent"].items():
            if counted:
                words = ", ".join(f"{word} {count:,}" for word, count in counted[:15])
                lines([f"Frequent words in the {column} ({name_of(language)}): {words}"])
    samples(seen["samples"][:2])
    left_out(seen)
    lines(f"Written: {path}" for path in seen.get("written", ()))


def samples(rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows of the training split, cut to a few lines."""
    for row in rows:
        lines([f"\n{row['id']} ({row['task']})"])
        turns = [(turn["role"], turn["content"]) for turn in row["messages"]]
        answers = [("answer", reference) for reference in row["references"]]
        for role, content in turns + answers:
            text = " ".join(content.split())
            lines([f"  {role}: {text if len(text) <= SHOWN else text[: SHOWN - 1] + '…'}"])


def left_out(seen: Mapping[str, Any]) -> None:
    """What is not used, what is used with a remark, and what to know; rows where asked for."""
    dropped = ", ".join(f"{count:,} {reason}" for reason, count in seen["dropped"].items())
    lines([f"\nLeft out: {dropped or 'nothing'}."])
    for row in seen.get("dropped_rows", ()):
        lines([f"  {row['where']}: {row['reason']} {row['detail']}".rstrip()])
    odd = ", ".join(f"{count:,} {kind}" for kind, count in seen["remarks"].items())
    if odd or "remark_rows" in seen:
        lines([f"Used with a remark: {odd or 'nothing'}."])
    for row in seen.get("remark_rows", ()):
        lines([f"  {row['where']}: {row['kind']} {row['detail']}".rstrip()])
    lines(f"Note: {note}." for note in seen["notes"])


def label_rows(seen: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Every label with its rows in each split, and their share of it."""
    from etude.report.bars import percent

    totals = {
        split: sum(counts[split] for counts in seen["labels"].values()) for split in seen["splits"]
    }
    return [
        (
            label,
            *(
                f"{count:,} ({percent(count, totals[split])})" if totals[split] else "0"
                for split, count in counts.items()
            ),
        )
        for label, counts in seen["labels"].items()
    ]


def languages(counts: Mapping[str, int]) -> str:
    """The commonest languages of a column with their shares."""
    from etude.data.languages import name_of
    from etude.report.bars import percent

    total = sum(counts.values())
    first = list(counts.items())[:4]
    named = [f"{name_of(code)} {percent(count, total)}" for code, count in first]
    return ", ".join([*named, *(["..."] if len(counts) > len(first) else [])])


def spark(counts: Sequence[int]) -> str:
    """A histogram in one line."""
    most = max(counts, default=0) or 1
    return "".join(BARS[-(-count * (len(BARS) - 1) // most)] for count in counts)
