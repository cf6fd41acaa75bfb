"""LoRA and its kin, through PEFT: the base frozen as it is, added matrices in fp32."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from transformers.pytorch_utils import Conv1D

from etude.config.low_rank import Dora, Lora, LowRank, Pissa, RsLora, Vera
from etude.engine.adapters import INITIAL
from etude.training.methods.peft import is_empty, matrices, task_type, wrap

SPARE = 10  # columns beyond the rank that the randomised method looks at (arXiv:0909.4061)


def low_rank(network: Any, settings: LowRank, **more: Any) -> Any:
    """PEFT's configuration of added low-rank matrices."""
    from peft import LoraConfig

    return LoraConfig(
        r=settings.r,
        lora_alpha=settings.alpha,  # type: ignore[arg-type]  # PEFT says int and takes floats
        lora_dropout=settings.dropout,
        bias="none",
        task_type=task_type(network),
        **matrices(network, settings.targets),
        **more,
    )


def lora(network: Any, settings: Lora) -> Any:
    """W + alpha/r * B A, with B at zero in the beginning."""
    return wrap(network, low_rank(network, settings))


def rslora(network: Any, settings: RsLora) -> Any:
    """The same with the scale alpha / sqrt(r)."""
    return wrap(network, low_rank(network, settings, use_rslora=True))


def dora(network: Any, settings: Dora) -> Any:
    """A learnt magnitude for each output, times the direction of W + alpha/r * B A."""
    return wrap(network, low_rank(network, settings, use_dora=True))


def pissa(network: Any, settings: Pissa) -> Any:
    """LoRA that begins as the principal components of each matrix, which stays untouched.

    The paper takes the components out of W and trains on what is left. Here they are taken out by
    a second, frozen adapter, -B0 A0, so that W stays as it is: the sum is the same, nothing is
    lost to rounding in bf16, quantised matrices serve as well, and what is saved (both adapters as
    one of rank 2r) is a plain LoRA for the very base.
    """
    config, second = low_rank(network, settings), low_rank(network, settings)
    wrapped = wrap(network, config)
    if is_empty(wrapped):
        return wrapped
    wrapped.add_adapter(INITIAL, second)
    for module in wrapped.modules():
        if hasattr(module, "lora_A"):
            down, up = components(module.get_base_layer(), settings)
            for name, sign in (("default", 1.0), (INITIAL, -1.0)):
                with torch.no_grad():
                    module.lora_A[name].weight.copy_(down)
                    module.lora_B[name].weight.copy_(sign * up)
    wrapped.base_model.set_adapter(["default", INITIAL])
    for name, item in wrapped.named_parameters():
        item.requires_grad_("lora_" in name and f".{INITIAL}." not in name)
    return wrapped


def components(layer: Any, settings: Pissa) -> tuple[Tensor, Tensor]:
    """A (r, in) and B (out, r) with alpha/r * B A the best approximation of rank r of a matrix."""
    from peft.utils.integrations import dequantize_module_weight

    plain = isinstance(layer, Conv1D) or layer.weight.is_floating_point()
    weight = (layer.weight if plain else dequantize_module_weight(layer)).detach().float()
    if isinstance(layer, Conv1D):
        weight = weight.T  # it holds (in, out)
    r = min(settings.r, *weight.shape)
    if settings.iterations is None:
        left, values, right = torch.linalg.svd(weight, full_matrices=False)
        left, values, right = left[:, :r], values[:r], right[:r]
    else:
        wider = min(r + SPARE, *weight.shape)
        left, values, right = torch.svd_lowrank(weight, q=wider, niter=settings.iterations)
        left, values, right = left[:, :r], values[:r], right.T[:r]
    root = (values * settings.r / settings.alpha).sqrt()
    down = torch.zeros(settings.r, weight.shape[1], device=weight.device)
    up = torch.zeros(weight.shape[0], settings.r, device=weight.device)
    down[:r], up[:, :r] = root[:, None] * right, left * root
    return down, up


def vera(network: Any, settings: Vera) -> Any:
    """W + diag(b) B diag(d) A, with A and B random and shared, b and d learnt."""
    from peft import VeraConfig

    config = VeraConfig(
        r=settings.r,
        vera_dropout=settings.dropout,
        d_initial=settings.start,
        projection_prng_key=settings.projection_seed,
        save_projection=True,
        task_type=task_type(network),
        **matrices(network, settings.targets),
    )
    return wrap(network, config)
