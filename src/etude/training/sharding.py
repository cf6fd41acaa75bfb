"""Weights divided among processes: FSDP2, torch's `fully_shard`.

Each layer's weights are fetched when they are needed and given back. What a method adds, or
selects to learn, is small and stays whole in every process: its gradients are summed as without
sharding. With `full` everything learns, so parameters, gradients and the optimizer's state are all
sharded.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from etude.config.methods import AnyMethod, Full, below_head
from etude.engine.classifier import bare
from etude.errors import UserError
from etude.training.methods import trainable


def shard(
    network: Any, method: AnyMethod, settings: Mapping[str, Any], device: torch.device
) -> None:
    """Shard a network in place, on this process's device.

    `settings`: `layers`, the names of the classes whose weights are fetched together (the
    model's own choice when None; none of them when empty), and `reshard`, whether they are given
    back after the forward pass. Raises `UserError` when the model has no such layers.
    """
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import fully_shard

    whole = learns_whole(method)
    left = set() if whole else set(trainable(network).values())
    options = {
        "mesh": init_device_mesh(device.type, (torch.distributed.get_world_size(),)),
        "reshard_after_forward": settings["reshard"],
        "ignored_params": left,
    }
    for layer in layers_of(network, settings["layers"]):
        summing(fully_shard(layer, **options))
    summing(fully_shard(network, **options))
    for item in left:
        item.data = item.data.to(device)


def learns_whole(method: AnyMethod) -> bool:
    """Whether all of the model learns, below its head if it has one."""
    return isinstance(below_head(method), Full)


def layers_of(network: Any, names: list[str] | None) -> list[torch.nn.Module]:
    """The layers that are sharded one by one."""
    wanted = names if names is not None else sorted(bare(network)._no_split_modules or ())
    found = [part for part in network.modules() if type(part).__name__ in wanted]
    if wanted and not found:
        raise UserError(
            f"fsdp_config.fsdp_transformer_layer_cls_to_wrap: this model has no layers of the "
            f"class {', '.join(wanted)}: leave it out to use the model's own, or name another."
        )
    return found


def summing(module: Any) -> None:
    """Sum gradients where FSDP would average: the loss is divided by the whole step's tokens."""
    module.set_gradient_divide_factor(1.0)
    module.set_force_sum_reduction_for_comms(True)
