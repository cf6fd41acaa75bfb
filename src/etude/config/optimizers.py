"""How parameters may be moved: the optimizers as a tagged union."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from etude.config.settings import Positive, Settings, named

Share = Annotated[float, Field(ge=0, lt=1)]
EXTRA = "quantized"  # the extra that brings bitsandbytes
NEEDS_EXTRA = ("paged-adamw", "adamw-8bit", "paged-adamw-8bit")
EXTRA_MISSING = (
    "tune.optimizer: paged and 8-bit optimizers need a package that is not installed: "
    f"pip install 'etude[{EXTRA}]', or use adamw or adafactor."
)


class Adam(Settings):
    """What every form of AdamW is told."""

    learning_rate: Positive = 2e-4
    """Peak step size."""
    weight_decay: float = Field(0.0, ge=0)
    """Decoupled decay, on matrices only."""
    beta1: Share = 0.9
    """Decay of the mean of gradients."""
    beta2: Share = 0.999
    """Decay of the mean of squared gradients."""
    epsilon: Positive = 1e-8
    """Keeps the division finite."""


class AdamW(Adam):
    """AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101)."""

    name: Literal["adamw"] = "adamw"
    """Which optimizer this is."""


class PagedAdamW(Adam):
    """AdamW whose state gives way to host memory when a GPU's runs short.

    Dettmers et al. 2023, arXiv:2305.14314. On a CPU there is nothing to page.
    """

    name: Literal["paged-adamw"] = "paged-adamw"
    """Which optimizer this is."""


class AdamW8bit(Adam):
    """AdamW with both means in 8 bits, in blocks.

    Dettmers et al. 2022, arXiv:2110.02861. Parameters of fewer than 4,096 values keep 32 bits.
    """

    name: Literal["adamw-8bit"] = "adamw-8bit"
    """Which optimizer this is."""


class PagedAdamW8bit(Adam):
    """AdamW with both means in 8 bits, which give way to host memory when a GPU's runs short."""

    name: Literal["paged-adamw-8bit"] = "paged-adamw-8bit"
    """Which optimizer this is."""


class Adafactor(Settings):
    """Adafactor (Shazeer and Stern 2018, arXiv:1804.04235).

    Of a matrix's squared gradients it keeps the means of rows and columns only. The learning rate
    is the schedule's, as in transformers' Trainer, and not the paper's relative step.
    """

    name: Literal["adafactor"] = "adafactor"
    """Which optimizer this is."""
    learning_rate: Positive = 2e-4
    """Peak step size."""
    weight_decay: float = Field(0.0, ge=0)
    """Decoupled decay, on matrices only."""
    beta1: Share | None = None
    """Decay of the mean of gradients; without one, no mean is kept, which is where memory is
    saved."""
    decay_rate: Annotated[float, Field(ge=-1, lt=0)] = -0.8
    """Exponent by which the memory of squared gradients lengthens: after t steps their decay is
    1 - t to this power."""
    clip_threshold: Positive = 1.0
    """Largest root mean square of an update, before the learning rate."""
    scale_parameter: bool = False
    """Multiply the learning rate by the root mean square of each parameter, as in the paper."""
    epsilon: Positive = 1e-30
    """Added to squared gradients."""


def optimizer_named(value: Any) -> Any:
    """`adafactor` is short for `{name: adafactor}`; a block without a name is AdamW's."""
    value = named(value)
    if isinstance(value, Mapping) and "name" not in value:
        return {"name": "adamw", **value}
    return value


Optimizer = Annotated[
    AdamW | PagedAdamW | AdamW8bit | PagedAdamW8bit | Adafactor,
    Field(discriminator="name"),
    BeforeValidator(
        optimizer_named,
        json_schema_input_type=Literal[
            "adamw", "paged-adamw", "adamw-8bit", "paged-adamw-8bit", "adafactor"
        ]
        | AdamW
        | PagedAdamW
        | AdamW8bit
        | PagedAdamW8bit
        | Adafactor,
    ),
]
