"""`make bench`: whole-process figures beside peers, interleaved in one run, one JSON row each.

Each row is `{name, ours, peer, ratio, conditions}`; `ratio` says how many times better ours is.
Figures are medians over the repeats; the conditions name the machine, the versions, the settings
of the peer and how busy the machine was. `--methods` measures the other tuning methods beside
LoRA instead. A table for reading follows on the error stream.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from etude.environment import processor
from figures import conditions, environments, fast_type, interleaved, row
from methods import METHODS, against_lora
from work import Job, make_model, make_rows

ROOT = Path(__file__).parents[1]
PARTS = ("start-up", "peers")
LABELS = {
    "trl default": "TRL as it comes",
    "trl tuned": "TRL with packing, without checkpointing",
    "trainer": "HF Trainer, grouped by length",
    "llamafactory default": "LLaMA-Factory as in its example",
    "llamafactory tuned": "LLaMA-Factory without checkpointing, grouped by length",
}
FEWER = 5  # so many times fewer examples for who computes in bf16 on a processor that emulates it


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3, help="runs of each, interleaved")
    parser.add_argument("--examples", type=int, default=240, help="training examples")
    parser.add_argument("--threads", type=int, default=None, help="threads of every tool")
    parser.add_argument("--only", nargs="*", choices=PARTS, default=PARTS, help="these parts")
    parser.add_argument("--tools", nargs="*", choices=LABELS, default=list(LABELS), help="peers")
    parser.add_argument(
        "--peers",
        type=Path,
        default=ROOT / "runs" / "peers",
        help="folder with the environments of peers that need their own (`make peers`)",
    )
    parser.add_argument(
        "--methods",
        nargs="*",
        choices=METHODS,
        help="measure these tuning methods beside LoRA instead; all when none is named",
    )
    options = parser.parse_args()
    print(f"# {processor()}, {fast_type()}", file=sys.stderr)
    with TemporaryDirectory() as folder:
        place = Path(folder)
        if options.methods is not None:
            chosen = options.methods or list(METHODS)
            show(against_lora(chosen, options.repeats, options.examples, place, options.threads))
            return
        if "start-up" in options.only:
            show(start_up(7))
        if "peers" in options.only:
            show(peers(options, place))


def show(rows: Iterable[dict[str, Any]]) -> None:
    """Rows as they come, and a table of them."""
    lines = []
    for figure in rows:
        print(json.dumps(figure), flush=True)
        shown = (figure["name"], figure["ours"], figure["peer"], f"{figure['ratio']} x")
        lines.append(f"| {' | '.join(map(str, shown))} |")
    head = ["| | ours | peer | ratio |", "| --- | ---: | ---: | ---: |"]
    print("\n".join(["", *head, *lines, ""]), file=sys.stderr, flush=True)


def seconds_of(command: Sequence[str]) -> float:
    """Wall-clock seconds of a whole process."""
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started


def start_up(repeats: int) -> Iterator[dict[str, Any]]:
    """`etude --help` beside a Python that does nothing, and one that imports torch."""
    etude = str(Path(sys.executable).parent / "etude")
    ours, bare, torch = [], [], []
    for _ in range(repeats):
        ours.append(seconds_of([etude, "--help"]))
        bare.append(seconds_of([sys.executable, "-c", "pass"]))
        torch.append(seconds_of([sys.executable, "-c", "import torch"]))
    told = conditions(repeats=repeats)
    yield row("help: seconds, against a bare Python", ours, bare, told)
    yield row("help: seconds, against importing torch", ours, torch, told)


def peers(options: argparse.Namespace, folder: Path) -> Iterator[dict[str, Any]]:
    """LoRA fine-tuning of a 15 M Llama: examples per second and peak memory of every tool."""
    number_format = fast_type()
    model = str(make_model(folder / "model"))
    examples = {"all": options.examples, "few": max(8, options.examples // FEWER)}
    rows = {name: make_rows(folder / f"{name}.jsonl", n) for name, n in examples.items()}
    pythons = environments(options.peers)
    jobs, counts = {"ours": Job(model, str(rows["all"]), precision=number_format)}, {}
    for name in options.tools:
        tool, _, variant = name.partition(" ")
        if tool == "llamafactory" and tool not in pythons:
            print(
                f"# LLaMA-Factory is left out: {options.peers} holds no environment of it, which "
                "`make peers` makes.",
                file=sys.stderr,
            )
            continue
        size = "few" if variant == "default" and number_format != "bf16" else "all"
        counts[name] = examples[size]
        jobs[name] = Job(model, str(rows[size]), tool, variant, number_format)
    counts["ours"] = examples["all"]
    runs = interleaved(jobs, options.repeats, pythons, options.threads)
    speed = {
        name: [counts[name] / item["train_seconds"] for item in found]
        for name, found in runs.items()
    }
    worked = {
        name: median(item["processor_seconds"] for item in found) / counts[name]
        for name, found in runs.items()
    }
    memory = {name: [item["peak_mb"] for item in found] for name, found in runs.items()}
    for name in [name for name in jobs if name != "ours"]:
        first = runs[name][0]
        told = conditions(
            repeats=options.repeats,
            threads=options.threads,
            examples=counts["ours"],
            peer_examples=counts[name],
            ours=runs["ours"][0]["settings"],
            peer=first["settings"],
            peer_versions=first.get("versions", "as above"),
            ours_range=spread(speed["ours"]),
            peer_range=spread(speed[name]),
            ratio_by_processor_time=round(worked[name] / worked["ours"], 2),
        )
        title = f"LoRA of a 15 M Llama, against {LABELS[name]}"
        yield row(
            f"{title}: examples per second", speed["ours"], speed[name], told, more_is_better=True
        )
        yield row(f"{title}: peak memory in MB", memory["ours"], memory[name], told)


def spread(values: Sequence[float]) -> list[float]:
    """The smallest, the middle and the largest."""
    return [round(value, 2) for value in (min(values), median(values), max(values))]


if __name__ == "__main__":
    main()
