"""A configuration of DeepSpeed: what its ZeRO shares among processes, which FSDP2 does here.

Rajbhandari et al. 2020 (arXiv:1910.02054): stage 1 shards the optimizer's state, stage 2 gradients
as well, stage 3 weights as well. FSDP2 without resharding after the forward pass holds what stage 2
holds between steps; with it, what stage 3 holds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from etude.config.accelerate import refuse_unknown
from etude.errors import UserError

BLOCK = {
    "zero_stage",
    "gradient_accumulation_steps",
    "gradient_clipping",
    "offload_optimizer_device",
    "offload_param_device",
    "offload_optimizer_nvme_path",
    "offload_param_nvme_path",
    "zero3_init_flag",
    "zero3_save_16bit_model",
    "deepspeed_config_file",
    "deepspeed_multinode_launcher",
}
# What the study says; `auto` in DeepSpeed's own file means the same.
OF_THE_STUDY = {
    "gradient_accumulation_steps": "tune.accumulate",
    "gradient_clipping": "tune.clip",
    "train_batch_size": "tune.batch_size and tune.accumulate",
    "train_micro_batch_size_per_gpu": "tune.batch_size",
    "optimizer": "tune.optimizer",
    "scheduler": "tune.schedule",
    "fp16": "model.precision",
    "bf16": "model.precision",
}
# How DeepSpeed works or reports, and nothing that comes of it.
WAYS = {
    "steps_per_print",
    "wall_clock_breakdown",
    "zero_allow_untested_optimizer",
    "zero_force_ds_cpu_optimizer",
    "communication_data_type",
    "prescale_gradients",
    "zero3_init_flag",
    "zero3_save_16bit_model",
    "deepspeed_multinode_launcher",
    "tensorboard",
    "wandb",
    "csv_monitor",
    "flops_profiler",
    "comms_logger",
}
NONE: tuple[Any, ...] = (None, "none", "None", False, {})


def zero(path: Path, settings: Mapping[str, Any]) -> tuple[dict[str, Any] | None, tuple[str, ...]]:
    """What FSDP2 is told (None: each process holds everything), and what is said about it.

    Raises `UserError` for what is asked for and cannot be had: offloading, unknown settings.
    """
    asked = dict(settings.get("deepspeed_config") or {})
    refuse_unknown(path, asked, BLOCK, "deepspeed_config.")
    file, unread = asked.get("deepspeed_config_file"), set[str]()
    if file not in NONE:
        own, unread = of_file(path, str(file))
        asked |= own
    stage = asked.get("zero_stage", 2)
    if stage not in (0, 1, 2, 3) or isinstance(stage, bool):
        raise UserError(f"{path}: zero_stage should be 0, 1, 2 or 3, but is {stage}.")
    for part in ("optimizer", "param"):
        device = asked.get(f"offload_{part}_device")
        if device not in NONE:
            raise UserError(
                f"{path}: offload_{part}_device is {device}, but Etude keeps what a process holds "
                "on its device: set it to none, and share among more processes."
            )
    notes = [told(stage)]
    decided = [name for name in OF_THE_STUDY if asked.get(name) not in (*NONE, "auto")]
    if decided:
        said = ", ".join(f"{name} ({OF_THE_STUDY[name]})" for name in decided)
        notes.append(f"Of DeepSpeed's configuration the study decides instead: {said}.")
    idle = sorted({name for name in WAYS if asked.get(name) not in NONE} | unread)
    if idle:
        notes.append(f"Of DeepSpeed's configuration nothing is done with {', '.join(idle)}.")
    return (None if stage == 0 else {"layers": None, "reshard": stage == 3}), tuple(notes)


def told(stage: int) -> str:
    """What does a stage's work here."""
    if stage == 0:
        return "ZeRO stage 0 shares nothing: each process holds everything, as with MULTI_GPU."
    held = {1: "optimizer states, and gradients too", 2: "gradients and optimizer states"}
    shares = held.get(stage, "weights, gradients and optimizer states")
    return f"ZeRO stage {stage} is done by FSDP2, without DeepSpeed: processes share {shares}."


def of_file(path: Path, name: str) -> tuple[dict[str, Any], set[str]]:
    """The same settings from a JSON file of DeepSpeed's own, relative to the configuration.

    Beside them, the names of what it says of how ZeRO works.
    """
    file = path.parent / name
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except OSError:
        raise UserError(
            f"{path}: deepspeed_config_file is {name}, but there is no such file beside it."
        ) from None
    except ValueError as error:
        raise UserError(f"{file} cannot be read as JSON ({error}).") from None
    if not isinstance(found, Mapping):
        raise UserError(f"{file} should hold an object with DeepSpeed's settings.")
    block = dict(found.get("zero_optimization") or {})
    known = {*OF_THE_STUDY, *WAYS, "zero_optimization"}
    refuse_unknown(file, found, known, "")
    asked = {key: value for key, value in found.items() if key != "zero_optimization"}
    for key in ("fp16", "bf16"):
        asked[key] = bool((found.get(key) or {}).get("enabled", False))
    for part in ("optimizer", "param"):
        asked[f"offload_{part}_device"] = (block.get(f"offload_{part}") or {}).get("device")
    read = {"stage", "offload_optimizer", "offload_param"}
    return asked | {"zero_stage": block.get("stage", 0)}, block.keys() - read
