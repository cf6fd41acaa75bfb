"""The same by LLaMA-Factory, in its own environment (`make peers`), as its users start it.

Everything goes through `run_exp`, which `llamafactory-cli train` calls with a file of the same
settings. `default` are those of its LoRA example, with our batch; `tuned` has besides no
activation checkpointing, rows grouped by length, and the number format that the machine computes
fastest.
"""

from __future__ import annotations

import importlib.machinery
import json
import os
import sys
import types
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from work import LORA, Clock, Job, by_trainer


def main(job: Job) -> None:
    """Train and tell how long it took."""
    clock = Clock(job)
    with TemporaryDirectory() as place:
        folder = Path(place)
        os.environ["HF_DATASETS_CACHE"] = str(folder / "cache")  # nothing is left behind
        stand_in_for_audio()
        from llamafactory.train.tuner import run_exp

        describe(job, folder)
        run_exp(settings(job, folder), callbacks=[by_trainer(clock)])
    known = ("llamafactory", "transformers", "trl", "peft", "torch")
    told = {
        "settings": in_words(job),
        "versions": {name: metadata.version(name) for name in known},
    }
    print(json.dumps(clock.told(**told)))


def stand_in_for_audio() -> None:
    """LLaMA-Factory imports torchaudio for data with sound, of which there is none here.

    Where it cannot be loaded (the wheel wants CUDA's libraries, torch has none), an empty module
    takes its place; nothing that is measured is touched.
    """
    try:
        import torchaudio  # noqa: F401 - whether it can be loaded is the question
    except (ImportError, OSError):
        name = "torchaudio"
        for loaded in [module for module in sys.modules if module.startswith(name)]:
            del sys.modules[loaded]
        empty = types.ModuleType(name)
        empty.__spec__ = importlib.machinery.ModuleSpec(name, None)
        sys.modules[name] = empty


def describe(job: Job, folder: Path) -> None:
    """The rows as LLaMA-Factory finds them: by name, in a file that lists data sets."""
    columns = {"prompt": "prompt", "response": "completion"}
    known = {"bench": {"file_name": str(Path(job.rows).resolve()), "columns": columns}}
    (folder / "dataset_info.json").write_text(json.dumps(known))


def settings(job: Job, folder: Path) -> dict[str, Any]:
    """What its configuration file would hold."""
    given: dict[str, Any] = {
        "stage": "sft",
        "do_train": True,
        "model_name_or_path": job.model,
        "finetuning_type": "lora",
        "lora_rank": LORA["r"],
        "lora_alpha": LORA["alpha"],
        "lora_target": "all",
        "dataset_dir": str(folder),
        "dataset": "bench",
        "template": "empty",  # prompt and response as they are, no words between them
        "cutoff_len": 1024,
        "output_dir": str(folder / "out"),
        "num_train_epochs": job.epochs,
        "per_device_train_batch_size": job.batch_size,
        "gradient_accumulation_steps": 1,
        "learning_rate": LORA["learning_rate"],
        "lr_scheduler_type": "linear",
        "report_to": "none",
        "save_strategy": "no",
        "disable_tqdm": True,
        "use_cpu": job.device == "cpu",
        "bf16": job.variant == "default" or job.precision != "fp32",
    }
    if job.variant == "tuned":
        given |= {
            "disable_gradient_checkpointing": True,
            "train_sampling_strategy": "group_by_length",
        }
    return given


def in_words(job: Job) -> str:
    """The settings, for the conditions."""
    if job.variant == "default":
        said = "as its LoRA example (bf16, activation checkpointing)"
    else:
        said = f"no activation checkpointing, {job.precision}, grouped by length"
    return f"LLaMA-Factory, {said}, batches of {job.batch_size}"


if __name__ == "__main__":
    main(Job.from_json(sys.argv[1]))
