"""How the learning rate may go over the steps: the schedules as a tagged union."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from etude.config.settings import Fraction, Misplaced, Settings, named


class Constant(Settings):
    """The same learning rate throughout."""

    name: Literal["constant"] = "constant"
    """Which schedule this is."""


class Warm(Settings):
    """A schedule that warms up from zero."""

    warmup_steps: int | None = Field(None, ge=0)
    """Optimizer steps from zero to the peak."""
    warmup_ratio: Fraction | None = None
    """The same as a share of all steps."""

    @model_validator(mode="after")
    def one_warmup(self) -> Warm:
        if self.warmup_steps is not None and self.warmup_ratio is not None:
            raise Misplaced(
                ("warmup_ratio",), "warmup_steps says the same thing already: keep one of the two"
            )
        return self


class ConstantWithWarmup(Warm):
    """The same learning rate throughout, once it is warm."""

    name: Literal["constant-with-warmup"] = "constant-with-warmup"
    """Which schedule this is."""

    @model_validator(mode="after")
    def some_warmup(self) -> ConstantWithWarmup:
        if self.warmup_steps is None and self.warmup_ratio is None:
            raise Misplaced(
                (),
                "it does not say how long it warms up: add warmup_steps or warmup_ratio, or use "
                "constant",
            )
        return self


class Linear(Warm):
    """Falls in a straight line to zero."""

    name: Literal["linear"] = "linear"
    """Which schedule this is."""


class Cosine(Warm):
    """Falls along half a cosine to zero."""

    name: Literal["cosine"] = "cosine"
    """Which schedule this is."""


class StepDecay(Warm):
    """Falls by a factor every so many steps, and is constant in between."""

    name: Literal["step-decay"] = "step-decay"
    """Which schedule this is."""
    step_size: int = Field(ge=1)
    """Optimizer steps between two falls, counted from the end of the warm-up."""
    gamma: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """What the learning rate is multiplied by at each."""


Schedule = Annotated[
    Constant | ConstantWithWarmup | Linear | Cosine | StepDecay,
    Field(discriminator="name"),
    BeforeValidator(
        named,
        json_schema_input_type=Literal["constant", "linear", "cosine"]
        | Constant
        | ConstantWithWarmup
        | Linear
        | Cosine
        | StepDecay,
    ),
]
