"""Encoded examples in flat arrays: a few bytes a token, read from disk as they are needed.

As Python's own numbers a token takes some forty bytes, which is felt at 100,000 examples.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import overload

import torch
from torch import Tensor

from etude.engine.batch import Encoded
from etude.errors import UserError
from etude.store import replacing

NO_LABEL = -1


@dataclass(frozen=True, slots=True)
class Material:
    """Encoded examples, and which of them had to be cut to fit."""

    rows: Sequence[Encoded]
    truncated_prompts: int
    truncated_answers: int
    truncated: tuple[str, ...]  # ids of the examples that were cut
    targets: Mapping[str, int] = field(default_factory=dict)  # answers beside passages, by kind

    @property
    def supervised_tokens(self) -> int:
        return sum(row.supervised for row in self.rows)


class Rows(Sequence[Encoded]):
    """Rows that stand one after another in flat tensors; each is made when it is asked for.

    `tokens` are int32, `earlier` says of each whether it is a supervised token of a prompt (empty
    where none is); `ends` (rows, 2) are where each row's prompt and answer end; `labels` (rows).
    """

    def __init__(self, tokens: Tensor, earlier: Tensor, ends: Tensor, labels: Tensor) -> None:
        self.tensors = {"tokens": tokens, "earlier": earlier, "ends": ends, "labels": labels}
        self.tokens, self.earlier = tokens.numpy(), earlier.numpy()
        self.ends, self.labels = ends.numpy(), labels.numpy()

    def __len__(self) -> int:
        return len(self.ends)

    @overload
    def __getitem__(self, place: int) -> Encoded: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Encoded, ...]: ...
    def __getitem__(self, place: int | slice) -> Encoded | tuple[Encoded, ...]:
        if isinstance(place, slice):
            return tuple(self[number] for number in range(*place.indices(len(self))))
        number = range(len(self))[place]  # IndexError and negative places as everywhere
        begin = int(self.ends[number - 1, 1]) if number else 0
        middle, end = self.ends[number].tolist()
        label = int(self.labels[number])
        return Encoded(
            tuple(self.tokens[begin:middle].tolist()),
            tuple(self.tokens[middle:end].tolist()),
            self.earlier_of(begin, middle),
            None if label == NO_LABEL else label,
        )

    def earlier_of(self, begin: int, end: int) -> tuple[bool, ...]:
        """Which tokens of a prompt are supervised; empty where none is."""
        flags = self.earlier[begin:end]
        return tuple(flags.tolist()) if flags.any() else ()


class Gathering:
    """Rows on their way into flat tensors."""

    def __init__(self) -> None:
        self.tokens, self.earlier = array("i"), bytearray()
        self.ends, self.labels = array("q"), array("i")
        self.any_earlier = False

    def add(self, row: Encoded) -> None:
        """Take one row in."""
        begin = len(self.tokens)
        self.tokens.extend(row.prompt)
        self.tokens.extend(row.answer)
        self.ends.extend((begin + len(row.prompt), len(self.tokens)))
        self.labels.append(NO_LABEL if row.label is None else row.label)
        self.earlier += bytes(row.earlier or len(row.prompt)) + bytes(len(row.answer))
        self.any_earlier = self.any_earlier or any(row.earlier)

    def rows(self) -> Rows:
        """All that was taken in."""
        return Rows(
            flat(self.tokens, torch.int32),
            flat(self.earlier if self.any_earlier else b"", torch.bool),
            flat(self.ends, torch.int64).view(-1, 2),
            flat(self.labels, torch.int32),
        )


def flat(values: array[int] | bytearray | bytes, dtype: torch.dtype) -> Tensor:
    """The same memory as a tensor; of nothing, an empty one."""
    return torch.frombuffer(values, dtype=dtype) if values else torch.empty(0, dtype=dtype)


def write_material(path: Path, material: Material) -> None:
    """Keep gathered rows on disk, whole or not at all."""
    from safetensors.torch import save_file

    assert isinstance(material.rows, Rows)  # noqa: S101 - as the functions that encode make them
    cut = {
        "prompts": material.truncated_prompts,
        "answers": material.truncated_answers,
        "examples": material.truncated,
        "targets": dict(material.targets),
    }
    with replacing(path) as temporary:
        save_file(material.rows.tensors, temporary, {"truncated": json.dumps(cut)})


def read_material(path: Path) -> Material:
    """What `write_material` kept; tokens stay on disk until they are asked for.

    UserError where the file is damaged.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "pt") as file:
            cut = json.loads(file.metadata()["truncated"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{path} should hold the material as tokens, but it is damaged ({error}): remove it, "
            "and it will be made again."
        ) from error
    rows, targets = Rows(**tensors), cut.get("targets", {})
    return Material(rows, cut["prompts"], cut["answers"], tuple(cut["examples"]), targets)
