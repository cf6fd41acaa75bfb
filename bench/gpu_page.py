"""The page `gpu.md`, from all rows that `bench/gpu.py` has written."""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path
from typing import Any

from arithmetic import FORMULA

HEAD = f"""# On a GPU

Written by `python bench/gpu.py`, which needs a CUDA device (`--shape 3b` and `--shape 8b` for
larger models than the 1 B-shaped one, which is meant for 16 GB; a tool that needs more is named as
such). Every tool trains LoRA of rank 8 on all linear layers in a process of its own, for two
passes over the same rows; the clock runs over the second, when every kernel has been chosen or
compiled. The tools take turns, and figures are medians. LoRA keeps the frozen weights in bf16,
QLoRA in nf4 with double quantization; both compute in bf16.

**Tokens per second** counts the data's own tokens, without padding, for every tool alike. **MFU**
is the arithmetic that the work asks for, per second, as a share of the device's peak:

> {FORMULA}

A weight costs two operations forward, two for the gradient of what went in, and two for its own
gradient, which frozen weights do not have; attention is causal. Padding, logits that no loss reads
and activations that are computed twice are work that a tool gives itself, and do not count. The
peak is the data sheet's for dense bf16 where the device is known, and otherwise what the best
product of two large bf16 matrices reached; the tables say which. **Memory** is the peak that torch
allocated on the device.
"""
NOTHING = """
## No figures yet

Nothing has been measured on a GPU so far. The same code runs on a processor with
`python bench/gpu.py --device cpu --tiny`, which shows that it works and nothing about speed.
"""


def write_page(folder: Path) -> Path:
    """`gpu.md` beside `gpu.jsonl`."""
    path = folder / "gpu.jsonl"
    lines = path.read_text().splitlines() if path.exists() else []
    page = folder / "gpu.md"
    page.write_text(page_of([json.loads(line) for line in lines]))
    return page


def page_of(rows: list[dict[str, Any]]) -> str:
    """The whole page, the newest day first."""
    if not rows:
        return HEAD + NOTHING
    days = sorted({day_of(row) for row in rows}, reverse=True)
    sections = [section(day, [row for row in rows if day_of(row) == day]) for day in days]
    return "\n".join([HEAD, *sections])


def day_of(row: dict[str, Any]) -> tuple[str, str]:
    """Rows of one date and device stand together."""
    return row["conditions"]["date"], row["conditions"]["device"]


def section(day: tuple[str, str], rows: list[dict[str, Any]]) -> str:
    """The figures of a day and a device."""
    told = rows[-1]["conditions"]
    versions = ", ".join(f"{name} {version}" for name, version in told["versions"].items())
    peak = (
        f"Peak: {told['peak_tflops']:,} TFLOPS ({told['peak_from']}); measured "
        f"{told['measured_peak_tflops']:,}."
    )
    parts = [f"## {day[1]}, {day[0]}", f"{peak} {versions}."]
    for (base, method), group in groupby(rows, key=lambda row: (row["base"], row["method"])):
        parts += [f"**{base}, {method}**", table(list(group))]
    return "\n\n".join(parts) + "\n"


def table(rows: list[dict[str, Any]]) -> str:
    """One row per tool; the ratio says how many times faster Etude is."""
    ours = next((row.get("tokens_per_second") for row in rows if row["tool"] == "Etude"), None)
    lines = [
        "| | tokens per second | Etude is faster by | MFU | device memory | settings |",
        "| --- | ---: | ---: | ---: | ---: | --- |",
    ]
    for row in rows:
        if "failed" in row:
            lines.append(f"| {row['tool']} | {row['failed']} | | | | |")
            continue
        speed = row["tokens_per_second"]
        ratio = f"{ours / speed:.2f} x" if ours and row["tool"] != "Etude" else ""
        cells = (
            row["tool"],
            f"{speed:,.0f}",
            ratio,
            f"{row['mfu']:.1%}",
            f"{row['device_mb']:,.0f} MB",
            row["conditions"]["settings"],
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
