"""The study file: what may be written in it, and what each setting means.

Every field's docstring is its help, in the JSON Schema for editors and in error messages. A
setting lives only in the variant that reads it; unknown keys are refused. How a file becomes a
`Study` (YAML, `extends`, overrides, errors with lines) is in `loading.py`.
"""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator, Field, model_validator

from etude.config.asking import Question, worded
from etude.config.benchmarks import Benchmarks
from etude.config.crossing import check_approaches
from etude.config.measuring import Dictionary, Encoder
from etude.config.measuring import MetricName as MetricName  # a study's, and known by its file
from etude.config.precision import Precision as Precision  # where it was before it had settings
from etude.config.prices import Prices
from etude.config.published import Published
from etude.config.retrieving import Retrieve, from_documents
from etude.config.settings import Misplaced, Name, Settings, choose, counted
from etude.config.sources import Source
from etude.config.tuning import Tune


class Jinja(Settings):
    """Role markup of your own: a Jinja chat template, rendered in a sandbox."""

    jinja: str
    """The template; it sees `messages`, `add_generation_prompt`, `bos_token`, `eos_token`."""


Markup = Literal["auto", "llama-2", "chatml", "alpaca", "plain"] | Jinja


class Model(Settings):
    """The pretrained model that every approach starts from."""

    base: str = Field(min_length=1)
    """A package name (`etude-mini`, `random-llama`, `random-t5`), a hub id, or a folder."""
    revision: str | None = None
    """Branch, tag or commit of a hub id."""
    precision: Precision = "fp32"
    """Number format of the weights: fp32, bf16, fp16 (GPU only), int8 or nf4."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where it runs; `auto` takes a GPU when there is one."""
    markup: Markup = "auto"
    """How turns are written for the model; `auto` is the tokenizer's own chat template, or
    `plain` where it has none (the report says which)."""
    trust_remote_code: bool = False
    """Run Python code that comes with the model. Only for models whose code you have read."""


class Split(Settings):
    """How examples are divided. Below 1 is a share of all rows, from 1 up a number of rows."""

    dev: float = Field(0.1, ge=0)
    """Held out of training, for the validation loss and for choices."""
    test: float = Field(0.1, gt=0)
    """Held out of everything, for the scores."""
    group_by: str | None = None
    """Column whose values never appear in two splits (an artist, a document)."""


class Sample(Settings):
    """At most so many examples of each split, drawn with the study's seed."""

    train: int | None = Field(None, ge=1)
    """At most so many for training."""
    dev: int | None = Field(None, ge=1)
    """At most so many for validation."""
    test: int | None = Field(None, ge=1)
    """At most so many for the scores."""


class Data(Settings):
    """The material, and how it is split."""

    task: Literal["generate", "classify"] = "generate"
    """`generate` writes an answer; `classify` ranks the likelihood of every label."""
    labels: tuple[str, ...] = ()
    """For `classify`: the labels, as the model would write them."""
    language: str = Field("en", pattern=r"^[a-z]{2,3}$")
    """ISO 639 code of the answers' language: decides how metrics cut words."""
    sources: dict[Name, Source] = Field(min_length=1)
    """Named sources; one is common, several make several tasks."""
    sample: Annotated[int, Field(ge=1)] | Sample | None = None
    """Take only so many examples: a number of all rows before the split, or one per split."""
    split: Split = Split()
    """Shares held out. Splits that a source publishes are kept as they are."""

    @model_validator(mode="after")
    def labels_belong_to_classification(self) -> Data:
        if self.task == "classify" and len(self.labels) < 2:
            raise Misplaced(
                ("labels",), "task: classify needs a list of at least two labels: add it"
            )
        if self.task == "generate" and self.labels:
            raise Misplaced(
                ("labels",), "labels go with task: classify: remove them or set the task"
            )
        for index, label in enumerate(self.labels):
            if label in self.labels[:index]:
                raise Misplaced(("labels",), f"the label '{label}' stands twice: keep one")
        return self


class Prompt(Settings):
    """What the user's turn says."""

    template: str = "{text}"
    """Text with `{column}` in braces (`{{` for a brace). `{text}` is the whole instruction with
    its input; `{instruction}`, `{input}` and every column of the row can be named."""


class Shots(Settings):
    """Worked examples from the training split, put before the question."""

    count: int = Field(3, ge=1, le=64)
    """How many."""
    choose: Literal["fixed", "random", "similar"] = "fixed"
    """`fixed`: the same for every question; `random`: drawn anew for each; `similar`: the most
    similar questions by BM25."""
    ids: tuple[str, ...] = ()
    """With `fixed`: these training examples, by id, instead of drawn ones."""

    @model_validator(mode="after")
    def ids_are_fixed(self) -> Shots:
        if self.ids and (self.choose != "fixed" or len(self.ids) != self.count):
            raise Misplaced(
                ("ids",),
                f"these are the fixed shots, but choose is {self.choose} and count {self.count}: "
                "use choose: fixed and as many ids as count",
            )
        return self


class Generation(Settings):
    """How answers are written."""

    max_tokens: int = Field(128, ge=1)
    """An answer stops here if it has not stopped by itself."""
    temperature: float = Field(0.0, ge=0, le=5)
    """0 is greedy: always the likeliest token."""
    top_p: float = Field(1.0, gt=0, le=1)
    """Sample among the likeliest tokens that hold this much probability."""
    batch_size: Annotated[int, Field(ge=1)] | Literal["auto"] = "auto"
    """Examples answered together; `auto` is as many as the memory holds, up to where it pays."""
    memory_mb: float | None = Field(None, gt=0)
    """With `batch_size: auto`: megabytes for caches and logits. A quarter of what is free when
    not given."""

    @model_validator(mode="after")
    def settings_go_together(self) -> Generation:
        if self.top_p < 1 and self.temperature == 0:
            raise Misplaced(
                ("top_p",), "top_p goes with sampling: set a temperature above 0 or remove it"
            )
        if self.memory_mb is not None and self.batch_size != "auto":
            raise Misplaced(
                ("memory_mb",), "memory_mb goes with batch_size: auto: remove one of the two"
            )
        return self


class Approach(Settings):
    """One way to adapt the model: what happens to the weights, and what the context carries."""

    prompt: Prompt | None = None
    """The user's turn, where it differs from the study's."""
    system: str | None = None
    """A system prompt, where it differs from the study's."""
    shots: Annotated[
        Shots | None, BeforeValidator(counted, json_schema_input_type=int | Shots | None)
    ] = None
    """Worked examples in the prompt: a number, or a block."""
    retrieve: Annotated[
        Retrieve | None,
        BeforeValidator(from_documents, json_schema_input_type=str | Retrieve | None),
    ] = None
    """Passages of documents in the prompt: where they come from, or a block."""
    weights: str | None = None
    """Start from what this approach made, or from a folder, instead of the base."""
    tune: Tune | None = None
    """Fine-tune. Context beside it applies in training and in use."""
    precision: Precision | None = None
    """Number format, where it differs from the model's. Not with `weights`, which inherit it."""

    @model_validator(mode="after")
    def weights_bring_their_precision(self) -> Approach:
        if self.weights is not None and self.precision is not None:
            raise Misplaced(
                ("precision",), "weights bring the precision they were made in: remove this"
            )
        return self


class Compare(Settings):
    """How approaches are compared."""

    baseline: str | None = None
    """The approach that the others are measured against; the first one when not given."""
    metric: str | None = None
    """The metric that decides; the first one when not given."""
    resamples: int = Field(10_000, ge=100)
    """Resamples of the bootstrap, and swaps of the randomisation test."""
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Coverage of the intervals; corrected p-values count up to one minus this."""


class Forgetting(Settings):
    """What each tuning leaves of what its model knew: general text, before and after."""

    text: str | None = None
    """A text file or a folder of .txt files, in paragraphs, that no approach learns from; the
    package's own, in English and Portuguese, when not given."""
    passages: int = Field(64, ge=0)
    """At most so many paragraphs, evenly from all; 0 measures nothing."""
    tokens: int = Field(256, ge=8)
    """Of each paragraph at most so many tokens."""


class Study(Settings):
    """A study: a pretrained model, a body of material, and several approaches."""

    name: Name
    """Names the run folder and the report."""
    description: str = ""
    """What is asked, in a sentence or two; opens the report."""
    seed: int = Field(13, ge=0, lt=2**31)
    """Seed of every choice by chance."""
    seeds: int = Field(1, ge=1, le=20)
    """Training repeats, with seeds seed, seed + 1, ..."""
    model: Model
    """The pretrained model."""
    data: Data
    """The material."""
    prompt: Prompt = Prompt()
    """The user's turn, for every approach that does not say otherwise."""
    system: str | None = None
    """A system prompt for every approach that does not say otherwise."""
    generation: Generation = Generation()
    """How answers are written."""
    approaches: dict[Name, Approach] = Field(min_length=1)
    """Named approaches."""
    ask: tuple[
        Annotated[Question, BeforeValidator(worded, json_schema_input_type=str | Question)], ...
    ] = ()
    """Prompts that every approach is asked, before and after tuning, to be read side by side."""
    metrics: tuple[MetricName, ...] = Field(("rouge",), min_length=1)
    """What is measured; the first decides unless `compare.metric` says otherwise."""
    encoder: Encoder | None = None
    """The encoder of metrics that compare vectors."""
    dictionary: Dictionary | None = None
    """The dictionary of `spelling`."""
    compare: Compare = Compare()
    """How approaches are compared."""
    prices: Prices | None = None
    """What time and tokens cost, for the costs in the report."""
    published: Published | None = None
    """Figures of a source, to stand beside those of this study."""
    benchmarks: Benchmarks | None = None
    """Known benchmarks that base and tuned weights are scored by."""
    forgetting: Forgetting = Forgetting()
    """General text that is measured before and after each tuning."""
    track: tuple[Literal["tensorboard", "wandb", "mlflow"], ...] = ("tensorboard",)
    """Where training curves go besides the run folder's own history."""

    @model_validator(mode="after")
    def names_exist(self) -> Study:
        """Approaches that are named elsewhere in the file must be there, and not in a circle."""
        for name in self.approaches:
            self.check_origins(name)
        check_approaches(self.approaches, self.data.sources, get_args(MetricName))
        if self.published is not None:
            self.published.check(get_args(MetricName))
        baseline = self.compare.baseline
        if baseline is not None and baseline not in self.approaches:
            hint = choose(baseline, self.approaches)
            raise Misplaced(("compare", "baseline"), f"there is no approach '{baseline}': {hint}")
        return self

    def check_origins(self, name: str) -> None:
        """Follow `weights:` from an approach to where it begins."""
        chain = [name]
        while (origin := self.approaches[chain[-1]].weights) is not None:
            setting = ("approaches", chain[-1], "weights")
            if is_folder(origin):
                return
            if origin not in self.approaches:
                hint = choose(origin, self.approaches)
                raise Misplaced(
                    setting,
                    f"there is no approach '{origin}' (a folder is written with a /): {hint}",
                )
            if origin in chain:
                circle = " -> ".join([*chain[chain.index(origin) :], origin])
                raise Misplaced(
                    setting, f"weights go round in a circle ({circle}): remove one of them"
                )
            if self.approaches[origin].tune is None:
                raise Misplaced(
                    setting,
                    f"'{origin}' tunes nothing: leave weights out to use the base, or name an "
                    "approach with tune",
                )
            chain.append(origin)


def is_folder(weights: str) -> bool:
    """Whether `weights:` means a folder rather than an approach."""
    return "/" in weights or weights.startswith(("~", "."))
