"""What may be written under `tune:`: method, optimizer and schedule as small tagged unions.

`etude.training.METHODS` holds what each method does; a test asserts that the two agree.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from etude.config.mixing import Mix, listed
from etude.config.searching import Search, check_search
from etude.config.settings import Fraction, Misplaced, Name, Positive, Settings, named


class Full(Settings):
    """Tune every parameter."""

    name: Literal["full"] = "full"
    """Which method this is."""


class Lora(Settings):
    """Low-rank adaptation (Hu et al. 2021, arXiv:2106.09685): W + alpha/r * B A."""

    name: Literal["lora"] = "lora"
    """Which method this is."""
    r: int = Field(8, ge=1)
    """Rank of the added matrices."""
    alpha: Positive = 16
    """Scale: the added matrices count alpha / r."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Dropout on the added path, in training."""
    targets: Literal["all-linear"] | tuple[str, ...] = "all-linear"
    """Names of the layers to adapt (`q_proj`), or every linear layer but the head."""


Method = Annotated[
    Full | Lora,
    Field(discriminator="name"),
    BeforeValidator(named, json_schema_input_type=Literal["full", "lora"] | Full | Lora),
]


class AdamW(Settings):
    """AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101)."""

    name: Literal["adamw"] = "adamw"
    """Which optimizer this is."""
    learning_rate: Positive = 2e-4
    """Peak step size."""
    weight_decay: float = Field(0.0, ge=0)
    """Decoupled decay, on matrices only."""
    beta1: Annotated[float, Field(ge=0, lt=1)] = 0.9
    """Decay of the mean of gradients."""
    beta2: Annotated[float, Field(ge=0, lt=1)] = 0.999
    """Decay of the mean of squared gradients."""
    epsilon: Positive = 1e-8
    """Keeps the division finite."""


Optimizer = Annotated[
    AdamW, BeforeValidator(named, json_schema_input_type=Literal["adamw"] | AdamW)
]


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


class Linear(Warm):
    """Falls in a straight line to zero."""

    name: Literal["linear"] = "linear"
    """Which schedule this is."""


class Cosine(Warm):
    """Falls along half a cosine to zero."""

    name: Literal["cosine"] = "cosine"
    """Which schedule this is."""


Schedule = Annotated[
    Constant | Linear | Cosine,
    Field(discriminator="name"),
    BeforeValidator(
        named,
        json_schema_input_type=Literal["constant", "linear", "cosine"] | Constant | Linear | Cosine,
    ),
]


class Tune(Settings):
    """Fine-tuning on the training split."""

    method: Method = Lora()
    """Which parameters learn."""
    optimizer: Optimizer = AdamW()
    """How they are moved."""
    schedule: Schedule = Cosine(warmup_ratio=0.03)
    """How the learning rate goes over the steps."""
    epochs: Positive = 3
    """Passes over the training split."""
    max_steps: int | None = Field(None, ge=1)
    """Stop after so many optimizer steps, whatever `epochs` says."""
    batch_size: int = Field(8, ge=1)
    """Examples per forward pass."""
    accumulate: int = Field(1, ge=1)
    """Forward passes per optimizer step."""
    supervise: Literal["response", "assistant_turns", "all"] = "response"
    """Which tokens the loss counts: the answer, every assistant turn, or everything."""
    max_tokens: int | None = Field(None, ge=8)
    """Longest training sequence; longer ones are cut in the prompt's middle, and counted. The
    model's own context when not given."""
    clip: Positive | None = 1.0
    """Largest norm of the gradient."""
    log_steps: int = Field(10, ge=1)
    """Optimizer steps between two rows of the history."""
    save_seconds: float = Field(60, ge=0)
    """Seconds between checkpoints: the most that a kill can lose."""
    mix: Annotated[
        Mix | None, BeforeValidator(listed, json_schema_input_type=tuple[Name, ...] | Mix | None)
    ] = None
    """Which sources to learn from, and in which shares; all of them by size when not given. The
    validation loss is that of the same sources."""
    search: Search | str | None = None
    """Settings to choose on the dev split before the tuning; or the name of an approach whose
    search has chosen them."""

    @model_validator(mode="after")
    def search_finds_its_settings(self) -> Tune:
        if isinstance(self.search, Search):
            check_search(self, self.search)
        return self
