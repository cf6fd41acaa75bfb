"""`make bench`: whole-process figures beside peers, interleaved in one run, one JSON row each.

Each row is `{name, ours, peer, ratio, conditions}`; `ratio` says how many times better ours is.
Figures are medians over the repeats; the conditions name the machine, the versions, the settings
of the peer and how busy the machine was.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from etude.environment import child_environment, machine, processor
from work import make_model, make_rows

HERE = Path(__file__).parent
VERSIONS = ("etude", "torch", "transformers", "peft", "trl")


def conditions(**more: Any) -> dict[str, Any]:
    """What a figure depends on."""
    return {
        "machine": machine(),
        "load": os.getloadavg()[0],
        "date": time.strftime("%Y-%m-%d"),
        "versions": {name: metadata.version(name) for name in VERSIONS},
        **more,
    }


def fast_type() -> str:
    """bf16 where the processor multiplies it natively, fp32 elsewhere."""
    try:
        flags = Path("/proc/cpuinfo").read_text()
    except OSError:
        return "fp32"
    return "bf16" if "amx_bf16" in flags or "avx512_bf16" in flags else "fp32"


def seconds_of(command: Sequence[str]) -> float:
    """Wall-clock seconds of a whole process."""
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started


def measure(script: str, *arguments: str, allocator: bool = False) -> dict[str, float]:
    """What a script of this folder prints last, run in a process of its own."""
    environment = child_environment() if allocator else {**os.environ, "HF_HUB_OFFLINE": "1"}
    command = [sys.executable, str(HERE / script), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{script} failed:\n{done.stderr[-2000:]}")
    figures: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return figures


def start_up(repeats: int) -> list[dict[str, Any]]:
    """`etude --help` beside a Python that does nothing, and one that imports torch."""
    etude = str(Path(sys.executable).parent / "etude")
    ours, bare, torch = [], [], []
    for _ in range(repeats):
        ours.append(seconds_of([etude, "--help"]))
        bare.append(seconds_of([sys.executable, "-c", "pass"]))
        torch.append(seconds_of([sys.executable, "-c", "import torch"]))
    return [
        row("help: seconds, against a bare Python", ours, bare, conditions(repeats=repeats)),
        row("help: seconds, against importing torch", ours, torch, conditions(repeats=repeats)),
    ]


def lora(repeats: int, examples: int, folder: Path) -> list[dict[str, Any]]:
    """LoRA fine-tuning of a 15 M Llama: examples per second and peak memory."""
    model, rows = str(make_model(folder / "model")), str(make_rows(folder / "rows.jsonl", examples))
    number_format = fast_type()
    runs: dict[str, list[dict[str, float]]] = {"ours": [], "default": [], "tuned": []}
    for _ in range(repeats):
        runs["ours"].append(measure("ours.py", model, rows, number_format, allocator=True))
        for variant in ("default", "tuned"):
            runs[variant].append(measure("peer_trl.py", model, rows, variant, number_format))
    speed = {
        name: [examples / figures["train_seconds"] for figures in all_runs]
        for name, all_runs in runs.items()
    }
    memory = {name: [figures["peak_mb"] for figures in all_runs] for name, all_runs in runs.items()}
    shared = {"repeats": repeats, "examples": examples, "ours": f"{number_format}, batch 8"}
    told = {
        "default": "SFTTrainer as it comes (bf16, activation checkpointing), batch 8",
        "tuned": f"SFTTrainer with packing to 512, no checkpointing, {number_format}",
    }
    table = []
    for variant, settings in told.items():
        told_conditions = conditions(**shared, peer=settings)
        name = f"LoRA of a 15 M Llama, against TRL {variant}"
        table += [
            row(
                f"{name}: examples per second",
                speed["ours"],
                speed[variant],
                told_conditions,
                more_is_better=True,
            ),
            row(f"{name}: peak memory in MB", memory["ours"], memory[variant], told_conditions),
        ]
    return table


def row(
    name: str,
    ours: Sequence[float],
    peer: Sequence[float],
    told: dict[str, Any],
    *,
    more_is_better: bool = False,
) -> dict[str, Any]:
    """One figure, from medians."""
    mine, theirs = median(ours), median(peer)
    ratio = mine / theirs if more_is_better else theirs / mine
    return {
        "name": name,
        "ours": round(mine, 4),
        "peer": round(theirs, 4),
        "ratio": round(ratio, 2),
        "conditions": told,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3, help="runs of each, interleaved")
    parser.add_argument("--examples", type=int, default=240, help="training examples")
    options = parser.parse_args()
    print(f"# {processor()}, {fast_type()}", file=sys.stderr)
    with TemporaryDirectory() as folder:
        for figure in start_up(7):
            print(json.dumps(figure), flush=True)
        for figure in lora(options.repeats, options.examples, Path(folder)):
            print(json.dumps(figure), flush=True)


if __name__ == "__main__":
    main()
