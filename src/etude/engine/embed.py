"""Texts -> vectors: an encoder's hidden states of every token, in pieces on disk.

Any model that transformers loads will do: encoders, the encoder of an encoder-decoder, decoders
(`etude-mini`). Texts of like length share a batch; what has been written is not encoded again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from etude.engine.base import Base
from etude.engine.load import UNLIMITED, choose_device, context_of
from etude.errors import UserError
from etude.progress import Progress
from etude.store import fingerprint, replacing, text_hash, write_json

PIECE_BYTES = 64_000_000  # a kill loses no more than a piece
SPACED = ("roberta", "gpt2", "longformer")  # whose first word is one with a space before it


def embed(task: dict[str, Any], progress: Progress) -> None:
    """Encode a task's `texts` into its `place`; runs in a process of its own."""
    from transformers import AutoConfig, AutoModel, AutoTokenizer

    base = Base(task["base"]["name"], Path(task["base"]["folder"]), task["base"]["digest"])
    place, texts = Path(task["place"]), task["texts"]
    device = choose_device(task["device"])
    progress("loading", 0, 1, base.name)
    try:
        config = AutoConfig.from_pretrained(base.folder, local_files_only=True)
        spaced = {"add_prefix_space": True} if config.model_type in SPACED else {}
        tokenizer = AutoTokenizer.from_pretrained(base.folder, local_files_only=True, **spaced)
        model = AutoModel.from_pretrained(
            base.folder, local_files_only=True, use_safetensors=True, dtype="float32"
        )
    except (OSError, ValueError, KeyError) as error:
        reason = str(error).splitlines()[0]
        raise UserError(f"encoder.base {base.name}: {reason}.") from None
    if config.is_encoder_decoder:
        model = model.get_encoder()
    model = model.to(device).eval()
    limit = min(context_of(config, tokenizer) or UNLIMITED, tokenizer.model_max_length)
    limit -= 2 if config.model_type in ("roberta", "xlm-roberta", "camembert") else 0  # pad offset
    write_about(place, base, task["layer"], task["layers"], tokenizer)
    rows = [
        tokenizer(text.strip(), truncation=limit < UNLIMITED, max_length=min(limit, UNLIMITED))[
            "input_ids"
        ]
        for text in texts
    ]
    order = sorted(range(len(rows)), key=lambda row: (-len(rows[row]), row))
    pad = tokenizer.pad_token_id or 0
    held: list[tuple[str, Any, list[int]]] = []
    size = 0
    for start in range(0, len(order), task["batch_size"]):
        batch = order[start : start + task["batch_size"]]
        found = forward(model, [rows[row] for row in batch], task["layer"], pad, device)
        for row, vectors in zip(batch, found, strict=True):
            held.append((texts[row], vectors, rows[row]))
            size += vectors.nbytes
        if size >= PIECE_BYTES:
            write_piece(place, held)
            held, size = [], 0
        progress("encoding", start + len(batch), len(order), "")
    if held:
        write_piece(place, held)


def forward(
    model: Any, rows: Sequence[Sequence[int]], layer: int, pad: int, device: Any
) -> Iterator[Any]:
    """The vectors of each row's tokens, numpy float32 (tokens, width)."""
    import torch

    longest = max(1, *map(len, rows))
    ids = torch.full((len(rows), longest), pad, dtype=torch.long)
    mask = torch.zeros_like(ids)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = torch.tensor(row, dtype=torch.long)
        mask[place, : len(row)] = 1
    mask[:, 0] = 1  # a row without tokens would make a softmax of nothing
    with torch.inference_mode():
        found = model(
            input_ids=ids.to(device), attention_mask=mask.to(device), output_hidden_states=True
        )
    states = found.hidden_states[layer].float().cpu().numpy()
    for place, row in enumerate(rows):
        yield states[place, : len(row)]


def write_about(place: Path, base: Base, layer: int, layers: int, tokenizer: Any) -> None:
    """`encoder.json`: what made the vectors, and which tokens are no words."""
    marks = ("cls", "sep", "bos", "eos", "pad")
    special = {getattr(tokenizer, f"{mark}_token_id") for mark in marks} - {None}
    about = {
        "name": base.name,
        "digest": base.digest,
        "layer": layer,
        "layers": layers,
        "special": sorted(special),
    }
    write_json(place / "encoder.json", about)


def write_piece(place: Path, held: Sequence[tuple[str, Any, Sequence[int]]]) -> None:
    """Texts and their vectors as one file, named for what it holds."""
    import json

    import numpy as np
    from safetensors.numpy import save_file

    keys = [text_hash(text) for text, _, _ in held]
    tensors = {
        "vectors": np.concatenate([vectors for _, vectors, _ in held]),
        "ids": np.concatenate([np.asarray(ids, dtype=np.int64) for _, _, ids in held]),
        "ends": np.cumsum([len(ids) for _, _, ids in held], dtype=np.int64),
    }
    with replacing(place / f"{fingerprint(keys)[:16]}.safetensors") as temporary:
        save_file(tensors, temporary, metadata={"texts": json.dumps(keys)})
