"""Every tuning method beside LoRA: examples per second, and the arithmetic that each asks for.

What a method costs beyond LoRA should be explained by what it computes beyond LoRA. Matrix
products are counted by torch as they are done; what a method does besides, in products of numbers
one by one, no counter sees, so it is said in words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from figures import conditions, fast_type, interleaved, row
from work import Job, make_model, make_rows

METHODS = {  # what each does besides matrix products, compared with LoRA
    "lora": "nothing: what the others are compared with",
    "full": "AdamW and the norm of the gradient over every parameter",
    "selective": "AdamW over the last layers' parameters; nothing is computed below them on the "
    "way back",
    "rslora": "nothing: another constant",
    "dora": "the norm of every adapted matrix at each step, and a scale for each of its rows",
    "pissa": "nothing in training; before it, a decomposition of every adapted matrix",
    "adalora": "the penalty for matrices that are not orthogonal; which ranks stay, at each step",
    "vera": "nothing; its shared random matrices are of rank 256",
    "bottleneck": "nothing: two small matrices a layer",
    "ia3": "products with vectors",
    "ln-tuning": "nothing",
    "prompt-tuning": "20 more positions in every sequence",
    "p-tuning": "20 more positions in every sequence, and the network that writes them",
    "prefix-tuning": "20 more keys and values in every layer",
}


def against_lora(
    names: Sequence[str],
    repeats: int,
    examples: int,
    folder: Path,
    threads: int | None = None,
) -> Iterator[dict[str, Any]]:
    """One row per method: its examples per second as `ours`, LoRA's as `peer`.

    Of the conditions, `time` is how many times LoRA's time it took, `arithmetic` how many times
    LoRA's multiplications and additions, and `beyond` their quotient: what the count does not
    explain. `processor_time` is the same as `time` in seconds of the processor, which other
    programs disturb less.
    """
    model = str(make_model(folder / "model"))
    rows, number_format = str(make_rows(folder / "rows.jsonl", examples)), fast_type()
    chosen = ["lora", *(name for name in names if name != "lora")]
    jobs = {
        name: Job(model, rows, precision=number_format, method=name, count=True) for name in chosen
    }
    runs = interleaved(jobs, repeats, threads=threads)
    speed = {
        name: [examples / item["train_seconds"] for item in found] for name, found in runs.items()
    }
    worked = {
        name: median(item["processor_seconds"] for item in found) for name, found in runs.items()
    }
    for name in chosen[1:]:
        mine, lora = runs[name][0], runs["lora"][0]
        time = median(speed["lora"]) / median(speed[name])
        arithmetic = mine["flops"] / lora["flops"]
        told = conditions(
            repeats=repeats,
            threads=threads,
            examples=examples,
            settings=mine["settings"],
            time=round(time, 2),
            arithmetic=round(arithmetic, 2),
            beyond=round(time / arithmetic, 2),
            processor_time=round(worked[name] / worked["lora"], 2),
            besides=METHODS[name],
            megaflops_per_example=round(mine["flops"] / 1e6),
            learning=mine["learning"],
            peak_mb=round(median(item["peak_mb"] for item in runs[name])),
            lora_peak_mb=round(median(item["peak_mb"] for item in runs["lora"])),
        )
        yield row(
            f"{name}, against LoRA: examples per second",
            speed[name],
            speed["lora"],
            told,
            more_is_better=True,
        )
