"""Spelled pitches and what is built of them, exactly: no sound, no octave, only names.

Every spelled note has a place on the line of fifths (... Bb -2, F -1, C 0, G 1, D 2 ...; Temperley
2000, "The Line of Fifths"). Transposing is then an addition, a sharp is seven places to the right,
and two notes sound the same where their places differ by a multiple of twelve. Notes with up to
two sharps or flats can be written; what would need a third raises `Unspellable`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Mode = Literal["major", "minor"]

LETTERS = "CDEFGAB"
FIFTHS = "FCGDAEB"  # letters in the order in which sharps appear; flats appear in the reverse
MOST_ACCIDENTALS = 2
MOST_IN_SIGNATURE = 7
MINOR = -3  # a minor key lies three fifths from the major key of the same tonic


class Unspellable(ValueError):
    """A note with more than two sharps or flats, or a key signature beyond seven."""


@dataclass(frozen=True, slots=True)
class Note:
    """A spelled note in no particular octave; `accidental` counts sharps, flats below zero.

    >>> str(Note("F", 2)), Note("F", 2).pitch_class
    ('F##', 7)
    """

    letter: str
    accidental: int = 0

    def __post_init__(self) -> None:
        if self.letter not in LETTERS or len(self.letter) != 1:
            raise ValueError(f"a note has a letter from A to G, not {self.letter!r}")
        if abs(self.accidental) > MOST_ACCIDENTALS:
            raise Unspellable(f"{self.letter} would need {abs(self.accidental)} accidentals")

    @classmethod
    def at(cls, fifths: int) -> Note:
        """The note at a place on the line of fifths."""
        sharps, place = divmod(fifths + 1, 7)
        return cls(FIFTHS[place], sharps)

    @property
    def fifths(self) -> int:
        """Place on the line of fifths: C is 0, G 1, F -1."""
        return FIFTHS.index(self.letter) - 1 + 7 * self.accidental

    @property
    def pitch_class(self) -> int:
        """Semitones above C, from 0 to 11."""
        return 7 * self.fifths % 12

    def __str__(self) -> str:
        return self.letter + ("#" if self.accidental > 0 else "b") * abs(self.accidental)


# Quality -> how far a perfect or a major interval is widened, in semitones.
PERFECT = {"dd": -2, "d": -1, "P": 0, "A": 1, "AA": 2}
MAJOR = {"dd": -3, "d": -2, "m": -1, "M": 0, "A": 1, "AA": 2}
# By number from the unison to the seventh: fifths and semitones of the perfect or major interval.
_FIFTHS = (0, 2, 4, -1, 1, 3, 5)
_SEMITONES = (0, 2, 4, 5, 7, 9, 11)
_CAN_BE_PERFECT = (1, 4, 5)


@dataclass(frozen=True, slots=True)
class Interval:
    """A quality (dd d m M P A AA) and a number, the unison being 1 and the octave 8.

    >>> Interval("m", 3).semitones, str(Interval("m", 3).inversion)
    (3, 'M6')
    """

    quality: str
    number: int

    def __post_init__(self) -> None:
        if self.number < 1 or self.quality not in self._qualities or self.semitones < 0:
            raise ValueError(f"there is no interval {self.quality}{self.number}")

    @property
    def _simple(self) -> int:
        return (self.number - 1) % 7 + 1

    @property
    def _qualities(self) -> dict[str, int]:
        return PERFECT if self._simple in _CAN_BE_PERFECT else MAJOR

    @property
    def fifths(self) -> int:
        """How far it leads along the line of fifths, upwards."""
        return _FIFTHS[self._simple - 1] + 7 * self._qualities[self.quality]

    @property
    def semitones(self) -> int:
        """Its width."""
        octaves = (self.number - 1) // 7
        return _SEMITONES[self._simple - 1] + self._qualities[self.quality] + 12 * octaves

    @property
    def inversion(self) -> Interval:
        """What a simple interval, up to the octave, leaves of the octave."""
        turned = {"dd": "AA", "d": "A", "m": "M", "P": "P", "M": "m", "A": "d", "AA": "dd"}
        return Interval(turned[self.quality], 9 - self.number)

    def __str__(self) -> str:
        return f"{self.quality}{self.number}"


def interval(text: str) -> Interval:
    """The interval of a short name: `M3`, `P5`, `d7`."""
    quality = text.rstrip("0123456789")
    return Interval(quality, int(text[len(quality) :]))


def up(note: Note, distance: Interval) -> Note:
    """The note at an interval above.

    >>> str(up(Note("D", 1), interval("M3")))
    'F##'
    """
    return Note.at(note.fifths + distance.fifths)


def down(note: Note, distance: Interval) -> Note:
    """The note at an interval below."""
    return Note.at(note.fifths - distance.fifths)


def between(lower: Note, upper: Note) -> Interval:
    """The simple interval, unison to seventh, from one note up to the next `upper` above it.

    Raises `Unspellable` where it would be more than doubly augmented or diminished.
    """
    number = (LETTERS.index(upper.letter) - LETTERS.index(lower.letter)) % 7 + 1
    widened = (upper.fifths - lower.fifths - _FIFTHS[number - 1]) // 7
    qualities = PERFECT if number in _CAN_BE_PERFECT else MAJOR
    for quality, shift in qualities.items():
        if shift == widened and _SEMITONES[number - 1] + shift >= 0:
            return Interval(quality, number)
    raise Unspellable(f"the interval from {lower} up to {upper} has no usual name")


def intervals(text: str) -> tuple[Interval, ...]:
    """The intervals of short names with spaces between them."""
    return tuple(interval(part) for part in text.split())


# Scales and chords as intervals above their tonic or root.
SCALES: dict[str, tuple[Interval, ...]] = {
    "major": intervals("P1 M2 M3 P4 P5 M6 M7"),
    "natural minor": intervals("P1 M2 m3 P4 P5 m6 m7"),
    "harmonic minor": intervals("P1 M2 m3 P4 P5 m6 M7"),
    "melodic minor": intervals("P1 M2 m3 P4 P5 M6 M7"),  # as it ascends
    "dorian": intervals("P1 M2 m3 P4 P5 M6 m7"),
    "phrygian": intervals("P1 m2 m3 P4 P5 m6 m7"),
    "lydian": intervals("P1 M2 M3 A4 P5 M6 M7"),
    "mixolydian": intervals("P1 M2 M3 P4 P5 M6 m7"),
    "locrian": intervals("P1 m2 m3 P4 d5 m6 m7"),
    "major pentatonic": intervals("P1 M2 M3 P5 M6"),
    "minor pentatonic": intervals("P1 m3 P4 P5 m7"),
    "blues": intervals("P1 m3 P4 d5 P5 m7"),  # the blue note as a flat fifth
}
# By the suffix that the chord's symbol has after its root (C, Cm, Cmaj7).
CHORDS: dict[str, tuple[Interval, ...]] = {
    "": intervals("P1 M3 P5"),
    "m": intervals("P1 m3 P5"),
    "dim": intervals("P1 m3 d5"),
    "aug": intervals("P1 M3 A5"),
    "sus2": intervals("P1 M2 P5"),
    "sus4": intervals("P1 P4 P5"),
    "6": intervals("P1 M3 P5 M6"),
    "m6": intervals("P1 m3 P5 M6"),
    "7": intervals("P1 M3 P5 m7"),
    "maj7": intervals("P1 M3 P5 M7"),
    "m7": intervals("P1 m3 P5 m7"),
    "m(maj7)": intervals("P1 m3 P5 M7"),
    "m7b5": intervals("P1 m3 d5 m7"),
    "dim7": intervals("P1 m3 d5 d7"),
    "add9": intervals("P1 M3 P5 M9"),
    "9": intervals("P1 M3 P5 m7 M9"),
    "maj9": intervals("P1 M3 P5 M7 M9"),
    "m9": intervals("P1 m3 P5 m7 M9"),
    "11": intervals("P1 M3 P5 m7 M9 P11"),
    "m11": intervals("P1 m3 P5 m7 M9 P11"),
    "13": intervals("P1 M3 P5 m7 M9 P11 M13"),
    "maj13": intervals("P1 M3 P5 M7 M9 P11 M13"),
}
TRIADS = ("", "m", "dim", "aug")


def scale(tonic: Note, name: str) -> tuple[Note, ...]:
    """The notes of a scale of `SCALES`, ascending from the tonic, which is not repeated."""
    return tuple(up(tonic, step) for step in SCALES[name])


def chord(root: Note, suffix: str) -> tuple[Note, ...]:
    """The notes of a chord of `CHORDS`, stacked from its root.

    >>> " ".join(map(str, chord(Note("D", 1), "maj13")))
    'D# F## A# C## E# G# B#'
    """
    return tuple(up(root, step) for step in CHORDS[suffix])


def triad_on(tonic: Note, name: str, degree: int) -> tuple[Note, str]:
    """Root and suffix of the triad on a degree, from 1, of a scale of seven notes."""
    notes = scale(tonic, name)
    root, third, fifth = (notes[(degree - 1 + step) % 7] for step in (0, 2, 4))
    shape = (Interval("P", 1), between(root, third), between(root, fifth))
    return root, next(suffix for suffix in TRIADS if CHORDS[suffix] == shape)


def signature_count(tonic: Note, mode: Mode) -> int:
    """Sharps in the key signature, flats below zero.

    Raises `Unspellable` for keys such as G# major, which would need more than seven.
    """
    count = tonic.fifths + (MINOR if mode == "minor" else 0)
    if abs(count) > MOST_IN_SIGNATURE:
        raise Unspellable(f"{tonic} {mode} would need {abs(count)} sharps or flats")
    return count


def key_signature(tonic: Note, mode: Mode) -> tuple[Note, ...]:
    """The sharps or flats of a key, in the order in which they are written.

    >>> " ".join(map(str, key_signature(Note("C"), "minor")))
    'Bb Eb Ab'
    """
    count = signature_count(tonic, mode)
    if count >= 0:
        return tuple(Note(letter, 1) for letter in FIFTHS[:count])
    return tuple(Note(letter, -1) for letter in FIFTHS[::-1][:-count])


def relative(tonic: Note, mode: Mode) -> tuple[Note, Mode]:
    """The key with the same signature and the other mode: of C major, A minor."""
    if mode == "major":
        return down(tonic, interval("m3")), "minor"
    return up(tonic, interval("m3")), "major"


def parallel(tonic: Note, mode: Mode) -> tuple[Note, Mode]:
    """The key with the same tonic and the other mode: of C major, C minor."""
    return tonic, "minor" if mode == "major" else "major"


def enharmonics(note: Note) -> Iterator[Note]:
    """All other notes that sound the same, the plainest first."""
    near = (note.fifths + 12 * step for step in (-2, -1, 1, 2))
    found = [Note.at(place) for place in near if abs((place + 1) // 7) <= MOST_ACCIDENTALS]
    yield from sorted(found, key=lambda other: (abs(other.accidental), other.letter))
