"""LoRA and its kin: methods that add matrices of low rank to the model's own."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from etude.config.settings import Fraction, Misplaced, Positive, Settings

Share = Annotated[float, Field(ge=0, lt=1)]
Targets = Literal["all-linear"] | tuple[str, ...]


class LowRank(Settings):
    """What methods that add low-rank matrices have in common."""

    r: int = Field(8, ge=1)
    """Rank of the added matrices."""
    alpha: Positive = 16
    """Scale: the added matrices count alpha / r (rsLoRA: alpha over the root of r)."""
    dropout: Share = 0.0
    """Dropout on the added path, in training."""
    targets: Targets = "all-linear"
    """Names of the layers to adapt (`q_proj`), or every linear layer but the head."""


class Lora(LowRank):
    """Low-rank adaptation (Hu et al. 2021, arXiv:2106.09685): W + alpha/r * B A."""

    name: Literal["lora"] = "lora"
    """Which method this is."""


class RsLora(LowRank):
    """Rank-stabilised LoRA (Kalajdzievski 2023, arXiv:2312.03732): the scale is alpha / sqrt(r)."""

    name: Literal["rslora"] = "rslora"
    """Which method this is."""


class Dora(LowRank):
    """LoRA for the direction, a vector for the magnitude (Liu et al. 2024, arXiv:2402.09353)."""

    name: Literal["dora"] = "dora"
    """Which method this is."""


class Pissa(LowRank):
    """LoRA that begins as a matrix's main components (Meng et al. 2024, arXiv:2404.02948)."""

    name: Literal["pissa"] = "pissa"
    """Which method this is."""
    iterations: int | None = Field(None, ge=1)
    """Find the components by so many rounds of a randomised method, which is faster on large
    matrices; exactly when not given."""


class AdaLora(Settings):
    """LoRA that moves rank to where it matters (Zhang et al. 2023, arXiv:2303.10512)."""

    name: Literal["adalora"] = "adalora"
    """Which method this is."""
    r: int = Field(8, ge=1)
    """Rank that is left at the end, on average over the matrices."""
    start_r: int = Field(12, ge=2)
    """Rank of every matrix at the beginning."""
    alpha: Positive = 32
    """Scale: the added matrices count alpha / start_r."""
    dropout: Share = 0.0
    """Dropout on the added path, in training."""
    targets: Targets = "all-linear"
    """Names of the layers to adapt (`q_proj`), or every linear layer but the head."""
    warmup: Fraction = 0.1
    """Share of the steps before rank is taken away."""
    settle: Fraction = 0.3
    """Share of the steps, at the end, in which ranks stay as they are."""
    every: int = Field(1, ge=1)
    """Steps between two allocations of rank."""
    beta1: Annotated[float, Field(gt=0, lt=1)] = 0.85
    """Decay of the mean of a value's importance."""
    beta2: Annotated[float, Field(gt=0, lt=1)] = 0.85
    """Decay of the mean of its uncertainty."""
    orthogonality: float = Field(0.5, ge=0)
    """Weight of the penalty that keeps the added matrices orthogonal."""

    @model_validator(mode="after")
    def rank_falls(self) -> AdaLora:
        if self.start_r <= self.r:
            raise Misplaced(
                ("start_r",), f"rank is only taken away: set it above r, which is {self.r}"
            )
        if self.warmup + self.settle >= 1:
            raise Misplaced(
                ("settle",), "warmup and settle leave no steps between them: make one smaller"
            )
        return self


class Vera(Settings):
    """Vectors that scale shared random matrices (Kopiczko et al. 2023, arXiv:2310.11454)."""

    name: Literal["vera"] = "vera"
    """Which method this is."""
    r: int = Field(256, ge=1)
    """Rank of the shared matrices; larger than LoRA's, as they do not learn."""
    start: Positive = 0.1
    """What the scales within the rank begin as."""
    dropout: Share = 0.0
    """Dropout on the added path, in training."""
    targets: Targets = "all-linear"
    """Names of the layers to adapt (`q_proj`), or every linear layer but the head."""
    projection_seed: int = Field(0, ge=0, lt=2**31)
    """Seed of the shared matrices, which are saved with the adapter."""
