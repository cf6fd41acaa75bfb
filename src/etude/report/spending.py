"""The columns of the table of costs, and what each seed cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from statistics import fmean, stdev
from typing import Any

from etude.report import words
from etude.report.looks import looks

Report = Mapping[str, Any]
Writer = Callable[[Any], str]

COST_HEADS: dict[str, tuple[str, Writer]] = {
    "money_per_1000": ("1,000 answers", words.money),
    "money_adapting": ("Tuning, once", words.money),
    "search_seconds": ("Searching", words.duration),
    "index_seconds": ("Indexing", words.duration),
    "index_bytes": ("Index on disk", words.size),
    "tune_seconds": ("Tuning", words.duration),
    "tune_seconds_all": ("with all seeds", words.duration),
    "predict_seconds": ("Answering", words.duration),
    "seconds_per_1000": ("1,000 answers take", words.duration),
    "peak_memory_mb": ("Peak memory", words.megabytes),
    "peak_device_memory_mb": ("Peak GPU memory", words.megabytes),
    "weights_mb": ("Weights in memory", words.megabytes),
    "planned_weights_mb": ("as planned", words.megabytes),
    "trainable_parameters": ("Trained parameters", words.amount),
    "bytes_on_disk": ("Size on disk", words.size),
    "model_bytes": ("Size of the model", words.size),
    "prompt_tokens": ("Tokens a prompt", words.amount),
    "answer_tokens": ("Tokens an answer", words.amount),
}
# What is not always measured.
OPTIONAL = (
    "money_per_1000",
    "money_adapting",
    "seconds_per_1000",
    "search_seconds",
    "tune_seconds_all",
    "index_seconds",
    "index_bytes",
    "peak_device_memory_mb",
    "weights_mb",
    "planned_weights_mb",
    "model_bytes",
)
# Costs that each seed of an approach has its own of, and whether their sum says something.
BY_SEED: dict[str, tuple[str, Writer, bool]] = {
    "tune_seconds": ("Tuning", words.duration, True),
    "predict_seconds": ("Answering", words.duration, True),
    "answer_tokens": ("Tokens an answer", partial(words.score, decimals=1), False),
    "peak_memory_mb": ("Peak memory", words.megabytes, False),
}


def cost_heads(report: Report) -> dict[str, tuple[str, Callable[[Any], str]]]:
    """The costs that have a column: those that are not always measured only where they were."""
    costs = [item["cost"] for item in report["approaches"].values()]
    currency = (report.get("prices") or {}).get("currency") or ""

    def write(value: Any) -> str:
        return words.money(value, currency)

    return {
        kind: (title, write if kind.startswith("money") else writer)
        for kind, (title, writer) in COST_HEADS.items()
        if kind not in OPTIONAL or any(cost.get(kind) for cost in costs)
    }


def seed_cost_rows(report: Report) -> list[dict[str, Any]]:
    """What each seed of an approach cost, how far they lie apart, and what they took together."""
    look = looks(report["approaches"], report.get("baseline"))
    rows: list[dict[str, Any]] = []
    for name, approach in report["approaches"].items():
        for kind, (title, write, adds) in BY_SEED.items():
            by_seed = approach["cost"].get(f"{kind}_by_seed")
            if not by_seed:
                continue
            rows.append(
                {
                    "approach": name,
                    "colour": look[name].colour,
                    "cost": title,
                    "values": [(seed, write(value)) for seed, value in by_seed.items()],
                    "mean": write(fmean(by_seed.values())),
                    "deviation": write(stdev(by_seed.values())),
                    "all": write(sum(by_seed.values())) if adds else words.DASH,
                }
            )
    return rows
