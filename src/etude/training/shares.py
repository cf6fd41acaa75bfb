"""How the rows of an optimizer step are divided among processes.

The step is the study's: `batch_size` x `accumulate` examples, however many processes there are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

Pass = list[int]  # row numbers of one forward pass


def divided(
    rows: Sequence[int], processes: int, size: int, length_of: Callable[[int], int]
) -> list[list[Pass]]:
    """The forward passes of each process, at most `size` rows each: [process][pass].

    Rows are dealt out in the order of their lengths, so that every process has about as many
    tokens and each pass holds rows of like length. All have as many passes, since sharded weights
    are fetched together; one that has no rows left has an empty pass.
    """
    ordered = sorted(rows, key=length_of)
    shares = [ordered[first::processes] for first in range(processes)]
    passes = -(-len(shares[0]) // size)  # the first has the most
    return [[share[n * size : (n + 1) * size] for n in range(passes)] for share in shares]


def rounds(batches: int, processes: int) -> list[list[int | None]]:
    """Which batch each process takes in each round; None where the last has none for it."""
    numbers = [
        number if number < batches else None
        for number in range(-(-batches // processes) * processes)
    ]
    return [numbers[start : start + processes] for start in range(0, len(numbers), processes)]
