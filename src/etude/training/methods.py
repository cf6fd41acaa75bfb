"""Which parameters learn: one function per method, one row in `METHODS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from transformers.pytorch_utils import Conv1D

from etude.config.tuning import Full, Lora
from etude.errors import UserError, nearest

Prepare = Callable[[Any, Any], Any]  # (network, the method's settings) -> network to train


def full(network: Any, settings: Full) -> Any:
    """Every parameter, held in fp32: a bf16 weight is too coarse to take small steps."""
    del settings  # full fine-tuning has none
    return network.float().requires_grad_(True)


def lora(network: Any, settings: Lora) -> Any:
    """LoRA through PEFT: the base frozen in its own precision, the added matrices in fp32."""
    from peft import LoraConfig, TaskType, get_peft_model

    layers = linear_layers(network)
    check_targets(settings.targets, layers)
    targets = settings.targets if isinstance(settings.targets, str) else list(settings.targets)
    encoder_decoder = network.config.is_encoder_decoder
    config = LoraConfig(
        r=settings.r,
        lora_alpha=settings.alpha,  # type: ignore[arg-type]  # PEFT says int and takes floats
        lora_dropout=settings.dropout,
        target_modules=targets,
        bias="none",
        fan_in_fan_out=any(isinstance(layer, Conv1D) for layer in layers.values()),
        task_type=TaskType.SEQ_2_SEQ_LM if encoder_decoder else TaskType.CAUSAL_LM,
    )
    return get_peft_model(network, config)


def linear_layers(network: Any) -> dict[str, torch.nn.Module]:
    """The layers that LoRA can adapt, by their full names, without the output layer."""
    head = network.get_output_embeddings()
    return {
        name: module
        for name, module in network.named_modules()
        if isinstance(module, torch.nn.Linear | Conv1D) and module is not head
    }


def check_targets(targets: str | tuple[str, ...], layers: Mapping[str, torch.nn.Module]) -> None:
    """Every target must be a linear layer: PEFT leaves out in silence those that match none."""
    ends = {part for name in layers for part in endings(name)}
    for target in () if isinstance(targets, str) else targets:
        if target not in ends:
            raise UserError(
                f"tune.method.targets: '{target}' is no linear layer of this model; "
                f"{nearest(target, {name.rsplit('.', 1)[-1] for name in layers})}."
            )


def endings(name: str) -> list[str]:
    """`a.b.c`, `b.c` and `c`: the ways in which a layer may be named."""
    parts = name.split(".")
    return [".".join(parts[start:]) for start in range(len(parts))]


METHODS: dict[str, Prepare] = {"full": full, "lora": lora}


def prepare(network: Any, method: Full | Lora, seed: int) -> Any:
    """The network with the method's parameters set to learn; added ones drawn with `seed`."""
    torch.manual_seed(seed)
    return METHODS[method.name](network, method)


def trainable(network: Any) -> dict[str, torch.nn.Parameter]:
    """The parameters that learn, by name."""
    return {name: item for name, item in network.named_parameters() if item.requires_grad}
