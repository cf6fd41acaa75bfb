"""Which language a text is in; texts that are too short to tell are unclear, not guessed.

py3langid, because it is light (numpy alone, no network), maintained, knows 139 languages and says
how sure it is. By the rule of `language_of` it named the wrong language for one English or
Portuguese text in five hundred (DialogSum, Alpaca, FaQuAD and Pirá; texts of three words and
more); of those with nine words and more it left one in forty unclear, of those with three most.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

UNCLEAR = "unclear"
SEVERAL = "mul"  # ISO 639 for material in several languages; no text is told to be so
CERTAIN = 0.5  # least probability of a language
AHEAD = 2  # times as probable as the next; short Portuguese texts are often nearly Galician
LONGEST = 300  # characters that are read; more take time and change nothing
NO_LANGUAGE = "zxx"  # ISO 639 for what is no language (addresses, code)

NAMES = {
    "ar": "Arabic",
    "bn": "Bengali",
    "ca": "Catalan",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "fa": "Persian",
    "fi": "Finnish",
    "fr": "French",
    "gl": "Galician",
    "he": "Hebrew",
    "hi": "Hindi",
    "hu": "Hungarian",
    "id": "Indonesian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "la": "Latin",
    SEVERAL: "several languages",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sv": "Swedish",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "vi": "Vietnamese",
    "zh": "Chinese",
}


def language_of(text: str) -> str:
    """The ISO 639 code of a text's language, or `unclear`."""
    identifier, read = _identifier(), text[:LONGEST]
    language, certainty = identifier.classify(read)
    if certainty < CERTAIN or language == NO_LANGUAGE:
        return UNCLEAR
    # Where no other can be half as probable, the slower ranking need not be asked.
    is_ahead = (
        certainty >= AHEAD * (1 - certainty) or certainty >= AHEAD * identifier.rank(read)[1][1]
    )
    return str(language) if is_ahead else UNCLEAR


def likeliest(text: str, languages: Sequence[str]) -> str:
    """Which of some languages a text is most likely in; the first where nothing tells."""
    if len(languages) == 1:
        return languages[0]
    known = dict(_identifier().rank(text[:LONGEST]))
    return max(languages, key=lambda language: known[language])


def name_of(language: str) -> str:
    """A language's English name; its code where the name is not in our list."""
    return NAMES.get(language, language)


@cache
def _identifier() -> LanguageIdentifier:
    """The model, read once (a tenth of a second)."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
