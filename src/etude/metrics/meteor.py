"""METEOR (Banerjee and Lavie 2005; Lavie and Agarwal 2007) in its first two stages.

Words are matched where they are equal, then where their stems are; the third stage, synonyms,
would need WordNet, which exists for few languages and is not shipped: the signature says so. The
alignment and the formula are those of nltk, with which the tests compare.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise

import numpy as np

from etude.config.languages import two_letters
from etude.metrics.metric import Case, Means, Measured, Told, averaged
from etude.metrics.pairs import pairs_of
from etude.metrics.texts import Texts
from etude.metrics.words import words
from etude.metrics.writing import fraction, listed, tokens_in
from etude.records import Example, Prediction

ALPHA, BETA, GAMMA = 0.9, 3.0, 0.5
STEMMERS = {  # Snowball's, but for English, where nltk's METEOR uses Porter's
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
}


def meteor(
    examples: Sequence[Example], predictions: Sequence[Prediction], language: str, means: Means
) -> Measured:
    """The mean of the examples' METEOR; the best reference counts."""
    texts = means.texts
    pairs = texts.once("pairs", examples, predictions, lambda: pairs_of(examples, predictions))
    reader = Stems(language, texts)
    values = [
        score(reader.read(answer), reader.read(reference))[0]
        for answer, reference in zip(pairs.answers, pairs.references, strict=True)
    ]
    found = np.asarray(values, dtype=np.float64)
    return averaged(found[pairs.best(found)])


class Stems:
    """Texts as words and as stems, each as numbers; a word is stemmed once."""

    def __init__(self, language: str, texts: Texts) -> None:
        self.texts = texts
        self.cut = _cut_stems(language)

    def read(self, text: str) -> tuple[list[int], list[int]]:
        return self.texts.ids(words, text).tolist(), self.texts.ids(self.cut, text).tolist()


def score(
    answer: tuple[list[int], list[int]], reference: tuple[list[int], list[int]]
) -> tuple[float, list[tuple[int, int]], int]:
    """METEOR of one answer, the matched places (answer, reference), and their chunks."""
    matches = align(answer, reference)
    if not matches:
        return 0.0, [], 0
    precision, recall = len(matches) / len(answer[0]), len(matches) / len(reference[0])
    mean = (precision * recall) / (ALPHA * precision + (1 - ALPHA) * recall)
    chunks = 1 + sum(b != (a[0] + 1, a[1] + 1) for a, b in pairwise(matches))
    penalty = GAMMA * (chunks / len(matches)) ** BETA
    return (1 - penalty) * mean, matches, chunks


def align(
    answer: tuple[list[int], list[int]], reference: tuple[list[int], list[int]]
) -> list[tuple[int, int]]:
    """Places of equal words, then of equal stems, from the last word of the answer to the first.

    Each word of the answer takes the last place of the reference that is still free.
    """
    matches: list[tuple[int, int]] = []
    free_answer, free_reference = list(range(len(answer[0]))), list(range(len(reference[0])))
    for stage in (0, 1):
        said, right = answer[stage], reference[stage]
        places: dict[int, list[int]] = {}
        for place in free_reference:
            places.setdefault(right[place], []).append(place)
        found = []
        for place in reversed(free_answer):
            if free := places.get(said[place]):
                found.append((place, free.pop()))
        matches += found
        taken_answer, taken_reference = ({pair[side] for pair in found} for side in (0, 1))
        free_answer = [place for place in free_answer if place not in taken_answer]
        free_reference = [place for place in free_reference if place not in taken_reference]
    return sorted(matches)


def meteor_signature(language: str, examples: Sequence[Example], means: Means) -> str:
    """Stages, stemmer, tokeniser and parameters."""
    code = two_letters(language)
    stemmer = "Porter" if code == "en" else "Snowball " + STEMMERS.get(code, "")
    stages = f"exact and stem ({stemmer})" if code in ("en", *STEMMERS) else "exact (no stemmer)"
    return (
        f"stages {stages}, no synonyms, as nltk 3.10, Unicode words, alpha {ALPHA}, beta {BETA:g}, "
        f"gamma {GAMMA}, best of references"
    )


@cache
def stemmer_for(language: str) -> Callable[[str], str]:
    """A stemmer that remembers; the word itself where the language has none."""
    code = two_letters(language)
    if code == "en":
        from nltk.stem.porter import PorterStemmer

        return cache(PorterStemmer().stem)
    if code in STEMMERS:
        from nltk.stem.snowball import SnowballStemmer

        return cache(SnowballStemmer(STEMMERS[code]).stem)
    return str


@cache
def _cut_stems(language: str) -> Callable[[str], list[str]]:
    stem = stemmer_for(language)
    return lambda text: [stem(word) for word in words(text)]


def told(case: Case) -> Told:
    """The alignment of one answer with its best reference."""
    reader = Stems(case.language, Texts())
    answer = reader.read(case.prediction.text)
    found = [score(answer, reader.read(text)) for text in case.example.references]
    best = max(range(len(found)), key=lambda place: (found[place][0], -place))
    value, matches, chunks = found[best]
    said, right = words(case.prediction.text), words(case.example.references[best])
    written = [
        said[a] if said[a] == right[b] else f"{said[a]} ~ {right[b]} (stem)" for a, b in matches
    ]
    count = len(matches)
    return Told(
        (
            *tokens_in(words, case, best),
            ("matched", listed(written)),
            ("precision, recall", f"{fraction(count, len(said))}; {fraction(count, len(right))}"),
            ("chunks", f"{chunks}: runs of matches that are neighbours in both"),
            (
                "METEOR",
                f"P · R / ({ALPHA} · P + {1 - ALPHA:.1g} · R) · "
                f"(1 - {GAMMA} · ({chunks}/{count})^3) = {value:.6g}"
                if count
                else "nothing matches: 0",
            ),
        ),
        ("sum of values", "examples"),
        "sum of values / examples",
    )
