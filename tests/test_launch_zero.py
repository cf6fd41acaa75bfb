"""Configurations of DeepSpeed: what ZeRO shares, FSDP2 shares here, and nothing is passed over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from etude.config.launch import Launch, read_launch
from etude.errors import UserError

# As `accelerate config` writes it for DeepSpeed.
SETTINGS = {
    "compute_environment": "LOCAL_MACHINE",
    "distributed_type": "DEEPSPEED",
    "num_processes": 2,
    "mixed_precision": "bf16",
    "machine_rank": 0,
    "num_machines": 1,
}
BLOCK = {
    "gradient_accumulation_steps": "auto",
    "offload_optimizer_device": "none",
    "offload_param_device": "none",
    "zero_stage": 2,
}


def read(folder: Path, **block: Any) -> Launch:
    path = folder / "accelerate.yaml"
    path.write_text(yaml.safe_dump(SETTINGS | {"deepspeed_config": BLOCK | block}))
    launch = read_launch(path, {})
    assert launch is not None
    return launch


@pytest.mark.parametrize(
    ("stage", "kind", "sharding"),
    [
        (0, "ddp", None),
        (1, "fsdp", {"layers": None, "reshard": False}),
        (2, "fsdp", {"layers": None, "reshard": False}),
        (3, "fsdp", {"layers": None, "reshard": True}),
    ],
)
def test_a_stage_is_what_fsdp2_shares(
    tmp_path: Path, stage: int, kind: str, sharding: dict[str, Any] | None
) -> None:
    launch = read(tmp_path, zero_stage=stage)
    assert (launch.kind, launch.sharding) == (kind, sharding)
    assert (launch.processes, launch.mixed_precision, launch.gpu) == (2, "bf16", True)
    assert launch.notes[0].startswith(f"ZeRO stage {stage} ")
    assert len(launch.notes) == 1


def test_what_the_study_decides_is_said(tmp_path: Path) -> None:
    launch = read(tmp_path, gradient_accumulation_steps=4, zero3_init_flag=True)
    assert launch.notes == (
        "ZeRO stage 2 is done by FSDP2, without DeepSpeed: processes share gradients and "
        "optimizer states.",
        "Of DeepSpeed's configuration the study decides instead: gradient_accumulation_steps "
        "(tune.accumulate).",
        "Of DeepSpeed's configuration nothing is done with zero3_init_flag.",
    )


def test_a_file_of_deepspeeds_own(tmp_path: Path) -> None:
    file = tmp_path / "zero3.json"
    own = {
        "zero_optimization": {
            "stage": 3,
            "overlap_comm": True,
            "offload_param": {"device": "none"},
        },
        "bf16": {"enabled": True},
        "gradient_clipping": "auto",
        "train_micro_batch_size_per_gpu": 2,
    }
    file.write_text(json.dumps(own))
    launch = read(tmp_path, deepspeed_config_file="zero3.json")
    assert launch.sharding == {"layers": None, "reshard": True}
    assert launch.notes[1] == (
        "Of DeepSpeed's configuration the study decides instead: train_micro_batch_size_per_gpu "
        "(tune.batch_size), bf16 (model.precision)."
    )
    assert launch.notes[2] == "Of DeepSpeed's configuration nothing is done with overlap_comm."
    file.write_text(
        json.dumps(own | {"zero_optimization": {"stage": 3, "offload_param": {"device": "cpu"}}})
    )
    with pytest.raises(UserError, match="offload_param_device is cpu, but Etude keeps"):
        read(tmp_path, deepspeed_config_file="zero3.json")
    file.write_text("{")
    with pytest.raises(UserError, match=r"zero3\.json cannot be read as JSON \("):
        read(tmp_path, deepspeed_config_file="zero3.json")
    file.write_text(json.dumps(own | {"zero_optimisation": {}}))
    with pytest.raises(UserError, match="did you mean 'zero_optimization'"):
        read(tmp_path, deepspeed_config_file="zero3.json")


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ({"zero_stage": 4}, "zero_stage should be 0, 1, 2 or 3, but is 4."),
        ({"zero_stage": True}, "zero_stage should be 0, 1, 2 or 3, but is True."),
        ({"offload_optimizer_device": "cpu"}, "offload_optimizer_device is cpu, but Etude keeps"),
        ({"zero_stag": 2}, "did you mean 'zero_stage'?"),
        ({"deepspeed_config_file": "gone.json"}, "is gone.json, but there is no such file"),
    ],
)
def test_what_cannot_be_had_is_refused(tmp_path: Path, block: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError) as refused:
        read(tmp_path, **block)
    assert said in str(refused.value)
