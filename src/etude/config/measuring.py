"""What is measured, and what some metrics need besides the answers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from etude.config.settings import Misplaced, Settings

MetricName = Literal[
    "rouge",
    "rouge-detail",
    "rouge-1",
    "rouge-1-precision",
    "rouge-1-recall",
    "rouge-2",
    "rouge-2-precision",
    "rouge-2-recall",
    "rouge-l",
    "rouge-l-precision",
    "rouge-l-recall",
    "rouge-lsum",
    "rouge-lsum-precision",
    "rouge-lsum-recall",
    "rouge-s",
    "rouge-s-precision",
    "rouge-s-recall",
    "bleu",
    "chrf",
    "meteor",
    "squad",
    "exact-match",
    "squad-f1",
    "cosine",
    "cosine-set",
    "cosine-embedding",
    "bertscore",
    "bertscore-precision",
    "bertscore-recall",
    "bertscore-f1",
    "classification",
    "accuracy",
    "balanced-accuracy",
    "macro-f1",
    "mcc",
    "calibration-error",
    "perplexity",
    "form",
    "length-ratio",
    "stop-rate",
    "seq-rep-4",
    "distinct-1",
    "distinct-2",
    "right-language",
    "spelling",
    "truth",
    "music",
    "music-exact",
    "notes",
    "notes-enharmonic",
    "retrieval",
    "passage-recall-5",
    "passage-recall-10",
    "passage-mrr",
    "passage-ndcg-10",
    "grounded",
    "grounded-words",
    "grounded-numbers",
    "right-passage",
    "citations",
    "citation-precision",
    "citation-recall",
    "abstains",
    "abstention",
]


class Encoder(Settings):
    """A model that turns texts into vectors, for `bertscore` and `cosine-embedding`."""

    base: str = Field(min_length=1)
    """A hub id (`bert-base-multilingual-cased`), a folder, or a package name (`etude-mini`)."""
    revision: str | None = None
    """Branch, tag or commit of a hub id."""
    layer: Annotated[int, Field(ge=0)] | Literal["auto"] = "auto"
    """Whose hidden states are the vectors; 0 is the embeddings. `auto` is the layer that
    BERTScore's authors chose for a model, and otherwise the one three quarters up."""
    batch_size: int = Field(32, ge=1)
    """Texts encoded together."""
    idf: bool = False
    """BERTScore: rare tokens weigh more, by how many references have them."""
    baseline: str | None = None
    """BERTScore: rescale by a baseline file (a table with columns LAYER, P, R, F), so that 0 is
    what unrelated texts score."""


def listed(value: object) -> object:
    """One path is short for a list of one."""
    return (value,) if isinstance(value, str) else value


class Dictionary(Settings):
    """The words that `spelling` takes for right."""

    path: Annotated[
        tuple[str, ...],
        BeforeValidator(listed, json_schema_input_type=str | tuple[str, ...]),
    ] = ()
    """Word lists: text files with one word a line (UTF-8)."""
    material: bool = False
    """Words of the training split are right as well."""

    @model_validator(mode="after")
    def has_words(self) -> Dictionary:
        if not self.path and not self.material:
            raise Misplaced(
                ("path",), "a dictionary needs words: name a word list, or set material: true"
            )
        return self
