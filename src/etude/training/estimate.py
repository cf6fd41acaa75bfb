"""What an approach's weights and its training will take, before anything is loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etude.config.optimizers import Adafactor, AdamW8bit, PagedAdamW8bit
from etude.config.precision import Precision
from etude.config.tuning import Tune
from etude.engine.capacity import free_bytes
from etude.engine.load import choose_device, dtype_of, first_line
from etude.engine.quantize import layer_bytes, quantized_layers
from etude.memory import resident_bytes
from etude.training.batch_size import largest_by_failing, largest_by_measuring
from etude.training.methods import prepare, trainable
from etude.training.run import Row
from etude.training.shadow import step_bytes

MOMENTS = 8  # bytes of an optimizer's state for a parameter that learns: AdamW's two moments
SMALLEST_IN_8_BITS = 4096  # values; bitsandbytes keeps 32 bits of smaller parameters
VALUES_OF_A_SCALE = 256  # values that share a scale in 8 bits
WORKED_ON = 24  # bytes for each weight of the layer that is being quantised: six copies in fp32
LEARNS = 4  # bytes of a parameter that learns: it is held in fp32
# What glibc keeps between blocks of changing size, which it is told never to give back: a share of
# what is alive at the fullest moment of a step, fitted to the cases of tests/test_plan_memory.py.
GAPS = 0.35
WORKSPACE = 60e6  # bytes of threads, kernels and what else a training loads besides a plan


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


def loading_bytes(base: Skeleton, folder: Path) -> int:
    """Most bytes while the weights are read: what is made, and the files that are mapped.

    Weights that are in the format asked for are used where they are mapped, and so count once.
    """
    files = sum(file.stat().st_size for file in folder.glob("*.safetensors"))
    if isinstance(base.precision, str) and abs(files - base.weights_bytes) < files / 20:
        return files
    largest = max((layer.weight.numel() for layer in base.quantized), default=0)
    return base.weights_bytes + files + WORKED_ON * largest


def held_bytes(base: Skeleton, added: Added) -> int:
    """Bytes of the weights in training, and of what a method brings along."""
    width = dtype_of(base.precision).itemsize
    return base.weights_bytes + added.base_learning * (LEARNS - width) + added.added_bytes


def state_bytes(learning: Iterable[Any], optimizer: Any) -> int:
    """Bytes that an optimizer keeps of the parameters that learn."""
    return sum(kept_of(item, optimizer) for item in learning)


def kept_of(parameter: Any, optimizer: Any) -> int:
    """The same of one parameter: two moments, in 8 bits, or rows and columns of their squares."""
    count: int = parameter.numel()
    if isinstance(optimizer, Adafactor):
        mean = 0 if optimizer.beta1 is None else 4 * count
        if parameter.dim() < 2:
            return mean + 4 * count
        rows: int = parameter.shape[-2]
        columns: int = parameter.shape[-1]
        return mean + 4 * (count // columns + count // rows)
    if isinstance(optimizer, AdamW8bit | PagedAdamW8bit) and count >= SMALLEST_IN_8_BITS:
        return 2 * (count + 4 * -(-count // VALUES_OF_A_SCALE))
    return MOMENTS * count


def training_bytes(
    base: Skeleton,
    added: Added,
    tune: Tune,
    rows: Sequence[Row],
    gaps: float = 0.0,
    size: int | None = None,
) -> float:
    """Most bytes of a tuning: weights, state of the optimizer, and its fullest step.

    `rows` are what batches are made of: examples, or packed sequences of several; `size` of them
    are in a forward pass, as many as `batch_size` says where it is not given. `gaps` is what an
    allocator loses between blocks of changing size, as a share of the step.
    """
    size = tune.nominal_batch_size if size is None else size
    return held_bytes(base, added) + working_bytes(base, added, tune, rows, gaps, size)


def working_bytes(
    base: Skeleton, added: Added, tune: Tune, rows: Sequence[Row], gaps: float, size: int
) -> float:
    """The same without the weights."""
    state = state_bytes(trainable(added.network).values(), tune.optimizer)
    step = step_bytes(added.network, base.quantized, base.precision, rows, size)
    return state + step * (1 + gaps)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a tuning is expected to take at its fullest moment: bytes, or `why` that is not known.

    That is with `at_once` examples in a forward pass (0 where not known); `room` bytes are free.
    """

    bytes: float | None
    why: str
    at_once: int
    room: float


def foresee(
    make: Callable[[], tuple[Skeleton, Added]],
    tune: Tune,
    rows: Sequence[Row],
    folder: Path,
    device: str,
    processes: int = 1,
) -> Foreseen:
    """Estimate the peak of this machine's memory, or of a GPU's where one is used.

    `make` gives a network that is set up for training, each time anew; `folder` holds the base's
    files. On the CPU the libraries count as well: what this process holds by now, which has loaded
    the same ones and the same material. Where a model's own code cannot run without storage there
    is no estimate but the reason.
    """
    place = choose_device(device)
    on_cpu = place.type == "cpu"
    own = resident_bytes() if on_cpu else 0
    libraries, gaps = (own + WORKSPACE, GAPS) if on_cpu else (0.0, 0.0)
    room = float(free_bytes(place) + own)  # this process will have ended
    share = -(-tune.nominal_batch_size * tune.accumulate // processes)
    try:
        base, added = make()
        if tune.batch_size == "auto":
            free = (room / processes if on_cpu else room) - libraries - held_bytes(base, added)

            def taken(size: int) -> int:
                return int(working_bytes(*make(), tune, rows, gaps, size))

            size = expected_at_once(min(len(rows), share), taken, int(free), on_cpu=on_cpu)
        else:
            size = min(tune.batch_size, share)
        training = training_bytes(base, added, tune, rows, gaps, size)
    except Exception as error:  # noqa: BLE001 - code of any model; an estimate stops no study
        return Foreseen(None, f"{type(error).__name__}: {first_line(error)}", 0, room)
    loading = loading_bytes(base, folder) if on_cpu else 0
    return Foreseen(libraries + max(training, loading), "", size, room)


def expected_at_once(largest: int, taken: Callable[[int], int], room: int, *, on_cpu: bool) -> int:
    """What `batch_size: auto` will find, as the rehearsal looks for it, from estimates."""
    if on_cpu:
        return largest_by_measuring(largest, taken, room)

    def attempt(size: int) -> None:
        if size > 1 and taken(size) > room:
            raise MemoryError

    return largest_by_failing(largest, attempt)
