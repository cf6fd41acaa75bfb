"""Spelling errors: words of an answer that neither a dictionary nor the example itself has.

No dictionary is shipped: a word list is the user's (one word a line), and the training split's own
words may be added to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from etude.errors import UserError
from etude.metrics.metric import Case, Means, Measured, Told, mean
from etude.metrics.words import words
from etude.metrics.writing import fraction, listed
from etude.records import Example, Prediction

NO_DICTIONARY = (
    "spelling looks words up in a dictionary, and the study names none: add dictionary: "
    "{path: words.txt} (one word a line), or remove spelling from metrics."
)


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Words that are spelt right, lower-cased as `words` cuts them, and where they come from."""

    known: frozenset[str]
    origin: str


def read_dictionary(
    paths: Sequence[str], material: Iterable[Example] = (), *, use_material: bool = False
) -> Dictionary:
    """The words of some files, and of questions and answers to learn from.

    Raises:
        UserError: for a file that cannot be read as UTF-8, or where no word is left.
    """
    known: set[str] = set()
    for path in paths:
        try:
            known.update(words(Path(path).read_text(encoding="utf-8")))
        except OSError as error:
            raise UserError(
                f"dictionary.path: {path} cannot be read ({error.strerror}): name a text file with "
                "one word a line."
            ) from None
        except UnicodeDecodeError:
            raise UserError(
                f"dictionary.path: {path} is not UTF-8: save the word list as UTF-8."
            ) from None
    listed_words = len(known)
    if use_material:
        for example in material:
            known.update(own_words(example))
    if not known:
        raise UserError(
            "dictionary holds no words: name a word list as dictionary.path, or set "
            "dictionary.material: true."
        )
    names = ", ".join(Path(path).name for path in paths)
    parts = [f"{listed_words} words of {names}"] if paths else []
    if use_material:
        parts.append(f"{len(known) - listed_words} {'more ' if paths else ''}of the training split")
    return Dictionary(frozenset(known), ", ".join(parts))


def spelling(
    examples: Sequence[Example], predictions: Sequence[Prediction], language: str, means: Means
) -> Measured:
    """Share of the words of all answers that are in no dictionary.

    Words of the example's own question and references are right, and words with a digit are not
    looked up. Statistics are unknown words and words looked up; an answer without any has the
    value nan.
    """
    dictionary = needed(means)
    statistics = np.zeros((len(examples), 2))
    for row, (example, prediction) in enumerate(zip(examples, predictions, strict=True)):
        looked_up, unknown = spelt(example, prediction, dictionary)
        statistics[row] = len(unknown), len(looked_up)
    return Measured(statistics, mean(statistics), mean)


def spelt(
    example: Example, prediction: Prediction, dictionary: Dictionary
) -> tuple[list[str], list[str]]:
    """The words of an answer that are looked up, and those that are unknown."""
    looked_up = [
        word for word in words(prediction.text) if not any(letter.isdigit() for letter in word)
    ]
    unknown = [word for word in looked_up if word not in dictionary.known]
    if unknown:
        own = own_words(example)
        unknown = [word for word in unknown if word not in own]
    return looked_up, unknown


def own_words(example: Example) -> set[str]:
    """The words of an example's question and references."""
    texts = (*(turn.content for turn in example.messages), *example.references)
    return {word for text in texts for word in words(text)}


def needed(means: Means) -> Dictionary:
    """The dictionary of a scoring.

    Raises:
        UserError: where there is none.
    """
    if means.dictionary is None:
        raise UserError(NO_DICTIONARY)
    return means.dictionary


def spelling_signature(language: str, examples: Sequence[Example], means: Means) -> str:
    origin = means.dictionary.origin if means.dictionary else "the study's"
    return f"Unicode words without digits, dictionary: {origin}; the example's own words are right"


def told(case: Case) -> Told:
    """The words that are looked up, and those that are unknown."""
    looked_up, unknown = spelt(case.example, case.prediction, needed(case.means))
    return Told(
        (
            (f"{len(looked_up)} words looked up", listed(looked_up)),
            ("unknown", listed(unknown)),
            ("share", fraction(len(unknown), len(looked_up)) if looked_up else "no words"),
        ),
        ("unknown words", "words"),
        "unknown words / words",
    )
