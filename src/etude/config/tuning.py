"""What may be written under `tune:`: method, optimizer and schedule as small tagged unions.

Names are those of transformers' `TrainingArguments` where these are whole words. The methods stand
in `methods.py`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from etude.config.low_rank import Lora
from etude.config.methods import Full, Method
from etude.config.mixing import Mix, listed
from etude.config.optimizers import Adafactor, AdamW, Optimizer, Share
from etude.config.schedules import Constant, Cosine, Linear, Schedule, StepDecay
from etude.config.searching import Search, check_search
from etude.config.settings import Misplaced, Name, Positive, Settings

__all__ = [  # what Python code that writes a study imports from here
    "Adafactor",
    "AdamW",
    "Constant",
    "Cosine",
    "EarlyStopping",
    "Full",
    "Linear",
    "Lora",
    "Method",
    "Optimizer",
    "Schedule",
    "StepDecay",
    "Tune",
]

AUTOMATIC = 8  # examples a batch that `batch_size: auto` stands for, however they are divided
Steps = Annotated[int, Field(ge=1)]


class EarlyStopping(Settings):
    """Stop when the validation loss has ceased to fall."""

    patience: Steps = 3
    """Stop after so many validations in a row without progress."""
    min_delta: float = Field(0.0, ge=0)
    """A loss that is not lower by more than this is no progress."""


def patient(value: Any) -> Any:
    """`3` is short for `{patience: 3}`."""
    return {"patience": value} if isinstance(value, int) and not isinstance(value, bool) else value


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
    """Stop after so many optimizer steps, where `epochs` asks for more."""
    batch_size: Literal["auto"] | Steps = 8
    """Examples per forward pass. `auto` finds how many of a step's 8 x `accumulate` examples fit
    into memory at once: a GPU halves when it runs out, a CPU doubles as long as what the rehearsal
    measures leaves room. The step itself stays the same, however it is divided."""
    accumulate: int = Field(1, ge=1)
    """Forward passes per optimizer step. Their loss is one mean over all supervised tokens."""
    supervise: Literal["response", "assistant_turns", "all"] = "response"
    """Which tokens the loss counts: the answer, every assistant turn, or everything."""
    max_tokens: int | None = Field(None, ge=8)
    """Longest training sequence; longer ones are cut in the prompt's middle, and counted. The
    model's own context when not given."""
    group_by_length: bool = True
    """Put examples of like length into a batch, so that little of it is padding."""
    packing: bool = False
    """Put several examples into one sequence of `max_tokens`, none of which sees another;
    `batch_size` then counts sequences. For decoders."""
    data_seed: int | None = Field(None, ge=0, lt=2**31)
    """Seed of the order of the examples, where it is to differ from the seed of the rest."""
    clip: Positive | None = 1.0
    """Largest norm of the gradient."""
    dropout: Share | None = None
    """Dropout of the model's own layers, in training; as the model brings it when not given. An
    added method has a setting of its own."""
    label_smoothing: Share = 0.0
    """Share of the probability that the training loss wants spread over the whole vocabulary
    (Szegedy et al. 2016, arXiv:1512.00567). The validation loss is taken without."""
    neftune_noise_alpha: Positive | None = None
    """Uniform noise on the embeddings in training (NEFTune, Jain et al. 2023, arXiv:2310.05914), of
    this size over the root of length times width; 5 is usual."""
    activation_checkpointing: bool = False
    """Keep only each layer's input and compute the rest again on the way back: less memory, about a
    third more time, the same gradients. Not with prefix-tuning."""
    log_steps: int = Field(10, ge=1)
    """Optimizer steps between two rows of the history."""
    evaluate_steps: Literal["epoch"] | Steps = "epoch"
    """Optimizer steps between two validations, or `epoch` for one after each. There is always one
    before the first step and one at the end."""
    evaluate_batch_size: Steps | None = None
    """Examples per forward pass of a validation; as in training when not given. Halved where memory
    does not suffice, and the report says so."""
    load_best_model_at_end: bool = False
    """Keep the weights of the lowest validation loss instead of the last."""
    early_stopping: Annotated[
        EarlyStopping | None,
        BeforeValidator(patient, json_schema_input_type=Steps | EarlyStopping | None),
    ] = None
    """Stop before the end when the validation loss has ceased to fall: a number of validations to
    wait, or a block."""
    save_seconds: float = Field(60, ge=0)
    """Seconds between checkpoints to resume from: the most that a kill can lose."""
    save_steps: Literal["epoch"] | Steps | None = None
    """Keep the weights every so many optimizer steps, or after every `epoch`, in `checkpoints/` of
    the approach's folder, to be used with `weights:`. Without it, only the end result is kept."""
    save_total_limit: Steps | None = None
    """Of the weights that `save_steps` keeps, only the newest so many; all when not given."""
    mix: Annotated[
        Mix | None, BeforeValidator(listed, json_schema_input_type=tuple[Name, ...] | Mix | None)
    ] = None
    """Which sources to learn from, and in which shares; all of them by size when not given. The
    validation loss is that of the same sources."""
    search: Search | str | None = None
    """Settings to choose on the dev split before the tuning; or the name of an approach whose
    search has chosen them."""

    @model_validator(mode="after")
    def limits_limit_something(self) -> Tune:
        if self.save_total_limit is not None and self.save_steps is None:
            raise Misplaced(
                ("save_total_limit",),
                "without save_steps no weights are kept along the way: add it, or remove this",
            )
        return self

    @model_validator(mode="after")
    def search_finds_its_settings(self) -> Tune:
        if isinstance(self.search, Search):
            check_search(self, self.search)
        return self

    @property
    def nominal_batch_size(self) -> int:
        """`batch_size` as a number: what an epoch is cut into, whatever memory allows at once."""
        return AUTOMATIC if self.batch_size == "auto" else self.batch_size
