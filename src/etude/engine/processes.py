"""The processes that do one piece of work together: who this one is, what they tell each other.

A process that works alone is the first of one, and then nothing here does anything: the same code
runs in one process and in many. Messages about the work go over gloo, on the CPU; gradients go the
way of their device (NCCL on GPUs).
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import torch
from torch import Tensor
from torch import distributed as group

from etude.environment import OF_MANY
from etude.errors import UserError

Value = TypeVar("Value")
BUCKET = 25_000_000  # bytes of gradients that are added up at once, as in torch's DDP
PATIENCE = 1800.0  # seconds that a process waits for one that lives and does not answer


@dataclass(slots=True)
class _Joined:
    sharding: Mapping[str, Any] | None = None
    device: torch.device | None = None
    here: int = 1


_joined = _Joined()


@contextmanager
def together(launch: Mapping[str, Any] | None, *, on_cpu: bool = False) -> Iterator[None]:
    """Within this block this process is one of several, if `launch` says so.

    `launch` is what `etude.config.launch.Launch.told` gives; who this process is stands in its
    environment (RANK, WORLD_SIZE, LOCAL_RANK, MASTER_ADDR, MASTER_PORT). Raises `UserError` when
    it finds itself among fewer processes, or on fewer devices, than were asked for.
    """
    if launch is None:
        yield
        return
    device = torch.device("cpu") if on_cpu else own_device(gpu=launch["gpu"])
    patience = float(os.environ.get("ETUDE_RANK_TIMEOUT", PATIENCE))
    group.init_process_group(
        "cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo",
        timeout=timedelta(seconds=patience),
        device_id=device if device.type == "cuda" else None,
    )
    _joined.sharding, _joined.device = launch["sharding"], device
    _joined.here = int(os.environ["LOCAL_WORLD_SIZE"])
    check(launch["processes"], device)
    yield  # what fails ends the process, and with it the group: leaving it in order could wait
    wait()  # who ends first would take the others' connections away
    _joined.sharding, _joined.device, _joined.here = None, None, 1
    group.destroy_process_group()


def apart(launch: Mapping[str, Any], *, on_cpu: bool = False) -> int:
    """Let this process, one of several on a device of its own, work alone; which of them it is.

    They do not meet: what each does from here on is that of a process alone.
    """
    _joined.device = torch.device("cpu") if on_cpu else own_device(gpu=launch["gpu"])
    _joined.here = int(os.environ["LOCAL_WORLD_SIZE"])
    own = int(os.environ["RANK"])
    for name in OF_MANY:  # libraries would look for the others by these
        os.environ.pop(name, None)
    return own


def own_device(*, gpu: bool) -> torch.device:
    """The device of this process, made the current one."""
    if not torch.cuda.is_available():
        if gpu:
            raise UserError(
                "--launch asks for GPUs, but torch sees none here: set use_cpu: true, or "
                "distributed_type: MULTI_CPU."
            )
        return torch.device("cpu")
    own, there = int(os.environ["LOCAL_RANK"]), torch.cuda.device_count()
    if own >= there:
        asked = os.environ.get("LOCAL_WORLD_SIZE", own + 1)
        raise UserError(
            f"--launch asks for {asked} processes on this machine, but torch sees {there} GPUs "
            "here: start one process for each GPU, or set use_cpu: true."
        )
    torch.cuda.set_device(own)
    return torch.device("cuda", own)


def check(asked: int, device: torch.device) -> None:
    """Refuse to go on among other processes than were asked for."""
    place = (platform.node(), os.getpid(), str(device))
    found = gathered(place)
    if count() != asked or len({item[:2] for item in found}) != asked:
        raise UserError(
            f"--launch asks for {asked} processes, but {len(set(found))} have met: see that every "
            "machine is started with the same configuration."
        )


def check_alike(key: str) -> None:
    """Refuse to go on where machines have other files: `key` tells what a process would do."""
    if len(set(gathered(key))) > 1:
        raise UserError(
            "--launch: the machines do not have the same base model or the same documents "
            "(retrieve.documents), so they would not do the same work: make them alike, or put the "
            "files on a disk that all of them see."
        )


def count() -> int:
    """How many processes there are."""
    return group.get_world_size() if group.is_initialized() else 1


def rank() -> int:
    """Which of them this one is, from 0."""
    return group.get_rank() if group.is_initialized() else 0


def here() -> int:
    """How many of them run on this machine, and share its memory."""
    return _joined.here


def is_first() -> bool:
    """Whether this is the process that writes files and tells how it goes."""
    return rank() == 0


def sharding() -> Mapping[str, Any] | None:
    """How weights are sharded over the processes (FSDP2), or None where each holds all of them."""
    return _joined.sharding


def device() -> torch.device | None:
    """The device of this process among several; None where it works alone."""
    return _joined.device


def wait() -> None:
    """Go on when all have come here."""
    gathered_numbers([0.0])


def gathered(value: Value) -> list[Value]:
    """What each process says, in their order."""
    if count() == 1:
        return [value]
    found: list[Any] = [None] * count()
    group.all_gather_object(found, value)
    return found


def gathered_numbers(values: Sequence[float]) -> list[list[float]]:
    """The same for a few numbers, as many in each process; cheap enough for every step."""
    if count() == 1:
        return [list(values)]
    mine = torch.tensor(values, dtype=torch.float64)
    found = [torch.empty_like(mine) for _ in range(count())]
    group.all_gather(found, mine)
    return [row.tolist() for row in found]


def to_first(value: Value) -> list[Value] | None:
    """What each process says, told to the first alone; None in the others."""
    if count() == 1:
        return [value]
    found: list[Any] | None = [None] * count() if is_first() else None
    group.gather_object(value, found)
    return found


def from_first(value: Value) -> Value:
    """What the first process says."""
    if count() == 1:
        return value
    told = [value]
    group.broadcast_object_list(told)
    return told[0]


def is_sharded(tensor: Tensor) -> bool:
    """Whether this process holds a part of a tensor alone."""
    if count() == 1:
        return False
    from torch.distributed.tensor import DTensor

    return isinstance(tensor, DTensor)


def whole(tensor: Tensor) -> Tensor:
    """All of a tensor, of which every process may hold a part. All of them must ask."""
    if not is_sharded(tensor):
        return tensor
    full: Tensor = tensor.full_tensor()  # type: ignore[attr-defined]  # a DTensor's
    return full


def part_of(full: Tensor, like: Tensor) -> Tensor:
    """Of a whole tensor the part that this process holds of `like`."""
    if not is_sharded(like):
        return full
    from torch.distributed.tensor import DTensor, distribute_tensor

    assert isinstance(like, DTensor)  # noqa: S101 - it is sharded
    placed = full.to(like.device)
    return distribute_tensor(placed, like.device_mesh, like.placements, src_data_rank=None)


def begin_alike(parameters: Iterable[Tensor]) -> None:
    """Give every process the first one's values of what is not sharded."""
    if count() > 1:
        for item in parameters:
            if not is_sharded(item):
                group.broadcast(item.data, src=0)


def add_gradients(parameters: Iterable[torch.nn.Parameter]) -> None:
    """Sum gradients over the processes; each then has the gradient of the whole step.

    What has a gradient in no process keeps none: an optimizer leaves such a parameter alone. Those
    of sharded parameters have been summed by FSDP on the way back.
    """
    if count() == 1:
        return
    own = [item for item in parameters if not is_sharded(item)]
    if not own:
        return
    rows = gathered_numbers([float(item.grad is not None) for item in own])
    learns = [item for item, *has in zip(own, *rows, strict=True) if any(has)]
    for item in learns:
        if item.grad is None:
            item.grad = torch.zeros_like(item)
    waiting = []
    for gradients in buckets([item.grad for item in learns if item.grad is not None]):
        flat = torch.cat([gradient.reshape(-1) for gradient in gradients])
        waiting.append((gradients, flat, group.all_reduce(flat, async_op=True)))
    for gradients, flat, work in waiting:
        assert work is not None  # noqa: S101 - asked for above
        work.wait()
        sizes = [gradient.numel() for gradient in gradients]
        for gradient, total in zip(gradients, flat.split(sizes), strict=True):
            gradient.copy_(total.view_as(gradient))


def buckets(gradients: Sequence[Tensor]) -> Iterator[list[Tensor]]:
    """Neighbours of one type, about `BUCKET` bytes at once."""
    held: list[Tensor] = []
    size = 0
    for gradient in gradients:
        if held and (size >= BUCKET or held[0].dtype != gradient.dtype):
            yield held
            held, size = [], 0
        held.append(gradient)
        size += gradient.numel() * gradient.element_size()
    if held:
        yield held
