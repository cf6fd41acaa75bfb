"""The benchmark's work by Etude: prints one JSON object of seconds and megabytes."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import TypeAdapter

from etude.config.methods import AnyMethod, Method
from etude.config.study import Model, Prompt
from etude.config.tuning import AdamW, Tune
from etude.engine.base import find_base
from etude.engine.context import Context
from etude.engine.load import load
from etude.records import Example, Message
from etude.training.encode import encode_all
from etude.training.methods import prepare as prepare_method
from etude.training.methods import trainable
from etude.training.run import Run, begin
from etude.training.train import train
from work import LORA, Clock, Job, read_rows

RANKED = ("lora", "rslora", "dora", "pissa", "adalora")  # compared at LoRA's rank
COUNTED = 4  # batches whose arithmetic is counted


def method_of(name: str) -> AnyMethod:
    """A method by its name: the low-rank ones with the benchmark's rank, the others as they come.

    Of full tuning all weights learn, of selective tuning the last two layers.
    """
    settings: dict[str, Any] = {"name": name}
    if name in RANKED:
        settings |= {"r": LORA["r"], "alpha": LORA["alpha"]}
    adapter: TypeAdapter[AnyMethod] = TypeAdapter(Method)
    return adapter.validate_python(settings)


def main(job: Job) -> None:
    """Train and tell how long it took."""
    clock = Clock(job)
    examples = [
        Example(
            id=str(number),
            task="bench",
            messages=(Message("user", row["prompt"]),),
            references=(row["completion"].strip(),),
        )
        for number, row in enumerate(read_rows(job.rows))
    ]
    settings = Model.model_validate(
        {"base": job.model, "precision": job.precision, "device": job.device}
    )
    tune = Tune(
        method=method_of(job.method),
        optimizer=AdamW(learning_rate=LORA["learning_rate"]),
        schedule="linear",
        epochs=job.epochs,
        batch_size=job.batch_size,
        activation_checkpointing=job.variant == "recomputed",
    )
    loaded = load(find_base(job.model), settings, settings.precision)
    context = Context(Prompt(), None, lambda _: ())
    speaker = loaded.speaker
    material = encode_all(speaker, examples, context, "response", speaker.context)
    network = prepare_method(loaded.model, tune.method, 13).to(loaded.device)
    run = begin(
        network,
        tune,
        material.rows,
        (),
        precision=settings.precision,
        seed=13,
        pad_id=speaker.pad_id,
        decoder_start_id=None,
    )
    train_by(clock, run)
    told: dict[str, Any] = {
        "tokens": sum(row.length for row in material.rows),
        "supervised": sum(row.supervised for row in material.rows),
        "parameters": sum(item.numel() for item in network.parameters()),
        "learning": sum(item.numel() for item in trainable(network).values()),
        "settings": f"{job.precision}, batches of {job.batch_size} alike in length"
        + ", activation checkpointing" * (job.variant == "recomputed"),
    }
    figures = clock.told(**told)  # the peak of memory comes before anything is counted
    if job.count:
        figures |= {"flops": flops_per_example(run)}
    print(json.dumps(figures))


def train_by(clock: Clock, run: Run) -> None:
    """Train, with the clock running."""

    def progress(what: str, done: int, total: int, note: str) -> None:
        if done and done % run.steps_per_epoch == 0:
            clock.epoch()

    with TemporaryDirectory() as folder:
        clock.start()
        train(run, Path(folder) / "c.safetensors", Path(folder) / "h.jsonl", [], progress)
        clock.stop()


def flops_per_example(run: Run) -> float:
    """Multiplications and additions of matrix products, forward and backward, per example.

    Counted by torch as they are done, over the first batches of the epoch, padding included.
    """
    from torch.nn.attention import SDPBackend, sdpa_kernel
    from torch.utils.flop_counter import FlopCounterMode

    from etude.training.train import backward

    run.position.step = 0
    steps = min(COUNTED, run.steps_per_epoch)
    examples = 0
    # As plain products, since torch does not count what its attention for processors does.
    with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        for step in range(steps):
            run.position.step = step
            examples += sum(len(batch) for batch in run.batches(step))
            backward(run)
    return counter.get_total_flops() / examples


if __name__ == "__main__":
    main(Job.from_json(sys.argv[1]))
