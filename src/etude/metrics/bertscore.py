"""BERTScore (Zhang et al. 2020), and the cosine of two texts' mean vectors.

Each token of one text takes the most similar token of the other, by the cosine of an encoder's
vectors. Vectors come from `etude.metrics.encoded`; the arithmetic is numpy's, and the tests compare
it with the authors' own package.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from math import log
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from etude.metrics.encoded import Encoded, Ids, Vectors, needed
from etude.metrics.metric import Case, Floats, Means, Measured, Sign, Told, Work, averaged
from etude.metrics.pairs import Pairs, pairs_of
from etude.metrics.writing import listed
from etude.records import Example, Prediction

Part = Literal["precision", "recall", "F1"]
PARTS: tuple[Part, ...] = ("precision", "recall", "F1")
Weigh = Callable[[Ids], Floats]


def bertscore(part: Part) -> Work:
    """Mean over examples of precision, recall or F1; of several references the best of each."""

    def measure(
        examples: Sequence[Example], predictions: Sequence[Prediction], language: str, means: Means
    ) -> Measured:
        encoded, texts = needed(means, "bertscore"), means.texts
        pairs = texts.once("pairs", examples, predictions, lambda: pairs_of(examples, predictions))
        scores = texts.once("bertscore", examples, predictions, lambda: score_pairs(pairs, encoded))
        return averaged(best_of(scores[:, PARTS.index(part)], pairs, encoded, part))

    return measure


def score_pairs(pairs: Pairs, encoded: Encoded) -> Floats:
    """Precision, recall and F1 of each pair, shape (pairs, 3), before any rescaling."""
    weigh = weights(pairs.references, encoded)
    found = np.zeros((len(pairs.answers), 3))
    for row, (answer, reference) in enumerate(zip(pairs.answers, pairs.references, strict=True)):
        found[row] = score(encoded.read(answer), encoded.read(reference), weigh, encoded)[:3]
    return found


def score(
    answer: tuple[Vectors, Ids], reference: tuple[Vectors, Ids], weigh: Weigh, encoded: Encoded
) -> tuple[float, float, float, NDArray[np.float32]]:
    """Precision, recall, F1, and the cosines (answer tokens, reference tokens) behind them.

    0 where one of the two has no words.
    """
    ours, theirs = unit(answer[0]), unit(reference[0])
    similar = ours @ theirs.T
    if not (encoded.weighs(answer[1]).any() and encoded.weighs(reference[1]).any()):
        return 0.0, 0.0, 0.0, similar
    precision = weighted(similar.max(axis=1), weigh(answer[1]))
    recall = weighted(similar.max(axis=0), weigh(reference[1]))
    total = precision + recall
    return precision, recall, (2 * precision * recall / total if total else 0.0), similar


def unit(vectors: Vectors) -> Vectors:
    """Vectors of length 1."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), dtype=np.float32)


def weighted(values: NDArray[np.float32], by: Floats) -> float:
    """A weighted mean; 0 where nothing weighs anything."""
    whole = by.sum()
    return float((values.astype(np.float64) * by).sum() / whole) if whole else 0.0


def weights(references: Sequence[str], encoded: Encoded) -> Weigh:
    """What tokens weigh: 1, or how rare they are among the references; marks weigh nothing."""
    if not encoded.settings.idf:
        return lambda ids: encoded.weighs(ids).astype(np.float64)
    df: Counter[int] = Counter()
    for text in references:
        df.update(set(encoded.read(text)[1].tolist()))
    count = len(references)

    def rarity(ids: Ids) -> Floats:
        found = [log((count + 1) / (df[number] + 1)) for number in ids.tolist()]
        return np.asarray(found, dtype=np.float64)

    return rarity


def best_of(values: Floats, pairs: Pairs, encoded: Encoded, part: Part) -> Floats:
    """The best reference's value of each example, rescaled where there is a baseline."""
    best = values[pairs.best(values)]
    if encoded.settings.baseline is None:
        return best
    baseline = encoded.settings.baseline[PARTS.index(part)]
    return (best - baseline) / (1 - baseline)


def cosine_embedding(
    examples: Sequence[Example], predictions: Sequence[Prediction], language: str, means: Means
) -> Measured:
    """The cosine of the mean vectors of answer and reference; the best reference counts.

    0 where one of the two has no words.
    """
    encoded, texts = needed(means, "cosine-embedding"), means.texts
    pairs = texts.once("pairs", examples, predictions, lambda: pairs_of(examples, predictions))
    values = [
        float(middle(answer, encoded) @ middle(reference, encoded))
        for answer, reference in zip(pairs.answers, pairs.references, strict=True)
    ]
    found = np.asarray(values, dtype=np.float64)
    return averaged(found[pairs.best(found)])


def middle(text: str, encoded: Encoded) -> NDArray[np.float64]:
    """The mean of a text's vectors, of length 1 (of length 0 where it has no words)."""
    vectors, ids = encoded.read(text)
    words = vectors[encoded.weighs(ids)].astype(np.float64)
    mean = words.mean(axis=0) if len(words) else np.zeros(vectors.shape[1])
    length = np.linalg.norm(mean)
    return np.asarray(mean / length if length else mean)


def bertscore_signature(part: Part) -> Sign:
    """Encoder, layer, weights and baseline."""

    def sign(language: str, examples: Sequence[Example], means: Means) -> str:
        encoded = means.encoded
        idf = "idf of the references" if encoded and encoded.settings.idf else "no idf"
        file = encoded.settings.baseline_file if encoded else ""
        baseline = f"rescaled by {file}" if file else "not rescaled"
        return f"BERTScore {part}, {_by(encoded)}, {idf}, {baseline}, best of references"

    return sign


def embedding_signature(language: str, examples: Sequence[Example], means: Means) -> str:
    return f"mean vectors, {_by(means.encoded)}, best of references"


def _by(encoded: Encoded | None) -> str:
    if encoded is None:
        return "the study's encoder and layer"
    about = encoded.about
    return f"encoder {about.name} ({about.digest[:12]}), layer {about.layer} of {about.layers}"


def told(part: Part) -> Callable[[Case], Told]:
    """Which token took which, and how similar they are."""

    def tell(case: Case) -> Told:
        encoded = needed(case.means, "bertscore")
        every = [text for example in case.examples for text in example.references]
        weigh = weights(every, encoded)
        answer = encoded.read(case.prediction.text)
        column = PARTS.index(part)
        found = [
            score(answer, encoded.read(text), weigh, encoded) for text in case.example.references
        ]
        best = max(range(len(found)), key=lambda place: (found[place][column], -place))
        precision, recall, f1, similar = found[best]
        _, right = encoded.read(case.example.references[best])
        steps = (
            ("encoder", _by(encoded)),
            ("answer", case.prediction.text),
            ("reference", case.example.references[best]),
            ("answer tokens, each with its best cosine", best_cosines(answer[1], similar, 1)),
            ("reference tokens, each with its best cosine", best_cosines(right, similar, 0)),
            ("precision", f"weighted mean over answer tokens = {precision:.6g}"),
            ("recall", f"weighted mean over reference tokens = {recall:.6g}"),
            ("F1", f"2 · precision · recall / (precision + recall) = {f1:.6g}"),
        )
        rescaled: tuple[tuple[str, str], ...] = ()
        if encoded.settings.baseline is not None:
            base, raw = encoded.settings.baseline[column], (precision, recall, f1)[column]
            value = (raw - base) / (1 - base)
            rescaled = (("rescaled", f"({raw:.6g} - {base:g}) / (1 - {base:g}) = {value:.6g}"),)
        return Told((*steps, *rescaled), ("sum of values", "examples"), "sum of values / examples")

    return tell


def best_cosines(ids: Ids, similar: NDArray[np.float32], axis: int) -> str:
    """Token ids with the highest cosine of each."""
    if not similar.size:
        return "none"
    tops = similar.max(axis=axis).tolist()
    return listed([f"#{number} {top:.3f}" for number, top in zip(ids.tolist(), tops, strict=True)])


def told_embedding(case: Case) -> Told:
    """Both texts, and the product of their mean vectors."""
    encoded = needed(case.means, "cosine-embedding")
    answer = middle(case.prediction.text, encoded)
    values = [float(answer @ middle(text, encoded)) for text in case.example.references]
    best = int(np.argmax(values))
    return Told(
        (
            ("encoder", _by(encoded)),
            ("answer", case.prediction.text),
            ("reference", case.example.references[best]),
            ("cosine", f"inner product of the two mean vectors of length 1 = {values[best]:.6g}"),
        ),
        ("sum of values", "examples"),
        "sum of values / examples",
    )
