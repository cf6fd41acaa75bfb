"""Muon for the matrices, AdamW for the rest: about half the steps of AdamW alone at this size."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn

MOMENTUM = 0.95
WEIGHT_DECAY = 0.05
BETAS = (0.9, 0.95)
COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # of the quintic in Jordan et al. 2024
ITERATIONS = 5
RMS = 0.2  # size of an AdamW update, which Muon's is scaled to (Liu et al. 2025, equation 4)


def orthogonalized(matrix: Tensor) -> Tensor:
    """The nearest (semi-)orthogonal matrix, roughly, by Newton-Schulz iterations.

    torch.optim.Muon computes this in bf16, which is ten times slower than fp32 on processors that
    only emulate it; here bf16 is used on a GPU alone.
    """
    a, b, c = COEFFICIENTS
    x = matrix.bfloat16() if matrix.is_cuda else matrix.float()
    tall = x.size(0) > x.size(1)
    x = x.T if tall else x
    x = x / (x.norm() + 1e-7)
    for _ in range(ITERATIONS):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    result: Tensor = x.T if tall else x
    return result.to(matrix.dtype)


class Muon(torch.optim.Optimizer):
    """Momentum whose update is orthogonalized, with decoupled weight decay; for 2-D parameters.

    Jordan et al. 2024; Liu et al. 2025, arXiv:2502.16982.
    """

    def __init__(self, params: Iterable[nn.Parameter], lr: float) -> None:
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> None:  # type: ignore[override]
        """One update; `closure` is there for the interface alone."""
        for group in self.param_groups:
            for parameter in group["params"]:
                momentum = self.state[parameter].setdefault("momentum", torch.zeros_like(parameter))
                momentum.lerp_(parameter.grad, 1 - MOMENTUM)
                update = orthogonalized(parameter.grad.lerp(momentum, MOMENTUM))
                parameter.mul_(1 - group["lr"] * WEIGHT_DECAY)
                parameter.add_(update, alpha=-group["lr"] * RMS * max(parameter.shape) ** 0.5)


class Optimizers:
    """Both optimizers behind one face, with one state, so that one checkpoint holds it."""

    def __init__(self, model: nn.Module, learning_rate: float) -> None:
        inner = {id(p) for p in model.get_submodule("model.layers").parameters() if p.dim() == 2}
        self.muon = Muon([p for p in model.parameters() if id(p) in inner], learning_rate)
        others = [p for p in model.parameters() if id(p) not in inner]
        self.adamw = torch.optim.AdamW(others, lr=learning_rate, betas=BETAS, weight_decay=0.0)
        self.adamw.state = self.muon.state
        self.base = learning_rate

    def step(self, share: float) -> None:
        """One update at `share` of the learning rate; gradients are cleared."""
        for optimizer in (self.muon, self.adamw):
            for group in optimizer.param_groups:
                group["lr"] = self.base * share
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
