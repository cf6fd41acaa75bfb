"""Which parameters learn: one function per method, one row in `METHODS`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from etude.config.low_rank import AdaLora
from etude.config.methods import AnyMethod, Head, below_head
from etude.engine.classifier import head_parameters
from etude.training.methods import adalora
from etude.training.methods.low_rank import dora, lora, pissa, rslora, vera
from etude.training.methods.own import bottleneck, full, selective
from etude.training.methods.tokens import p_tuning, prefix_tuning, prompt_tuning
from etude.training.methods.vectors import ia3, ln_tuning

Prepare = Callable[[Any, Any], Any]  # (network, the method's settings) -> network to train


def head(network: Any, settings: Head) -> Any:
    """The classification head, held in fp32, and what its body asks for."""
    if settings.body is None:
        network.requires_grad_(False)
    else:
        network = METHODS[settings.body.name](network, settings.body)
    for item in head_parameters(network).values():
        item.data = item.data.float()
        item.requires_grad_(True)
    return network


METHODS: dict[str, Prepare] = {
    "full": full,
    "selective": selective,
    "head": head,
    "lora": lora,
    "rslora": rslora,
    "dora": dora,
    "pissa": pissa,
    "adalora": adalora.adalora,
    "vera": vera,
    "bottleneck": bottleneck,
    "ia3": ia3,
    "ln-tuning": ln_tuning,
    "prompt-tuning": prompt_tuning,
    "p-tuning": p_tuning,
    "prefix-tuning": prefix_tuning,
}


def prepare(network: Any, method: AnyMethod, seed: int) -> Any:
    """The network with the method's parameters set to learn; added ones drawn with `seed`."""
    torch.manual_seed(seed)
    return METHODS[method.name](network, method)


def trainable(network: Any) -> dict[str, torch.nn.Parameter]:
    """The parameters that learn, by name."""
    return {name: item for name, item in network.named_parameters() if item.requires_grad}


def penalty(network: Any, method: AnyMethod) -> Tensor | None:
    """What a method adds to the loss of a step; not part of the loss that is shown."""
    body = below_head(method)
    return adalora.penalty(network, body) if isinstance(body, AdaLora) else None


def after_step(
    network: Any, method: AnyMethod, optimizer: torch.optim.Optimizer, step: int, steps: int
) -> None:
    """What a method does after optimizer step `step` of `steps`, before gradients are cleared."""
    if isinstance(body := below_head(method), AdaLora):
        adalora.allocate(network, body, optimizer, step, steps)
