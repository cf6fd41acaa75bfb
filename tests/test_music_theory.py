"""Music theory against tables typed by hand, and properties that hold for every note."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etude.errors import UserError
from etude.music import names, theory
from etude.music.names import LANGUAGES, Language, note_name, read_note
from etude.music.reading import notes_in, plain
from etude.music.theory import (
    CHORDS,
    SCALES,
    Interval,
    Mode,
    Note,
    Unspellable,
    between,
    chord,
    down,
    enharmonics,
    interval,
    key_signature,
    parallel,
    relative,
    scale,
    signature_count,
    triad_on,
    up,
)


def spelt(notes: Iterable[Note]) -> str:
    return " ".join(map(str, notes))


# Nothing here is slow, but a busy machine may be.
QUIETLY = settings(deadline=None)
NOTES = st.builds(Note, st.sampled_from("ABCDEFG"), st.integers(-2, 2))
INTERVALS = st.sampled_from(
    [
        interval(name)
        for name in (
            *(
                [
                    "P1",
                    "A1",
                    "d2",
                    "m2",
                    "M2",
                    "A2",
                    "d3",
                    "m3",
                    "M3",
                    "A3",
                    "d4",
                    "P4",
                    "A4",
                    "d5",
                    "P5",
                    "A5",
                    "d6",
                    "m6",
                    "M6",
                    "A6",
                    "d7",
                    "m7",
                    "M7",
                ]
            ),
            *(["dd5", "AA4", "P8", "m9", "M9", "A9", "P11", "A11", "m13", "M13"]),
        )
    ]
)

# Notes


def test_pitch_classes() -> None:
    keyboard = {
        0: "B# C Dbb",
        1: "B## C# Db",
        2: "C## D Ebb",
        3: "D# Eb Fbb",
        4: "D## E Fb",
        5: "E# F Gbb",
        6: "E## F# Gb",
        7: "F## G Abb",
        8: "G# Ab",
        9: "G## A Bbb",
        10: "A# Bb Cbb",
        11: "A## B Cb",
    }
    for pitch_class, spellings in keyboard.items():
        for name in spellings.split():
            note = read_note(name)
            assert note.pitch_class == pitch_class, name
            assert set(map(str, enharmonics(note))) == set(spellings.split()) - {name}


def test_the_line_of_fifths() -> None:
    line = "Fb Cb Gb Db Ab Eb Bb F C G D A E B F# C# G# D# A# E# B#"
    assert spelt(Note.at(place) for place in range(-8, 13)) == line


def test_a_third_accidental_is_refused() -> None:
    with pytest.raises(Unspellable, match=r"^F would need 3 accidentals$"):
        Note("F", 3)
    with pytest.raises(Unspellable):
        up(read_note("B##"), interval("M3"))
    with pytest.raises(Unspellable):
        scale(read_note("G##"), "major")


@pytest.mark.parametrize("letter", ["H", "", "CD", "c"])
def test_a_letter_is_one_of_seven(letter: str) -> None:
    with pytest.raises(ValueError, match=r"^a note has a letter from A to G, not"):
        Note(letter)


@QUIETLY
@given(NOTES)
def test_enharmonics_sound_the_same_and_are_spelt_otherwise(note: Note) -> None:
    for other in enharmonics(note):
        assert other.pitch_class == note.pitch_class
        assert other.letter != note.letter
        assert note in enharmonics(other)


@QUIETLY
@given(NOTES)
def test_a_place_on_the_line_is_one_note(note: Note) -> None:
    assert Note.at(note.fifths) == note


# Intervals


@pytest.mark.parametrize(
    ("lower", "name", "upper", "semitones"),
    [
        ("C", "m2", "Db", 1),
        ("E", "M2", "F#", 2),
        ("F", "A2", "G#", 3),
        ("D", "m3", "F", 3),
        ("D#", "M3", "F##", 4),
        ("F", "P4", "Bb", 5),
        ("F", "A4", "B", 6),
        ("B", "d5", "F", 6),
        ("B", "P5", "F#", 7),
        ("C", "A5", "G#", 8),
        ("E", "m6", "C", 8),
        ("Ab", "M6", "F", 9),
        ("C#", "d7", "Bb", 9),
        ("G", "m7", "F", 10),
        ("Db", "M7", "C", 11),
        ("E", "P8", "E", 12),
        ("G", "M9", "A", 14),
        ("A", "P11", "D", 17),
        ("Eb", "M13", "C", 21),
    ],
)
def test_intervals(lower: str, name: str, upper: str, semitones: int) -> None:
    distance = interval(name)
    assert str(up(read_note(lower), distance)) == upper
    assert str(down(read_note(upper), distance)) == lower
    assert distance.semitones == semitones
    if distance.number < 8:
        assert between(read_note(lower), read_note(upper)) == distance


@pytest.mark.parametrize("name", ["M5", "P3", "m4", "d1", "X2", "P0"])
def test_there_are_no_such_intervals(name: str) -> None:
    with pytest.raises(ValueError, match=f"^there is no interval {name}$"):
        interval(name)


@QUIETLY
@given(NOTES, INTERVALS)
def test_up_and_down_again(note: Note, distance: Interval) -> None:
    try:
        upper = up(note, distance)
    except Unspellable:
        return
    assert down(upper, distance) == note
    assert (upper.pitch_class - note.pitch_class) % 12 == distance.semitones % 12
    letters = "CDEFGAB"
    steps = (letters.index(upper.letter) - letters.index(note.letter)) % 7
    assert steps == (distance.number - 1) % 7


@QUIETLY
@given(NOTES, INTERVALS.filter(lambda distance: distance.number <= 8))
def test_an_interval_and_its_inversion_make_an_octave(note: Note, distance: Interval) -> None:
    turned = distance.inversion
    assert turned.inversion == distance
    assert turned.semitones + distance.semitones == 12
    assert (turned.fifths + distance.fifths) % 7 == 0


def test_intervals_without_a_usual_name() -> None:
    with pytest.raises(Unspellable, match=r"^the interval from Cbb up to C# has no usual name$"):
        between(read_note("Cbb"), read_note("C#"))
    with pytest.raises(Unspellable):
        between(read_note("C"), read_note("Cb"))


# Keys

SHARPS = ["C G D A E B F# C#", "A E B F# C# G# D# A#"]
FLATS = ["C F Bb Eb Ab Db Gb Cb", "A D G C F Bb Eb Ab"]
SIGNATURES = {
    "C": "",
    "G": "F#",
    "D": "F# C#",
    "A": "F# C# G#",
    "E": "F# C# G# D#",
    "B": "F# C# G# D# A#",
    "F#": "F# C# G# D# A# E#",
    "C#": "F# C# G# D# A# E# B#",
    "F": "Bb",
    "Bb": "Bb Eb",
    "Eb": "Bb Eb Ab",
    "Ab": "Bb Eb Ab Db",
    "Db": "Bb Eb Ab Db Gb",
    "Gb": "Bb Eb Ab Db Gb Cb",
    "Cb": "Bb Eb Ab Db Gb Cb Fb",
}


@pytest.mark.parametrize(("tonic", "signs"), SIGNATURES.items())
def test_all_fifteen_major_signatures(tonic: str, signs: str) -> None:
    assert spelt(key_signature(read_note(tonic), "major")) == signs


@pytest.mark.parametrize("sign", [1, -1])
def test_the_circle_of_fifths(sign: int) -> None:
    for count, (major, minor) in enumerate(
        zip(*(row.split() for row in (SHARPS if sign > 0 else FLATS)), strict=True)
    ):
        assert signature_count(read_note(major), "major") == sign * count
        assert signature_count(read_note(minor), "minor") == sign * count
        assert relative(read_note(major), "major") == (read_note(minor), "minor")
        assert relative(read_note(minor), "minor") == (read_note(major), "major")
        signs = key_signature(read_note(major), "major")
        assert key_signature(read_note(minor), "minor") == signs


@pytest.mark.parametrize(("tonic", "mode"), [("G#", "major"), ("Fb", "major"), ("Db", "minor")])
def test_keys_that_nobody_writes(tonic: str, mode: Mode) -> None:
    with pytest.raises(Unspellable, match=f"^{tonic} {mode} would need 8 sharps or flats$"):
        signature_count(read_note(tonic), mode)


def test_parallel_keys() -> None:
    assert parallel(Note("C"), "major") == (Note("C"), "minor")
    assert parallel(Note("C"), "minor") == (Note("C"), "major")


@QUIETLY
@given(NOTES, st.sampled_from(("major", "minor")))
def test_a_signature_is_what_the_scale_alters(tonic: Note, mode: Mode) -> None:
    try:
        signs = key_signature(tonic, mode)
    except Unspellable:
        return
    notes = scale(tonic, "major" if mode == "major" else "natural minor")
    assert set(signs) == {note for note in notes if note.accidental}


# Scales and chords


@pytest.mark.parametrize(
    ("tonic", "name", "notes"),
    [
        ("E", "major", "E F# G# A B C# D#"),
        ("Gb", "major", "Gb Ab Bb Cb Db Eb F"),
        ("G#", "major", "G# A# B# C# D# E# F##"),
        ("C", "natural minor", "C D Eb F G Ab Bb"),
        ("G#", "natural minor", "G# A# B C# D# E F#"),
        ("A", "harmonic minor", "A B C D E F G#"),
        ("G#", "harmonic minor", "G# A# B C# D# E F##"),
        ("A", "melodic minor", "A B C D E F# G#"),
        ("D", "dorian", "D E F G A B C"),
        ("E", "phrygian", "E F G A B C D"),
        ("F", "lydian", "F G A B C D E"),
        ("G", "mixolydian", "G A B C D E F"),
        ("B", "locrian", "B C D E F G A"),
        ("Bb", "dorian", "Bb C Db Eb F G Ab"),
        ("C", "major pentatonic", "C D E G A"),
        ("E", "minor pentatonic", "E G A B D"),
        ("A", "blues", "A C D Eb E G"),
    ],
)
def test_scales(tonic: str, name: str, notes: str) -> None:
    assert spelt(scale(read_note(tonic), name)) == notes


@QUIETLY
@given(NOTES, st.sampled_from([name for name, steps in SCALES.items() if len(steps) == 7]))
def test_a_scale_of_seven_has_each_letter_once(tonic: Note, name: str) -> None:
    try:
        notes = scale(tonic, name)
    except Unspellable:
        return
    assert sorted(note.letter for note in notes) == list("ABCDEFG")
    assert notes[0] == tonic


@pytest.mark.parametrize(
    ("root", "suffix", "notes"),
    [
        ("C", "", "C E G"),
        ("F#", "", "F# A# C#"),
        ("C#", "m", "C# E G#"),
        ("B", "dim", "B D F"),
        ("Ab", "aug", "Ab C E"),
        ("D", "sus2", "D E A"),
        ("D", "sus4", "D G A"),
        ("G", "6", "G B D E"),
        ("F", "m6", "F Ab C D"),
        ("E", "7", "E G# B D"),
        ("Db", "maj7", "Db F Ab C"),
        ("Eb", "m7", "Eb Gb Bb Db"),
        ("A", "m(maj7)", "A C E G#"),
        ("F#", "m7b5", "F# A C E"),
        ("C#", "dim7", "C# E G Bb"),
        ("C", "dim7", "C Eb Gb Bbb"),
        ("G", "add9", "G B D A"),
        ("Bb", "9", "Bb D F Ab C"),
        ("A", "maj9", "A C# E G# B"),
        ("D", "m9", "D F A C E"),
        ("C", "11", "C E G Bb D F"),
        ("E", "m11", "E G B D F# A"),
        ("G", "13", "G B D F A C E"),
        ("D#", "maj13", "D# F## A# C## E# G# B#"),
    ],
)
def test_chords(root: str, suffix: str, notes: str) -> None:
    assert spelt(chord(read_note(root), suffix)) == notes


def test_every_chord_of_the_table_is_tested_by_hand() -> None:
    marks = test_chords.pytestmark  # type: ignore[attr-defined]  # pytest hangs it on the function
    assert {suffix for _, suffix, _ in marks[0].args[1]} == set(CHORDS)


@pytest.mark.parametrize(
    ("tonic", "name", "chords"),
    [
        ("C", "major", "C Dm Em F G Am Bdim"),
        ("E", "major", "E F#m G#m A B C#m D#dim"),
        ("A", "natural minor", "Am Bdim C Dm Em F G"),
        ("A", "harmonic minor", "Am Bdim Caug Dm E F G#dim"),
    ],
)
def test_triads_on_degrees(tonic: str, name: str, chords: str) -> None:
    built = (triad_on(read_note(tonic), name, degree) for degree in range(1, 8))
    assert " ".join(f"{root}{suffix}" for root, suffix in built) == chords


# Names


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("F#", "F#"),
        ("f♯", "F#"),
        ("F sharp", "F#"),
        ("F-sharp", "F#"),
        ("Bb", "Bb"),
        ("B♭", "Bb"),
        ("bb", "Bb"),
        ("b", "B"),
        ("b flat", "Bb"),
        ("F##", "F##"),
        ("Fx", "F##"),
        ("F𝄪", "F##"),
        ("F♯♯", "F##"),
        ("F double sharp", "F##"),
        ("B𝄫", "Bbb"),
        ("B double flat", "Bbb"),
        ("A natural", "A"),
        ("Dó", "C"),
        ("Do\u0301", "C"),
        ("Ré", "D"),
        ("mi", "E"),
        ("Fá#", "F#"),
        ("Fá sustenido", "F#"),
        ("Fá dobrado sustenido", "F##"),
        ("Sol", "G"),
        ("LÁ BEMOL", "Ab"),
        ("Sib", "Bb"),
        ("Si bemol", "Bb"),
        ("Si dobrado bemol", "Bbb"),
    ],
)
def test_names_that_are_read(text: str, note: str) -> None:
    assert str(read_note(text)) == note


@pytest.mark.parametrize("text", ["H", "F###", "Bbbb", "F#b", "do re", "", "maj7"])
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(UserError) as error:
        read_note(text)
    assert str(error.value) == (
        f"'{text}' is not the name of a note: write a letter from A to G or Dó, Ré, Mi, Fá, Sol, "
        "Lá, Si, with at most two sharps or flats, as in F#, Bb, C##, Sib or Fá sustenido."
    )


@QUIETLY
@given(NOTES, st.sampled_from(LANGUAGES), st.booleans())
def test_names_are_read_as_they_are_written(note: Note, language: Language, in_words: bool) -> None:
    written = note_name(note, language, in_words)
    assert read_note(written) == note
    assert read_note(written.lower()) == note


def test_names_of_intervals() -> None:
    known = {
        "m3": ["minor third", "terça menor"],
        "P5": ["perfect fifth", "quinta justa"],
        "A4": ["augmented fourth", "quarta aumentada"],
        "d7": ["diminished seventh", "sétima diminuta"],
        "P1": ["perfect unison", "uníssono justo"],
        "A1": ["augmented unison", "uníssono aumentado"],
        "P8": ["perfect octave", "oitava justa"],
        "M13": ["major thirteenth", "décima terceira maior"],
        "dd5": ["doubly diminished fifth", "quinta duplamente diminuta"],
    }
    for name, written in known.items():
        distance = interval(name)
        assert [names.interval_name(distance, language) for language in LANGUAGES] == written


def test_names_of_scales_chords_and_keys() -> None:
    note = read_note("C#")
    assert names.scale_name(note, "dorian", "en") == "C# dorian scale"
    assert names.scale_name(note, "dorian", "pt") == "escala dórica de Dó#"
    assert names.scale_name(note, "harmonic minor", "pt", in_words=True) == (
        "escala de Dó sustenido menor harmônica"
    )
    assert names.chord_name(note, "m7", "en") == "C# minor seventh"
    assert names.chord_name(note, "m7", "pt") == "Dó# menor com sétima"
    assert names.key_name(note, "minor", "pt") == "Dó# menor"
    assert names.signature_name((), "pt") == "nenhum sustenido nem bemol"
    assert names.signature_name(key_signature(Note("F"), "major"), "en") == "1 flat"
    assert names.signature_name(key_signature(Note("F"), "minor"), "pt") == "4 bemóis"


def test_every_scale_and_chord_has_names_of_its_own() -> None:
    for language in LANGUAGES:
        assert set(names.SCALE_NAMES[language]) == set(SCALES)
        assert set(names.CHORD_NAMES[language]) == set(CHORDS)
        assert len(set(names.SCALE_NAMES[language].values())) == len(SCALES)
        assert len(set(names.CHORD_NAMES[language].values())) == len(CHORDS)
    assert (
        set(names.QUALITIES["en"]) == set(names.QUALITIES["pt"]) == {*theory.MAJOR, *theory.PERFECT}
    )


# Notes in text


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ("C, E, G", "C E G"),
        ("c, e and g", "C E G"),
        ("eb g bb", "Eb G Bb"),
        ("C-E-G", "C E G"),
        ("C E♭ G", "C Eb G"),
        ("A", "A"),
        ("a", "A"),
        ("A.", "A"),
        ("The answer is A.", "A"),
        ("A, C♯ and E make A major.", "A C# E A"),
        ("A is the fifth degree.", "A"),
        ("A major", "A"),
        ("A minor: A, C, E", "A A C E"),
        ("A flat", "Ab"),
        ("A good question: C.", "C"),
        ("A major third above C is E.", "C E"),
        ("A minor chord on D has D, F, A", "D D F A"),
        ("A G major chord has G, B and D.", "G G B D"),
        ("Play a fifth above a note, then a rest.", ""),
        ("An eager dog barked at Bach.", ""),
        ("F double sharp and B double flat", "F## Bbb"),
        ("F-sharp, G##, Cx", "F# G## C##"),
        ("Am, C#m7, Cmaj7 and Fdim", "A C# C F"),
        ("C4 E4 G4", "C E G"),
        ("3 sharps: F#, C#, G#", "F# C# G#"),
        ("no sharps or flats", ""),
        ("F### is no note", ""),
        ("e minor", "E"),
        ("Dó, Mi, Sol", "C E G"),  # nothing but notes: read in the other naming
        ("", ""),
    ],
)
def test_notes_in_english(text: str, notes: str) -> None:
    assert spelt(notes_in(text, "en")) == notes


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ("Dó, Mi, Sol", "C E G"),
        ("dó, mi e sol", "C E G"),
        ("do re mi", "C D E"),
        ("Fá#, Sib e Ré", "F# Bb D"),
        ("Si bemol e Fá dobrado sustenido", "Bb F##"),
        ("lá menor", "A"),
        ("Lá está ela, até lá.", ""),
        ("Lá é o sexto grau.", "A"),
        ("Do ponto de vista de quem vai lá, o sol e si não contam.", ""),
        ("E a escala? A escala de Dó tem Ré.", "C D"),
        ("3 bemóis: Sib, Mib, Láb", "Bb Eb Ab"),
        ("nenhum sustenido nem bemol", ""),
        ("C, E, G", "C E G"),
        ("e", ""),
    ],
)
def test_notes_in_portuguese(text: str, notes: str) -> None:
    assert spelt(notes_in(text, "pt")) == notes


def test_without_a_language_the_richer_reading_counts() -> None:
    assert spelt(notes_in("A escala de Dó maior tem Ré, Mi e Fá.")) == "C D E F"
    assert spelt(notes_in("The C major scale has D, E and F.")) == "C D E F"


@QUIETLY
@given(st.lists(NOTES, min_size=1, max_size=7), st.sampled_from(LANGUAGES), st.booleans())
def test_a_list_of_notes_is_read_back(
    notes: list[Note], language: Language, in_words: bool
) -> None:
    text = ", ".join(note_name(note, language, in_words) for note in notes)
    assert list(notes_in(text, language)) == notes
    assert list(notes_in(text)) == notes


@QUIETLY
@given(st.text(max_size=60), st.sampled_from([None, "en", "pt"]))
def test_any_text_can_be_read(text: str, language: Language | None) -> None:
    assert len(notes_in(text, language)) <= len(text)
    assert isinstance(plain(text, language), str)


def test_plain_text_keeps_what_matters_in_music() -> None:
    assert plain("F#", "en") != plain("F", "en")
    assert plain("A", "en") != plain("", "en")
    assert plain("C♯ minor.", "en") == plain("C sharp minor", "en") == "C# minor"
    assert plain("Dó♯ Menor", "pt") == plain("dó sustenido menor", "pt") == "C# menor"
    assert plain("4 Sharps: F#, C#, G#, D#!", "en") == "4 sharps F# C# G# D#"
    assert plain("Sim.", "pt") == "sim"
