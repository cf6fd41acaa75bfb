"""What is to be said of a training beside its curves, and the table of its epochs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from pathlib import Path
from statistics import fmean
from typing import Any

from etude.approaches.order import Job, seeds
from etude.approaches.targets import in_words
from etude.config import Study
from etude.report.words import duration
from etude.store import read_lines

KEPT = (  # facts of a weights folder that a report repeats
    "optimizer",
    "planned_steps",
    "stopped_early",
    "best_step",
    "best_dev_loss",
    "weights_step",
    "batch_size",
    "examples_a_step",
    "evaluate_batch_size",
    "sequences",
)


def training_notes(facts: Mapping[str, Any]) -> list[str]:
    """Sentences about how a training went, where it went other than from start to end."""
    notes = []
    if facts.get("stopped_early"):
        notes.append(
            f"Stopped early at step {facts['steps']} of {facts['planned_steps']}, as the "
            "validation loss had ceased to fall."
        )
    if facts.get("weights_step", facts["steps"]) < facts["steps"]:
        notes.append(
            f"The weights are those of step {facts['weights_step']}, where the validation loss was "
            f"lowest ({facts['best_dev_loss']:.4f})."
        )
    if facts.get("batch_size_asked") == "auto":
        notes.append(
            f"Of a step's {facts['examples_a_step']} examples, memory had room for "
            f"{facts['batch_size']} at once (batch_size: auto)."
        )
    if facts.get("evaluated_with_less"):
        notes.append(
            "Validation ran out of memory and went on with smaller batches "
            f"({facts['evaluate_batch_size']} examples at once)."
        )
    if facts.get("sequences"):
        notes.append(
            f"{facts['examples']} examples share {facts['sequences']} sequences (packing)."
        )
    if said := in_words(facts.get("targets") or {}):
        notes.append(f"{said} The losses are of these answers.")
    if facts.get("label_smoothing"):
        notes.append(
            f"The training loss is taken with label smoothing ({facts['label_smoothing']:g}), the "
            "validation loss without."
        )
    return notes


def seed_notes(
    first: tuple[int, Mapping[str, Any]], others: Mapping[int, tuple[Any, Mapping[str, Any]]]
) -> list[str]:
    """How long each of several trainings took, by their facts and seeds."""
    if not others:
        return []
    took = {first[0]: first[1]["tune_seconds"]}
    took |= {seed: facts["tune_seconds"] for seed, (_, facts) in others.items()}
    each = ", ".join(f"{seed} in {duration(seconds)}" for seed, seconds in took.items())
    return [f"Trained with {len(took)} seeds: {each}; {duration(sum(took.values()))} in all."]


def epochs(history: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The epoch table: training loss averaged over the epoch's rows, validation at its end."""
    rows, before = [], 0.0
    for validation in (row for row in history if "dev_loss" in row):
        inside = [
            row
            for row in history
            if row.get("loss") is not None and before < row["epoch"] <= validation["epoch"]
        ]
        rows.append(
            {
                "epoch": validation["epoch"],
                "train_loss": fmean(row["loss"] for row in inside) if inside else None,
                "dev_loss": validation["dev_loss"],
                "learning_rate": inside[-1]["learning_rate"] if inside else None,
                "seconds": validation["seconds"],
            }
        )
        before = validation["epoch"]
    return rows


def repeats(study: Study, folder: Path, name: str) -> dict[str, dict[str, Any]]:
    """Seed -> history and epoch table of each further training of an approach that tunes."""
    if study.approaches[name].tune is None:
        return {}
    found = {}
    for seed in seeds(study, name)[1:]:
        rows = [
            {key: value if isfinite(value) else None for key, value in row.items()}
            for row in read_lines(Job(name, seed).place(folder).history)
        ]
        if rows:
            found[str(seed)] = {"history": rows, "epochs": epochs(rows)}
    return found
