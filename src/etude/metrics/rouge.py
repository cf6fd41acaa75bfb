"""ROUGE (Lin 2004) through Google's rouge-score package: F1, best of several references.

English uses the package's own tokeniser unchanged, without stemming. Outside English that
tokeniser breaks words at every accent, so other languages use the Unicode words of
`etude.metrics.words`; the signature says which of the two it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from importlib.metadata import version
from typing import Any

from etude.metrics.metric import Measured, averaged
from etude.metrics.words import words
from etude.records import Example, Prediction

Measure = Callable[[Sequence[Example], Sequence[Prediction], str], Measured]


class UnicodeTokenizer:
    """The words of any language, in the shape that rouge-score asks of a tokeniser."""

    def tokenize(self, text: str) -> list[str]:
        return words(text)


def rouge(kind: str) -> Measure:
    """A measure of one kind: `rouge1`, `rouge2`, `rougeL` or `rougeLsum`, on a scale of 0 to 1.

    `rougeLsum` is the summary-level score: it takes each line of a text for a sentence, as the
    reference implementation does. No sentence is split here, so for texts of one line it equals
    `rougeL`.
    """

    def measure(
        examples: Sequence[Example], predictions: Sequence[Prediction], language: str
    ) -> Measured:
        scorer = _scorer(kind, language)
        return averaged(
            [
                scorer.score_multi(example.references, prediction.text)[kind].fmeasure
                for example, prediction in zip(examples, predictions, strict=True)
            ]
        )

    return measure


def rouge_signature(language: str, examples: Sequence[Example] = ()) -> str:
    """The package's version, the tokeniser, and how references are combined."""
    tokenizer = "its default (a-z, 0-9)" if _is_english(language) else "Unicode words (NFC)"
    return (
        f"rouge-score {version('rouge-score')}, tokeniser {tokenizer}, stemmer off, F1, "
        "best of references"
    )


@cache
def _scorer(kind: str, language: str) -> Any:
    from rouge_score.rouge_scorer import RougeScorer

    tokenizer = None if _is_english(language) else UnicodeTokenizer()
    return RougeScorer([kind], use_stemmer=False, tokenizer=tokenizer)


def _is_english(language: str) -> bool:
    return language in ("en", "eng")
