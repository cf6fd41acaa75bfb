"""Train the model: a constant phase, then a falling one on longer and cleaner text.

The learning rate warms up, stays, and falls linearly to zero in the last phase (Hägele et al.
2024, arXiv:2405.18392), so that a finished constant phase can be continued at any time. Stop it
as you like: it goes on from its last checkpoint, with the same digits.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.nn.functional import cross_entropy

from etude.training.checkpoint import load_checkpoint, read_position, save_checkpoint
from pretraining.batches import batches
from pretraining.evaluate import bits_per_byte
from pretraining.model import make_model
from pretraining.optimizer import Optimizers
from pretraining.pack import read_tokens

WARM_UP = 100
CLIP = 1.0
SAVE_SECONDS = 120
LOG_STEPS = 20
EVALUATE_STEPS = 500


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of training: how many steps of which batches from which mixture."""

    name: str
    steps: int
    batch: int
    length: int
    falls: bool
    weights: Mapping[str, float]

    def share(self, step: int) -> float:
        """The learning rate's share at a step of this phase."""
        if self.falls:
            return 1 - step / self.steps
        return min(1.0, (step + 1) / WARM_UP)


def train(
    folder: Path, tokens: Path, tokenizer: Path, shape: str, phases: list[Phase], rate: float
) -> Path:
    """Run the phases in `folder`, or go on with them; returns the last checkpoint."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = make_model(shape).to(device)
    optimizers = Optimizers(model, rate)
    parameters = dict(model.named_parameters())
    parts, held_out = read_tokens(tokens, "train"), read_tokens(tokens, "held_out")
    latest = folder / "latest.safetensors"
    phase_number, first = 0, 0
    if latest.exists():
        position = load_checkpoint(latest, parameters, optimizers.muon)
        phase_number, first = position["phase"], position["step"]
    folder.mkdir(parents=True, exist_ok=True)

    def save(number: int, step: int, path: Path) -> None:
        save_checkpoint(path, parameters, optimizers.muon, {"phase": number, "step": step})

    def log(**row: Any) -> None:
        with (folder / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")

    for number in range(phase_number, len(phases)):
        phase = phases[number]
        saved, began, read = time.monotonic(), time.monotonic(), 0
        rows = batches(
            parts,
            phase.weights,
            steps=phase.steps,
            batch=phase.batch,
            length=phase.length,
            seed=number,
            first=first,
        )
        for step, row in enumerate(rows, start=first):
            loss = loss_of(model, torch.from_numpy(row).to(device))
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
            optimizers.step(phase.share(step))
            read += phase.batch * phase.length
            done = step + 1
            if done % LOG_STEPS == 0 or done == phase.steps:
                speed = read / (time.monotonic() - began)
                tokens_read = done * phase.batch * phase.length
                log(
                    phase=phase.name,
                    step=done,
                    tokens=tokens_read,
                    loss=round(loss.item(), 4),
                    tokens_per_second=round(speed),
                )
            if done % EVALUATE_STEPS == 0:
                log(phase=phase.name, step=done, **bits_per_byte(model, held_out, tokenizer))
            if time.monotonic() - saved > SAVE_SECONDS:
                save(number, done, latest)
                saved = time.monotonic()
        first = 0
        save(number + 1, 0, latest)
        save(number + 1, 0, folder / f"{phase.name}.safetensors")
    log(**bits_per_byte(model, held_out, tokenizer))
    return latest


def loss_of(model: torch.nn.Module, rows: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy of the next token; rows are (batch, length + 1)."""
    kind = rows.device.type
    with torch.autocast(kind, dtype=torch.bfloat16, enabled=kind == "cuda"):
        logits = model(input_ids=rows[:, :-1], use_cache=False).logits
    return cross_entropy(logits.float().flatten(0, 1), rows[:, 1:].flatten())


def weights_of(checkpoint: Path) -> dict[str, torch.Tensor]:
    """The parameters in a checkpoint, under the model's names."""
    from safetensors import safe_open

    read_position(checkpoint)
    with safe_open(checkpoint, framework="pt") as file:
        names = [name for name in file.keys() if name.startswith("parameter.")]  # noqa: SIM118
        return {name.removeprefix("parameter."): file.get_tensor(name) for name in names}
