"""Keys and values of what a model has read, in blocks that are allocated once.

transformers' default cache is a new tensor at every token, one copy of all that was read before;
these blocks have room for what will come. Rows can be copied out, repeated, dropped, and set back
to an earlier length.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor
from transformers.cache_utils import Cache, CacheLayerMixin, DynamicCache, EncoderDecoderCache


class Block(CacheLayerMixin):  # type: ignore[misc] # transformers is untyped here
    """One layer: `keys` and `values`, (rows at first, heads, room, width).

    The first `rows` rows and the first `length` columns of them count. Every token is kept, in
    layers with a sliding window as well: their masks hide what lies outside of it.
    """

    is_sliding = False

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room, self.rows, self.length = room, 0, 0

    def lazy_initialization(self, key_states: Tensor, value_states: Tensor) -> None:
        """Allocate: only now are heads and widths known."""
        self.rows = key_states.shape[0]
        self.allocate(key_states, value_states, self.rows)

    def allocate(self, keys: Tensor, values: Tensor, rows: int) -> None:
        """Room for `rows` rows of the heads and widths of these tensors."""
        self.keys = keys.new_empty(rows, keys.shape[1], self.room, keys.shape[3])
        self.values = values.new_empty(rows, values.shape[1], self.room, values.shape[3])
        self.rows, self.is_initialized = rows, True

    def update(
        self, key_states: Tensor, value_states: Tensor, *_: Any, **__: Any
    ) -> tuple[Tensor, Tensor]:
        """Append columns; returns all columns so far (views)."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        end = self.length + key_states.shape[-2]
        self.keys[: self.rows, :, self.length : end] = key_states
        self.values[: self.rows, :, self.length : end] = value_states
        self.length = end
        return self.filled()

    def filled(self) -> tuple[Tensor, Tensor]:
        """Keys and values that count."""
        rows, end = self.rows, self.length
        return self.keys[:rows, :, :end], self.values[:rows, :, :end]

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        return self.length + query_length, 0

    def get_seq_length(self) -> int:
        return self.length

    def get_max_length(self) -> int:
        return self.room


def blank(room: int) -> Cache:
    """An empty cache whose rows have room for so many tokens."""
    return Cache(layer_class_to_replicate=partial(Block, room))


def blocks(cache: Cache) -> list[Block]:
    """The growing layers of a cache: of an encoder-decoder's, those of its decoder."""
    own = cache.self_attention_cache if isinstance(cache, EncoderDecoderCache) else cache
    return list(own.layers)


def with_encoder(room: int) -> Cache:
    """An empty cache of an encoder-decoder: a block for the decoder, what its encoder read."""
    return EncoderDecoderCache(blank(room), DynamicCache())


def pick(cache: Cache, rows: Tensor, room: int) -> Cache:
    """A copy of these rows, in this order, with room for `room` tokens; a row may come twice."""
    copied = blank(room)
    for layer in blocks(cache):
        keys, values = layer.filled()
        block = Block(room)
        block.allocate(keys, values, len(rows))
        torch.index_select(keys, 0, rows, out=block.keys[:, :, : layer.length])
        torch.index_select(values, 0, rows, out=block.values[:, :, : layer.length])
        block.length = layer.length
        copied.layers.append(block)
    if not isinstance(cache, EncoderDecoderCache):
        return copied
    read = DynamicCache()
    for number, layer in enumerate(cache.cross_attention_cache.layers):
        read.update(layer.keys[rows], layer.values[rows], number)
    return EncoderDecoderCache(copied, read)


def keep(cache: Cache, rows: Tensor) -> None:
    """Drop all rows but these (ascending), without allocating another block."""
    for layer in blocks(cache):
        keys, values = layer.filled()
        keys[: len(rows)] = keys[rows]
        values[: len(rows)] = values[rows]
        layer.rows = len(rows)
    if isinstance(cache, EncoderDecoderCache):
        cache.cross_attention_cache.batch_select_indices(rows)


def rewind(cache: Cache, length: int) -> None:
    """Forget what was read after the first `length` columns."""
    for layer in blocks(cache):
        layer.length = length


def paste(target: Cache, part: Cache, first: int, rows: int, columns: int, room: int) -> None:
    """Put a part's rows into a larger cache from row `first` on, aligned at column `columns`.

    `rows` and `room` are the larger cache's size, which is allocated by its first part.
    """
    for number, source in enumerate(blocks(part)):
        if number == len(target.layers):
            block = Block(room)
            block.allocate(source.keys, source.values, rows)
            block.length = columns
            target.layers.append(block)
        block = target.layers[number]
        keys, values = source.filled()
        begin, last = columns - source.length, first + source.rows
        # Columns in front are masked, but not left as they are: 0 x NaN would be NaN.
        block.keys[first:last, :, :begin] = 0
        block.values[first:last, :, :begin] = 0
        block.keys[first:last, :, begin:columns] = keys
        block.values[first:last, :, begin:columns] = values


def spread(prefix: Cache, lengths: Sequence[int], columns: int, room: int) -> Cache:
    """A cache in which row i begins with the first `lengths[i]` tokens of a prefix.

    The rows end together at `columns`; what is left in front of them is zero.
    """
    copied = blank(room)
    for layer in blocks(prefix):
        keys, values = layer.filled()
        block = Block(room)
        block.allocate(keys, values, len(lengths))
        block.length = columns
        for row, length in enumerate(lengths):
            begin = columns - length
            for target, source in ((block.keys, keys), (block.values, values)):
                target[row, :, :begin] = 0
                target[row, :, begin:columns] = source[0, :, :length]
        copied.layers.append(block)
    return copied
