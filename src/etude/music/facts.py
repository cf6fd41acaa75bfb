"""What is true of a root, by topic: the facts behind questions and prose, in no language yet.

A fact gives named values (a note, a scale, an interval) and the value that answers; `said` puts a
value into words. Each fact belongs to one root. Two topics relate two roots alike (C major has the
relative minor A, A minor the relative major C): such a fact names the other root as its partner, so
that who holds a root out of training can hold out what says the same from the other side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from etude.music import names, theory
from etude.music.names import Language
from etude.music.theory import Interval, Mode, Note, Unspellable

# Tonics of keys that are met in music, with D#, G# and A# for their minor keys and chords.
ROOTS = (
    *("C", "C#", "Db", "D", "D#", "Eb", "E", "F", "F#"),
    *("Gb", "G", "G#", "Ab", "A", "A#", "Bb", "B", "Cb"),
)
# Intervals asked for; diminished and augmented ones as they occur in scales and chords.
INTERVALS = theory.intervals("m2 M2 A2 m3 M3 P4 A4 d5 P5 A5 m6 M6 d7 m7 M7")
MODES: tuple[Mode, ...] = ("major", "minor")


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale of `theory.SCALES` on a tonic."""

    tonic: Note
    name: str


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord of `theory.CHORDS` on a root."""

    root: Note
    suffix: str


@dataclass(frozen=True, slots=True)
class Symbol:
    """A chord as charts write it: `C#m7`."""

    chord: Chord


@dataclass(frozen=True, slots=True)
class Key:
    """A major or minor key."""

    tonic: Note
    mode: Mode


@dataclass(frozen=True, slots=True)
class Degree:
    """A degree of a scale, from 1; `works` calls it by what it does in the key (dominant)."""

    number: int
    works: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """The sharps or flats of a key; only how many there are unless `listed`."""

    notes: tuple[Note, ...]
    listed: bool


@dataclass(frozen=True, slots=True)
class Letter:
    """The name of a note without its accidental."""

    note: Note


Notes = tuple[Note, ...]
Value = Note | Notes | Interval | Scale | Chord | Symbol | Key | Degree | Signature | Letter | int


@dataclass(frozen=True, slots=True)
class Fact:
    """What is `given`, by name, and its `answer`.

    `wording` says which sentences it goes into; topics that ask in two ways have two.
    """

    topic: str
    wording: str
    root: Note
    detail: str
    given: Mapping[str, Value]
    answer: Value
    partner: Note | None = None

    @property
    def id(self) -> str:
        return f"{self.wording}-{self.root}-{self.detail}"


def _scale_notes(root: Note) -> Iterator[Fact]:
    for name in theory.SCALES:
        with suppress(Unspellable):
            given: dict[str, Value] = {"scale": Scale(root, name), "tonic": root}
            yield _fact("scale-notes", root, name, given, theory.scale(root, name))


def _chord_notes(root: Note) -> Iterator[Fact]:
    for suffix in theory.CHORDS:
        with suppress(Unspellable):
            chord = Chord(root, suffix)
            given: dict[str, Value] = {"chord": chord, "symbol": Symbol(chord)}
            detail = suffix or "maj"
            yield _fact("chord-notes", root, detail, given, theory.chord(root, suffix))


def _above(root: Note) -> Iterator[Fact]:
    for distance in INTERVALS:
        with suppress(Unspellable):
            given: dict[str, Value] = {"interval": distance, "note": root}
            answer = theory.up(root, distance)
            yield _fact("interval-above", root, str(distance), given, answer)


def _below(root: Note) -> Iterator[Fact]:
    for distance in INTERVALS:
        with suppress(Unspellable):
            given: dict[str, Value] = {"interval": distance, "note": root}
            answer = theory.down(root, distance)
            yield _fact("interval-below", root, str(distance), given, answer)


def _interval_name(root: Note) -> Iterator[Fact]:
    for distance in INTERVALS:
        with suppress(Unspellable):
            upper = theory.up(root, distance)
            given: dict[str, Value] = {"lower": root, "upper": upper}
            yield _fact("interval-name", root, str(upper), given, distance)


def _semitones(root: Note) -> Iterator[Fact]:
    for distance in INTERVALS:
        with suppress(Unspellable):
            upper = theory.up(root, distance)
            given: dict[str, Value] = {"lower": root, "upper": upper}
            yield _fact("semitones", root, str(upper), given, distance.semitones)


def _key_signature(root: Note) -> Iterator[Fact]:
    for mode in MODES:
        with suppress(Unspellable):
            notes = theory.key_signature(root, mode)
            for wording, listed in (("key-signature", True), ("key-count", False)):
                given: dict[str, Value] = {"key": Key(root, mode)}
                answer = Signature(notes, listed)
                yield Fact("key-signature", wording, root, mode, given, answer)


def _relative_key(root: Note) -> Iterator[Fact]:
    for mode in MODES:
        with suppress(Unspellable):
            theory.signature_count(root, mode)  # keys that nobody writes have no relative
            other = Key(*theory.relative(root, mode))
            given: dict[str, Value] = {"key": Key(root, mode)}
            wording = f"relative-{other.mode}"
            yield Fact("relative-key", wording, root, mode, given, other, other.tonic)


def _scale_degree(root: Note) -> Iterator[Fact]:
    for name in ("major", "natural minor", "harmonic minor", "dorian", "mixolydian"):
        for number in range(2, 8):
            with suppress(Unspellable):
                scale: dict[str, Value] = {"scale": Scale(root, name), "degree": Degree(number)}
                answer = theory.scale(root, name)[number - 1]
                yield _fact("scale-degree", root, f"{name} {number}", scale, answer)
    # Degrees of a minor key are those of the harmonic scale, where the seventh leads.
    for mode, name in (("major", "major"), ("minor", "harmonic minor")):
        for number in range(2, 8):
            with suppress(Unspellable):
                key = Key(root, "major" if mode == "major" else "minor")
                given: dict[str, Value] = {"key": key, "degree": Degree(number, works=True)}
                answer = theory.scale(root, name)[number - 1]
                detail = f"{mode}-{number}"
                yield Fact("scale-degree", "degree-function", root, detail, given, answer)


def _enharmonic(root: Note) -> Iterator[Fact]:
    for other in theory.enharmonics(root):
        given: dict[str, Value] = {"note": root, "letter": Letter(other)}
        yield Fact("enharmonic", "enharmonic", root, other.letter, given, other, other)


def _in_scale(root: Note) -> Iterator[Fact]:
    """As many that are in the scale as are not; none that only sounds as if it were."""
    for name in ("major", "natural minor", "harmonic minor", "dorian", "major pentatonic"):
        with suppress(Unspellable):
            inside = theory.scale(root, name)
            sounding = {note.pitch_class for note in inside}
            for note in inside[1:]:
                beside = [
                    Note(note.letter, accidental)
                    for accidental in (note.accidental - 1, note.accidental + 1)
                    if abs(accidental) <= theory.MOST_ACCIDENTALS
                ]
                outside = [other for other in beside if other.pitch_class not in sounding]
                if not outside:
                    continue
                plainest = min(outside, key=lambda other: abs(other.accidental))
                for asked, answer in ((note, True), (plainest, False)):
                    given: dict[str, Value] = {"note": asked, "scale": Scale(root, name)}
                    yield _fact("in-scale", root, f"{name} {asked}", given, answer)


def _degree_chord(root: Note) -> Iterator[Fact]:
    for name in ("major", "natural minor", "harmonic minor"):
        for number in range(1, 8):
            with suppress(Unspellable):
                given: dict[str, Value] = {"scale": Scale(root, name), "degree": Degree(number)}
                chord = Chord(*theory.triad_on(root, name, number))
                yield _fact("degree-chord", root, f"{name} {number}", given, chord)


def _fact(topic: str, root: Note, detail: str, given: dict[str, Value], answer: Value) -> Fact:
    return Fact(topic, topic, root, detail.replace(" ", "-"), given, answer)


TOPICS: dict[str, Callable[[Note], Iterator[Fact]]] = {
    "scale-notes": _scale_notes,
    "chord-notes": _chord_notes,
    "interval-above": _above,
    "interval-below": _below,
    "interval-name": _interval_name,
    "semitones": _semitones,
    "key-signature": _key_signature,
    "relative-key": _relative_key,
    "scale-degree": _scale_degree,
    "enharmonic": _enharmonic,
    "in-scale": _in_scale,
    "degree-chord": _degree_chord,
}


def said(value: Value, language: Language, in_words: bool = False) -> str:
    """A value as short as it can be said; `in_words` reads accidentals out (`F sharp`)."""
    match value:
        case bool():
            return {"en": ("no", "yes"), "pt": ("não", "sim")}[language][value]
        case int():
            return str(value)
        case Note():
            return names.note_name(value, language, in_words)
        case tuple():
            return ", ".join(names.note_name(note, language, in_words) for note in value)
        case Interval():
            return names.interval_name(value, language)
        case Scale(tonic, name):
            return names.scale_name(tonic, name, language, in_words)
        case Chord(root, suffix):
            return names.chord_name(root, suffix, language, in_words)
        case Symbol(Chord(root, suffix)):
            return f"{root}{suffix}"
        case Key(tonic, mode):
            return names.key_name(tonic, mode, language, in_words)
        case Degree(number, works):
            return (names.FUNCTIONS if works else names.DEGREES)[language][number - 1]
        case Letter(note):
            return names.note_name(Note(note.letter), language)
        case Signature(notes, listed):
            counted = names.signature_name(notes, language)
            has_list = listed and notes
            return f"{counted}: {said(notes, language, in_words)}" if has_list else counted
