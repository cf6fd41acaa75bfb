"""The settings of a configuration of accelerate: which are read, which must be idle, FSDP2's."""

from __future__ import annotations

from collections.abc import Mapping, Set
from pathlib import Path
from typing import Any

import yaml

from etude.errors import UserError, nearest

# What `accelerate config` writes beside these, with the values at which nothing is asked for.
IDLE: dict[str, tuple[Any, ...]] = {
    "compute_environment": ("LOCAL_MACHINE",),
    "debug": (False,),
    "downcast_bf16": ("no", False),
    "enable_cpu_affinity": (False,),
    "gpu_ids": ("all", None),
    "main_training_function": ("main",),
    "rdzv_backend": ("static",),
    "same_network": (True, False),
    "tpu_env": ([],),
    "tpu_use_cluster": (False,),
    "tpu_use_sudo": (False,),
    "dynamo_config": ({}, None),
    "ipex_config": ({}, {"ipex": False}),
    "mpirun_config": ({},),
    "megatron_lm_config": ({},),
    "parallelism_config": ({},),
    "fp8_config": ({}, None),
    "tpu_name": (None,),
    "tpu_zone": (None,),
    "commands": (None,),
    "command_file": (None,),
}
FSDP = {
    "fsdp_version",
    "fsdp_reshard_after_forward",
    "fsdp_auto_wrap_policy",
    "fsdp_transformer_layer_cls_to_wrap",
    "fsdp_offload_params",
    "fsdp_activation_checkpointing",
    "fsdp_cpu_ram_efficient_loading",
    "fsdp_state_dict_type",
}


def read_settings(path: Path) -> dict[str, Any]:
    """The settings of a YAML or JSON file."""
    if not path.is_file():
        raise UserError(
            f"--launch: expected a configuration of accelerate, but {path} is not there: write one "
            "with `accelerate config --config_file FILE`."
        )
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise UserError(f"--launch: {path} cannot be read as YAML ({reason}).") from None
    if not isinstance(found, Mapping):
        raise UserError(
            f"--launch: {path} should hold settings (distributed_type, num_processes and others), "
            "but holds none: write one with `accelerate config --config_file FILE`."
        )
    return {str(name): value for name, value in found.items()}


def refuse_idle(path: Path, settings: Mapping[str, Any], read: Set[str]) -> None:
    """Refuse what is unknown, and what asks for something that Etude does not do."""
    refuse_unknown(path, settings, read | IDLE.keys(), "")
    for name, idle in IDLE.items():
        if name in settings and settings[name] not in idle:
            raise UserError(
                f"{path}: {name} is {settings[name]}, which Etude does nothing with: remove it, or "
                f"set it to {idle[0]}."
            )


def whole(path: Path, settings: Mapping[str, Any], name: str) -> int:
    """A number from 1."""
    value = settings.get(name, 1)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise UserError(f"{path}: {name} should be a number from 1, but is {value}.")
    return value


def refuse_unknown(path: Path, settings: Mapping[str, Any], known: Set[str], block: str) -> None:
    """Nothing that is asked for is passed over."""
    for name in settings:
        if name not in known:
            raise UserError(f"{path}: {block}{name} is no setting here: {nearest(name, known)}.")


def fsdp(path: Path, settings: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What FSDP2 is told, and what is said of settings that change nothing."""
    asked = dict(settings.get("fsdp_config") or {})
    refuse_unknown(path, asked, FSDP, "fsdp_config.")
    if asked.get("fsdp_version", 1) != 2:
        raise UserError(
            f"{path}: fsdp_config.fsdp_version is {asked.get('fsdp_version', 1)}, but Etude shards "
            "with FSDP2: set fsdp_version: 2."
        )
    if asked.get("fsdp_offload_params"):
        raise UserError(
            f"{path}: fsdp_config.fsdp_offload_params keeps weights in the memory of the host, "
            "which Etude does not do: remove it, and shard over more processes."
        )
    if asked.get("fsdp_activation_checkpointing"):
        raise UserError(
            f"{path}: fsdp_config.fsdp_activation_checkpointing is a setting of the study in "
            "Etude: use tune.activation_checkpointing instead."
        )
    policy = asked.get("fsdp_auto_wrap_policy", "TRANSFORMER_BASED_WRAP")
    if policy not in ("TRANSFORMER_BASED_WRAP", "NO_WRAP"):
        raise UserError(
            f"{path}: fsdp_config.fsdp_auto_wrap_policy is {policy}: use TRANSFORMER_BASED_WRAP, "
            "which shards layer by layer, or NO_WRAP."
        )
    named = asked.get("fsdp_transformer_layer_cls_to_wrap")
    names = named.split(",") if isinstance(named, str) else named
    layers = [str(name).strip() for name in names] if names else None
    notes: tuple[str, ...] = ()
    if asked.get("fsdp_cpu_ram_efficient_loading"):
        notes = (
            "fsdp_cpu_ram_efficient_loading changes nothing: each process reads the weights and "
            "keeps its part.",
        )
    reshard = bool(asked.get("fsdp_reshard_after_forward", True))
    return {"layers": [] if policy == "NO_WRAP" else layers, "reshard": reshard}, notes
