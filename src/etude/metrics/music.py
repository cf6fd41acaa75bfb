"""Musical truth of an answer: the notes it names, as they are spelt and as they sound.

Notes are read in the example's own language where its row has a column `language` that says en or
pt, else in the study's, else in whichever of the two fits the text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from etude.config.languages import two_letters
from etude.metrics.metric import Case, Means, Measured, Told, averaged, mean
from etude.metrics.writing import listed
from etude.music.names import CHORD_NAMES, LANGUAGES, Language
from etude.music.reading import notes_in, plain
from etude.music.theory import Note
from etude.records import Example, Prediction

# Words that make the single note before them a key or a chord (E minor, Mi menor com sétima).
_QUALITIES = frozenset(
    word.split()[0].split("-")[0] for known in CHORD_NAMES.values() for word in known.values()
)


def music_exact(
    examples: Sequence[Example], predictions: Sequence[Prediction], language: str, means: Means
) -> Measured:
    """1 where the answer equals a reference once letter case and punctuation are gone, else 0.

    Unlike SQuAD's exact match it keeps what is not punctuation in music (F# is not F) and what is
    no article (the note A); the same note may be written B♭, Bb or "B flat". Order counts.
    """
    values = []
    for example, prediction in zip(examples, predictions, strict=True):
        read = language_of(example, language)
        answer = plain(prediction.text, read)
        values.append(float(any(answer == plain(text, read) for text in example.references)))
    return averaged(values)


def notes(
    examples: Sequence[Example], predictions: Sequence[Prediction], language: str, means: Means
) -> Measured:
    """F1 of the sets of spelled notes in answer and reference; the best reference counts.

    Only references that name notes count; examples without one are left out (their value is nan).
    A key or a chord (E minor) is no set of notes.
    """
    return _overlaps(spelled, examples, predictions, language)


def notes_enharmonic(
    examples: Sequence[Example], predictions: Sequence[Prediction], language: str, means: Means
) -> Measured:
    """The same on pitch classes: G# is as good as Ab."""
    return _overlaps(sounding, examples, predictions, language)


def music_exact_signature(language: str, examples: Sequence[Example], means: Means) -> str:
    return (
        "lower case, punctuation removed, accidentals and articles kept, notes spelt alike, "
        "best of references"
    )


def notes_signature(language: str, examples: Sequence[Example], means: Means) -> str:
    """What is compared, and in how many of the examples there is something to compare."""
    return f"sets of spelled notes, F1, best of references{_coverage(language, examples)}"


def notes_enharmonic_signature(language: str, examples: Sequence[Example], means: Means) -> str:
    return f"sets of pitch classes, F1, best of references{_coverage(language, examples)}"


def told_exact(case: Case) -> Told:
    """The answer and the references as they were compared."""
    read = language_of(case.example, case.language)
    answer = plain(case.prediction.text, read)
    references = [plain(text, read) for text in case.example.references]
    return Told(
        (
            ("answer", answer),
            ("references", listed(references)),
            ("compared", f"{'one is' if answer in references else 'none is'} equal"),
        ),
        ("sum of values", "examples"),
        "sum of values / examples",
    )


def told_notes(kind: Callable[[Note], Any]) -> Callable[[Case], Told]:
    """The notes that were read, and F1 of them."""

    def tell(case: Case) -> Told:
        read = language_of(case.example, case.language)
        said = {kind(note) for note in notes_in(case.prediction.text, read)}
        every = [
            {kind(note) for note in found}
            for text in case.example.references
            if (found := named_in(text, read))
        ]
        right = max(
            every, key=lambda truth: len(said & truth) / (len(said) + len(truth)), default=()
        )
        both = said & set(right)
        f1 = f"2 · {len(both)} / ({len(said)} + {len(right)})"
        return Told(
            (
                ("notes of the answer", listed(sorted(map(str, said)))),
                ("notes of the reference", listed(sorted(map(str, right)))),
                ("in both", listed(sorted(map(str, both)))),
                (
                    "F1",
                    f1 if right else "the references name no notes, so this example is left out",
                ),
            ),
            ("sum of values", "examples that name notes"),
            "sum of values / examples that name notes",
        )

    return tell


def spelled(note: Note) -> Any:
    """A note as it is written."""
    return note


def sounding(note: Note) -> Any:
    """Its pitch class."""
    return note.pitch_class


def language_of(example: Example, language: str) -> Language | None:
    """The language in which an example's notes are named; None where nothing says it."""
    for said in (example.metadata.get("language", ""), language):
        code = two_letters(said)
        for known in LANGUAGES:
            if code == known:
                return known
    return None


def named_in(reference: str, language: Language | None) -> tuple[Note, ...]:
    """The notes that a reference names; none where it names a key or a chord.

    >>> [str(note) for note in named_in("2 sharps: F#, C#", "en")], named_in("F# minor", "en")
    (['F#', 'C#'], ())
    """
    found = notes_in(reference, language)
    is_key = len(found) == 1 and not _QUALITIES.isdisjoint(plain(reference, language).split())
    return () if is_key else found


def _overlaps(
    kind: Callable[[Note], Any],
    examples: Sequence[Example],
    predictions: Sequence[Prediction],
    language: str,
) -> Measured:
    """Statistics are the value and 1, or two zeros where the references name no notes."""
    statistics = np.zeros((len(examples), 2))
    for row, (example, prediction) in enumerate(zip(examples, predictions, strict=True)):
        read = language_of(example, language)
        references = [named_in(text, read) for text in example.references]
        right = [{kind(note) for note in found} for found in references if found]
        if right:
            said = {kind(note) for note in notes_in(prediction.text, read)}
            best = max(2 * len(said & truth) / (len(said) + len(truth)) for truth in right)
            statistics[row] = best, 1
    return Measured(statistics, mean(statistics), mean)


def _coverage(language: str, examples: Sequence[Example]) -> str:
    if not examples:
        return ""
    naming = sum(
        any(named_in(text, language_of(example, language)) for text in example.references)
        for example in examples
    )
    return f", of {naming} of {len(examples)} examples (the others name none)"
