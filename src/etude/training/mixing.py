"""Several sources in other shares than their sizes: which rows an epoch draws.

What an epoch draws is a pure function of seed and epoch, so a resumed run needs no state. Each
source's rows are gone through in one random order after the other, and an epoch takes up where the
last one ended: however small a share, every row has its turn.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from etude.config.mixing import Mix
from etude.errors import UserError
from etude.records import Example


@dataclass(frozen=True, slots=True)
class Mixture:
    """How often each source is drawn in an epoch; `tasks` are the sources of the rows, in order."""

    tasks: tuple[str, ...]
    counts: Mapping[str, int]
    seed: int

    def draw(self, epoch: int) -> list[int]:
        """Row numbers of one epoch, by source; as many as there are rows."""
        drawn: list[int] = []
        for source, count in self.counts.items():
            rows = [number for number, task in enumerate(self.tasks) if task == source]
            start = epoch * count
            for turn in range(start // len(rows), -(-(start + count) // len(rows))):
                chance = random.Random(f"{self.seed}-{source}-{turn}")  # noqa: S311 - an order
                order = chance.sample(rows, len(rows))
                begin = turn * len(rows)
                drawn += order[max(0, start - begin) : start + count - begin]
        return drawn


def taken(examples: Sequence[Example], mix: Mix | None) -> Sequence[Example]:
    """The examples of the sources that a tuning learns from."""
    if mix is None or not mix.named:
        return examples
    return tuple(example for example in examples if example.task in mix.named)


def mixture(examples: Sequence[Example], mix: Mix | None, seed: int) -> Mixture | None:
    """How the sources of a tuning's examples are mixed; None where each is drawn as it is.

    UserError when a source that is named has nothing to learn from.
    """
    if mix is None:
        return None
    tasks = tuple(example.task for example in examples)
    sizes = Counter(tasks)
    for name in mix.named:
        if not sizes[name]:
            raise UserError(
                f"tune.mix names the source '{name}', but it has no training examples left: leave "
                "it out, or bring more rows."
            )
    counts = draws(shares(mix, sizes), len(tasks))
    return None if counts == sizes else Mixture(tasks, counts, seed)


def shares(mix: Mix, sizes: Mapping[str, int]) -> dict[str, float]:
    """Each source's share of an epoch; they sum to 1.

    Proportional to its weight, or to min(size, limit) ** (1 / temperature) (Raffel et al. 2020,
    arXiv:1910.10683, section 3.5.2).
    """
    raw = {
        name: mix.weights[name]
        if mix.weights
        else min(size, mix.limit or size) ** (1 / mix.temperature)
        for name, size in sizes.items()
    }
    total = sum(raw.values())
    return {name: value / total for name, value in raw.items()}


def draws(parts: Mapping[str, float], total: int) -> dict[str, int]:
    """`total` divided by shares, remainders to the largest fractions; the sum is exact.

    What has a share is drawn once at least; the largest gives way.
    """
    exact = {name: share * total for name, share in parts.items()}
    counts = {name: int(value + 1e-9) for name, value in exact.items()}
    spare = total - sum(counts.values())
    owed = sorted(exact, key=lambda name: counts[name] - exact[name])
    counts |= {name: counts[name] + 1 for name in owed[:spare]}
    for name in [name for name in counts if not counts[name]]:
        counts[name] += 1
        counts[max(counts, key=counts.__getitem__)] -= 1
    return counts


def counted(
    tasks: Sequence[str], mixed: Mixture | None, seen: Iterable[int]
) -> dict[str, dict[str, int]]:
    """Of each source: its rows, how many draws an epoch takes, and how many there were in all."""
    sizes, found = Counter(tasks), Counter(tasks[row] for row in seen)
    epoch = mixed.counts if mixed is not None else sizes
    return {
        name: {"rows": sizes[name], "per_epoch": epoch[name], "seen": found[name]} for name in sizes
    }
