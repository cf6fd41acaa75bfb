"""Several examples in one sequence, none of which sees another.

Positions begin again at 0 with each example, and transformers' masks take that for the boundary
(`find_packed_sequence_indices`). Not every architecture's own code does: `check_packing` compares
with the same examples one by one before a run begins.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

import torch
from torch import Tensor

from etude.engine.batch import IGNORED, Encoded, labels_of, pad


@dataclass(frozen=True, slots=True)
class Packed:
    """Examples that share a sequence, in order."""

    rows: tuple[Encoded, ...]

    @property
    def length(self) -> int:
        return sum(row.length for row in self.rows)

    @property
    def supervised(self) -> int:
        return sum(row.supervised for row in self.rows)


class Packs(Sequence[Packed]):
    """Sequences of several rows each, made when they are asked for."""

    def __init__(self, rows: Sequence[Encoded], chosen: Sequence[Sequence[int]]) -> None:
        self.rows, self.chosen = rows, chosen

    def __len__(self) -> int:
        return len(self.chosen)

    @overload
    def __getitem__(self, place: int) -> Packed: ...
    @overload
    def __getitem__(self, place: slice) -> list[Packed]: ...
    def __getitem__(self, place: int | slice) -> Packed | list[Packed]:
        if isinstance(place, slice):
            return [self[number] for number in range(*place.indices(len(self)))]
        return Packed(tuple(self.rows[row] for row in self.chosen[place]))


def pack(lengths: Sequence[int], limit: int) -> list[list[int]]:
    """Row numbers of each sequence of at most `limit` tokens: best fit, the longest rows first.

    A pure function of its arguments. Best-fit decreasing takes at most 11/9 of the fewest
    sequences possible, and one more (Johnson 1973). A row that is longer than `limit` stands alone.
    """
    packs: list[list[int]] = []
    rooms: list[tuple[int, int]] = []  # (tokens left, pack), sorted
    for row in sorted(range(len(lengths)), key=lambda row: (-lengths[row], row)):
        place = bisect_left(rooms, (lengths[row], -1))
        if place < len(rooms):
            room, chosen = rooms.pop(place)
        else:
            room, chosen = limit, len(packs)
            packs.append([])
        packs[chosen].append(row)
        insort(rooms, (room - lengths[row], chosen))
    return packs


def collate_packed(
    packs: Sequence[Packed], *, pad_id: int, device: torch.device
) -> dict[str, Tensor]:
    """A batch of packed sequences as `head.supervised_logits` wants it.

    The first token of an example is never a label: what stands before it is another example.
    Padding has positions of its own, so it is one more example that nobody learns from.
    """
    longest = max(item.length for item in packs)
    ids = [[token for row in item.rows for token in (*row.prompt, *row.answer)] for item in packs]
    labels = [
        [label for row in item.rows for label in (IGNORED, *labels_of(row)[1:])] for item in packs
    ]
    positions = [
        [
            *(position for row in item.rows for position in range(row.length)),
            *range(longest - item.length),
        ]
        for item in packs
    ]
    return {
        "input_ids": pad(ids, pad_id, device),
        "position_ids": pad(positions, 0, device),
        "labels": pad(labels, IGNORED, device),
    }
