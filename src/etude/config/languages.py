"""Codes of languages: a study may write two letters or three, and both mean the same."""

from __future__ import annotations

# ISO 639-1 by ISO 639-2 and 639-3: the languages that something here knows (stemmers, lists of
# words, names). Norwegian's two written forms share one stemmer.
TWO_LETTERS = {
    "ara": "ar",
    "ben": "bn",
    "cat": "ca",
    "ces": "cs",
    "dan": "da",
    "deu": "de",
    "ell": "el",
    "eng": "en",
    "epo": "eo",
    "est": "et",
    "eus": "eu",
    "fas": "fa",
    "fin": "fi",
    "fra": "fr",
    "gle": "ga",
    "glg": "gl",
    "heb": "he",
    "hin": "hi",
    "hun": "hu",
    "hye": "hy",
    "ind": "id",
    "ita": "it",
    "jpn": "ja",
    "kor": "ko",
    "lat": "la",
    "lit": "lt",
    "nep": "ne",
    "nld": "nl",
    "nno": "no",
    "nob": "no",
    "nor": "no",
    "pol": "pl",
    "por": "pt",
    "ron": "ro",
    "rus": "ru",
    "spa": "es",
    "srp": "sr",
    "swe": "sv",
    "tam": "ta",
    "tha": "th",
    "tur": "tr",
    "ukr": "uk",
    "vie": "vi",
    "yid": "yi",
    "zho": "zh",
}


def two_letters(code: str) -> str:
    """A language's code of two letters, where it has one; region and script are left out.

    >>> [two_letters(code) for code in ("por", "pt-BR", "nb", "gsw")]
    ['pt', 'pt', 'no', 'gsw']
    """
    plain = code.lower().partition("-")[0]
    return {"nb": "no", "nn": "no"}.get(plain) or TWO_LETTERS.get(plain, plain)
