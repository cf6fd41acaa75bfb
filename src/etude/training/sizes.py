"""How much learns, and how much is kept: counted before anything is trained.

The table of a full matrix against what learns in it is that of low-rank adaptation: a matrix of
m x n values has m (n at rank r: r (m + n)) to learn.
"""

from __future__ import annotations

from typing import Any

import torch

from etude.config.methods import AnyMethod, Full, below_head
from etude.engine.adapters import adapter_tensors
from etude.engine.bottleneck import PLACE
from etude.engine.classifier import head_parameters, is_peft

OUTSIDE = ("prompt_encoder.", f"{PLACE}.")  # beside the model rather than in its layers


def own_parameters(network: Any) -> list[torch.nn.Parameter]:
    """The model's own parameters, without what a method added."""
    added = {
        id(item)
        for module in network.modules()
        if hasattr(module, "adapter_layer_names")  # PEFT's layers
        for name in (*module.adapter_layer_names, *module.other_param_names)
        if isinstance(part := getattr(module, name, None), torch.nn.Module)
        for item in part.parameters()
    }
    return [
        item
        for name, item in network.named_parameters()
        if id(item) not in added and not name.startswith(OUTSIDE)
    ]


def saved_bytes(network: Any, method: AnyMethod, width: int) -> int:
    """Bytes of the tensors that a weights folder will hold; `width` bytes a value if all of it."""
    if isinstance(below_head(method), Full):
        return width * sum(int(item.numel()) for item in network.parameters())
    if is_peft(network) and (config := network.active_peft_config).is_prompt_learning:
        written = 2 * config.num_layers if config.peft_type == "PREFIX_TUNING" else 1
        return 4 * int(config.num_virtual_tokens * config.token_dim * written)
    kept = [*adapter_tensors(network, method).values(), *head_parameters(network).values()]
    return sum(item.numel() * item.element_size() for item in kept)


def matrices(network: Any) -> list[dict[str, Any]]:
    """The matrices in which something learns, those of one name and shape together.

    Each row: `name` (the last part of the layer's), `shape`, `count`, and of one of them the
    values it has (`full`) and those that learn in its place (`learns`).
    """
    rows: dict[tuple[str, tuple[int, ...], int], int] = {}
    seen: set[int] = set()  # a matrix may stand in several places, an adapter stands inside
    for name, module in network.named_modules():
        base = module.get_base_layer() if hasattr(module, "get_base_layer") else module
        weight = getattr(base, "weight", None)
        if not isinstance(weight, torch.nn.Parameter) or weight.dim() != 2:
            continue
        if id(weight) in seen or any(part in f"{name}." for part in OUTSIDE):
            continue
        seen |= {id(item) for item in module.parameters()}
        added = [item for item in module.parameters() if item is not getattr(base, "bias", None)]
        learns = sum(item.numel() for item in added if item.requires_grad)
        if learns:
            state = getattr(weight, "quant_state", None)  # 4 bits: the weight itself is packed
            shape = tuple((weight if state is None else state).shape)
            key = (name.rpartition(".")[2], shape, learns)
            rows[key] = rows.get(key, 0) + 1
    return [
        {
            "name": name,
            "shape": list(shape),
            "count": count,
            "full": shape[0] * shape[1],
            "learns": learns,
        }
        for (name, shape, learns), count in rows.items()
    ]
