"""Which tokens a step reads: windows of the parts' arrays, without repeats within an epoch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Tokens = NDArray[Any]


def choices(
    weights: Mapping[str, float], count: int, seed: int
) -> tuple[list[str], NDArray[np.int64]]:
    """The names of the parts, and for each of `count` windows the part it comes from."""
    names = sorted(weights)
    shares = np.array([weights[name] for name in names])
    drawn = np.random.default_rng(seed).choice(len(names), count, p=shares / shares.sum())
    return names, drawn


def window(tokens: Tokens, length: int, number: int, seed: int) -> Tokens:
    """The `number`-th window of length + 1 tokens in a shuffled order, anew in each epoch.

    Neighbouring windows share one token: the last to be predicted is the next one's first.
    """
    per_epoch = max(1, (len(tokens) - 1) // length - 1)
    epoch, place = divmod(number, per_epoch)
    chance = np.random.default_rng((seed, epoch))
    shift = int(chance.integers(length))  # other cuts in every epoch
    start = shift + int(order(per_epoch, seed, epoch)[place]) * length
    return tokens[start : start + length + 1]


_ORDERS: dict[tuple[int, int, int], NDArray[np.int64]] = {}


def order(count: int, seed: int, epoch: int) -> NDArray[np.int64]:
    """A permutation that only depends on what is given; the last few are remembered."""
    key = (count, seed, epoch)
    if key not in _ORDERS:
        if len(_ORDERS) > 50:
            _ORDERS.clear()
        _ORDERS[key] = np.random.default_rng((seed, epoch, count)).permutation(count)
    return _ORDERS[key]


def batches(
    parts: Mapping[str, Tokens],
    weights: Mapping[str, float],
    *,
    steps: int,
    batch: int,
    length: int,
    seed: int,
    first: int = 0,
) -> Iterator[NDArray[np.int64]]:
    """Arrays (batch, length + 1) for the steps from `first` on: the same however often resumed."""
    names, drawn = choices(weights, steps * batch, seed)
    used = Counter(drawn[: first * batch].tolist())
    for step in range(first, steps):
        rows = []
        for index in drawn[step * batch : (step + 1) * batch].tolist():
            rows.append(window(parts[names[index]], length, used[index], seed + index))
            used[index] += 1
        yield np.stack(rows).astype(np.int64)
