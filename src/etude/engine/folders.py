"""What a weights folder holds, told by its files: a model, an adapter, a classification head."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from etude.store import read_json

MODEL = "config.json"
PEFT_ADAPTER = "adapter_config.json"
OWN_ADAPTER = "own_adapter.json"  # methods that PEFT does not have: bottleneck, selective
OWN_TENSORS = "own_adapter.safetensors"
HEAD_TENSORS = "head.safetensors"  # a classification head beside an adapter, or alone
LABELS = "labels.json"  # the classes that a head tells apart, in its order


def is_adapter(folder: Path) -> bool:
    """Whether a weights folder holds an adapter (or a head alone) rather than a whole model."""
    return any((folder / file).exists() for file in (PEFT_ADAPTER, OWN_ADAPTER, HEAD_TENSORS))


def is_weights(folder: Path) -> bool:
    """Whether a folder holds an adapter or a model, in safetensors."""
    told = is_adapter(folder) or (folder / MODEL).exists()
    return told and any(folder.glob("*.safetensors"))


def labels_of(folder: Path) -> tuple[str, ...] | None:
    """The classes of the head in a weights folder; None without a head."""
    path = folder / LABELS
    return tuple(read_json(path)) if path.exists() else None


def virtual_tokens_in(folder: Path) -> int:
    """Positions of the context that the adapter in a folder takes for itself."""
    path = folder / PEFT_ADAPTER
    settings: dict[str, Any] = read_json(path) if path.exists() else {}
    return int(settings.get("num_virtual_tokens") or 0)
