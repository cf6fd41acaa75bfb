"""What an approach's weights and its training will take, before anything is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etude.config.precision import Precision
from etude.config.tuning import Tune
from etude.engine.load import dtype_of
from etude.engine.quantize import layer_bytes, quantized_layers
from etude.training.methods import prepare, trainable
from etude.training.run import Row
from etude.training.shadow import step_bytes

MOMENTS = 8  # bytes of an optimizer's state for a parameter that learns: AdamW's two moments
WORKED_ON = 24  # bytes for each weight of the layer that is being quantised: six copies in fp32
LEARNS = 4  # bytes of a parameter that learns: it is held in fp32


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A network on the meta device, and what of it a precision holds in fewer bits.

    `weights_bytes` are those of the base as it is loaded, buffers and scales included.
    """

    network: Any
    precision: Precision
    quantized: tuple[Any, ...]
    parameters: int
    weights_bytes: int


def skeleton(network: Any, precision: Precision) -> Skeleton:
    """Count a network without storage, as it would be loaded in a precision."""
    layers = {} if isinstance(precision, str) else quantized_layers(network)
    packed = {id(layer.weight) for layer in layers.values()}
    width = dtype_of(precision).itemsize
    total = sum(item.numel() * width for item in network.parameters() if id(item) not in packed)
    total += sum(item.numel() * item.itemsize for item in network.buffers())
    if not isinstance(precision, str):
        total += sum(
            layer_bytes(layer.weight.numel(), outputs(layer), precision)
            for layer in layers.values()
        )
    count = sum(item.numel() for item in network.parameters())
    return Skeleton(network, precision, tuple(layers.values()), count, total)


def outputs(layer: Any) -> int:
    """Outputs of a linear layer, whichever way round it holds its matrix (GPT-2's Conv1D)."""
    return int(getattr(layer, "out_features", 0) or layer.weight.shape[-1])


@dataclass(frozen=True, slots=True)
class Added:
    """A skeleton with a method on it: what learns, and bytes of what the method brings along."""

    network: Any
    learning: int
    base_learning: int
    added_bytes: int


def with_method(base: Skeleton, method: Any) -> Added:
    """Put a method on a skeleton, which is changed by it."""
    before = {id(item) for item in (*base.network.parameters(), *base.network.buffers())}
    network = prepare(base.network, method, 0)
    learning = trainable(network).values()
    brought = [
        item for item in (*network.parameters(), *network.buffers()) if id(item) not in before
    ]
    added = sum(
        item.numel() * (LEARNS if item.requires_grad else item.itemsize) for item in brought
    )
    old = sum(item.numel() for item in learning if id(item) in before)
    return Added(network, sum(item.numel() for item in learning), old, added)


def training_bytes(
    base: Skeleton, added: Added, tune: Tune, rows: Sequence[Row], gaps: float = 0.0
) -> float:
    """Most bytes of a tuning: weights, moments of the optimizer, and its fullest step.

    `rows` are what batches are made of: examples, or packed sequences of several.
    `gaps` is what an allocator loses between blocks of changing size, as a share of the step.
    """
    width = dtype_of(base.precision).itemsize
    weights = base.weights_bytes + added.base_learning * (LEARNS - width) + added.added_bytes
    step = step_bytes(added.network, base.quantized, base.precision, rows, tune.nominal_batch_size)
    return weights + MOMENTS * added.learning + step * (1 + gaps)


def loading_bytes(base: Skeleton, folder: Path) -> int:
    """Most bytes while the weights are read: what is made, and the files that are mapped.

    Weights that are in the format asked for are used where they are mapped, and so count once.
    """
    files = sum(file.stat().st_size for file in folder.glob("*.safetensors"))
    if isinstance(base.precision, str) and abs(files - base.weights_bytes) < files / 20:
        return files
    largest = max((layer.weight.numel() for layer in base.quantized), default=0)
    return base.weights_bytes + files + WORKED_ON * largest
