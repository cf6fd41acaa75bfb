"""A training step on tensors without storage: what it would hold at its fullest, byte by byte.

The network's own code runs on fake tensors, which know their shapes, types and lifetimes and hold
nothing. So every architecture, method and number format is counted by what it really does, and
not by a formula that was fitted to one of them.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from heapq import nlargest
from typing import Any

import torch
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensor, FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from etude.config.precision import Int8, Precision, compute_of
from etude.engine.classifier import is_classifier
from etude.engine.load import dtype_of
from etude.training.cross_entropy import summed_cross_entropy
from etude.training.packing import Packed
from etude.training.run import Row


class Held(TorchDispatchMode):
    """Counts the bytes of all storages that are alive; `most` is the largest sum so far."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # torch has not annotated it
        self.now = 0
        self.most = 0
        self.known: dict[int, int] = {}

    def __torch_dispatch__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        del types
        result = func(*args, **(kwargs or {}))
        for item in tree_leaves(result):
            if isinstance(item, Tensor):
                self.note(item)
        return result

    def note(self, tensor: Tensor) -> None:
        """Count a tensor's storage, if it is new, until it is freed."""
        storage = tensor.untyped_storage()
        place, size = id(storage), storage.nbytes()
        if place in self.known:
            return
        self.known[place] = size
        self.now += size
        self.most = max(self.most, self.now)
        weakref.finalize(storage, self.free, place)

    def free(self, place: int) -> None:
        """A storage is gone."""
        self.now -= self.known.pop(place)


def step_bytes(
    network: Any, quantized: Sequence[Any], precision: Precision, rows: Sequence[Row], size: int
) -> int:
    """Most bytes of a training step on the longest `size` rows, beside the weights themselves.

    Activations, logits, gradients and what comes and goes between them. `network` is on the meta
    device with its method's parameters marked, and is used up; `quantized` are those of its layers
    that int8 and nf4 hold in fewer bits: they are counted at work, where they are unpacked.
    """
    mode, held, kept = FakeTensorMode(allow_non_fake_inputs=True), Held(), []
    cast_shadow(network, mode, dtype_of(precision))
    network.train()
    for layer in quantized if isinstance(precision, Int8) else ():
        # bitsandbytes' int8 keeps the input of every layer until the backward pass.
        layer.register_forward_pre_hook(lambda _, inputs: kept.append(inputs[0]))
    with mode, held:
        for item in (*network.parameters(), *network.buffers()):
            held.note(item)
        weights = held.now
        mixed = compute_of(precision) != "fp32"
        with torch.autocast("cpu", dtype_of(precision), enabled=mixed):
            loss = summed_loss(network, *longest(network, rows, size))
        loss.backward()
    unpacked = max((layer.weight.numel() for layer in quantized), default=0)
    return held.most - weights + unpacked * dtype_of(precision).itemsize


def summed_loss(network: Any, batch: dict[str, Tensor], supervised: int) -> Tensor:
    """As `train.summed_loss`, of targets that do not matter."""
    if is_classifier(network):
        logits = network(**batch).logits
    else:
        with first_positions(network, supervised):
            logits = network(**batch, use_cache=False).logits
    targets = torch.zeros(supervised, dtype=torch.long)
    return summed_cross_entropy(logits, targets)


def longest(network: Any, rows: Sequence[Row], size: int) -> tuple[dict[str, Tensor], int]:
    """A batch in the shape of the longest rows, and its supervised positions.

    Where rows are packed, every position has a mask of its own over all others.
    """
    chosen = nlargest(size, rows, key=lambda row: row.length)
    supervised, wide = sum(row.supervised for row in chosen), max(row.length for row in chosen)
    batch: dict[str, Tensor] = {}
    unpacked = [row for row in chosen if not isinstance(row, Packed)]
    if network.config.is_encoder_decoder and not is_classifier(network):
        wide = max(len(row.prompt) for row in unpacked)
        answers = torch.zeros(len(unpacked), max(len(row.answer) for row in unpacked))
        batch["decoder_input_ids"] = answers.long()
    batch["input_ids"] = torch.zeros(len(chosen), wide, dtype=torch.long)
    seen = (len(chosen), wide) if unpacked else (len(chosen), 1, wide, wide)
    batch["attention_mask"] = torch.ones(seen, dtype=torch.long if unpacked else torch.bool)
    return batch, supervised


@contextmanager
def first_positions(network: Any, count: int) -> Iterator[None]:
    """As `engine.head.keep_positions`, with a number that is known before anything is computed."""

    def select(_: torch.nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        hidden = inputs[0]
        index = torch.zeros(count, dtype=torch.long)
        return (hidden.reshape(-1, hidden.shape[-1])[index], *inputs[1:])

    handle = network.get_output_embeddings().register_forward_pre_hook(select)
    try:
        yield
    finally:
        handle.remove()


def cast_shadow(network: Any, mode: FakeTensorMode, dtype: torch.dtype) -> None:
    """Put fake CPU tensors in the place of a network's meta tensors; frozen ones in `dtype`."""
    made: dict[int, Any] = {}

    def fake(tensor: Tensor, wanted: torch.dtype) -> FakeTensor:
        shadow = tensor.to(wanted) if tensor.is_floating_point() else tensor
        return FakeTensor(mode, shadow.detach(), torch.device("cpu"))

    for module in network.modules():
        for name, item in module._parameters.items():
            if item is None:
                continue
            if id(item) not in made:
                kind = item.dtype if item.requires_grad else dtype
                made[id(item)] = torch.nn.Parameter(fake(item, kind), item.requires_grad)
            module._parameters[name] = made[id(item)]
        for name, item in module._buffers.items():
            if item is not None:
                module._buffers[name] = fake(item, item.dtype)
