"""Texts -> terms, by language: lower case, without stop words, stemmed, without accents.

In this order, because stemmers know words by their accents (`informação` is cut to `inform`,
`informacao` is not), while a question may be typed without them. A language that Snowball has no
stemmer for, and material of several languages, is compared by whole words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from etude.config.languages import two_letters
from etude.retrieval.stop_words import STOP_WORDS

FORMAT = 1  # raised when the same text gives other terms
UNSTEMMED = 2  # the same of languages without a stemmer
LONGEST = 64  # characters of a term; a longer one is cut off
STEMMERS = {  # Snowball's, by ISO 639 code
    "ar": "arabic",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "eo": "esperanto",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fa": "persian",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "ne": "nepali",
    "nl": "dutch",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}
# Of scripts that write no spaces every character is a word. Vowel signs are no letters; they are
# kept in words of languages that write them, or may: all that there is no stemmer for.
IDEOGRAPHS = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
SIGNS = (
    "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u0900-\u0963\u0980-\u09fe\u0a00-\u0dff\u0e30-\u0e4e"
)
UNSPACED = ("zh", "ja")
SIGNED = ("ar", "bn", "fa", "he", "hi", "ne", "ta", "th", "yi")
PLAIN_WORDS, SIGNED_WORDS = r"[^\W_]+", rf"(?:[^\W_]|[{SIGNS}])+"
PATTERNS = {
    **dict.fromkeys(UNSPACED, rf"[{IDEOGRAPHS}]|(?:(?![{IDEOGRAPHS}])[^\W_])+"),
    **dict.fromkeys(SIGNED, SIGNED_WORDS),
}
DISTINCT = 1_000_000  # words that a cache holds: numbers and names of a dump do not end


@dataclass(frozen=True, slots=True)
class Analyser:
    """How texts of a language become terms.

    `words` cuts a text as it is, `term` turns one word into what is indexed, or into None for a
    stop word; it is the slow part, and its results are to be kept. `spaced` says whether no word
    goes on behind a space: the words of a text are then those of its pieces.
    """

    language: str
    words: Callable[[str], list[str]]
    term: Callable[[str], str | None]
    about: dict[str, Any]
    spaced: bool


def analyser(language: str) -> Analyser:
    """What cuts and reduces texts of a language (ISO 639 code; region and script are ignored)."""
    import Stemmer

    code = two_letters(language)
    name = STEMMERS.get(code)
    # Its own cache is slower than asking twice is; ours holds finished terms.
    stem = Stemmer.Stemmer(name, 0).stemWord if name else None
    listed = STOP_WORDS.get(code, frozenset())
    stops = listed | {fold(word) for word in listed}
    usual = PLAIN_WORDS if code in STEMMERS else SIGNED_WORDS
    find = re.compile(PATTERNS.get(code, usual)).findall

    def words(text: str) -> list[str]:
        lower = text.lower()
        return find(lower if lower.isascii() else unicodedata.normalize("NFC", lower))

    def term(word: str) -> str | None:
        if word in stops:
            return None
        return fold(stem(word[:LONGEST]) if stem else word[:LONGEST]) or None

    about = {
        "language": code,
        "stemmer": f"snowball {name}" if name else None,
        "stop_words": len(listed),
        "format": format_of(code),
    }
    return Analyser(code, words, term, about, code not in UNSPACED)


def format_of(code: str) -> int:
    """What tells the terms of a language (two letters) from those that earlier versions made."""
    return FORMAT if code in STEMMERS or code in PATTERNS else UNSTEMMED


def terms(text: str, analyse: Analyser) -> list[str]:
    """The terms of one text, in its order, repeated ones as often as they stand there."""
    found = map(analyse.term, analyse.words(text))
    return [term for term in found if term is not None]


def fold(word: str) -> str:
    """A word without accents, and compatible forms made one (`ﬁ` is `fi`, `ß` is `ss`)."""
    if word.isascii():
        return word
    return word.translate(LATIN) if max(word) < "\u0250" else _fold(word)


def _fold(word: str) -> str:
    parts = unicodedata.normalize("NFKD", word.casefold())
    return "".join(part for part in parts if part >= "\u0900" or not unicodedata.combining(part))


LATIN = {code: _fold(chr(code)) for code in range(0x80, 0x250)}


class Numbering(dict[str, int]):
    """Pieces of texts -> numbers of their terms, looked up at the speed of a dictionary.

    A piece is what stands between spaces, with its capital letters and punctuation: cutting there
    is ten times faster than finding words, and most pieces have been seen before. A new one is
    analysed when it is first asked for. Its number is that of its term, -1 when it has none, and
    -2 - n where it has several (`guarda-chuva`), which are `several[n]`. `terms` are the terms by
    their numbers.
    """

    def __init__(self, analyse: Analyser) -> None:
        super().__init__()
        self.analyse = analyse
        self.terms: list[str] = []
        self.several: list[tuple[int, ...]] = []
        self.words: dict[str, int] = {}
        self.numbers: dict[str, int] = {}

    def pieces(self, text: str) -> list[str]:
        """What to look up for a text."""
        return text.split() if self.analyse.spaced else self.analyse.words(text)

    def __missing__(self, piece: str) -> int:
        found = [number for word in self.analyse.words(piece) if (number := self.of(word)) >= 0]
        if len(found) > 1:
            number = -2 - len(self.several)
            self.several.append(tuple(found))
        else:
            number = found[0] if found else -1
        if len(self) < DISTINCT and len(piece) <= LONGEST:
            self[piece] = number
        return number

    def of(self, word: str) -> int:
        """The number of a word's term; -1 of a stop word."""
        if word not in self.words:
            term = self.analyse.term(word)
            number = -1
            if term is not None:
                number = self.numbers.setdefault(term, len(self.numbers))
                if number == len(self.terms):
                    self.terms.append(term)
            if len(self.words) >= DISTINCT:
                return number
            self.words[word] = number
        return self.words[word]
