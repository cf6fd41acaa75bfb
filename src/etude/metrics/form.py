"""How answers are written, whatever they say: length, ending, repetition, variety, language.

Answer and reference are cut into the Unicode words of `etude.metrics.words`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from etude.config.languages import two_letters
from etude.data.languages import SEVERAL, UNCLEAR, language_of, name_of
from etude.metrics import overlap
from etude.metrics.metric import Case, Means, Measured, Sign, Told, Work, averaged, mean, ratio
from etude.metrics.words import words
from etude.metrics.writing import fraction, listed
from etude.records import Example, Prediction


def length_ratio(
    examples: Sequence[Example], predictions: Sequence[Prediction], language: str, means: Means
) -> Measured:
    """Words of all answers divided by words of their references.

    Of several references the one of nearest length counts, the shorter of two. Neither end is
    better: below 1 answers are shorter than what was asked for, above 1 longer.
    """
    rows = [
        nearest_lengths(
            len(means.texts.ids(words, prediction.text)),
            [len(means.texts.ids(words, text)) for text in example.references],
        )
        for example, prediction in zip(examples, predictions, strict=True)
    ]
    statistics = np.asarray(rows, dtype=np.float64).reshape(-1, 2)
    return Measured(statistics, mean(statistics), mean)


def nearest_lengths(said: int, references: Sequence[int]) -> tuple[int, int]:
    """Words of the answer, and of the reference of nearest length."""
    return said, min(references, key=lambda count: (abs(count - said), count))


def stop_rate(
    examples: Sequence[Example], predictions: Sequence[Prediction], language: str, means: Means
) -> Measured:
    """Share of answers that end by themselves, rather than where `max_tokens` cuts them."""
    return averaged([float(prediction.finish == "stop") for prediction in predictions])


def repetition(order: int) -> Work:
    """seq-rep-n: the share of an answer's n-grams that it has had before; the mean of answers.

    An answer of fewer than n words repeats nothing: 0.
    """

    def measure(
        examples: Sequence[Example], predictions: Sequence[Prediction], language: str, means: Means
    ) -> Measured:
        answers = means.texts.all_ids(words, [prediction.text for prediction in predictions])
        codes, owner = overlap.grams_of(answers, order)
        different = np.zeros(len(answers))
        pairs = np.unique(np.column_stack([owner, codes]), axis=0)[:, 0] if len(codes) else owner
        different += np.bincount(pairs, minlength=len(answers))
        every = np.bincount(owner, minlength=len(answers)).astype(np.float64)
        return averaged(1 - ratio(different, every, empty=1.0))

    return measure


def distinct(order: int) -> Work:
    """distinct-n: different n-grams in all answers, divided by all n-grams in them.

    An n-gram that stands k times in all answers counts 1/k wherever it stands, which sums to the
    number of different ones. On resamples and on single tasks n-grams keep these weights, so that
    drawing an example twice is not taken for repetition.
    """

    def measure(
        examples: Sequence[Example], predictions: Sequence[Prediction], language: str, means: Means
    ) -> Measured:
        answers = means.texts.all_ids(words, [prediction.text for prediction in predictions])
        codes, owner = overlap.grams_of(answers, order)
        weights = 1 / np.bincount(codes)[codes] if len(codes) else np.zeros(0)
        statistics = np.column_stack(
            [
                np.bincount(owner, weights=weights, minlength=len(answers)),
                np.bincount(owner, minlength=len(answers)),
            ]
        ).astype(np.float64)
        return Measured(statistics, mean(statistics), mean)

    return measure


def right_language(
    examples: Sequence[Example], predictions: Sequence[Prediction], language: str, means: Means
) -> Measured:
    """Share of answers in the language that was asked for.

    Answers too short to tell are left out (their value is nan).
    """
    statistics = np.zeros((len(examples), 2))
    for row, (example, prediction) in enumerate(zip(examples, predictions, strict=True)):
        found = two_letters(language_of(prediction.text))
        asked = asked_language(example, language)
        if found != UNCLEAR and asked != UNCLEAR:
            statistics[row] = found == asked, 1
    return Measured(statistics, mean(statistics), mean)


def asked_language(example: Example, language: str) -> str:
    """The language of the row's column `language`; the study's; or that of the first reference."""
    said = example.metadata.get("language", "").lower().replace("_", "-").partition("-")[0]
    for code in (said, language):
        if 2 <= len(code) <= 3 and code.isalpha() and code != SEVERAL:
            return two_letters(code)
    return two_letters(language_of(example.references[0])) if example.references else UNCLEAR


def length_signature(language: str, examples: Sequence[Example], means: Means) -> str:
    return "Unicode words, all answers together, reference of nearest length"


def stop_signature(language: str, examples: Sequence[Example], means: Means) -> str:
    return "answers that end before max_tokens"


def repetition_signature(order: int) -> Sign:
    def sign(language: str, examples: Sequence[Example], means: Means) -> str:
        return f"Unicode words, 1 - different {order}-grams / {order}-grams of each answer, mean"

    return sign


def distinct_signature(order: int) -> Sign:
    def sign(language: str, examples: Sequence[Example], means: Means) -> str:
        what = f"different {order}-grams / {order}-grams of all answers together"
        return f"Unicode words, {what}; weights of the whole on resamples"

    return sign


def language_signature(language: str, examples: Sequence[Example], means: Means) -> str:
    from importlib.metadata import version

    return f"py3langid {version('py3langid')}, unclear answers left out"


def told_length(case: Case) -> Told:
    said, *references = (
        len(words(text)) for text in (case.prediction.text, *case.example.references)
    )
    _, nearest = nearest_lengths(said, references)
    return Told(
        (
            ("words of the answer", f"{said}"),
            ("words of the references", ", ".join(map(str, references))),
            ("ratio", fraction(said, nearest) if nearest else "the reference has no words"),
        ),
        ("words of answers", "words of references"),
        "words of answers / words of references",
    )


def told_stop(case: Case) -> Told:
    finish = {"stop": "ended by itself: 1", "length": "was cut at max_tokens: 0"}
    prediction = case.prediction
    return Told(
        (
            ("tokens of the answer", f"{prediction.answer_tokens}"),
            ("it", finish[prediction.finish]),
        ),
        ("sum of values", "examples"),
        "sum of values / examples",
    )


def told_repetition(order: int) -> Callable[[Case], Told]:
    def tell(case: Case) -> Told:
        said = words(case.prediction.text)
        grams = [" ".join(said[i : i + order]) for i in range(len(said) - order + 1)]
        again = sorted({gram for gram in grams if grams.count(gram) > 1}, key=grams.index)
        different = len(set(grams))
        return Told(
            (
                (f"{len(said)} words of the answer", listed(said)),
                (f"{order}-grams that return", listed(again)),
                (
                    "repetition",
                    f"1 - {different}/{len(grams)} = {1 - different / len(grams):.6g}"
                    if grams
                    else f"fewer than {order} words: 0",
                ),
            ),
            ("sum of values", "examples"),
            "sum of values / examples",
        )

    return tell


def told_distinct(order: int) -> Callable[[Case], Told]:
    def tell(case: Case) -> Told:
        def grams(text: str) -> list[str]:
            said = words(text)
            return [" ".join(said[i : i + order]) for i in range(len(said) - order + 1)]

        every = Counter(gram for item in case.predictions for gram in grams(item.text))
        own = grams(case.prediction.text)
        shown = [f"{gram} 1/{every[gram]}" for gram in own]
        weight = sum(1 / every[gram] for gram in own)
        return Told(
            (
                (f"{order}-grams of the answer, 1 / how often all answers have it", listed(shown)),
                ("distinct", fraction(round(weight, 6), len(own))),
            ),
            (f"weights of {order}-grams (their sum: different ones)", f"{order}-grams"),
            f"different {order}-grams / {order}-grams",
        )

    return tell


def told_language(case: Case) -> Told:
    found = two_letters(language_of(case.prediction.text))
    asked = asked_language(case.example, case.language)
    unclear = found == UNCLEAR or asked == UNCLEAR
    return Told(
        (
            ("language of the answer", f"{found} ({name_of(found)})"),
            ("asked for", f"{asked} ({name_of(asked)})"),
            ("value", "left out: it cannot be told" if unclear else f"{float(found == asked):g}"),
        ),
        ("sum of values", "examples that can be told"),
        "sum of values / examples that can be told",
    )
