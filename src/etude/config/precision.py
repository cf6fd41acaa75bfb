"""What may be written under `precision:`: the number format of the weights.

The three plain formats have no settings and stay names; the quantised ones are blocks. The room
that knows how they are loaded is `engine/quantize.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field

from etude.config.settings import Misplaced, Settings, choose

Plain = Literal["fp32", "bf16", "fp16"]


class Int8(Settings):
    """Linear layers in 8 bits (LLM.int8(), Dettmers et al. 2022, arXiv:2208.07339)."""

    name: Literal["int8"] = "int8"
    """Which number format this is."""
    compute: Plain = "bf16"
    """Number format of everything else, and of the arithmetic: fp32, bf16, or fp16 (GPU only)."""


class Nf4(Settings):
    """Linear layers in 4 bits, 64 weights to a scale (Dettmers et al. 2023, arXiv:2305.14314)."""

    name: Literal["nf4"] = "nf4"
    """Which number format this is."""
    double_quantization: bool = True
    """Hold the scales in 8 bits as well: about 0.4 bits less for each weight."""
    compute: Plain = "bf16"
    """Number format of everything else, and of the arithmetic: fp32, bf16, or fp16 (GPU only)."""


Quantized = Int8 | Nf4
QUANTIZED: dict[str, type[Int8] | type[Nf4]] = {"int8": Int8, "nf4": Nf4}
PLAIN: tuple[str, ...] = get_args(Plain)
NAMES = (*PLAIN, *QUANTIZED)


def written(value: Any) -> Any:
    """`nf4` is short for `{name: nf4}`, and `{name: bf16}` says the same as `bf16`.

    Names are checked here, so that a wrong one is answered with all five.
    """
    if isinstance(value, Mapping):
        if (name := value.get("name")) is None:
            raise ValueError(
                f"this block does not say what it is: add name with one of {', '.join(NAMES)}"
            )
        if name in PLAIN:
            for key in value.keys() - {"name"}:
                raise misplaced(str(key), str(name))
            return name
    else:
        name = value
    if isinstance(name, str) and name not in NAMES:
        raise ValueError(f"'{name}' is not known here: {choose(name, NAMES)}")
    return {"name": value} if isinstance(value, str) and value in QUANTIZED else value


def misplaced(key: str, name: str) -> Misplaced:
    """A setting beside a plain format, which has none: whose it is."""
    owners = [other for other, block in QUANTIZED.items() if key in block.model_fields]
    if not owners:
        return Misplaced((key,), f"there is no such setting, and {name} has none: remove it")
    whose = " and ".join(owners)
    return Misplaced(
        (key,),
        f"this is a setting of {whose}, not of {name}: change the precision, or remove it",
    )


Precision = Annotated[
    Plain | Annotated[Quantized, Field(discriminator="name")],
    BeforeValidator(
        written,
        json_schema_input_type=Literal["fp32", "bf16", "fp16", "int8", "nf4"] | Int8 | Nf4,
    ),
]


def name_of(precision: Precision) -> str:
    """`fp32`, `bf16`, `fp16`, `int8` or `nf4`."""
    return precision if isinstance(precision, str) else precision.name


def compute_of(precision: Precision) -> Plain:
    """The number format of the arithmetic, and of every weight that is not quantised."""
    return precision if isinstance(precision, str) else precision.compute


def recorded(precision: Precision) -> str | dict[str, Any]:
    """A precision as JSON: what keys and manifests hold."""
    return precision if isinstance(precision, str) else precision.model_dump(mode="json")


def in_words(record: str | Mapping[str, Any]) -> str:
    """A recorded precision in words: `nf4 (double quantization, compute bf16)`."""
    if isinstance(record, str):
        return record
    parts = ["double quantization"] if record.get("double_quantization") else []
    return f"{record['name']} ({', '.join([*parts, 'compute ' + record['compute']])})"
