"""What is done to a network for training alone: noise on embeddings, dropout, checkpointing."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from etude.config.tuning import Tune
from etude.engine.classifier import is_peft
from etude.errors import UserError

# Parts of names of what a method adds, which has its own dropout.
ADDED = ("lora_", "vera_", "adapter", "bottlenecks", "prompt_encoder")


def for_training(network: Any, tune: Tune) -> None:
    """Do to a network, its method on it already, what a tuning asks for beside the method.

    Raises `UserError` where this model cannot have it.
    """
    if tune.dropout is not None:
        set_dropout(network, tune.dropout)
    if tune.activation_checkpointing:
        checkpoint_activations(network)
    if tune.neftune_noise_alpha is not None:
        add_noise(network, tune.neftune_noise_alpha)


def add_noise(network: Any, alpha: float) -> None:
    """Uniform noise in ±alpha / sqrt(length x width) on the input's embeddings, in training.

    NEFTune (Jain et al. 2023, arXiv:2310.05914); the length is that of the padded batch, as in
    transformers. Of an encoder-decoder the encoder's input gets it.
    """

    def disturb(module: torch.nn.Module, _: Any, output: Tensor) -> Tensor:
        if not module.training:
            return output
        size = alpha / math.sqrt(output.shape[-2] * output.shape[-1])
        return output + torch.empty_like(output).uniform_(-size, size)

    embeddings_read(network).register_forward_hook(disturb)


def embeddings_read(network: Any) -> torch.nn.Module:
    """The embeddings that the input goes through in training.

    PEFT embeds the input itself where it puts virtual tokens before it, by the table that an
    encoder and a decoder share and not by the encoder's own view of it.
    """
    if puts_tokens(network):
        found: torch.nn.Module = network.word_embeddings
    else:
        reader = network.get_encoder() if network.config.is_encoder_decoder else network
        found = reader.get_input_embeddings()
    return found


def puts_tokens(network: Any) -> bool:
    """Whether virtual tokens stand before the embedded input (and not before keys and values)."""
    return is_peft(network) and network.active_peft_config.peft_type in (
        "PROMPT_TUNING",
        "P_TUNING",
    )


def set_dropout(network: Any, share: float) -> None:
    """Let the model's own layers drop this share in training.

    Layers keep it as a module (`torch.nn.Dropout`) or as a number of their own
    (`attention_dropout`). Raises `UserError` for a model that has neither.
    """
    found = 0
    for name, module in network.named_modules():
        if any(part in name for part in ADDED):
            continue
        if isinstance(module, torch.nn.Dropout):
            module.p = share
            found += 1
        for key, value in vars(module).items():
            if is_dropout(key) and isinstance(value, int | float):
                setattr(module, key, share)
                found += 1
    if not found:
        raise UserError(
            "tune.dropout: the layers of this model have no dropout to set: remove it, or use the "
            "dropout of tune.method."
        )
    for key, value in vars(network.config).items():
        if is_dropout(key) and isinstance(value, int | float):
            setattr(network.config, key, share)


def is_dropout(name: str) -> bool:
    """Whether an attribute is a share to drop (`attention_dropout`, `resid_pdrop`)."""
    return name.endswith(("dropout", "pdrop", "dropout_rate", "dropout_prob", "dropout_p"))


def checkpoint_activations(network: Any) -> None:
    """Compute the inside of each layer again on the way back instead of keeping it.

    The form that is not re-entrant: frozen embeddings need no gradient, and chance (dropout) is
    repeated exactly.
    """
    try:
        network.activation_checkpointing_enable(
            activation_checkpointing_kwargs={"use_reentrant": False}
        )
    except ValueError:
        raise UserError(
            "tune.activation_checkpointing: this model's layers cannot be computed again: remove "
            "it."
        ) from None
