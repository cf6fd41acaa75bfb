"""Which parameters learn: one function per method, one row in `METHODS`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from etude.config.tuning import Full, Lora
from etude.errors import UserError

Prepare = Callable[[Any, Any], Any]  # (network, the method's settings) -> network to train


def full(network: Any, settings: Full) -> Any:
    """Every parameter, held in fp32: a bf16 weight is too coarse to take small steps."""
    del settings  # full fine-tuning has none
    return network.float().requires_grad_(True)


def lora(network: Any, settings: Lora) -> Any:
    """LoRA through PEFT: the base frozen in its own precision, the added matrices in fp32."""
    from peft import LoraConfig, TaskType, get_peft_model

    targets = settings.targets if isinstance(settings.targets, str) else list(settings.targets)
    encoder_decoder = network.config.is_encoder_decoder
    config = LoraConfig(
        r=settings.r,
        lora_alpha=settings.alpha,  # type: ignore[arg-type]  # PEFT says int and takes floats
        lora_dropout=settings.dropout,
        target_modules=targets,
        bias="none",
        task_type=TaskType.SEQ_2_SEQ_LM if encoder_decoder else TaskType.CAUSAL_LM,
    )
    try:
        return get_peft_model(network, config)
    except ValueError as error:
        linear = {
            name.rsplit(".", 1)[-1]
            for name, module in network.named_modules()
            if isinstance(module, torch.nn.Linear)
        }
        raise UserError(
            f"tune.method.targets {targets} match no layer of this model ({error}): its linear "
            f"layers are {', '.join(sorted(linear))}."
        ) from None


METHODS: dict[str, Prepare] = {"full": full, "lora": lora}


def prepare(network: Any, method: Full | Lora, seed: int) -> Any:
    """The network with the method's parameters set to learn; added ones drawn with `seed`."""
    torch.manual_seed(seed)
    return METHODS[method.name](network, method)


def trainable(network: Any) -> dict[str, torch.nn.Parameter]:
    """The parameters that learn, by name."""
    return {name: item for name, item in network.named_parameters() if item.requires_grad}
