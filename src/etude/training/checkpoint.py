"""The state of a training run in one safetensors file, written atomically, without pickle.

Everything that decides the next digit is in it: the trainable parameters, the optimizer's
state, the random generators, and where in the run it stands.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from etude.store import write_atomically


def save_checkpoint(
    path: Path,
    parameters: Mapping[str, Tensor],
    optimizer: torch.optim.Optimizer,
    position: Mapping[str, Any],
) -> None:
    """Write parameters, optimizer, random state and `position` (JSON-able)."""
    from safetensors.torch import save

    tensors = {f"parameter.{name}": item.detach().cpu() for name, item in parameters.items()}
    plain: dict[str, dict[str, Any]] = {}
    for name, item in parameters.items():
        for key, value in optimizer.state.get(item, {}).items():
            if isinstance(value, Tensor):
                tensors[f"optimizer.{key}.{name}"] = value.detach().cpu()
            else:
                plain.setdefault(name, {})[key] = value
    tensors["random.cpu"] = torch.get_rng_state()
    if torch.cuda.is_available():
        tensors["random.cuda"] = torch.cuda.get_rng_state()
    tensors = {name: tensor.contiguous() for name, tensor in tensors.items()}
    state = json.dumps({"position": dict(position), "plain": plain})
    write_atomically(path, save(tensors, metadata={"etude": state}))


def read_position(path: Path) -> dict[str, Any]:
    """Where a checkpoint's run stands, without reading its tensors."""
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        position: dict[str, Any] = json.loads(file.metadata()["etude"])["position"]
    return position


def load_checkpoint(
    path: Path, parameters: Mapping[str, torch.nn.Parameter], optimizer: torch.optim.Optimizer
) -> dict[str, Any]:
    """Put a run back where a checkpoint left it, in place; returns its `position`."""
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        state = json.loads(file.metadata()["etude"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
    with torch.no_grad():
        for name, item in parameters.items():
            item.copy_(tensors[f"parameter.{name}"])
    for tensor_name, tensor in tensors.items():
        kind, _, rest = tensor_name.partition(".")
        if kind == "optimizer":
            key, _, name = rest.partition(".")
            item = parameters[name]
            # A step counter stays where the optimizer keeps it, on the CPU; moments go along.
            place = item.device if tensor.dim() else tensor.device
            optimizer.state[item][key] = tensor.to(place)
    for name, values in state["plain"].items():
        optimizer.state[parameters[name]].update(values)
    torch.set_rng_state(tensors["random.cpu"])
    if "random.cuda" in tensors and torch.cuda.is_available():
        torch.cuda.set_rng_state(tensors["random.cuda"])
    position: dict[str, Any] = state["position"]
    return position
