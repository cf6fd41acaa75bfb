"""How time and memory grow with examples, with length, with the model: `docs/results/growth.md`.

    python bench/growth.py                     # what is not measured yet, then the page
    python bench/growth.py --minutes 12        # begins no point after so many minutes
    python bench/growth.py --tiny --out DIR    # a few seconds a point, to try it

Every point is a process of its own, and is written to `growth.jsonl` when it has ended: whoever
stops in between goes on later. Length and model size are measured on the training alone. The
number of examples is measured on whole studies, from a file of rows to a report, since memory
that grows with the data could hide in any part of one.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from etude.environment import child_environment
from figures import conditions, measure
from growth_page import write_page
from work import Job, Shape, make_model, make_rows

ROOT = Path(__file__).parents[1]
AXES = ("examples", "length", "parameters")
WORDS = 8192  # a small vocabulary, so that a model of 1 M is not an output layer alone
SIZES = {  # by parameters, in words and numbers
    "1 M": Shape(64, 8, 2, 176, vocabulary=WORDS),
    "4 M": Shape(160, 8, 4, 432, vocabulary=WORDS),
    "15 M": Shape(320, 10, 5, 864, vocabulary=WORDS),
    "50 M": Shape(576, 12, 9, 1536, vocabulary=WORDS),
    "150 M": Shape(960, 13, 15, 2560, vocabulary=WORDS),
}
DATA = Shape(32, 2, 2, 88, vocabulary=WORDS)  # 0.3 M: where examples grow, they are what costs
TINY = Shape(32, 2, 2, 64, vocabulary=256)
PROMPT, RESPONSE = 8, 4  # tokens of the examples whose number grows
BATCH = 64  # of them; the other axes have batches of 8


@dataclass(frozen=True, slots=True)
class Point:
    """One measurement: what grows, how far, and what is trained on what."""

    axis: str
    value: int  # examples, tokens of an example, or parameters
    shape: Shape
    examples: int
    prompt: int
    response: int

    @property
    def name(self) -> str:
        return f"{self.axis} {self.value:,}"


def points(*, tiny: bool = False) -> list[Point]:
    """Every point, in an order in which those that come first already show each axis's ends."""
    if tiny:
        return [
            Point("examples", 100, TINY, 100, PROMPT, RESPONSE),
            *(Point("length", value, TINY, 8, value // 2, value // 2) for value in (16, 32)),
            Point("parameters", TINY.parameters, TINY, 8, 16, 8),
        ]

    def examples(count: int) -> Point:
        return Point("examples", count, DATA, count, PROMPT, RESPONSE)

    def length(tokens: int) -> Point:
        return Point("length", tokens, SIZES["15 M"], 16, tokens // 2, tokens // 2 - 1)

    def size(name: str) -> Point:
        return Point("parameters", SIZES[name].parameters, SIZES[name], 16, 69, 46)

    return [
        *map(examples, (1_000, 10_000)),
        *map(length, (64, 256, 1024)),
        *map(size, ("1 M", "15 M", "150 M")),
        examples(100_000),
        *map(length, (128, 512)),
        *map(size, ("4 M", "50 M")),
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what is missing, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "results")
    parser.add_argument("--minutes", type=float, default=None, help="begin no point after these")
    parser.add_argument("--only", nargs="*", choices=AXES)
    parser.add_argument("--again", action="store_true", help="forget what was measured of these")
    parser.add_argument("--tiny", action="store_true", help="very small points, to try this")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    path = options.out / "growth.jsonl"
    axes = options.only or AXES
    rows = [row for row in read(path) if not (options.again and row["point"]["axis"] in axes)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    started = time.monotonic()
    for point in missing(points(tiny=options.tiny), rows):
        if point.axis not in axes:
            continue
        if options.minutes is not None and time.monotonic() - started > 60 * options.minutes:
            print(f"# the time is over before {point.name}: run this again", file=sys.stderr)
            break
        print(f"# {point.name}", file=sys.stderr, flush=True)
        row = measured(point)
        print(json.dumps(row), flush=True)
        with path.open("a") as file:
            file.write(json.dumps(row) + "\n")
    write_page(options.out, read(path))


def read(path: Path) -> list[dict[str, Any]]:
    """The rows that are there; what a kill has cut is not."""
    lines = path.read_text().splitlines(keepends=True) if path.exists() else []
    return [json.loads(line) for line in lines if line.endswith("\n")]


def missing(wanted: Sequence[Point], rows: Sequence[dict[str, Any]]) -> Iterator[Point]:
    """The points that no row was made for, with the very same settings."""
    known = [row["point"] for row in rows]
    return (point for point in wanted if asdict(point) not in known)


def measured(point: Point) -> dict[str, Any]:
    """A point's row: the point, its figures and their conditions."""
    before = os.getloadavg()[0]
    with TemporaryDirectory() as name:
        folder = Path(name)
        # Apart, so that this process stays small: a child's peak begins with its parent's.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            pool.submit(make_model, folder / "model", point.shape).result()
        rows = make_rows(
            folder / "rows.jsonl",
            point.examples,
            prompt=point.prompt,
            response=point.response,
            vocabulary=point.shape.vocabulary,
            longest=2048,
            length=None if point.axis == "parameters" else (lambda _, mean: mean),
        )
        figures = (study if point.axis == "examples" else training)(point, folder, rows)
    told = conditions(load_before=round(before, 2))
    return {"point": asdict(point), **figures, "conditions": told}


def training(point: Point, folder: Path, rows: Path) -> dict[str, Any]:
    """LoRA alone, timed over its second pass."""
    job = Job(str(folder / "model"), str(rows), epochs=2)
    found = measure(job)
    return {
        "examples_per_second": point.examples / found["train_seconds"],
        "tokens_per_second": found["tokens"] / found["train_seconds"],
        "processor_seconds": found["processor_seconds"],
        "peak_mb": found["peak_mb"],
        "settings": found["settings"],
    }


def study(point: Point, folder: Path, rows: Path) -> dict[str, Any]:
    """A whole study with LoRA: seconds of its parts, and the peaks of its processes."""
    settings = {
        "name": "growth",
        "model": {"base": str(folder / "model"), "device": "cpu"},
        "data": {
            "sources": {
                "rows": {
                    "kind": "jsonl",
                    "path": str(rows),
                    "columns": {"instruction": "{prompt}", "response": "{completion}"},
                }
            },
            "split": {"dev": 8, "test": 8},
        },
        "generation": {"max_tokens": 8},
        "approaches": {
            "lora": {"tune": {"method": "lora", "epochs": 1, "batch_size": BATCH, "log_steps": 100}}
        },
        "metrics": ["exact-match"],
    }
    path, run = folder / "growth.yaml", folder / "run"
    path.write_text(json.dumps(settings))  # JSON is YAML
    command = [sys.executable, "-m", "etude", "run", str(path), "--folder", str(run), "--quiet"]
    begun, started = time.time(), time.perf_counter()
    process = subprocess.Popen(
        command,
        env=child_environment() | {"HF_HUB_OFFLINE": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
    )
    assert process.stderr is not None
    with process.stderr:
        said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    whole = time.perf_counter() - started
    if process.returncode != 0:
        raise SystemExit(f"{point.name}: the study failed.\n{said[-3000:]}")
    trained = json.loads((run / "approaches/lora/seed-13/weights/etude.json").read_text())
    return {
        "seconds": whole,
        "data_seconds": (run / "data/card.json").stat().st_mtime - begun,
        "train_seconds": trained["tune_seconds"],
        "examples_per_second": point.examples / trained["tune_seconds"],
        "peak_mb": trained["peak_memory_mb"]["host"],
        # Of all processes of the study; a tuning begins its account anew, and keeps it itself.
        "largest_mb": max(usage.ru_maxrss * 1024 / 1e6, trained["peak_memory_mb"]["host"]),
        "settings": f"a study with LoRA, fp32, batches of {BATCH}",
    }


if __name__ == "__main__":
    main()
