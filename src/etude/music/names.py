"""What notes, intervals, scales, chords and keys are called in English and in Portuguese.

Portuguese is Brazil's: notes are Dó Ré Mi Fá Sol Lá Si, sharps `sustenido`, flats `bemol`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal
from unicodedata import normalize

from etude.errors import UserError
from etude.music.theory import Interval, Mode, Note

Language = Literal["en", "pt"]
LANGUAGES: tuple[Language, ...] = ("en", "pt")

PORTUGUESE = {"C": "Dó", "D": "Ré", "E": "Mi", "F": "Fá", "G": "Sol", "A": "Lá", "B": "Si"}
ACCIDENTALS: dict[Language, dict[int, str]] = {
    "en": {0: "", 1: " sharp", 2: " double sharp", -1: " flat", -2: " double flat"},
    "pt": {
        0: "",
        1: " sustenido",
        2: " dobrado sustenido",
        -1: " bemol",
        -2: " dobrado bemol",
    },
}

NUMBERS: dict[Language, tuple[str, ...]] = {
    "en": (
        *("unison", "second", "third", "fourth", "fifth", "sixth", "seventh", "octave"),
        *("ninth", "tenth", "eleventh", "twelfth", "thirteenth"),
    ),
    "pt": (
        *("uníssono", "segunda", "terça", "quarta", "quinta", "sexta", "sétima", "oitava"),
        *("nona", "décima", "décima primeira", "décima segunda", "décima terceira"),
    ),
}
QUALITIES: dict[Language, dict[str, str]] = {
    "en": {
        "dd": "doubly diminished",
        "d": "diminished",
        "m": "minor",
        "P": "perfect",
        "M": "major",
        "A": "augmented",
        "AA": "doubly augmented",
    },
    "pt": {
        "dd": "duplamente diminuta",
        "d": "diminuta",
        "m": "menor",
        "P": "justa",
        "M": "maior",
        "A": "aumentada",
        "AA": "duplamente aumentada",
    },
}
# By the name in `theory.SCALES`; in Portuguese what follows the word "escala".
SCALE_NAMES: dict[Language, dict[str, str]] = {
    "en": {
        name: name
        for name in (
            *("major", "natural minor", "harmonic minor", "melodic minor", "dorian", "phrygian"),
            *("lydian", "mixolydian", "locrian", "major pentatonic", "minor pentatonic", "blues"),
        )
    },
    "pt": {
        "major": "maior",
        "natural minor": "menor natural",
        "harmonic minor": "menor harmônica",
        "melodic minor": "menor melódica",
        "dorian": "dórica",
        "phrygian": "frígia",
        "lydian": "lídia",
        "mixolydian": "mixolídia",
        "locrian": "lócria",
        "major pentatonic": "pentatônica maior",
        "minor pentatonic": "pentatônica menor",
        "blues": "blues",
    },
}
# By the suffix in `theory.CHORDS`: (English, Portuguese), what follows the name of the root.
_CHORDS = {
    "": ("major", "maior"),
    "m": ("minor", "menor"),
    "dim": ("diminished", "diminuto"),
    "aug": ("augmented", "aumentado"),
    "sus2": ("suspended second", "com segunda suspensa"),
    "sus4": ("suspended fourth", "com quarta suspensa"),
    "6": ("major sixth", "com sexta"),
    "m6": ("minor sixth", "menor com sexta"),
    "7": ("dominant seventh", "com sétima"),
    "maj7": ("major seventh", "com sétima maior"),
    "m7": ("minor seventh", "menor com sétima"),
    "m(maj7)": ("minor major seventh", "menor com sétima maior"),
    "m7b5": ("half-diminished seventh", "meio-diminuto"),
    "dim7": ("diminished seventh", "diminuto com sétima"),
    "add9": ("added ninth", "com nona adicionada"),
    "9": ("dominant ninth", "com sétima e nona"),
    "maj9": ("major ninth", "com sétima maior e nona"),
    "m9": ("minor ninth", "menor com sétima e nona"),
    "11": ("dominant eleventh", "com décima primeira"),
    "m11": ("minor eleventh", "menor com décima primeira"),
    "13": ("dominant thirteenth", "com décima terceira"),
    "maj13": ("major thirteenth", "com sétima maior e décima terceira"),
}
CHORD_NAMES: dict[Language, dict[str, str]] = {
    "en": {suffix: english for suffix, (english, _) in _CHORDS.items()},
    "pt": {suffix: portuguese for suffix, (_, portuguese) in _CHORDS.items()},
}
MODES: dict[Language, dict[Mode, str]] = {
    "en": {"major": "major", "minor": "minor"},
    "pt": {"major": "maior", "minor": "menor"},
}
DEGREES: dict[Language, tuple[str, ...]] = {
    "en": ("first", "second", "third", "fourth", "fifth", "sixth", "seventh"),
    "pt": ("primeiro", "segundo", "terceiro", "quarto", "quinto", "sexto", "sétimo"),
}
# What degrees do in a key; the seventh is called so where it leads, a semitone below the tonic.
FUNCTIONS: dict[Language, tuple[str, ...]] = {
    "en": (
        *("tonic", "supertonic", "mediant", "subdominant", "dominant", "submediant"),
        "leading note",
    ),
    "pt": (
        *("tônica", "supertônica", "mediante", "subdominante", "dominante", "superdominante"),
        "sensível",
    ),
}

_LETTERS = {"do": "C", "re": "D", "mi": "E", "fa": "F", "sol": "G", "la": "A", "si": "B"}
_PLAIN = str.maketrans(
    {"ó": "o", "é": "e", "á": "a", "♯": "#", "♭": "b", "𝄪": "##", "𝄫": "bb", "-": " "}
)
_SPELT = (
    ("dobrado sustenido", "##"),
    ("duplo sustenido", "##"),
    ("dobrado bemol", "bb"),
    ("duplo bemol", "bb"),
    ("double sharp", "##"),
    ("double flat", "bb"),
    ("sustenido", "#"),
    ("bemol", "b"),
    ("sharp", "#"),
    ("flat", "b"),
    ("natural", ""),
)
_NOTE = re.compile(r"(do|re|mi|fa|sol|la|si|[a-g]) *(##|#|x|bb|b|)")


def note_name(note: Note, language: Language, in_words: bool = False) -> str:
    """The name, short or as it is read out: `F##` or `F double sharp`, `Fá##`.

    >>> note_name(Note("B", -1), "en"), note_name(Note("B", -1), "pt", in_words=True)
    ('Bb', 'Si bemol')
    """
    letter = note.letter if language == "en" else PORTUGUESE[note.letter]
    return letter + (ACCIDENTALS[language][note.accidental] if in_words else str(note)[1:])


def read_note(text: str) -> Note:
    """The note of a name in either language, short or in words, whatever its letter case.

    >>> str(read_note("Fá dobrado sustenido")), str(read_note("B♭")), str(read_note("si bemol"))
    ('F##', 'Bb', 'Bb')

    Raises:
        UserError: where the text is no such name.
    """
    plain = normalize("NFC", text).strip().lower().translate(_PLAIN)
    for words, sign in _SPELT:
        plain = plain.replace(words, sign)
    found = _NOTE.fullmatch(plain.strip())
    if found is None:
        raise UserError(
            f"'{text}' is not the name of a note: write a letter from A to G or Dó, Ré, Mi, Fá, "
            "Sol, Lá, Si, with at most two sharps or flats, as in F#, Bb, C##, Sib or "
            "Fá sustenido."
        )
    name, signs = found.groups()
    sharps = 2 if signs == "x" else signs.count("#") - signs.count("b")
    return Note(_LETTERS.get(name, name.upper()), sharps)


def interval_name(interval: Interval, language: Language) -> str:
    """The full name: `minor third`, `terça menor`; up to the thirteenth.

    >>> from etude.music.theory import Interval
    >>> interval_name(Interval("d", 5), "pt")
    'quinta diminuta'
    """
    number = NUMBERS[language][interval.number - 1]
    quality = QUALITIES[language][interval.quality]
    if language == "en":
        return f"{quality} {number}"
    if interval.number == 1:  # the only masculine one
        quality = {"justa": "justo", "aumentada": "aumentado"}.get(quality, quality)
    return f"{number} {quality}"


def scale_name(tonic: Note, scale: str, language: Language, in_words: bool = False) -> str:
    """The scale with its tonic: `D dorian scale`, `escala dórica de Ré`, `escala de Dó maior`."""
    note, name = note_name(tonic, language, in_words), SCALE_NAMES[language][scale]
    if language == "en":
        return f"{note} {name} scale"
    is_key = scale == "major" or scale.endswith(" minor")
    return f"escala de {note} {name}" if is_key else f"escala {name} de {note}"


def chord_name(root: Note, suffix: str, language: Language, in_words: bool = False) -> str:
    """The chord's name: `A minor seventh`, `Lá menor com sétima`."""
    return f"{note_name(root, language, in_words)} {CHORD_NAMES[language][suffix]}"


def key_name(tonic: Note, mode: Mode, language: Language, in_words: bool = False) -> str:
    """The key's name: `C# minor`, `Dó# menor`."""
    return f"{note_name(tonic, language, in_words)} {MODES[language][mode]}"


def signature_name(notes: Sequence[Note], language: Language) -> str:
    """How many sharps or flats a key signature has: `3 flats`, `1 sustenido`."""
    if not notes:
        return {"en": "no sharps or flats", "pt": "nenhum sustenido nem bemol"}[language]
    sharp, many = notes[0].accidental > 0, len(notes) > 1
    if language == "en":
        return f"{len(notes)} {'sharp' if sharp else 'flat'}{'s' if many else ''}"
    flats = "bemóis" if many else "bemol"
    sharps = "sustenidos" if many else "sustenido"
    return f"{len(notes)} {sharps if sharp else flats}"
