"""Words of any language, for metrics whose reference implementation knows only English."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

# Scripts written without spaces between words: Thai, Lao, Myanmar, Khmer, Japanese kana and
# Chinese characters. No dictionary is at hand to cut them, so each character is a word.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uaa60-\uaa7f\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)
# Marks inside a word that are not seen: the soft hyphen and the joiners of Persian and Indic.
_UNSEEN = re.compile("[\u00ad\u200c\u200d\u2060]")


class Replaced(dict[int, str]):
    """What to put for each character, for `str.translate`; asked once for a character."""

    def __init__(self, replace: Callable[[str], str]) -> None:
        super().__init__()
        self.replace = replace

    def __missing__(self, code: int) -> str:
        return self.setdefault(code, self.replace(chr(code)))


def words(text: str) -> list[str]:
    """Lower-cased words: runs of letters, digits and their combining marks (NFC).

    Accents stay (`abolição` is one word), punctuation and symbols separate words and are
    dropped. In scripts that put no spaces between words, each character is a word, together
    with the vowel and tone marks on it.

    >>> words("A abolição, d'El-Rei!")
    ['a', 'abolição', 'd', 'el', 'rei']
    """
    text = unicodedata.normalize("NFC", _UNSEEN.sub("", text).lower())
    return space_out(text.translate(_SPACED)).split()


def space_out(text: str) -> str:
    """Put spaces round every character of a script that is written without them.

    >>> space_out("o 東京 azul").split()
    ['o', '東', '京', 'azul']
    """
    if not _UNSPACED.search(text):
        return text
    pieces: list[str] = []
    after_unspaced = False
    for c in text:
        if _is_mark(c):  # a mark belongs to the character before it
            pieces.append(c)
            continue
        unspaced = _UNSPACED.match(c) is not None
        pieces.append(f" {c}" if unspaced or after_unspaced else c)
        after_unspaced = unspaced
    return "".join(pieces)


def _is_mark(c: str) -> bool:
    return not c.isascii() and unicodedata.category(c)[0] == "M"


def _in_word(c: str) -> bool:
    return c.isalnum() or _is_mark(c)


_SPACED = Replaced(lambda c: c if _in_word(c) else " ")
