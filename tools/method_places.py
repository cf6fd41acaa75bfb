"""The places of the table of methods: what is tried, and what `etude plan` refuses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from etude.checks import check
from etude.config.methods import AnyMethod, Head, Method
from etude.config.precision import Precision
from etude.config.study import Study
from etude.errors import UserError
from etude.training.methods import METHODS
from tools.architectures import ARCHITECTURES, WRITERS

PRECISIONS: dict[str, Any] = {
    "fp32": "fp32",
    "bf16": "bf16",
    "fp16": "fp16",
    "int8": {"name": "int8"},
    "nf4": {"name": "nf4"},
    "nf4, single": {"name": "nf4", "double_quantization": False},
    "nf4, fp32": {"name": "nf4", "compute": "fp32"},
}
# Families that differ from one of these in nothing that a method looks at are tried elsewhere
# (tests/test_families.py).
SPARED = {"Gemma 2", "Gemma 3", "Falcon 40B", "Phi-3", "DeBERTa", "ModernBERT"}
WRITING = [name for name in WRITERS if name not in SPARED]
NAMING = [name for name in ARCHITECTURES if name not in SPARED]
LABELS = ("negative", "neutral", "positive")
SMALL: dict[str, dict[str, Any]] = {  # settings that fit models of two layers
    "selective": {"last_layers": 1},
    "adalora": {"r": 2, "start_r": 4},
    "vera": {"r": 8},
    "bottleneck": {"size": 4, "placement": "houlsby"},
    "prompt-tuning": {"tokens": 4},
    "p-tuning": {"tokens": 4},
    "prefix-tuning": {"tokens": 4},
}


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the table. `method` stands below a classification head where `head` is true.

    The method called head is the head that learns alone.
    """

    architecture: str
    method: str
    precision: str
    head: bool = False


def places() -> Iterator[Place]:
    """Every place of the table."""
    for precision in PRECISIONS:
        for architecture in WRITING:
            for method in METHODS:
                if method != "head":
                    yield Place(architecture, method, precision)
        for architecture in NAMING:
            for method in METHODS:
                yield Place(architecture, method, precision, head=True)


def method_of(name: str, *, head: bool = False) -> AnyMethod:
    """A method with settings for tiny models; `head` puts it below a classification head."""
    if name == "head":
        return Head()
    method = TypeAdapter(Method).validate_python({"name": name, **SMALL.get(name, {})})
    return Head(body=method) if head else method


def precision_of(name: str) -> Precision:
    """A precision as the study file would give it."""
    found: Precision = TypeAdapter(Precision).validate_python(PRECISIONS[name])
    return found


def refusal(place: Place) -> str | None:
    """Why `etude plan` refuses a place, on any architecture; None where it does not."""
    return refused_by_plan(place.method, place.precision, place.head)


@cache
def refused_by_plan(method: str, precision: str, head: bool) -> str | None:
    """The refusal of a study with this method, without the name of its approach."""
    study = {
        "name": "table",
        "model": {"base": "random-llama", "precision": PRECISIONS[precision]},
        "data": {
            "task": "classify" if head else "generate",
            "labels": LABELS if head else (),
            "sources": {"rows": {"kind": "csv", "path": "rows.csv"}},
        },
        "approaches": {"it": {"tune": {"method": method_of(method, head=head)}}},
        "metrics": ["accuracy"] if head else ["rouge"],
    }
    try:
        check(Study.model_validate(study))
    except UserError as error:
        return str(error).partition(": ")[2]
    return None
