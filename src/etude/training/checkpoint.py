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

from etude.engine import processes
from etude.store import replacing


def save_checkpoint(
    path: Path,
    parameters: Mapping[str, Tensor],
    optimizer: torch.optim.Optimizer,
    position: Mapping[str, Any],
) -> None:
    """Write parameters, optimizer, random state and `position` (JSON-able).

    Of several processes the first writes, whole tensors, and the random states of all of them.
    """
    from safetensors.torch import save_file

    tensors = {f"parameter.{name}": held(item) for name, item in parameters.items()}
    plain: dict[str, dict[str, Any]] = {}
    for name, item in parameters.items():
        for key, value in optimizer.state.get(item, {}).items():
            if isinstance(value, Tensor):
                tensors[f"optimizer.{key}.{name}"] = held(value)
            else:
                plain.setdefault(name, {})[key] = value
    for number, states in enumerate(processes.to_first(random_states()) or ()):
        tensors |= {random_name(kind, number): item for kind, item in states.items()}
    if processes.is_first():
        tensors = apart(tensors)
        state = json.dumps({"position": dict(position), "plain": plain})
        # Straight to the disk: as bytes in memory a full tuning's state would stand there three
        # times.
        with replacing(path) as temporary:
            save_file(tensors, temporary, metadata={"etude": state})
    processes.wait()


def held(tensor: Tensor) -> Tensor:
    """All of a tensor, on the CPU."""
    return processes.whole(tensor.detach()).cpu()


def random_states() -> dict[str, Tensor]:
    """The state of this process's random generators."""
    states = {"cpu": torch.get_rng_state()}
    return states | ({"cuda": torch.cuda.get_rng_state()} if torch.cuda.is_available() else {})


def random_name(kind: str, process: int) -> str:
    """What a process's random state is called in a checkpoint; the first one's, as if alone."""
    return f"random.{kind}.{process}" if process else f"random.{kind}"


def apart(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Tensors that share no memory, as safetensors wants them.

    8-bit optimizers keep one table of values for all parameters.
    """
    seen: set[int] = set()
    found = {}
    for name, tensor in tensors.items():
        tensor = tensor.contiguous()
        found[name] = tensor.clone() if tensor.data_ptr() in seen else tensor
        seen.add(tensor.data_ptr())
    return found


def save_parameters(path: Path, parameters: Mapping[str, Tensor]) -> None:
    """Write the parameters that learn, and nothing else."""
    from safetensors.torch import save_file

    kept = {name: held(item) for name, item in parameters.items()}
    if processes.is_first():
        with replacing(path) as temporary:
            save_file(apart(kept), temporary)
    processes.wait()


def load_parameters(path: Path, parameters: Mapping[str, torch.nn.Parameter]) -> None:
    """Put parameters back as `save_parameters` found them."""
    from safetensors.torch import load_file

    tensors = load_file(path)
    with torch.no_grad():
        for name, item in parameters.items():
            item.copy_(processes.part_of(tensors[name], item))


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

    with safe_open(path, framework="pt") as file:  # tensor by tensor: each is large
        state = json.loads(file.metadata()["etude"])
        names = set(file.keys())
        with torch.no_grad():
            for name, item in parameters.items():
                item.copy_(processes.part_of(file.get_tensor(f"parameter.{name}"), item))
        for tensor_name in sorted(names):
            kind, _, rest = tensor_name.partition(".")
            if kind == "optimizer":
                tensor = file.get_tensor(tensor_name)
                key, _, name = rest.partition(".")
                item = parameters[name]
                optimizer.state[item][key] = placed(optimizer, item, key, tensor)
        chance = {
            kind: file.get_tensor(random_name(kind, processes.rank()))
            for kind in ("cpu", "cuda")
            if random_name(kind, processes.rank()) in names
        }
    for name, values in state["plain"].items():
        optimizer.state[parameters[name]].update(values)
    if "cpu" in chance:
        torch.set_rng_state(chance["cpu"])
    if "cuda" in chance and torch.cuda.is_available():
        torch.cuda.set_rng_state(chance["cuda"])
    position: dict[str, Any] = state["position"]
    return position


def placed(optimizer: Any, parameter: Tensor, key: str, tensor: Tensor) -> Tensor:
    """A tensor of an optimizer's state where that optimizer keeps it.

    A step counter stays on the CPU and the rest goes along with its parameter; what a paged
    optimizer keeps goes into memory that it can page.
    """
    if getattr(optimizer, "is_paged", False) and key in ("state1", "state2"):
        buffer: Tensor = optimizer.get_state_buffer(parameter, dtype=tensor.dtype)
        return buffer.copy_(tensor)
    if not tensor.dim():
        return tensor
    tensor = tensor.to(parameter.device)
    return processes.part_of(tensor, parameter) if tensor.shape == parameter.shape else tensor
