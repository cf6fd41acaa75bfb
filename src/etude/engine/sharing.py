"""Attention over a beginning that all rows share, which is held once and not once per row.

Every row attends to the shared keys and values and to its own; the softmax runs over both. With
the rows' queries stacked, the shared part is one matrix product per head, and it is read from
memory once per step instead of once per row (the idea of cascade or Hydragen attention: Juravsky
et al. 2024, arXiv:2402.05099; here with one softmax over the concatenated scores).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import torch
from torch import Tensor
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.cache_utils import Cache
from transformers.masking_utils import sdpa_mask

from etude.engine.cache import blocks

NAME = "etude_shared_prefix"
# Families whose attention is plain (scaled dot product, causal, positions given by position_ids)
# and runs through transformers' attention interface; tests hold each of them to the plain path.
FAMILIES = frozenset(
    {
        "llama", "mistral", "qwen2", "qwen3", "gemma", "gemma3_text", "gpt2", "gpt_neox", "opt",
        "phi", "olmo2", "smollm3", "granite", "stablelm", "starcoder2",
    }
)  # fmt: skip

SHARED: ContextVar[Cache | None] = ContextVar("shared prefix", default=None)


def can_share(network: Any, longest: int) -> bool:
    """Whether this network may attend to a prefix apart from the rows, which reach `longest`.

    Not where attention is of another kind, and not where a sliding window could end inside of
    the rows: there the prefix is copied into every row, which is right for all.
    """
    config = network.config.get_text_config()
    if config.model_type not in FAMILIES or config._attn_implementation not in ("sdpa", "eager"):
        return False
    windowed = "sliding_attention" in (getattr(config, "layer_types", None) or ())
    window = getattr(config, "sliding_window", None)
    if getattr(config, "use_sliding_window", None) is False and not windowed:
        window = None
    return window is None or longest < window


@contextmanager
def sharing(network: Any, prefix: Cache) -> Iterator[None]:
    """Within this block, every row of the network's own cache begins with `prefix`.

    The cache and the attention mask that the network is given hold the rows' own part alone;
    `position_ids` have to count the prefix.
    """
    config = network.config.get_text_config()
    before = config._attn_implementation
    config._attn_implementation = NAME
    token = SHARED.set(prefix)
    try:
        yield
    finally:
        SHARED.reset(token)
        config._attn_implementation = before


def attend(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float | None = None,
    dropout: float = 0.0,
    **_: Any,
) -> tuple[Tensor, None]:
    """Attention over the shared prefix and the rows' own tokens.

    query: (rows, heads, queries, width); key, value: (rows, key heads, own, width); mask: bool,
    (rows, 1, queries, own), True where a query may look. Returns (rows, queries, heads, width).
    """
    del dropout  # generation only
    prefix = SHARED.get()
    assert prefix is not None  # noqa: S101 - the implementation is only set inside `sharing`
    shared_key, shared_value = (part[0] for part in blocks(prefix)[module.layer_idx].filled())
    rows, heads, queries, width = query.shape
    groups, length = shared_key.shape[:2]
    per_group = heads // groups * queries
    scaled = query * (width**-0.5 if scaling is None else scaling)
    grouped = scaled.reshape(rows, groups, per_group, width)
    stacked = grouped.transpose(0, 1).reshape(groups, rows * per_group, width)
    to_shared = torch.bmm(stacked, shared_key.transpose(1, 2))
    to_shared = to_shared.view(groups, rows, per_group, length).transpose(0, 1)
    to_own = grouped @ key.transpose(-1, -2)
    if attention_mask is not None:
        lowest = torch.finfo(to_own.dtype).min
        by_head = to_own.view(rows, heads, queries, -1)
        by_head.masked_fill_(~attention_mask, lowest)
    scores = torch.cat((to_shared, to_own), dim=-1)
    weights = scores.softmax(-1, dtype=torch.float32).to(query.dtype)
    from_shared = weights[..., :length].transpose(0, 1).reshape(groups, rows * per_group, length)
    mixed = torch.bmm(from_shared, shared_value).view(groups, rows, per_group, -1).transpose(0, 1)
    mixed = mixed + weights[..., length:] @ value
    return mixed.reshape(rows, heads, queries, -1).transpose(1, 2).contiguous(), None


def own_mask(*arguments: Any, **settings: Any) -> Tensor:
    """The mask of the rows' own part, always written out: none of it may be left to a kernel."""
    mask: Tensor = sdpa_mask(*arguments, **{**settings, "allow_is_causal_skip": False})
    return mask


AttentionInterface.register(NAME, attend)
AttentionMaskInterface.register(NAME, own_mask)
