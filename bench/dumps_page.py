"""Plot and page of `bench/dumps.py`, from its rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from growth_page import plot_both, say_megabytes, say_seconds

Row = dict[str, Any]
TOOLS = ("etude", "mwparserfromhell", "bz2")
PACKINGS = {"bz2": ".bz2", "multistream": "multistream .bz2", "xml": ".xml"}


def write_page(out: Path, rows: Sequence[Row]) -> None:
    """`dumps.md`, and its plot where there are large dumps."""
    scale = sorted(of_axis(rows, "scale"), key=lambda row: int(row["articles"]))
    if scale:
        draw(scale, out / "dumps-scale.svg")
    (out / "dumps.md").write_text(page(of_axis(rows, "speed"), scale))


def of_axis(rows: Sequence[Row], axis: str) -> list[Row]:
    """The rows of an axis."""
    return [row for row in rows if row["point"]["axis"] == axis]


def draw(rows: Sequence[Row], path: Path) -> None:
    """Time above, memory below; every point with its figure."""
    x = [row["articles"] for row in rows]
    times, memory = ([row[key] for row in rows] for key in ("seconds", "peak_mb"))
    plot_both(
        path,
        "Articles of a dump",
        x,
        "articles in the dump",
        ("seconds", times),
        ("peak memory, all processes", memory),
    )


def page(speed: Sequence[Row], scale: Sequence[Row]) -> str:
    """The whole page."""
    parts = ["# Speed of reading dumps", INTRODUCTION]
    if rows := [*speed, *scale]:
        parts.append(told(rows))
    speed = sorted(speed, key=lambda row: (TOOLS.index(row["point"]["tool"]), -row["articles"]))
    parts += ["## Speed", TABLE + "\n".join(map(line, speed)), *sentences(speed)]
    parts += ["## Scale", SCALE]
    if scale:
        parts += ["![Articles of a dump: time and memory](dumps-scale.svg)"]
        parts += [SCALED + "\n".join(map(scaled, scale)), flat(scale)]
    else:
        parts.append("Not measured yet.")
    return "\n\n".join(part for part in parts if part) + "\n"


def told(rows: Sequence[Row]) -> str:
    """The conditions that the rows share, and how busy the machine was."""
    first = rows[-1]["conditions"]
    machine, loads = first["machine"], [row["conditions"]["load_before"] for row in rows]
    named = ", ".join(f"{name} {version}" for name, version in first["versions"].items())
    return (
        f"{machine['cores']} cores of an {machine['cpu']}, {machine['memory_gb']:.0f} GB; "
        f"{', '.join(sorted({row['conditions']['date'] for row in rows}))}; {named}. The load of "
        f"the machine before the rows was {min(loads):.1f} to {max(loads):.1f}: where it was above "
        "0.5, other programs ran too, and wall-clock figures are lower than those of a quiet "
        "machine. The row that only unpacks says how fast the machine was at the time."
    )


def name_of(row: Row) -> str:
    """Who read what, in words."""
    point = row["point"]
    packing = PACKINGS[point["packing"]]
    if point["tool"] == "bz2":
        return f"unpacking alone (Python's bz2), {packing}"
    if point["tool"] != "etude":
        return f"{point['tool']} on ElementTree, {packing}, one process"
    many = f"{point['workers']} workers" if point["workers"] > 1 else "one process"
    return f"Etude, {packing}, {many}{', redirects as names' if point['names'] else ''}"


def line(row: Row) -> str:
    """A row of the table of speed."""
    checked, none = row["checked"], row["checked"] == 0
    cells = (
        name_of(row),
        f"{row['point']['articles']:,}",
        f"{row['mb_per_second']:.1f}",
        "-" if none else f"{row['articles'] / row['seconds']:,.0f}",
        f"{row['mb_per_processor_second']:.1f}",
        say_megabytes(row["peak_mb"]),
        "-" if none else f"{row['all_words_kept']:,} of {checked:,}",
        "-" if none else f"{row['exactly_right']:,} of {checked:,}",
    )
    return f"| {' | '.join(cells)} |"


def scaled(row: Row) -> str:
    """A row of the table of scale."""
    cells = (
        f"{row['articles']:,}",
        f"{row['xml_mb'] / 1000:.2f} GB",
        say_seconds(row["seconds"]),
        f"{row['mb_per_second']:.1f}",
        f"{row['mb_per_processor_second']:.1f}",
        say_megabytes(row["peak_mb"]),
    )
    return f"| {' | '.join(cells)} |"


def sentences(speed: Sequence[Row]) -> list[str]:
    """How much faster than the peer, on the same articles, in one process each."""
    peers = [row for row in speed if row["point"]["tool"] == "mwparserfromhell"]
    if not peers:
        return []
    same = [
        row
        for row in speed
        if row["point"]["tool"] == "etude"
        and row["point"]["articles"] == peers[0]["point"]["articles"]
    ]
    if not same:
        return []
    times = same[0]["mb_per_processor_second"] / peers[0]["mb_per_processor_second"]
    return [
        f"On the same {peers[0]['point']['articles']:,} articles, one process each, Etude does "
        f"{times:.1f} times as much as mwparserfromhell in a second of the processor."
    ]


def flat(rows: Sequence[Row]) -> str:
    """How memory grows, in a sentence made of the figures."""
    first, last = rows[0], rows[-1]
    return (
        f"From {first['articles']:,} to {last['articles']:,} articles memory goes from "
        f"{say_megabytes(first['peak_mb'])} to {say_megabytes(last['peak_mb'])}."
    )


INTRODUCTION = """From a dump to articles with sections, clean text and the fields of the infobox:
measured by `python bench/dumps.py`, each row in a process of its own. The dump is made up, about
5 kB of markup an article (infoboxes, nested templates and tables, references with citations, files
with links in their captions, lists), so that every word of prose that must be kept is known, and
every word that must go. MB are 10^6 bytes of XML; memory is the sum of the peaks of all
processes. The peer's text has no sections and no facts."""
SCALE = "The same 5,000 articles, 1, 4 and 40 times in one .bz2, read by two workers."
TABLE = (
    "| | articles | MB/s | articles/s | MB per processor second | memory | all words kept "
    "| no other word |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
)
SCALED = (
    "| articles | XML | time | MB/s | MB per processor second | memory |\n"
    "| ---: | ---: | ---: | ---: | ---: | ---: |\n"
)
