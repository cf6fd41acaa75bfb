"""Logits only where somebody reads them.

A vocabulary is tens of thousands of entries wide, and most positions of a batch are prompt or
padding: computing the head there costs more than a small model's own layers. A hook before the
output layer keeps the hidden states of the wanted positions, so that every architecture and
every wrapper (PEFT's too) runs its own forward unchanged.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from etude.engine.batch import IGNORED
from etude.engine.classifier import class_logits


@contextmanager
def keep_positions(network: Any, wanted: Tensor) -> Iterator[None]:
    """Within this block, the network's logits have shape (wanted.sum(), vocabulary).

    `wanted`: bool, (batch, positions). Where the network itself puts positions in front
    (virtual tokens of prompt tuning), those are left out.
    """

    def select(_: torch.nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        hidden = inputs[0]
        added = hidden.shape[1] - wanted.shape[1]
        return (hidden[:, added:][wanted], *inputs[1:])

    handle = network.get_output_embeddings().register_forward_pre_hook(select)
    try:
        yield
    finally:
        handle.remove()


def supervised_logits(network: Any, batch: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    """Logits and token ids at the supervised positions of a batch, in row order.

    `batch` holds `input_ids`, `attention_mask` and `labels` (`IGNORED` where nothing is
    supervised). For a decoder alone, labels stand beside the input and position t is predicted
    from t - 1; an encoder-decoder's `labels` are its decoder's, with `decoder_input_ids` the same
    shifted by one. Returns ((n, vocabulary), (n,)). Of a batch for a classification head, which
    holds `classes`: ((rows, classes), (rows,)).
    """
    if "classes" in batch:
        prompts = {name: tensor for name, tensor in batch.items() if name != "classes"}
        return class_logits(network, prompts), batch["classes"]
    labels = batch["labels"]
    inputs = {name: tensor for name, tensor in batch.items() if name != "labels"}
    if "decoder_input_ids" in batch:
        wanted, targets = labels != IGNORED, labels
    else:
        wanted = torch.zeros_like(labels, dtype=torch.bool)
        wanted[:, :-1] = labels[:, 1:] != IGNORED
        targets = labels.roll(-1, dims=1)
    with keep_positions(network, wanted):
        logits = network(**inputs, use_cache=False).logits
    return logits, targets[wanted]
