"""Methods that need no adapter library: full, selective, bottleneck adapters."""

from __future__ import annotations

from typing import Any

from etude.config.methods import Bottleneck, Full, Selective
from etude.engine.bottleneck import insert
from etude.errors import UserError
from etude.training.methods.layers import (
    attention_outputs,
    feedforward_outputs,
    norm_layers,
    stacks,
)


def full(network: Any, settings: Full) -> Any:
    """Every parameter, held in fp32: a bf16 weight is too coarse to take small steps."""
    del settings  # full fine-tuning has none
    return network.float().requires_grad_(True)


def selective(network: Any, settings: Selective) -> Any:
    """The last layers, norms or biases, held in fp32; everything else frozen as it is."""
    chosen = set()
    for name, layers in stacks(network) if settings.last_layers else ():
        if settings.last_layers > len(layers):
            raise UserError(
                f"tune.method.last_layers is {settings.last_layers}, but {name} has "
                f"{len(layers)} layers: lower it, or use method: full."
            )
        for layer in layers[len(layers) - settings.last_layers :]:
            chosen |= {id(item) for item in layer.parameters()}
    if settings.norms:
        for module in norm_layers(network).values():
            chosen |= {id(item) for item in module.parameters()}
    if settings.biases:
        biases = [item for name, item in network.named_parameters() if name.endswith("bias")]
        if not biases:
            raise UserError(
                "tune.method.biases is true, but this model has no biases (Llama's kind has none): "
                "use norms or last_layers."
            )
        chosen |= {id(item) for item in biases}
    for item in network.parameters():
        item.requires_grad_(id(item) in chosen)
        if id(item) in chosen:
            item.data = item.data.float()
    return network


def bottleneck(network: Any, settings: Bottleneck) -> Any:
    """Small layers behind the feed-forward parts, and with `houlsby` behind attention as well."""
    network.requires_grad_(False)
    names = feedforward_outputs(network)
    if settings.placement == "houlsby":
        names += attention_outputs(network)
    insert(network, names, settings)
    return network
