"""SQuAD's exact match and token F1 (Rajpurkar et al. 2016), for English and other languages.

An answer is compared after normalisation: lower case, no punctuation, no articles, single
spaces. English does exactly what the official script does. Elsewhere punctuation is Unicode's
(as in MLQA, Lewis et al. 2020), text is composed (NFC), articles are the language's own where
they are listed here, and characters of scripts without spaces count as words.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache

import numpy as np

from etude.config.languages import two_letters
from etude.metrics import overlap
from etude.metrics.metric import Case, Means, Measured, Told, averaged
from etude.metrics.pairs import pairs_of
from etude.metrics.texts import Cut
from etude.metrics.words import Replaced, space_out
from etude.metrics.writing import listed, tokens_in
from etude.records import Example, Prediction

ARTICLES: dict[str, tuple[str, ...]] = {
    "en": ("a", "an", "the"),
    "pt": ("o", "a", "os", "as", "um", "uma", "uns", "umas"),
}


def exact_match(
    examples: Sequence[Example], predictions: Sequence[Prediction], language: str, means: Means
) -> Measured:
    """1 where the answer equals a reference after normalisation, otherwise 0."""
    cut, texts = cut_for(language), means.texts
    pairs = texts.once("pairs", examples, predictions, lambda: pairs_of(examples, predictions))
    same = [
        np.array_equal(texts.ids(cut, answer), texts.ids(cut, reference))
        for answer, reference in zip(pairs.answers, pairs.references, strict=True)
    ]
    values = np.asarray(same, dtype=np.float64)
    return averaged(values[pairs.best(values)])


def token_f1(
    examples: Sequence[Example], predictions: Sequence[Prediction], language: str, means: Means
) -> Measured:
    """F1 of the words that answer and reference share, each as often as both have it.

    The best of the references counts. Where answer or reference is empty after normalisation
    the value is 1 if both are and 0 otherwise, as in SQuAD 2.0.
    """
    cut, texts = cut_for(language), means.texts
    pairs = texts.once("pairs", examples, predictions, lambda: pairs_of(examples, predictions))
    counts = overlap.ngram_counts(
        texts.all_ids(cut, pairs.answers), texts.all_ids(cut, pairs.references), 1
    )[:, 0].astype(np.float64)
    said, right, both = counts.T
    values = np.where(
        (said == 0) | (right == 0), said == right, 2 * both / np.maximum(said + right, 1)
    )
    return averaged(values[pairs.best(values)])


def squad_signature(language: str, examples: Sequence[Example], means: Means) -> str:
    """Normalisation and how references are combined."""
    code = two_letters(language)
    punctuation = "ASCII" if code == "en" else "Unicode"
    articles = "/".join(ARTICLES[code]) if code in ARTICLES else "kept"
    return (
        f"SQuAD, lower case, {punctuation} punctuation removed, articles {articles}, "
        "best of references"
    )


def told_match(case: Case) -> Told:
    """Which reference the answer was held against, and both as they were compared."""
    cut = cut_for(case.language)
    answer = cut(case.prediction.text)
    same = [answer == cut(text) for text in case.example.references]
    best = same.index(True) if True in same else 0
    compared = "equal: 1" if same[best] else "not equal: 0, as with every other reference"
    return Told(
        (*tokens_in(cut, case, best), ("compared", compared)),
        ("sum of values", "examples"),
        "sum of values / examples",
    )


def told_f1(case: Case) -> Told:
    """The words that both have, and F1 of them."""
    cut = cut_for(case.language)
    said = cut(case.prediction.text)
    every = [cut(text) for text in case.example.references]
    values = [_f1(said, right) for right in every]
    best = values.index(max(values))
    both = Counter(said) & Counter(every[best])
    return Told(
        (
            *tokens_in(cut, case, best),
            ("shared", listed(sorted(both.elements(), key=said.index))),
            (
                "F1",
                f"2 · {both.total()} / ({len(said)} + {len(every[best])}) = {values[best]:.6g}"
                if said and every[best]
                else f"nothing is left of one of the two: {values[best]:g}",
            ),
        ),
        ("sum of values", "examples"),
        "sum of values / examples",
    )


def _f1(said: list[str], right: list[str]) -> float:
    if not said or not right:
        return float(said == right)
    return 2 * (Counter(said) & Counter(right)).total() / (len(said) + len(right))


@cache
def cut_for(language: str) -> Cut:
    """The words of a normalised text."""

    def cut(text: str) -> list[str]:
        return normalize(text, language).split()

    return cut


def normalize(text: str, language: str) -> str:
    """Lower case, no punctuation, no articles, single spaces.

    >>> normalize("A  Abolição (1888)!", "pt")
    'abolição 1888'
    """
    code = two_letters(language)
    text = text.lower()
    if code == "en":
        text = text.translate(_ASCII_PUNCTUATION)
    else:
        text = space_out(unicodedata.normalize("NFC", text).translate(_PUNCTUATION))
    if code in ARTICLES:
        text = _ARTICLE[code].sub(" ", text)
    return " ".join(text.split())


def _is_punctuation(c: str) -> bool:
    return c in string.punctuation or unicodedata.category(c)[0] == "P"


_ASCII_PUNCTUATION = str.maketrans("", "", string.punctuation)
_PUNCTUATION = Replaced(lambda c: "" if _is_punctuation(c) else c)
_ARTICLE = {code: re.compile(rf"\b({'|'.join(words)})\b") for code, words in ARTICLES.items()}
