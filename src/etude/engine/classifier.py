"""Classification heads: a model that names a class instead of writing an answer.

The head takes the place of the output layer (transformers' `...ForSequenceClassification`). What
it reads is the model's own choice: BERT's first position, a decoder's last one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from etude.engine.bottleneck import PLACE


def bare(network: Any) -> Any:
    """The transformers model inside PEFT's wrapper, or the model itself."""
    return network.get_base_model() if is_peft(network) else network


def is_peft(network: Any) -> bool:
    """Whether a network is PEFT's wrapper (the model inside it bears `peft_config` as well)."""
    return hasattr(network, "get_base_model")


def is_classifier(network: Any) -> bool:
    """Whether a network ends in a classification head."""
    return type(bare(network)).__name__.endswith("ForSequenceClassification")


def head_modules(network: Any) -> dict[str, torch.nn.Module]:
    """The parts of the classification head: all that is not the body. Empty without a head."""
    inner = bare(network)
    if not is_classifier(inner):
        return {}
    skipped = (inner.base_model_prefix, PLACE)
    return {name: part for name, part in inner.named_children() if name not in skipped}


def head_parameters(network: Any) -> dict[str, torch.nn.Parameter]:
    """The parameters of the classification head, by their names in the transformers model."""
    return {
        f"{name}.{inner}": item
        for name, part in head_modules(network).items()
        for inner, item in part.named_parameters()
    }


def draw_head(network: Any, seed: int) -> None:
    """Begin a new head: matrices from a normal distribution, biases at zero."""
    generator = torch.Generator().manual_seed(seed)
    spread = getattr(bare(network).config, "initializer_range", None) or 0.02
    with torch.no_grad():
        for part in head_modules(network).values():
            for module in part.modules():
                if isinstance(module, torch.nn.Linear):
                    drawn = torch.randn(module.weight.shape, generator=generator) * spread
                    module.weight.copy_(drawn)
                    if module.bias is not None:
                        module.bias.zero_()


def class_logits(network: Any, batch: dict[str, Tensor]) -> Tensor:
    """Logits (rows, classes) of a batch of prompts, filled up on the right.

    A decoder's head is read at the last token of each row, by the mask and not by the value of
    the token, so that a prompt may end with the token that is used for padding.
    """
    with at_last_position(network, batch["attention_mask"]):
        logits: Tensor = network(**batch).logits
    return logits


@contextmanager
def at_last_position(network: Any, mask: Tensor) -> Iterator[None]:
    """Within this block a head that names a class at every position names each row's last."""
    last = mask.sum(dim=1) - 1

    def pick(_: torch.nn.Module, __: tuple[Any, ...], output: Any) -> Any:
        if not isinstance(output, Tensor) or output.dim() != 3:
            return output  # this head reads one position already
        added = output.shape[1] - mask.shape[1]
        rows = torch.arange(len(last), device=output.device)
        return output[rows, last + added][:, None].expand_as(output)

    handles = [part.register_forward_hook(pick) for part in head_modules(network).values()]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def class_names(labels: Sequence[str]) -> dict[str, dict[Any, Any]]:
    """What a transformers configuration says of the classes."""
    return {
        "id2label": dict(enumerate(labels)),
        "label2id": {label: index for index, label in enumerate(labels)},
    }
