"""How a decoder with virtual tokens writes answers.

PEFT puts virtual tokens before the row as it is, filled up on the left, and drops the positions:
what a prompt's tokens are to the virtual ones then hangs on what shares its batch. Here they
stand directly before each prompt, as they did in training.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from etude.engine.adapters import virtual_tokens
from etude.engine.batch import pad_prompts


def needs_own_inputs(network: Any) -> bool:
    """Whether `generation_inputs` has to prepare what a network is asked."""
    return virtual_tokens(network) > 0 and not network.config.is_encoder_decoder


def generation_inputs(
    network: Any, prompts: Sequence[Sequence[int]], pad_id: int, device: torch.device
) -> tuple[dict[str, Any], int]:
    """What the model below the adapter is asked, and how many tokens its output begins with.

    Prompt tuning and P-tuning: embeddings, each row [filling, virtual tokens, prompt]. Prefix
    tuning: keys and values that stand for the first positions of rows [prefix, filling, prompt].
    """
    count = virtual_tokens(network)
    if network.active_peft_config.peft_type == "PREFIX_TUNING":
        inputs = pad_prompts(prompts, pad_id, device, left=True)
        size = (len(prompts), count)
        mask, ids = inputs["attention_mask"], inputs["input_ids"]
        return {
            "input_ids": torch.cat([ids.new_full(size, pad_id), ids], dim=1),
            "attention_mask": torch.cat([mask.new_ones(size), mask], dim=1),
            "past_key_values": network.get_prompt(len(prompts), max_cache_len=-1),
        }, count + ids.shape[1]
    padded = [[pad_id] * count + list(prompt) for prompt in prompts]
    inputs = pad_prompts(padded, pad_id, device, left=True)
    embedded = network.get_input_embeddings()(inputs["input_ids"])
    written = network.get_prompt(batch_size=1)[0].to(embedded.dtype)
    longest = embedded.shape[1]
    for row, prompt in enumerate(prompts):
        start = longest - len(prompt) - count
        embedded[row, start : start + count] = written
    return {"inputs_embeds": embedded, "attention_mask": inputs["attention_mask"]}, 0
