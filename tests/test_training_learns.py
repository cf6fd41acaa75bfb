"""It learns: a tiny copy task, and when to stop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

import models
from etude.config.methods import Full, Lora
from etude.config.study import Generation
from etude.config.tuning import AdamW, Cosine, Tune
from etude.engine.generate import generate
from etude.records import Example
from etude.training.encode import encode_all
from etude.training.methods import prepare

pytestmark = models.peft_asks_by_an_old_name
WORDS = ("fox", "dog", "church", "station", "summary", "friends", "concert", "evening")


def copies() -> list[Example]:
    return [models.example(f"Say {word}.", word, id=word) for word in WORDS]


@pytest.mark.parametrize(
    ("shape", "method", "rate", "bound"),
    [
        ("llama", Full(), 1e-2, 0.1),
        ("gpt2", Full(), 1e-2, 0.1),  # padding is the end token here
        ("t5", Full(), 1e-2, 0.1),
        # A frozen random head cannot be sure of itself: linear layers alone end at 0.81 as well.
        ("llama", Lora(r=8, alpha=16), 1e-2, 0.9),
    ],
    ids=["llama full", "gpt2 full", "t5 full", "llama lora"],
)
def test_it_learns_to_copy_and_to_stop(
    shape: str, method: Any, rate: float, bound: float, tmp_path: Path
) -> None:
    loaded = models.loaded(models.folder_of(shape))
    material = encode_all(loaded.speaker, copies(), models.bare(), "response", None)
    tune = Tune(
        method=method,
        optimizer=AdamW(learning_rate=rate),
        schedule=Cosine(warmup_steps=3),
        batch_size=4,
        epochs=100,
    )
    network = prepare(loaded.model, method, 1)
    history = models.tuned(
        models.run_of(network, tune, train=material.rows, dev=material.rows), tmp_path
    )
    losses = [row["dev_loss"] for row in history if "dev_loss" in row]
    assert losses[0] > 4
    assert losses[-1] < bound

    tuned = models.Loaded(network.eval(), loaded.speaker, torch.device("cpu"), "fp32")
    prompts = [item.prompt.ids for item in models.asked(loaded, *copies())]
    answers = generate(tuned, prompts, Generation(max_tokens=20))
    assert [answer.text for answer in answers] == list(WORDS)
    assert {answer.finish for answer in answers} == {"stop"}
