"""Studies of different appetite: the memory that `plan` foresees beside what is used."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

import studies
from etude.config import load_study
from etude.engine.random_base import make_llama, make_t5
from etude.study import run

WORDS = ("cat", "owl", "barn", "lake", "sleeps", "sings", "under", "over", "green", "tall")


@dataclass(frozen=True, slots=True)
class Case:
    """A base to make and what to tune on it; `words` is the length of an input.

    `packed` is how many tokens a sequence of several examples has, None where each stands alone;
    `asked` are further settings of the tuning.
    """

    make: Callable[..., None]
    hidden: int
    layers: int
    precision: Any
    method: str
    batch_size: int
    words: int
    packed: int | None = None
    asked: Mapping[str, Any] = field(default_factory=dict)

    @property
    def needs_bitsandbytes(self) -> bool:
        return not isinstance(self.precision, str)


LITTLE_KEPT = {"optimizer": "adafactor", "activation_checkpointing": True}
CASES = {
    "full fp32": Case(make_llama, 512, 8, "fp32", "full", 4, 40),
    "LoRA bf16": Case(make_llama, 512, 4, "bf16", "lora", 2, 40),
    "LoRA nf4": Case(make_llama, 512, 6, {"name": "nf4", "compute": "fp32"}, "lora", 4, 60),
    "LoRA T5": Case(make_t5, 768, 6, "fp32", "lora", 4, 60),
    "LoRA, long and many": Case(make_llama, 256, 4, "fp32", "lora", 12, 200),
    "LoRA, packed": Case(make_llama, 256, 4, "fp32", "lora", 2, 40, packed=512),
    "full, little kept": Case(make_llama, 512, 8, "fp32", "full", 8, 100, asked=LITTLE_KEPT),
}


def write_case(case: Case, folder: Path) -> Path:
    """The study of a case, with its base and material beside it."""
    case.make(folder / "base", hidden=case.hidden, layers=case.layers)
    chance = random.Random(0)
    rows = [
        {
            "id": f"row-{number}",
            "text": " ".join(chance.choices(WORDS, k=case.words)),
            "answer": " ".join(chance.choices(WORDS, k=case.words // 4)),
        }
        for number in range(60)
    ]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    settings = studies.settings(
        folder / "rows.jsonl",
        model={"base": str(folder / "base"), "precision": case.precision, "device": "cpu"},
        data={
            "sources": {
                "rows": {
                    "kind": "jsonl",
                    "path": str(folder / "rows.jsonl"),
                    "columns": {"id": "{id}", "instruction": "{text}", "response": "{answer}"},
                }
            },
            "split": {"dev": 4, "test": 2},
        },
        generation={"max_tokens": 4, "batch_size": 2},
        approaches={
            "tuned": {
                "tune": {
                    "method": case.method,
                    "max_steps": 4,
                    "batch_size": case.batch_size,
                    "packing": case.packed is not None,
                    "max_tokens": case.packed,
                    "save_seconds": 0,
                    **case.asked,
                }
            }
        },
        track=[],
    )
    path = folder / "study.yaml"
    path.write_text(yaml.safe_dump(settings, sort_keys=False))
    return path


def measure(case: Case, folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Run a case in processes of its own; what `plan` said of it, and what its tuning noted."""
    run(load_study(write_case(case, folder)), folder / "run")
    plan = json.loads((folder / "run" / "plan.json").read_text())
    noted = next((folder / "run").glob("approaches/tuned/*/weights/etude.json"))
    return plan["approaches"]["tuned"], json.loads(noted.read_text())
