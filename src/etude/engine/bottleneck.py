"""Bottleneck adapters: small layers whose output is added to that of one of the model's own.

y + U f(D y), with y the output of a linear layer, D and U a way down to a few numbers and up
again (Houlsby et al. 2019, arXiv:1902.00751; Pfeiffer et al. 2020, arXiv:2005.00247). U begins at
zero, so that the model begins as it was. They stand beside the model and are joined to it by hooks:
its own layers, and their names, stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from transformers.pytorch_utils import Conv1D

from etude.config.methods import Bottleneck
from etude.errors import UserError

PLACE = "bottlenecks"  # the part of the network that holds them all
ACTIVATIONS = {"relu": torch.nn.ReLU, "gelu": torch.nn.GELU, "silu": torch.nn.SiLU}


class BottleneckLayer(torch.nn.Module):
    """Down to `size`, an activation, up again; held in fp32."""

    def __init__(self, width: int, settings: Bottleneck) -> None:
        super().__init__()
        self.down = torch.nn.Linear(width, settings.size)
        self.up = torch.nn.Linear(settings.size, width)
        self.activation = ACTIVATIONS[settings.activation]()
        self.dropout = torch.nn.Dropout(settings.dropout)
        torch.nn.init.zeros_(self.up.weight)
        torch.nn.init.zeros_(self.up.bias)

    def forward(self, states: Tensor) -> Tensor:
        """What is added to `states`, in their own type."""
        inner = self.activation(self.down(states.to(self.down.weight.dtype)))
        added: Tensor = self.dropout(self.up(inner))
        return added.to(states.dtype)

    def join(self, _: torch.nn.Module, __: tuple[Any, ...], output: Tensor) -> Tensor:
        """The hook behind one of the model's layers."""
        added: Tensor = self(output)
        return output + added


def insert(network: Any, names: Sequence[str], settings: Bottleneck) -> None:
    """Put a new bottleneck behind each of the named linear layers, in place."""
    layers = torch.nn.ModuleDict()
    handles = []
    for name in names:
        try:
            target = network.get_submodule(name)
        except AttributeError:
            raise UserError(
                f"The adapter belongs behind a layer {name}, which this model does not have: use "
                "the base it was trained on."
            ) from None
        width = target.nf if isinstance(target, Conv1D) else target.out_features
        layer = BottleneckLayer(width, settings).to(target.weight.device)
        layers[name.replace(".", "/")] = layer  # a dot would part the name
        handles.append(target.register_forward_hook(layer.join))
    network.add_module(PLACE, layers)
    network.bottleneck_handles = handles


def inserted(network: Any) -> list[str]:
    """The names of the layers that have a bottleneck behind them."""
    layers = getattr(network, PLACE, {})
    return [name.replace("/", ".") for name in layers]


def remove(network: Any) -> None:
    """Take all bottlenecks away again."""
    for handle in network.bottleneck_handles:
        handle.remove()
    delattr(network, PLACE)
    del network.bottleneck_handles
