"""How much arithmetic the work asks for, and how much a device can do: what MFU is made of.

MFU, the model FLOPs utilisation (Chowdhery et al. 2022, arXiv:2204.02311, appendix B), is the
arithmetic that the work asks for, per second, over the device's peak. What a tool computes
besides (padding, logits that no loss reads, activations computed twice) does not count, so it is
the same for every tool.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from work import LORA, Shape

# Dense bf16 with sums in fp32, in 10^12 a second, from the makers' data sheets; the first name
# that a device's own name holds. Cards without bf16 (T4) are measured.
PEAKS = {
    "H200": 989.4,
    "H100 PCIe": 756.0,
    "H100 NVL": 835.0,
    "H100": 989.4,
    "GH200": 989.4,
    "A100": 311.8,
    "A10G": 70.0,
    "A10": 125.0,
    "L40S": 362.1,
    "L4": 121.0,
    "RTX 4090": 165.2,
    "RTX 3090": 71.0,
}
FORMULA = (
    "(4 x weights of the layers' matrices + 6 x weights of LoRA) x tokens "
    "+ 4 x weights of the output layer x supervised tokens "
    "+ 6 x layers x width x the sum of squared lengths"
)


@dataclass(frozen=True, slots=True)
class Tokens:
    """The rows of an epoch: tokens, those that are supervised, and the sum of squared lengths."""

    all: int
    supervised: int
    squares: int


def tokens_of(lengths: Sequence[tuple[int, int]]) -> Tokens:
    """From (prompt, answer) tokens of each row."""
    return Tokens(
        all=sum(prompt + answer for prompt, answer in lengths),
        supervised=sum(answer for _, answer in lengths),
        squares=sum((prompt + answer) ** 2 for prompt, answer in lengths),
    )


def lora_weights(shape: Shape, rank: int = int(str(LORA["r"]))) -> int:
    """Weights of LoRA on every matrix of the layers."""
    keys = (shape.key_heads or shape.heads) * (shape.hidden // shape.heads)
    matrices = (
        (shape.hidden, shape.hidden),
        (shape.hidden, keys),
        (shape.hidden, keys),
        (shape.hidden, shape.hidden),
        (shape.hidden, shape.inner),
        (shape.hidden, shape.inner),
        (shape.inner, shape.hidden),
    )
    return shape.layers * sum(rank * (rows + columns) for rows, columns in matrices)


def lora_flops(shape: Shape, tokens: Tokens) -> float:
    """Multiplications and additions of an epoch of LoRA, forward and backward; `FORMULA`.

    A weight costs two on the way forward, two for the gradient of what went in, and two for its
    own gradient, which a frozen one does not have. Attention multiplies queries with keys and
    weights with values, causally: half of two products of length x length x width, and twice
    that on the way back.
    """
    layers = (4 * shape.body + 6 * lora_weights(shape)) * tokens.all
    attention = 6 * shape.layers * shape.hidden * tokens.squares
    return float(layers + 4 * shape.head * tokens.supervised + attention)


def device_name(device: str) -> str:
    """The GPU that torch takes, or "processor"."""
    import torch

    return torch.cuda.get_device_name() if device == "cuda" else "processor"


def peak_flops(name: str) -> float | None:
    """A device's peak by its name, None where it is not known."""
    known = (peak for known, peak in PEAKS.items() if known in name)
    peak = next(known, None)
    return None if peak is None else peak * 1e12


def measured_peak(device: str, size: int) -> float:
    """The best of several products of two square bf16 matrices."""
    import torch

    left, right = (torch.randn(size, size, device=device, dtype=torch.bfloat16) for _ in range(2))
    best = float("inf")
    for _ in range(10):
        started = time.perf_counter()
        product = left @ right
        if device == "cuda":
            torch.cuda.synchronize()
        best = min(best, time.perf_counter() - started)
    assert product.shape == (size, size)
    return 2 * size**3 / best
