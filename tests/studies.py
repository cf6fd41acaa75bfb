"""Small studies for tests: material written on the spot, a random base, seconds to run."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import yaml

ANIMALS = ("cat", "dog", "owl", "fox", "hen", "bee", "ant", "elk")
PLACES = ("in the barn", "by the lake", "on the hill", "under the oak", "at the gate")
DEEDS = ("sleeps", "sings", "waits", "eats", "digs")


def write_rows(path: Path, count: int, seed: int = 0) -> Path:
    """`count` different rows of dialogue and summary, two references each."""
    chance = random.Random(seed)
    every = [(a, d, p) for a in ANIMALS for d in DEEDS for p in PLACES]
    chosen = chance.sample(every, count)
    rows = [
        {
            "name": f"row-{number}",
            "dialogue": f"A: What does the {animal} do? B: It {deed} {place}.",
            "summary": f"The {animal} {deed} {place}.",
            "other": f"A {animal} {deed}.",
            "animal": animal,
        }
        for number, (animal, deed, place) in enumerate(chosen)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def settings(material: Path, **changes: Any) -> dict[str, Any]:
    """A study of one zero-shot and one LoRA approach; `changes` replace top-level blocks."""
    study: dict[str, Any] = {
        "name": "small",
        "model": {"base": "random-llama"},
        "data": {
            "sources": {
                "animals": {
                    "kind": "jsonl",
                    "path": str(material),
                    "columns": {
                        "id": "{name}",
                        "instruction": "Sum up.",
                        "input": "{dialogue}",
                        "response": ["{summary}", "{other}"],
                    },
                }
            },
            "split": {"dev": 6, "test": 12},
        },
        "generation": {"max_tokens": 12, "batch_size": 4},
        "approaches": {
            "zero-shot": {},
            "lora": {
                "tune": {
                    "method": {"name": "lora", "r": 4, "dropout": 0.1},
                    "epochs": 3,
                    "batch_size": 4,
                    "log_steps": 1,
                    "save_seconds": 0,
                }
            },
        },
        "metrics": ["rouge", "perplexity"],
        "compare": {"resamples": 200},
    }
    return study | changes


def write_study(folder: Path, rows: int = 60, **changes: Any) -> Path:
    """The study as a file, with its material beside it."""
    material = write_rows(folder / "animals.jsonl", rows)
    path = folder / "study.yaml"
    path.write_text(yaml.safe_dump(settings(material, **changes), sort_keys=False))
    return path
