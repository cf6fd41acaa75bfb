"""How many examples fit into memory at once."""

from __future__ import annotations

import gc
from collections.abc import Callable

import torch

MARGIN = 0.8  # of the memory that is there: other programs want some, and estimates are rough


def out_of_memory(error: BaseException) -> bool:
    """Whether an error says that a GPU or the host had no memory left for a tensor."""
    said = str(error)
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or (
        isinstance(error, RuntimeError)
        and ("out of memory" in said or "DefaultCPUAllocator: can't allocate memory" in said)
    )


def halved(size: int) -> int:
    """The next smaller batch; it gives back what the last attempt held."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    return -(-size // 2)


def largest_by_failing(largest: int, attempt: Callable[[int], object]) -> int:
    """The first of `largest`, its half, its quarter, ... that runs.

    For a GPU, where running out of memory is an error and harms nothing.
    """
    size = largest
    while True:
        try:
            attempt(size)
        except (RuntimeError, MemoryError) as error:
            if size == 1 or not out_of_memory(error):
                raise
        else:
            return size
        size = halved(size)


def largest_by_measuring(largest: int, attempt: Callable[[int], int], room: int) -> int:
    """The largest of 1, 2, 4, ... whose memory stays within `MARGIN` of `room` bytes.

    For a CPU, where running out of memory ends the process: `attempt(size)` gives the bytes that
    a batch took, and a size is tried only when the last two let it be expected to fit (the first
    time, twice the memory for twice the examples).
    """
    size, taken = 1, attempt(1)
    growth = taken
    while size < largest:
        larger = min(2 * size, largest)
        if taken + growth * (larger - size) > MARGIN * room:
            break
        before, taken = taken, attempt(larger)
        growth = max(0, taken - before) // (larger - size)
        size = larger
    return size
