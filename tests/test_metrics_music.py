"""Notes as sets, spelled and sounding; exact match that tells F# from F and A from an article."""

from __future__ import annotations

import math

import numpy as np
import pytest

from etude.config.study import Compare
from etude.evaluate import evaluate
from etude.metrics import METRICS, expand
from etude.metrics.music import language_of, named_in
from etude.records import Example, Prediction


def example(identity: str, *references: str, language: str = "") -> Example:
    return Example(identity, "theory", (), references, metadata={"language": language})


def prediction(identity: str, text: str) -> Prediction:
    return Prediction(identity, "lora", 13, text, 9, 3, "stop", 0.1)


def value(name: str, text: str, *references: str, language: str = "en") -> float:
    measured = METRICS[name].measure(
        [example("q", *references, language=language)], [prediction("q", text)], "mul"
    )
    assert measured.values is not None
    return float(measured.values[0])


@pytest.mark.parametrize(
    ("answer", "reference", "exact", "spelled", "sounding"),
    [
        ("C, E, G", "C, E, G", 1, 1, 1),
        ("c e g.", "C, E, G", 1, 1, 1),
        ("G, E, C", "C, E, G", 0, 1, 1),  # a set has no order, an answer has
        ("The notes are C, E and G.", "C, E, G", 0, 1, 1),
        ("C, E", "C, E, G", 0, 0.8, 0.8),
        ("C, E, G, B", "C, E, G", 0, 6 / 7, 6 / 7),
        ("C, C, E, G", "C, E, G", 0, 1, 1),
        ("F", "F#", 0, 0, 0),
        ("F♯", "F#", 1, 1, 1),
        ("Gb", "F#", 0, 0, 1),
        ("E, Ab, B", "E, G#, B", 0, 2 / 3, 1),
        ("E, G#, Ab", "E, G#, B", 0, 2 / 3, 0.8),  # two names for one key of the piano
        ("", "A", 0, 0, 0),
        ("A", "A", 1, 1, 1),
        ("a", "A", 1, 1, 1),
        ("A third.", "A", 0, 0, 0),
        ("4 sharps: F#, C#, G#, D#", "4 sharps: F#, C#, G#, D#", 1, 1, 1),
        ("I do not know", "C", 0, 0, 0),
    ],
)
def test_english(
    answer: str, reference: str, exact: float, spelled: float, sounding: float
) -> None:
    assert value("music-exact", answer, reference) == exact
    assert value("notes", answer, reference) == pytest.approx(spelled)
    assert value("notes-enharmonic", answer, reference) == pytest.approx(sounding)


@pytest.mark.parametrize(
    ("answer", "reference", "exact", "spelled", "sounding"),
    [
        ("Dó, Mi, Sol", "Dó, Mi, Sol", 1, 1, 1),
        ("dó, mi, sol", "Dó, Mi, Sol", 1, 1, 1),
        ("São Dó, Mi e Sol.", "Dó, Mi, Sol", 0, 1, 1),
        ("Fá sustenido", "Fá#", 1, 1, 1),
        ("Sol bemol", "Fá#", 0, 0, 1),
        ("Lá", "Láb", 0, 0, 0),
        ("A nota é Láb, e não lá.", "Láb", 0, 1, 1),
    ],
)
def test_portuguese(
    answer: str, reference: str, exact: float, spelled: float, sounding: float
) -> None:
    assert value("music-exact", answer, reference, language="pt") == exact
    assert value("notes", answer, reference, language="pt") == pytest.approx(spelled)
    assert value("notes-enharmonic", answer, reference, language="pt") == pytest.approx(sounding)


@pytest.mark.parametrize("reference", ["yes", "7", "minor third", "A# minor", "no sharps or flats"])
def test_references_that_name_no_notes_are_left_out(reference: str) -> None:
    assert math.isnan(value("notes", "C, E, G", reference))
    assert math.isnan(value("notes-enharmonic", "C, E, G", reference))
    assert value("music-exact", reference.upper().replace("#", "♯"), reference) == 1


def test_a_key_or_a_chord_is_no_set_of_notes() -> None:
    for reference in ("E minor", "Ab augmented", "F# half-diminished seventh"):
        assert named_in(reference, "en") == ()
    for reference in ("Mi menor", "Sol# diminuto", "Dó com sétima"):
        assert named_in(reference, "pt") == ()
    assert len(named_in("The C major triad is C, E, G.", "en")) == 4


def test_the_best_reference_counts() -> None:
    assert value("notes", "C, E", "C, E, G", "C, E", "yes") == 1
    assert value("music-exact", "C", "yes", "C") == 1


EXAMPLES = [
    example("a", "C, E, G", language="en"),
    example("b", "Mi", language="pt"),
    example("c", "yes", language="en"),
]


def test_the_aggregate_is_the_mean_over_examples_that_name_notes() -> None:
    answers = [prediction("a", "C, E"), prediction("b", "Mi"), prediction("c", "no")]
    measured = METRICS["notes"].measure(EXAMPLES, answers, "mul")
    assert measured.values is not None
    assert measured.values.tolist() == pytest.approx([0.8, 1, math.nan], nan_ok=True)
    total = measured.aggregate(measured.statistics.sum(axis=0, keepdims=True))
    assert total.tolist() == pytest.approx([0.9])
    nothing = measured.aggregate(np.zeros((1, 2)))
    assert math.isnan(nothing[0])


def test_an_evaluation_draws_intervals_although_some_examples_are_left_out() -> None:
    right = [prediction("a", "C, E, G"), prediction("b", "Mi"), prediction("c", "yes")]
    wrong = [prediction("a", "D"), prediction("b", "Fá"), prediction("c", "no")]
    found = evaluate(
        EXAMPLES,
        {"zero-shot": {13: wrong}, "lora": {13: right}},
        ["music"],
        Compare(resamples=200),
        "mul",
        13,
        grouped=False,
    )
    assert found.metric == "music-exact"
    assert found.best == "lora"
    assert found.score("lora", "notes").value == 1
    assert found.score("zero-shot", "notes").low == 0
    assert "of 2 of 3 examples (the others name none)" in found.signatures["notes"], (
        "the count of what is scored is said"
    )


def test_the_example_says_its_language_before_the_study_does() -> None:
    assert language_of(example("q", language="pt"), "en") == "pt"
    assert language_of(example("q"), "pt") == "pt"
    assert language_of(example("q", language="por"), "mul") == "pt"
    assert language_of(example("q"), "mul") is None
    assert language_of(example("q", language="Latin"), "de") is None


def test_without_a_language_both_namings_are_read() -> None:
    for reference, answer in (("C, E, G", "The notes are C, E, G"), ("Dó, Mi", "São Dó e Mi")):
        assert value("notes", answer, reference, language="") == 1


def test_the_group_and_its_signatures() -> None:
    assert expand(["music"]) == ("music-exact", "notes", "notes-enharmonic")
    assert METRICS["notes"].signature("en") == ("sets of spelled notes, F1, best of references")
    assert METRICS["notes-enharmonic"].signature("mul", EXAMPLES) == (
        "sets of pitch classes, F1, best of references, of 2 of 3 examples (the others name none)"
    )
    assert METRICS["music-exact"].signature("en") == (
        "lower case, punctuation removed, accidentals and articles kept, notes spelt alike, best "
        "of references"
    )
