"""How parameters are moved: one function per optimizer, one row in `OPTIMIZERS`.

A weight decay counts for matrices only: norms and biases have no scale to hold down.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import torch

from etude.config.optimizers import EXTRA_MISSING, Adafactor, Adam
from etude.errors import UserError

Groups = list[dict[str, Any]]


def adamw(groups: Groups, settings: Adam) -> torch.optim.Optimizer:
    """torch's own, fused: one pass over the parameters."""
    return torch.optim.AdamW(groups, **told(settings), fused=True)


def paged_adamw(groups: Groups, settings: Adam) -> torch.optim.Optimizer:
    """bitsandbytes' AdamW in 32 bits, its state in memory that a GPU may page out."""
    return paged(lambda: library().optim.PagedAdamW32bit(groups, **told(settings)))


def adamw_8bit(groups: Groups, settings: Adam) -> torch.optim.Optimizer:
    """bitsandbytes' AdamW in 8 bits."""
    optimizer: torch.optim.Optimizer = library().optim.AdamW8bit(groups, **told(settings))
    return optimizer


def paged_adamw_8bit(groups: Groups, settings: Adam) -> torch.optim.Optimizer:
    """bitsandbytes' AdamW in 8 bits, its state in memory that a GPU may page out."""
    return paged(lambda: library().optim.PagedAdamW8bit(groups, **told(settings)))


def adafactor(groups: Groups, settings: Adafactor) -> torch.optim.Optimizer:
    """transformers' own, with the learning rate that the schedule gives."""
    from transformers.optimization import Adafactor as Implementation

    optimizer: torch.optim.Optimizer = Implementation(
        groups,
        lr=settings.learning_rate,
        eps=(settings.epsilon, 1e-3),  # the paper's least scale of a parameter
        clip_threshold=settings.clip_threshold,
        decay_rate=settings.decay_rate,
        beta1=settings.beta1,
        scale_parameter=settings.scale_parameter,
        relative_step=False,
        warmup_init=False,
    )
    return optimizer


OPTIMIZERS: dict[str, Callable[[Groups, Any], torch.optim.Optimizer]] = {
    "adamw": adamw,
    "paged-adamw": paged_adamw,
    "adamw-8bit": adamw_8bit,
    "paged-adamw-8bit": paged_adamw_8bit,
    "adafactor": adafactor,
}


def make_optimizer(parameters: Mapping[str, torch.nn.Parameter], settings: Any) -> Any:
    """The optimizer that a study asks for, over the parameters that learn.

    Raises `UserError` when it needs a package that is not installed.
    """
    matrices = [item for item in parameters.values() if item.dim() >= 2]
    vectors = [item for item in parameters.values() if item.dim() < 2]
    groups: Groups = [
        {"params": matrices, "weight_decay": settings.weight_decay},
        {"params": vectors, "weight_decay": 0.0},
    ]
    return OPTIMIZERS[settings.name]([group for group in groups if group["params"]], settings)


def told(settings: Adam) -> dict[str, Any]:
    """AdamW's settings under the names that torch and bitsandbytes share."""
    return {
        "lr": settings.learning_rate,
        "betas": (settings.beta1, settings.beta2),
        "eps": settings.epsilon,
    }


def paged(make: Callable[[], Any]) -> torch.optim.Optimizer:
    """A paged optimizer without its warning of a CPU: the setting's own words say it."""
    optimizer: torch.optim.Optimizer = make()
    optimizer._cpu_paged_warned = True  # type: ignore[attr-defined]  # bitsandbytes' own flag
    return optimizer


def library() -> Any:
    """bitsandbytes, if it is installed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it tells of GPUs that are not there
            import bitsandbytes
    except ImportError:
        raise UserError(EXTRA_MISSING) from None
    return bitsandbytes
