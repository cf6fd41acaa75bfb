"""What all methods of PEFT's share: how it is told of the model, and the type of what learns."""

from __future__ import annotations

import warnings
from typing import Any

import torch
from transformers.pytorch_utils import Conv1D

from etude.engine.adapters import NORM_WARNING, keep_type
from etude.engine.classifier import is_classifier
from etude.training.methods.layers import chosen, short_names


def task_type(network: Any) -> str | None:
    """PEFT's word for what the network does; below a classification head it need not know."""
    if is_classifier(network):
        return None
    return "SEQ_2_SEQ_LM" if network.config.is_encoder_decoder else "CAUSAL_LM"


def wrap(network: Any, config: Any) -> Any:
    """The network with PEFT's layers, what learns held in fp32."""
    from peft import get_peft_model

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=NORM_WARNING)
        wrapped = get_peft_model(network, config)
    for item in wrapped.parameters():
        if item.requires_grad:
            item.data = item.data.float()
    return keep_type(wrapped)


def matrices(network: Any, targets: str | tuple[str, ...]) -> dict[str, Any]:
    """The layers to adapt, as PEFT's configurations of linear layers want them."""
    names = chosen(network, targets)
    return {
        "target_modules": short_names(network, names),
        "fan_in_fan_out": any(isinstance(network.get_submodule(name), Conv1D) for name in names),
    }


def is_empty(network: Any) -> bool:
    """Whether the network is only counted: it has shapes and no numbers (`etude plan`)."""
    return bool(next(network.parameters()).device == torch.device("meta"))
