"""Ways to tune: which parameters learn, one block per method, a small tagged union.

`etude.training.methods.METHODS` holds what each of them does; a test asserts that the two agree.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from etude.config.low_rank import AdaLora, Dora, Lora, Pissa, RsLora, Share, Vera
from etude.config.settings import Misplaced, Settings, named


class Full(Settings):
    """Every parameter (with a classification head, too: `{name: head, body: full}`)."""

    name: Literal["full"] = "full"
    """Which method this is."""


class Selective(Settings):
    """Some of the model's own parameters: the last layers, norms, biases.

    Biases alone are BitFit (Ben Zaken et al. 2021, arXiv:2106.10199).
    """

    name: Literal["selective"] = "selective"
    """Which method this is."""
    last_layers: int = Field(2, ge=0)
    """How many layers, counted from the end; of an encoder-decoder, of both stacks."""
    norms: bool = False
    """The scales and shifts of every normalisation layer as well."""
    biases: bool = False
    """Every bias as well."""

    @model_validator(mode="after")
    def something_learns(self) -> Selective:
        if not (self.last_layers or self.norms or self.biases):
            raise Misplaced(
                ("last_layers",),
                "nothing would learn: set it above 0, or norms or biases to true",
            )
        return self


class Bottleneck(Settings):
    """Small layers put between the model's own.

    Houlsby et al. 2019, arXiv:1902.00751; Pfeiffer et al. 2020, arXiv:2005.00247.
    """

    name: Literal["bottleneck"] = "bottleneck"
    """Which method this is."""
    size: int = Field(64, ge=1)
    """Width of the bottleneck."""
    placement: Literal["houlsby", "pfeiffer"] = "pfeiffer"
    """`houlsby`: after every attention and every feed-forward part; `pfeiffer`: after the
    feed-forward parts only."""
    activation: Literal["relu", "gelu", "silu"] = "relu"
    """What stands between the way down and the way up."""
    dropout: Share = 0.0
    """Dropout on what is added, in training."""


class Ia3(Settings):
    """Vectors that scale keys, values and the inner feed-forward (arXiv:2205.05638)."""

    name: Literal["ia3"] = "ia3"
    """Which method this is."""
    targets: Literal["auto"] | tuple[str, ...] = "auto"
    """Names of the layers to scale, or those of keys, values and the second feed-forward layer."""
    feedforward: tuple[str, ...] = ()
    """Those of `targets` that are scaled at their input; the others are at their output."""

    @model_validator(mode="after")
    def feedforward_is_among_targets(self) -> Ia3:
        missing = [name for name in self.feedforward if name not in self.targets]
        if missing:
            raise Misplaced(
                ("feedforward",),
                f"'{missing[0]}' is not among the targets, which are {self.targets}: name it there "
                "too",
            )
        return self


class LnTuning(Settings):
    """Scales and shifts of the normalisation layers, as an adapter (arXiv:2312.11420)."""

    name: Literal["ln-tuning"] = "ln-tuning"
    """Which method this is."""


class PromptTuning(Settings):
    """Vectors before the prompt, as if they were tokens (Lester et al. 2021, arXiv:2104.08691)."""

    name: Literal["prompt-tuning"] = "prompt-tuning"
    """Which method this is."""
    tokens: int = Field(20, ge=1)
    """How many; the model's context is shorter by so many."""
    start: Literal["vocabulary", "random"] = "vocabulary"
    """What they begin as: tokens drawn from the vocabulary, or random numbers; see `text`."""
    text: str | None = Field(None, min_length=1)
    """Words that they begin as, repeated or cut to `tokens`; instead of `start`."""


class PTuning(Settings):
    """Vectors before the prompt that a small network writes (Liu et al. 2021, arXiv:2103.10385)."""

    name: Literal["p-tuning"] = "p-tuning"
    """Which method this is."""
    tokens: int = Field(20, ge=1)
    """How many; the model's context is shorter by so many."""
    encoder: Literal["mlp", "lstm"] = "mlp"
    """The small network."""
    hidden: int | None = Field(None, ge=1)
    """Its width; the model's own when not given."""


class PrefixTuning(Settings):
    """Keys and values in front of every layer's own (Li and Liang 2021, arXiv:2101.00190)."""

    name: Literal["prefix-tuning"] = "prefix-tuning"
    """Which method this is."""
    tokens: int = Field(20, ge=1)
    """How many; the model's context is shorter by so many."""
    projection: bool = False
    """Write them by a small network, as the paper does: steadier, and far more to train."""
    hidden: int | None = Field(None, ge=1)
    """The width of that network; the model's own when not given."""

    @model_validator(mode="after")
    def hidden_goes_with_projection(self) -> PrefixTuning:
        if self.hidden is not None and not self.projection:
            raise Misplaced(("hidden",), "it goes with projection: true: set that, or remove this")
        return self


Plain = (
    Full
    | Selective
    | Lora
    | RsLora
    | Dora
    | Pissa
    | AdaLora
    | Vera
    | Bottleneck
    | Ia3
    | LnTuning
    | PromptTuning
    | PTuning
    | PrefixTuning
)
PlainName = Literal[
    "full",
    "selective",
    "lora",
    "rslora",
    "dora",
    "pissa",
    "adalora",
    "vera",
    "bottleneck",
    "ia3",
    "ln-tuning",
    "prompt-tuning",
    "p-tuning",
    "prefix-tuning",
]
Body = Annotated[
    Plain,
    Field(discriminator="name"),
    BeforeValidator(named, json_schema_input_type=PlainName | Plain),
]


class Head(Settings):
    """A classification head in place of the output layer, for `task: classify`.

    It learns alone, or together with a method for the model below it.
    """

    name: Literal["head"] = "head"
    """Which method this is."""
    body: Body | None = None
    """What learns below the head; nothing when not given. `full` is traditional fine-tuning."""


Method = Annotated[
    Plain | Head,
    Field(discriminator="name"),
    BeforeValidator(named, json_schema_input_type=PlainName | Literal["head"] | Plain | Head),
]
AnyMethod = Plain | Head  # the same for type checkers, which do not look into Annotated unions

VirtualTokens = PromptTuning | PTuning | PrefixTuning


def below_head(method: AnyMethod) -> Plain | None:
    """The method itself, or what learns below a classification head."""
    return method.body if isinstance(method, Head) else method


def virtual_tokens(method: AnyMethod) -> int:
    """Positions of the context that a method takes for itself."""
    body = below_head(method)
    return body.tokens if isinstance(body, VirtualTokens) else 0


def merges(method: AnyMethod) -> bool:
    """Whether what a method learns can become part of the model's own weights."""
    return not isinstance(below_head(method), VirtualTokens | Bottleneck)


def goes_on(method: AnyMethod) -> bool:
    """Whether a saved adapter of this method can itself go on learning.

    Others are put into the weights, and the method begins anew on top of them: PiSSA finds new
    components, AdaLoRA's rank is spent, and full and selective tuning change the weights anyway.
    """
    return not isinstance(below_head(method), Full | Selective | Pissa | AdaLora)


def keeps_what_learnt(method: AnyMethod) -> bool:
    """Whether a weights folder holds all that learnt.

    Small networks that write virtual tokens are thrown away after training; only what they wrote
    is kept.
    """
    body = below_head(method)
    written = isinstance(body, PrefixTuning) and body.projection
    return not (isinstance(body, PTuning) or written)


SPELT = {"lora": "LoRA", "rslora": "rsLoRA", "dora": "DoRA", "pissa": "PiSSA", "adalora": "AdaLoRA"}
SPELT |= {"vera": "VeRA", "ia3": "IA3", "ln-tuning": "LN tuning", "p-tuning": "P-tuning"}
SPELT |= {"bottleneck": "bottleneck adapters"}


def in_words(method: AnyMethod) -> str:
    """A method with the settings that matter most, or those that were changed."""
    if isinstance(method, Head):
        below = f" with {in_words(method.body)}" if method.body is not None else " alone"
        return f"classification head{below}"
    if isinstance(method, Lora | RsLora | Dora | Pissa):
        return f"{SPELT.get(method.name, method.name)} r {method.r}, alpha {method.alpha:g}"
    changed = method.model_dump(exclude_defaults=True, exclude={"name"})
    settings = "".join(f", {key} {value}" for key, value in changed.items())
    return f"{SPELT.get(method.name, method.name)}{settings}"
