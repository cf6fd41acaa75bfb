"""How a trace writes tokens, counts and formulas."""

from __future__ import annotations

from collections.abc import Sequence

from etude.metrics.metric import Case
from etude.metrics.texts import Cut

MOST = 400  # tokens that are written out


def listed(tokens: Sequence[str], most: int = MOST) -> str:
    """Tokens between bars; of very many the first, and how many there are."""
    if not tokens:
        return "none"
    written = " | ".join(tokens[:most])
    return written if len(tokens) <= most else f"{written} | ... ({len(tokens)} in all)"


def fraction(numerator: float, denominator: float) -> str:
    """A quotient with its numbers; nothing divided by nothing is 0, as in the metrics."""
    value = numerator / denominator if denominator else 0.0
    return f"{numerator:g}/{denominator:g} = {value:.6g}"


def tokens_in(cut: Cut, case: Case, reference: int) -> tuple[tuple[str, str], ...]:
    """The answer's tokens and those of the reference that counts."""
    texts = case.example.references
    which = f"reference {reference + 1} of {len(texts)}" if len(texts) > 1 else "reference"
    said, right = cut(case.prediction.text), cut(texts[reference])
    return (
        (f"{len(said)} tokens of the answer", listed(said)),
        (f"{len(right)} tokens of the {which}", listed(right)),
    )
