"""Cosine similarity of TF-IDF vectors (Salton et al. 1975), equal to scikit-learn's.

Rare words weigh more: a word's weight is how often the text has it, times ln((1 + N) / (1 + df)),
plus once more how often it has it, where N counts the references of all examples and df those that
have the word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

import numpy as np
from numpy.typing import NDArray

from etude.metrics.metric import Case, Floats, Means, Measured, Told, averaged
from etude.metrics.pairs import pairs_of
from etude.metrics.texts import Texts
from etude.metrics.words import words
from etude.metrics.writing import listed, tokens_in
from etude.records import Example, Prediction

Sparse = tuple[NDArray[np.int32], Floats]  # the words that a text has, and their weights


@dataclass(frozen=True, slots=True)
class Weights:
    """How much words weigh, by the references of all examples."""

    texts: Texts
    references: int
    idf: dict[int, float]

    def vector(self, text: str) -> Sparse:
        """A text as a vector of length 1 (of length 0 where it has no words)."""
        found, counts = np.unique(self.texts.ids(words, text), return_counts=True)
        unseen = np.log(1 + self.references) + 1
        weights = counts * np.asarray([self.idf.get(n, unseen) for n in found.tolist()])
        length = exact_sum(weights**2) ** 0.5
        return found, weights / length if length else weights


def weights_of(examples: Sequence[Example], texts: Texts) -> Weights:
    """Document frequencies of the words of all references."""
    references = [text for example in examples for text in example.references]
    found = [np.unique(ids) for ids in texts.all_ids(words, references)]
    there, df = np.unique(np.concatenate([*found, np.zeros(0, np.int32)]), return_counts=True)
    idf = np.log((1 + len(references)) / (1 + df)) + 1
    return Weights(texts, len(references), dict(zip(there.tolist(), idf.tolist(), strict=True)))


def dot(one: Sparse, other: Sparse) -> float:
    """The inner product of two sparse vectors."""
    _, here, there = np.intersect1d(one[0], other[0], assume_unique=True, return_indices=True)
    return exact_sum(one[1][here] * other[1][there])


def exact_sum(values: Floats) -> float:
    """The sum with its last digit right, so that the order of words does not change it."""
    return fsum(values.tolist())


def cosine(
    examples: Sequence[Example], predictions: Sequence[Prediction], language: str, means: Means
) -> Measured:
    """The cosine of answer and reference, 0 where one has no words; the best reference counts."""
    texts = means.texts
    pairs = texts.once("pairs", examples, predictions, lambda: pairs_of(examples, predictions))
    known = texts.once("tf-idf", examples, (), lambda: weights_of(examples, texts))
    values = np.asarray(
        [
            dot(known.vector(answer), known.vector(reference))
            for answer, reference in zip(pairs.answers, pairs.references, strict=True)
        ]
    )
    return averaged(np.minimum(1.0, values[pairs.best(values)]))


def cosine_to_set(
    examples: Sequence[Example], predictions: Sequence[Prediction], language: str, means: Means
) -> Measured:
    """The mean cosine of an answer with every reference of the set: is it of their kind at all?"""
    texts = means.texts
    known = texts.once("tf-idf", examples, (), lambda: weights_of(examples, texts))
    middle = texts.once("middle", examples, (), lambda: middle_of(examples, known))
    values = []
    for prediction in predictions:
        found, weights = known.vector(prediction.text)
        there = [middle.get(number, 0.0) for number in found.tolist()]
        values.append(exact_sum(weights * np.asarray(there, dtype=np.float64)))
    return averaged(values)


def middle_of(examples: Sequence[Example], known: Weights) -> dict[int, float]:
    """The mean of all references' vectors."""
    middle: dict[int, float] = {}
    for example in examples:
        for text in example.references:
            found, weights = known.vector(text)
            for number, weight in zip(found.tolist(), weights.tolist(), strict=True):
                middle[number] = middle.get(number, 0.0) + weight / known.references
    return middle


def cosine_signature(language: str, examples: Sequence[Example], means: Means) -> str:
    count = sum(len(example.references) for example in examples) or "the"
    return f"TF-IDF over {count} references, smooth idf, Unicode words, best of references"


def to_set_signature(language: str, examples: Sequence[Example], means: Means) -> str:
    count = sum(len(example.references) for example in examples) or "the"
    return f"TF-IDF over {count} references, smooth idf, Unicode words, mean over all of them"


def told(case: Case) -> Told:
    """The words that both have, and what they weigh."""
    texts = Texts()
    known = weights_of(case.examples, texts)
    answer = known.vector(case.prediction.text)
    values = [dot(answer, known.vector(text)) for text in case.example.references]
    best = int(np.argmax(values))
    reference = known.vector(case.example.references[best])
    shared, here, there = np.intersect1d(answer[0], reference[0], return_indices=True)
    names = {
        number: word
        for text in (case.prediction.text,)
        for number, word in zip(texts.ids(words, text).tolist(), words(text), strict=True)
    }
    products = sorted(
        (
            (float(answer[1][a] * reference[1][b]), names[int(n)])
            for n, a, b in zip(shared, here, there, strict=True)
        ),
        reverse=True,
    )
    return Told(
        (
            *tokens_in(words, case, best),
            ("document frequencies", f"of {known.references} references in all"),
            ("shared words, product of weights", listed([f"{w} {p:.4g}" for p, w in products])),
            ("cosine", f"sum of the products = {min(1.0, values[best]):.6g}"),
        ),
        ("sum of values", "examples"),
        "sum of values / examples",
    )


def told_to_set(case: Case) -> Told:
    """How near the answer is to each of the references."""
    texts = Texts()
    known = weights_of(case.examples, texts)
    answer = known.vector(case.prediction.text)
    every = [
        (dot(answer, known.vector(text)), example.id)
        for example in case.examples
        for text in example.references
    ]
    nearest = sorted(every, reverse=True)[:5]
    value = sum(cosine for cosine, _ in every) / len(every)
    return Told(
        (
            ("words of the answer", listed(words(case.prediction.text))),
            ("nearest references", listed([f"{name} {cosine:.4g}" for cosine, name in nearest])),
            ("mean", f"{sum(c for c, _ in every):.6g}/{len(every)} = {value:.6g}"),
        ),
        ("sum of values", "examples"),
        "sum of values / examples",
    )
