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
from collections.abc import Callable, Sequence

from etude.metrics.metric import Measured, averaged
from etude.metrics.words import space_out
from etude.records import Example, Prediction

ARTICLES: dict[str, tuple[str, ...]] = {
    "en": ("a", "an", "the"),
    "pt": ("o", "a", "os", "as", "um", "uma", "uns", "umas"),
}
_ISO_639_1 = {"eng": "en", "por": "pt"}


def exact_match(
    examples: Sequence[Example], predictions: Sequence[Prediction], language: str
) -> Measured:
    """1 where the answer equals a reference after normalisation, otherwise 0."""
    return _best(_equal, examples, predictions, language)


def token_f1(
    examples: Sequence[Example], predictions: Sequence[Prediction], language: str
) -> Measured:
    """F1 of the words that answer and reference share, each as often as both have it.

    The best of the references counts. Where answer or reference is empty after normalisation
    the value is 1 if both are and 0 otherwise, as in SQuAD 2.0.
    """
    return _best(_overlap, examples, predictions, language)


def squad_signature(language: str, examples: Sequence[Example] = ()) -> str:
    """Normalisation and how references are combined."""
    code = _ISO_639_1.get(language, language)
    punctuation = "ASCII" if code == "en" else "Unicode"
    articles = "/".join(ARTICLES[code]) if code in ARTICLES else "kept"
    return (
        f"SQuAD, lower case, {punctuation} punctuation removed, articles {articles}, "
        "best of references"
    )


def normalize(text: str, language: str) -> str:
    """Lower case, no punctuation, no articles, single spaces.

    >>> normalize("A  Abolição (1888)!", "pt")
    'abolição 1888'
    """
    code = _ISO_639_1.get(language, language)
    text = text.lower()
    if code == "en":
        text = "".join(c for c in text if c not in string.punctuation)
    else:
        text = unicodedata.normalize("NFC", text)
        text = space_out("".join(c for c in text if not _is_punctuation(c)))
    if code in ARTICLES:
        text = re.sub(rf"\b({'|'.join(ARTICLES[code])})\b", " ", text)
    return " ".join(text.split())


def _best(
    compare: Callable[[str, str], float],
    examples: Sequence[Example],
    predictions: Sequence[Prediction],
    language: str,
) -> Measured:
    values = []
    for example, prediction in zip(examples, predictions, strict=True):
        answer = normalize(prediction.text, language)
        values.append(max(compare(answer, normalize(r, language)) for r in example.references))
    return averaged(values)


def _equal(answer: str, reference: str) -> float:
    return float(answer == reference)


def _overlap(answer: str, reference: str) -> float:
    said, right = answer.split(), reference.split()
    if not said or not right:
        return float(said == right)
    shared = (Counter(said) & Counter(right)).total()
    return 2 * shared / (len(said) + len(right))


def _is_punctuation(c: str) -> bool:
    return c in string.punctuation or unicodedata.category(c)[0] == "P"
