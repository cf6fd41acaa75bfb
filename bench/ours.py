"""LoRA on the benchmark's work by Etude: prints one JSON object of seconds and megabytes."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from etude.config.methods import Lora
from etude.config.study import Model, Prompt
from etude.config.tuning import AdamW, Tune
from etude.engine.base import find_base
from etude.engine.encode import Context
from etude.engine.load import load
from etude.memory import peak_megabytes
from etude.progress import silent
from etude.records import Example, Message
from etude.training.encode import encode_all
from etude.training.methods import prepare as prepare_method
from etude.training.run import begin
from etude.training.train import train
from work import BATCH, LORA, read_rows


def main(model: str, rows: str, precision: str) -> None:
    """Train one epoch and tell how long it took."""
    begun = time.perf_counter()
    examples = [
        Example(
            id=str(number),
            task="bench",
            messages=(Message("user", row["prompt"]),),
            references=(row["completion"].strip(),),
        )
        for number, row in enumerate(read_rows(Path(rows)))
    ]
    settings = Model(base=model, precision=precision)
    tune = Tune(
        method=Lora(r=LORA["r"], alpha=LORA["alpha"]),
        optimizer=AdamW(learning_rate=LORA["learning_rate"]),
        schedule="linear",
        epochs=1,
        batch_size=BATCH,
    )
    loaded = load(find_base(model), settings, settings.precision)
    context = Context(Prompt(), None, lambda _: ())
    material = encode_all(loaded.speaker, examples, context, "response", None)
    run = begin(
        prepare_method(loaded.model, tune.method, 13),
        tune,
        material.rows,
        material.rows[:1],
        precision=settings.precision,
        seed=13,
        pad_id=loaded.speaker.pad_id,
        decoder_start_id=None,
    )
    with TemporaryDirectory() as folder:
        started = time.perf_counter()
        train(run, Path(folder) / "c.safetensors", Path(folder) / "h.jsonl", [], silent)
        ended = time.perf_counter()
    tokens = sum(row.length for row in material.rows)
    print(
        json.dumps(
            {
                "train_seconds": ended - started,
                "whole_seconds": ended - begun,
                "peak_mb": peak_megabytes()["host"],
                "tokens": tokens,
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
