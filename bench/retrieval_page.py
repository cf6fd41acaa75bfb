"""Rows of `retrieval.jsonl` -> the page `retrieval.md`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

Row = dict[str, Any]
NAMES = {
    "etude": "Etude, store `memory`",
    "etude-lancedb": "Etude, store `lancedb`",
    "bm25s": "bm25s",
    "tantivy": "tantivy",
}


def write_page(path: Path, rows: Sequence[Row]) -> None:
    """The page, from what has been measured."""
    parts = [INTRODUCTION]
    for name, text, table in (
        ("real", REAL, real_table),
        ("words", WORDS, words_table),
        ("vectors", VECTORS, vectors_table),
    ):
        chosen = [row for row in rows if row["job"]["part"] == name]
        if chosen:
            parts += [text, table(chosen), said(chosen)]
    parts.append("To measure again: `python bench/retrieval.py --again`.")
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def real_table(rows: Sequence[Row]) -> str:
    """Recall of every tool on every set."""
    sets = list(rows[0]["sets"])
    lines = [
        f"| | {' | '.join(sets)} |",
        f"| --- |{' ---: |' * len(sets)}",
        "| Paragraphs, questions | "
        + " | ".join(
            f"{rows[0]['sets'][name]['paragraphs']}, {rows[0]['sets'][name]['questions']}"
            for name in sets
        )
        + " |",
    ]
    for row in rows:
        cut = ", chunks of 1,000" if row["job"]["size"] == 1000 else ""
        cells = [
            " / ".join(f"{share:.3f}"[1:] for share in row["sets"][name]["recall"].values())
            for name in sets
        ]
        lines.append(f"| {NAMES[row['job']['tool']]}{cut} | {' | '.join(cells)} |")
    return "\n".join(lines)


def words_table(rows: Sequence[Row]) -> str:
    """Speed of every tool."""
    lines = [
        "| | Chunks/s | Chunks/s of one processor | ms a question (median) | ms (95 of 100) | "
        "ms of processors | MB on disk | MB of memory |",
        f"| --- |{' ---: |' * 7}",
    ]
    for row in rows:
        cells = (
            f"{row['chunks'] / row['seconds']:,.0f}",
            f"{row['chunks'] / row['cpu']:,.0f}",
            f"{row['p50_ms']:.2f}",
            f"{row['p95_ms']:.2f}",
            f"{row['cpu_ms']:.2f}",
            f"{row['megabytes']:,.0f}",
            f"{row['peak_mb']:,.0f}",
        )
        lines.append(f"| {NAMES[row['job']['tool']]} | {' | '.join(cells)} |")
    chunks, characters = rows[0]["chunks"], rows[0]["characters"]
    about = (
        f"{chunks:,} chunks of {characters:,.0f} characters on average; ten passages a question."
    )
    return "\n".join([*lines, "", about])


def vectors_table(rows: Sequence[Row]) -> str:
    """LanceDB with many vectors."""
    lines = [
        "| Vectors | s to add | s to index | ms a question (median) | ms (95 of 100) | recall@10 | "
        "MB on disk | MB at the peak |",
        f"| ---: |{' ---: |' * 7}",
    ]
    for row in sorted(rows, key=lambda row: int(row["vectors"])):
        cells = (
            f"{row['vectors']:,}",
            f"{row['adding']:.0f}",
            f"{row['indexing']:.0f}",
            f"{row['p50_ms']:.1f}",
            f"{row['p95_ms']:.1f}",
            f"{row['recall']:.3f}",
            f"{row['megabytes']:,.0f}",
            f"{row['peak_mb']:,.0f}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def said(rows: Sequence[Row]) -> str:
    """Under what conditions these rows were measured."""
    last = rows[-1]
    machine = last["machine"]
    loads = sorted(row["load"] for row in rows)
    versions = ", ".join(f"{name} {number}" for name, number in last["versions"].items())
    return (
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gb']:g} GB, load "
        f"{loads[0]:g} to {loads[-1]:g} before the start; {versions}; {last['date']}."
    )


INTRODUCTION = """# Retrieval

How well questions find their passages, and how fast, beside bm25s and tantivy on the same
material: measured by `python bench/retrieval.py`, every row a process of its own.
[Retrieval](../retrieval.md) says what the parts are."""

REAL = """## How well

The share of questions whose paragraph is among the first 1 / 5 / 10, every paragraph once and
whole (but for the row that says otherwise). All tools stem and leave out stop words as
Portuguese, each with its own means; BM25 with k1 1.2 and b 0.75."""

WORDS = """## How fast, by words

Generated texts that look like Portuguese to an analyser: 100,000 words by Zipf's law, a third of a
text stop words. Indexing is all of it: for Etude from documents to a synced index with the texts in
it, chunking, digests and the commit included."""

VECTORS = """## How fast, by vectors

LanceDB with generated vectors of 384 numbers, around 2,000 centres and in 32 directions of their
own with some noise in all; an inverted file of RaBitQ codes. Questions are vectors of the same
kind; the truth for recall is an exact search."""
