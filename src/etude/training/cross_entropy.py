"""Cross-entropy that holds one array of the logits' size beside them, where torch holds three.

The gradient of a sum of cross-entropies is known as soon as the loss is: probabilities, less one at
the target. So both are computed in one walk over rows, a piece that fits a processor's cache at a
time, and logits that are narrower than fp32 are widened piece by piece.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

PIECE = {"cpu": 2**20}  # elements that are walked at once: 4 MB in fp32
LARGE_PIECE = 2**26  # on a GPU, which wants few and large kernels


def summed_cross_entropy(logits: Tensor, targets: Tensor, label_smoothing: float = 0.0) -> Tensor:
    """Cross-entropy in nats, summed over rows, as fp32.

    `logits` (n, classes), `targets` (n,) of int64. With label smoothing s, the wanted probability
    of the target is 1 - s + s / classes and that of the others s / classes
    (https://arxiv.org/abs/1512.00567). The same as torch's `cross_entropy` with `reduction="sum"`
    of the logits in fp32; it can be differentiated once.
    """
    total: Tensor = SummedCrossEntropy.apply(logits, targets, label_smoothing)  # type: ignore[no-untyped-call]  # torch's
    return total


class SummedCrossEntropy(torch.autograd.Function):
    """The walk over rows; the gradient waits for what it is to be multiplied by."""

    @staticmethod
    def forward(ctx: Any, logits: Tensor, targets: Tensor, smoothing: float) -> Tensor:
        """The summed loss, and on the way its gradient if somebody will ask for it."""
        rows, classes = logits.shape
        ctx.type = logits.dtype
        # In fp16 small probabilities would be zero before the loss scaler has lifted them.
        held_in = torch.float32 if logits.dtype == torch.float16 else logits.dtype
        asked = ctx.needs_input_grad[0]
        gradient = torch.empty_like(logits, dtype=held_in) if asked else None
        step = max(1, PIECE.get(logits.device.type, LARGE_PIECE) // classes)
        total = torch.zeros((), dtype=torch.float32, device=logits.device)
        for start in range(0, rows, step):
            piece, wanted = logits[start : start + step], targets[start : start + step, None]
            held = torch.log_softmax(piece, dim=-1, dtype=torch.float32)
            total -= (1 - smoothing) * held.gather(1, wanted).sum()
            if smoothing:
                total -= smoothing * held.mean(dim=-1).sum()
            if gradient is not None:
                held.exp_()
                if smoothing:
                    held -= smoothing / classes
                held.scatter_add_(1, wanted, torch.full_like(held[:, :1], smoothing - 1))
                gradient[start : start + step] = held
        if gradient is not None:
            ctx.save_for_backward(gradient)
        return total

    @staticmethod
    def backward(ctx: Any, *outer: Tensor) -> tuple[Tensor, None, None]:
        """The gradient of the logits; it is used up, so a second call fails."""
        (gradient,) = ctx.saved_tensors
        return gradient.mul_(outer[0]).to(ctx.type), None, None
