"""Bits per byte on held-out text: comparable between tokenizers, unlike perplexity."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from numpy.typing import NDArray

from pretraining.tokenizer import CONTEXT, SPECIAL

WINDOWS = 24
BATCH = 4


def bits_per_byte(
    model: torch.nn.Module,
    held_out: Mapping[str, NDArray[Any]],
    tokenizer_folder: Path,
    *,
    windows: int | None = WINDOWS,
) -> dict[str, float]:
    """part-language -> bits per UTF-8 byte over `windows` evenly spread windows; None reads all.

    Markup between turns is predicted like other tokens and counts no bytes.
    """
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(tokenizer_folder / "tokenizer.json"))
    model.eval()
    found = {}
    for name, tokens in held_out.items():
        available = max(1, (len(tokens) - 1) // CONTEXT)
        count = available if windows is None else min(windows, available)
        starts = [available * number // count * CONTEXT for number in range(count)]
        nats, read = 0.0, 0
        for place in range(0, count, BATCH):
            rows = [tokens[start : start + CONTEXT + 1] for start in starts[place : place + BATCH]]
            shortest = min(map(len, rows))
            batch = torch.tensor([row[:shortest].tolist() for row in rows])
            nats += total_loss(model, batch)
            read += sum(bytes_of(tokenizer, row[1:]) for row in batch.tolist())
        found[name] = round(nats / math.log(2) / max(1, read), 4)
    model.train()
    return found


@torch.no_grad()
def total_loss(model: torch.nn.Module, rows: torch.Tensor) -> float:
    """Nats over every predicted token of rows (batch, length)."""
    rows = rows.to(next(model.parameters()).device)
    logits = model(input_ids=rows[:, :-1], use_cache=False).logits.float()
    loss = torch.nn.functional.cross_entropy(
        logits.flatten(0, 1), rows[:, 1:].flatten(), reduction="sum"
    )
    return float(loss)


def bytes_of(tokenizer: Any, ids: list[int]) -> int:
    """UTF-8 bytes of a run of tokens; in byte-level BPE each character stands for one byte."""
    return sum(len(tokenizer.id_to_token(number)) for number in ids if number >= len(SPECIAL))
