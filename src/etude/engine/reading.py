"""What a model knows after reading prompts, and how it reads on from there.

A prompt is read once: its answer is written, its reference scored and its labels compared from
the same keys and values. What many prompts begin with is read once for all of them.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor
from transformers.cache_utils import Cache

from etude.engine.batch import pad_prompts
from etude.engine.cache import blank, blocks, keep, paste, pick, rewind, spread, with_encoder
from etude.engine.classifier import bare
from etude.engine.head import keep_positions
from etude.engine.load import Loaded
from etude.engine.sharing import can_share, sharing

# Tokens read at once: on a CPU their activations stay in its caches, a GPU wants to be filled.
READ_TOKENS = {"cpu": 512, "cuda": 16_384}


@dataclass(frozen=True, slots=True)
class Prefix:
    """The beginning of many prompts, read once: a cache of one row."""

    tokens: tuple[int, ...]
    cache: Cache


@dataclass(slots=True)
class Reading:
    """Rows of prompts that were read.

    `mask` (rows, columns) tells real tokens of the rows' own columns from padding; `positions`
    (rows,) is the position of each row's next token; `logits` (rows, vocabulary), in fp32, belong
    to it. `shared` is a prefix that stands before every row and in no row's own columns;
    `encoded` is an encoder-decoder's encoder output with its mask.
    """

    cache: Cache
    mask: Tensor
    positions: Tensor
    logits: Tensor
    shared: Prefix | None = None
    encoded: tuple[Tensor, Tensor] | None = None

    @property
    def rows(self) -> int:
        return self.mask.shape[0]

    @property
    def columns(self) -> int:
        return self.mask.shape[1]


@torch.inference_mode()
def read_prefix(loaded: Loaded, tokens: Sequence[int]) -> Prefix:
    """Read the beginning that prompts share, in pieces."""
    reading = Reading(blank(len(tokens)), *nothing(loaded, 1))
    limit = READ_TOKENS[loaded.device.type]
    for start in range(0, len(tokens), limit):
        ids = torch.tensor([tokens[start : start + limit]], device=loaded.device)
        read_on(loaded, reading, ids, torch.ones_like(ids), torch.zeros_like(ids).bool())
    return Prefix(tuple(tokens), reading.cache)


@torch.inference_mode()
def read_prompts(
    loaded: Loaded, prompts: Sequence[Sequence[int]], room: int, prefix: Prefix | None = None
) -> Reading:
    """Read a batch of prompts, with room for `room` more tokens each.

    `prefix`, where given, is what every prompt begins with; each goes on after it.
    """
    if loaded.speaker.encoder_decoder:
        return read_encoded(loaded, prompts, room)
    known = len(prefix.tokens) if prefix is not None else 0
    longest = max(map(len, prompts))
    shared = prefix if prefix and can_share(loaded.model, longest + room) else None
    columns = longest - known if shared else longest
    whole = Reading(blank(columns + room), *nothing(loaded, len(prompts)), shared)
    whole.mask = whole.mask.new_zeros(len(prompts), columns)
    logits = []
    for first, part in in_parts(prompts, known, READ_TOKENS[loaded.device.type]):
        read = read_part(loaded, part, prefix, shared)
        paste(whole.cache, read.cache, first, len(prompts), columns, columns + room)
        whole.mask[first : first + len(part), columns - read.columns :] = read.mask
        logits.append(read.logits)
    whole.positions = torch.tensor([len(prompt) for prompt in prompts], device=loaded.device)
    whole.logits = torch.cat(logits)
    return whole


def in_parts(
    prompts: Sequence[Sequence[int]], known: int, limit: int
) -> Iterator[tuple[int, Sequence[Sequence[int]]]]:
    """Prompts that are read at once, with the index of the first: neighbours, `limit` tokens.

    They are sorted by length, so a part is padded less than the whole batch would be.
    """
    first = 0
    while first < len(prompts):
        longest, end = len(prompts[first]), first + 1
        while end < len(prompts):
            longest = max(longest, len(prompts[end]))
            if (longest - known) * (end + 1 - first) > limit:
                break
            end += 1
        yield first, prompts[first:end]
        first = end


def read_part(
    loaded: Loaded, prompts: Sequence[Sequence[int]], prefix: Prefix | None, shared: Prefix | None
) -> Reading:
    """Read some prompts after their prefix, padded on the left to the longest of them.

    A prefix that is not shared is copied in front of each row so that all rows end together.
    Every row then reads as many tokens as the longest does: a shorter one reads the end of the
    prefix again rather than padding, so each row lies as if it had been read in one go.
    """
    known = len(prefix.tokens) if prefix is not None else 0
    fresh = max(len(prompt) for prompt in prompts) - known
    if prefix is None or shared is not None:
        reading = Reading(blank(fresh), *nothing(loaded, len(prompts)), shared)
        reading.positions += known
        rows = [prompt[known:] for prompt in prompts]
    else:
        given = [max(0, len(prompt) - fresh) for prompt in prompts]
        reading = Reading(
            spread(prefix.cache, given, known, known + fresh), *nothing(loaded, len(prompts))
        )
        reading.positions = torch.tensor(given, device=loaded.device)
        column = torch.arange(known, device=loaded.device)
        reading.mask = (column >= known - reading.positions[:, None]).long()
        rows = [prompt[-fresh:] for prompt in prompts]
    inputs = pad_prompts(rows, loaded.speaker.pad_id, loaded.device, left=True)
    ids, present = inputs["input_ids"], inputs["attention_mask"]
    last = torch.zeros_like(present, dtype=torch.bool)
    last[:, -1] = True
    reading.logits = read_on(loaded, reading, ids, present, last)
    return reading


def read_encoded(loaded: Loaded, prompts: Sequence[Sequence[int]], room: int) -> Reading:
    """An encoder-decoder: its encoder reads the prompts once, its decoder its start token.

    Every token of an encoder sees the whole prompt, so there is no beginning to share.
    """
    inputs = pad_prompts(prompts, loaded.speaker.pad_id, loaded.device, left=False)
    hidden = loaded.model.get_encoder()(**inputs).last_hidden_state
    reading = Reading(
        with_encoder(room + 1),
        *nothing(loaded, len(prompts)),
        encoded=(hidden, inputs["attention_mask"]),
    )
    start = torch.full((len(prompts), 1), loaded.decoder_start_id or 0, device=loaded.device)
    everywhere = torch.ones_like(start)
    reading.logits = read_on(loaded, reading, start, everywhere, everywhere.bool())
    return reading


def nothing(loaded: Loaded, rows: int) -> tuple[Tensor, Tensor, Tensor]:
    """Mask, positions and logits of rows that have read nothing."""
    mask = torch.zeros(rows, 0, dtype=torch.long, device=loaded.device)
    positions = torch.zeros(rows, dtype=torch.long, device=loaded.device)
    return mask, positions, torch.zeros(rows, 0, device=loaded.device)


def read_on(
    loaded: Loaded, reading: Reading, ids: Tensor, present: Tensor, wanted: Tensor
) -> Tensor:
    """Read more tokens; returns the logits after the `wanted` ones, in fp32, in row order.

    ids, present (1 for a token, 0 for padding) and wanted (bool): (rows, tokens). The reading's
    cache, mask and positions move on; its logits stay.
    """
    reading.mask = torch.cat((reading.mask, present), dim=1)
    # Padding repeats a position: those of learnt positions must not run past their table.
    steps = (present.cumsum(1) - 1).clamp(min=0)
    given: dict[str, Any] = {"past_key_values": reading.cache, "use_cache": True}
    if reading.encoded is not None:
        hidden, mask = reading.encoded
        given |= {"encoder_outputs": (hidden,), "attention_mask": mask, "decoder_input_ids": ids}
    else:
        given |= {"input_ids": ids, "attention_mask": reading.mask}
        if takes_positions(loaded):
            given["position_ids"] = reading.positions[:, None] + steps
    shared = reading.shared
    with (
        sharing(loaded.model, shared.cache) if shared else nullcontext(),
        keep_positions(loaded.model, wanted),
    ):
        logits: Tensor = loaded.model(**given).logits
    reading.positions = reading.positions + present.sum(1)
    return logits.float()


def takes_positions(loaded: Loaded) -> bool:
    """Whether the network is told positions; ALiBi models know them from the mask."""
    return "position_ids" in inspect.signature(bare(loaded.model).forward).parameters


def pick_rows(reading: Reading, rows: Tensor, room: int) -> Reading:
    """A reading of these rows of another one, with room for `room` more tokens."""
    encoded = reading.encoded
    columns = blocks(reading.cache)[0].length
    return replace(
        reading,
        cache=pick(reading.cache, rows, columns + room),
        mask=reading.mask[rows],
        positions=reading.positions[rows],
        logits=reading.logits[:0],
        encoded=(encoded[0][rows], encoded[1][rows]) if encoded is not None else None,
    )


def keep_rows(reading: Reading, rows: Tensor) -> None:
    """Drop all rows of a reading but these (ascending)."""
    keep(reading.cache, rows)
    reading.mask, reading.positions = reading.mask[rows], reading.positions[rows]
    if reading.encoded is not None:
        hidden, mask = reading.encoded
        reading.encoded = (hidden[rows], mask[rows])


__all__ = [
    "Prefix", "Reading", "keep_rows", "pick_rows", "read_on", "read_prefix", "read_prompts",
    "rewind",
]  # fmt: skip
