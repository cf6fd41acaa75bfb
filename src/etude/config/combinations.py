"""Methods and number formats that cannot go together, with the reason and the nearest that can.

One table, by method and precision; what stands in neither column works, and the table of
`docs/results/methods.md` is made by trying every pair. A method is looked up by its name; a
classification head by that of its body.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a method cannot train in a precision, and what to write instead."""

    reason: str
    instead: str


ROUNDED = "{method} changes the weights themselves, and {precision} ones are rounded and frozen"
RANKS = "use method lora (which trains beside them), or precision bf16"
TABLE: dict[tuple[str, str], Refusal] = {
    ("full", "int8"): Refusal(ROUNDED, RANKS),
    ("full", "nf4"): Refusal(ROUNDED, RANKS),
    ("selective", "int8"): Refusal(ROUNDED, RANKS),
    ("selective", "nf4"): Refusal(ROUNDED, RANKS),
    ("dora", "int8"): Refusal(
        "dora needs the norms of the weights, and PEFT cannot read {precision} ones back",
        "use precision nf4, or method lora",
    ),
}


def refusal(method: str, precision: str) -> Refusal | None:
    """Why a method cannot train in a precision; None where it can."""
    found = TABLE.get((method, precision))
    if found is None:
        return None
    return Refusal(found.reason.format(method=method, precision=precision), found.instead)
