"""Notes in free text, in English or in Portuguese, and text in which notes are all spelt alike.

Names of notes are also words: "A" is an article, "Lá" means there, "Do" of the, "Si" oneself. What
certainly names a note is taken (`Bb`, `Fá#`, `sol maior`, a capital `C`); what may be another word
only where what stands around it says so, or where the text holds nothing but names of notes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from unicodedata import normalize

from etude.music.names import LANGUAGES, Language, read_note
from etude.music.theory import Note

_SIGNS = r"##|#|♯♯|♯|𝄪|x|bb|b|♭♭|♭|𝄫"
_EDGE = r"(?![^\W\d]|[#♯♭𝄪𝄫])"  # digits may follow: a chord's or an octave's
_ENGLISH = re.compile(
    r"(?<![\w#♯♭])(?P<name>[A-Ga-g])"
    rf"(?P<sign>{_SIGNS}|[ -](?:double[ -])?(?:sharp|flat)(?!s)|[ -]natural(?! (?:minor|scale))|)"
    rf"(?:{_EDGE}|(?=m\b|m\d|m\(|m[ab]|maj|min|dim|aug|sus|add))"
)
_PORTUGUESE = re.compile(
    r"(?<![\w#♯♭])(?P<name>d[óo]|r[ée]|mi|f[áa]|sol|l[áa]|si)"
    rf"(?P<sign>{_SIGNS}|[ -](?:(?:dobrado|duplo)[ -])?(?:sustenido|bemol)(?!e?s)|)"
    rf"{_EDGE}",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"[\s,;/–—-]*(?:\b(?:and|or|e|ou)\b)?[\s,;/–—-]*")
_AROUND = re.compile(r"[\s.,;:!?()\[\]\"'“”–—-]*")
_SENTENCE_START = re.compile(r"(?:^|[.!?:;\n(\"“])\s*$")

# After a capital A that opens a sentence: words that show it to be the note.
_AFTER_NOTE = re.compile(
    r"\s+(?:and|or|is|are|has|to|up|down|above|below|with|then|but|because|in|as|sharp|flat|"
    r"natural|major|minor|harmonic|melodic|dorian|phrygian|lydian|mixolydian|locrian|pentatonic|"
    r"blues|diminished|augmented|suspended|dominant|half-diminished)\b"
)
_KIND = r"(?:major|minor|diminished|augmented|suspended|dominant|harmonic|melodic|natural)"
_THING = (
    r"(?:second|third|fourth|fifth|sixth|seventh|octave|ninth|interval|scale|chord|triad|key|mode)"
)
# ... and those that show it to be the article: "A major third is", "A G major chord has".
_AFTER_ARTICLE = re.compile(
    rf"\s+(?:[A-G](?:{_SIGNS})?\s+)?(?:{_KIND}\s+){{1,2}}(?:pentatonic\s+)?{_THING}\b"
)
_KEY_AT_END = re.compile(r"\s+(?:major|minor)\W*$")
_MAIOR = re.compile(r"\s+(?:maior|menor|diminuto|aumentado|meio-diminuto)\b")


@dataclass(frozen=True, slots=True)
class _Found:
    """A name that stands from `start` to `end`; `sure` where it can only be a note."""

    start: int
    end: int
    note: Note
    sure: bool


def notes_in(text: str, language: Language | None = None) -> tuple[Note, ...]:
    """The notes that a text names, in order.

    A text that holds nothing but names of notes is read in either naming, whatever the language;
    without a language the one in which more notes are found counts.

    >>> " ".join(map(str, notes_in("A triad on A: A, C♯ and E.", "en")))
    'A A C# E'
    >>> " ".join(map(str, notes_in("São Si bemol, Ré e Fá.", "pt")))
    'Bb D F'
    """
    return tuple(found.note for found in _found(normalize("NFC", text), language))


def plain(text: str, language: Language | None = None) -> str:
    """The text in small letters, without punctuation, every note spelt in one way.

    Articles stay, and so do sharps and flats: `F#` is not `F`, and `A` is not nothing.

    >>> plain("B♭, D flat; F sharp.", "en"), plain("Sim!", "pt")
    ('Bb Db F#', 'sim')
    """
    text = normalize("NFC", text)
    pieces, end = [], 0
    for found in _found(text, language):
        pieces += [_bare(text[end : found.start]), str(found.note)]
        end = found.end
    return " ".join(" ".join([*pieces, _bare(text[end:])]).split())


def _bare(text: str) -> str:
    return "".join(c if c.isalnum() or c in "#♯♭" else " " for c in text.lower())


def _found(text: str, language: Language | None) -> Sequence[_Found]:
    if language is None:
        # Where as many are found, Portuguese: its names are less easily other words.
        return max((_found(text, known) for known in reversed(LANGUAGES)), key=len)
    other: Language = "pt" if language == "en" else "en"
    for naming in (language, other):
        named = list(READERS[naming](text))
        own = naming == language or all(item.sure for item in named)
        if named and own and _nothing_else(text, named):
            return named
    return [item for item in READERS[language](text) if item.sure]


def _nothing_else(text: str, named: Sequence[_Found]) -> bool:
    """Whether only separators stand between the names and around them."""
    gaps = pairwise(named)
    return (
        all(_BETWEEN.fullmatch(text[left.end : right.start]) for left, right in gaps)
        and _AROUND.fullmatch(text[: named[0].start]) is not None
        and _AROUND.fullmatch(text[named[-1].end :]) is not None
    )


def _english(text: str) -> Iterator[_Found]:
    for found in _ENGLISH.finditer(text):
        name, sign, after = found["name"], found["sign"], text[found.end() :]
        sure = name.isupper() or sign[:1] in ("#", "♯", "♭", " ", "-")
        if name == "A" and not sign and _SENTENCE_START.search(text[: found.start()]):
            sure = not _is_article(after)
        if name.islower() and not sign:
            sure = _KEY_AT_END.match(after) is not None
        yield _Found(found.start(), found.end(), read_note(name + sign), sure)


def _is_article(after: str) -> bool:
    """Whether an A that opens a sentence is the article, by what follows it."""
    if _AFTER_ARTICLE.match(after):
        return True
    follows_a_word = re.match(r"\s+[a-z]", after) is not None
    return follows_a_word and _AFTER_NOTE.match(after) is None


def _portuguese(text: str) -> Iterator[_Found]:
    """Names with an accent where it belongs are notes; others, and words, need a neighbour."""
    named = []
    for found in _PORTUGUESE.finditer(text):
        name, after = found["name"], text[found.end() :]
        opens = _SENTENCE_START.search(text[: found.start()]) is not None
        is_word = name in ("lá", "si", "sol") or name.lower() in ("do", "re", "fa", "la")
        is_word |= name == "Lá" and opens and re.match(r"\s+[a-zà-ú]{2}", after) is not None
        sure = not is_word or bool(found["sign"]) or _MAIOR.match(after) is not None
        named.append(_Found(found.start(), found.end(), read_note(found[0]), sure))
    for index, item in enumerate(named):
        sides = [(item, right) for right in named[index + 1 : index + 2]]
        sides += [(left, item) for left in named[max(0, index - 1) : index]]
        beside = any(
            (left.sure or right.sure) and _BETWEEN.fullmatch(text[left.end : right.start])
            for left, right in sides
        )
        yield _Found(item.start, item.end, item.note, item.sure or beside)


READERS = {"en": _english, "pt": _portuguese}
