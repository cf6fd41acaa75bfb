"""AdaLoRA, through PEFT: matrices that lose rank where it matters least (arXiv:2303.10512).

PEFT has the layers and the rule by which rank is taken away. What it leaves to the loop stands
here: the penalty, the call at each step, and the rule's memory, which is kept in the optimizer's
state so that it is part of every checkpoint.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from etude.config.low_rank import AdaLora
from etude.errors import UserError
from etude.training.methods.peft import matrices, task_type, wrap

MEMORY = {"exp_avg_ipt": "importance", "exp_avg_unc": "uncertainty"}  # PEFT's words and ours
KEPT = "rank_kept"


def adalora(network: Any, settings: AdaLora) -> Any:
    """W + alpha/start_r * B diag(e) A; ranks whose e is set to zero are gone."""
    from peft import AdaLoraConfig

    config = AdaLoraConfig(
        init_r=settings.start_r,
        target_r=settings.r,
        lora_alpha=settings.alpha,  # type: ignore[arg-type]  # PEFT says int and takes floats
        lora_dropout=settings.dropout,
        deltaT=settings.every,
        beta1=settings.beta1,
        beta2=settings.beta2,
        orth_reg_weight=settings.orthogonality,
        total_step=1,  # `phases` says how many there are
        task_type=task_type(network),
        **matrices(network, settings.targets),
    )
    wrapped = wrap(network, config)
    for name, item in wrapped.named_parameters():
        if ".ranknum." in name:  # the rank as PEFT notes it: a number of its own, not learnt
            item.requires_grad_(False)
    return wrapped


def phases(settings: AdaLora, steps: int) -> tuple[int, int]:
    """Steps before rank is taken away, and steps at the end in which ranks stay as they are."""
    first, last = math.floor(settings.warmup * steps), math.floor(settings.settle * steps)
    if first >= steps - last:
        raise UserError(
            f"tune.method adalora has {steps} steps, and its warmup and settle leave none in which "
            "rank could be taken away: train longer, or make them smaller."
        )
    return first, last


def penalty(network: Any, settings: AdaLora) -> Tensor | None:
    """How far the added matrices are from orthogonal, averaged over them and weighted."""
    if not settings.orthogonality:
        return None
    distances = []
    for name, item in network.named_parameters():
        if "lora_A." in name or "lora_B." in name:
            product = item @ item.T if "lora_A." in name else item.T @ item
            unit = torch.eye(len(product), device=product.device)
            distances.append(torch.linalg.matrix_norm(product - unit))
    return settings.orthogonality * torch.stack(distances).mean()


def allocate(
    network: Any, settings: AdaLora, optimizer: torch.optim.Optimizer, step: int, steps: int
) -> None:
    """Take rank away after optimizer step `step` (from 1) of `steps`, while gradients are there."""
    tuner = network.base_model
    config = tuner.peft_config[tuner.trainable_adapter_name]
    config.tinit, config.tfinal = phases(settings, steps)
    config.total_step = steps
    allocator, state = tuner.rankallocator, optimizer.state
    named = {n: p for n, p in tuner.model.named_parameters() if p.requires_grad}
    for theirs, ours in MEMORY.items():
        kept = {n: state[p][ours] for n, p in named.items() if ours in state[p]}
        setattr(allocator, theirs, kept)
    allocator.ipt = dict.fromkeys(allocator.exp_avg_ipt)  # only asked whether a name is known
    masks = {n: state[p][KEPT] for n, p in named.items() if KEPT in state[p]}
    config.rank_pattern = {n: mask.tolist() for n, mask in masks.items()} or None
    tuner.update_and_allocate(step)
    for theirs, ours in MEMORY.items():
        for name, value in getattr(allocator, theirs).items():
            state[named[name]][ours] = value
    for name, mask in (config.rank_pattern or {}).items():
        state[named[name]][KEPT] = torch.tensor(mask, dtype=torch.bool)


def ranks(network: Any) -> dict[str, int]:
    """The rank that is left of every adapted matrix."""
    return {
        name.partition(".lora_E")[0].removeprefix("base_model.model."): int((item != 0).sum())
        for name, item in network.named_parameters()
        if ".lora_E." in name
    }
