"""He, she and it: whether they stand for what an article is about."""

from __future__ import annotations

import re
from functools import lru_cache

from etude.data.quiz.dating import PLACED
from etude.data.quiz.subject import Subject
from etude.data.quiz.words import CAPITAL

PRONOUN = {
    "pt": re.compile(r"(?P<he>[Ee]le)\s+|(?P<she>[Ee]la)\s+"),
    "en": re.compile(r"(?P<he>[Hh]e)\s+|(?P<she>[Ss]he)\s+|(?P<it>[Ii]t)\s+"),
}
SEVERAL_WORDS = re.compile(rf"(?<!\w){CAPITAL}(?:\s{CAPITAL})+")


def names_another(sentence: str, subject: Subject) -> bool:
    """Whether a sentence holds a name of several words that is not the article's own."""
    rest = PLACED[subject.language].sub(" ", sentence)
    names = " ".join((subject.base, subject.article.title, *subject.article.names))
    found = [match[0] for match in SEVERAL_WORDS.finditer(rest)]
    return any(not all(word in names for word in name.split()) for name in found)


def meant_by(pronoun: re.Match[str], subject: Subject) -> bool:
    """Whether a pronoun can stand for the article's subject: as most of the article's do."""
    if "it" in pronoun.groupdict() and pronoun["it"]:
        return not subject.person and not subject.several
    he, she = _pronouns(subject.text, subject.language)
    return subject.person and (he > 3 * she if pronoun["he"] else she > 3 * he)


@lru_cache(maxsize=8)
def _pronouns(text: str, language: str) -> tuple[int, int]:
    """How often a text says he and she."""
    he, she = ("ele", "ela") if language == "pt" else ("he", "she")
    return tuple(  # type: ignore[return-value]  # two, as there are two words
        len(re.findall(rf"(?<!\w){word}(?!\w)", text, re.IGNORECASE)) for word in (he, she)
    )
