"""The sentence that says what an article is about, and whether that is a person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from etude.data.articles import Article
from etude.data.quiz.sentences import Span, sentences, without_asides
from etude.data.quiz.words import (
    COPULAS,
    DASH,
    DETERMINERS,
    MONTHS,
    NOT_BEFORE,
    PERSONS,
    PREDICATES,
    SEVERAL,
    YEAR,
    field_name,
    folded,
    words_of,
)

# Fields of an infobox that only people have.
BIRTH = re.compile(
    r"(data |local )?(de )?nascimento( data| local)?|naturalidade|birth (date|place|name)"
    r"|date of birth|place of birth|born|conjuge|spouse|ocupacao|occupation"
)
DEATH = re.compile(
    r"(data |local )?(de )?(morte|falecimento)( data| local)?|death (date|place)|died"
    r"|place of death|date of death"
)
FULL_NAME = re.compile(r"\s+([A-ZÀ-Ý]\w+(?:\s(?:d[aeo]s?\s|e\s)?[A-ZÀ-Ý]\w+)+(?=,\s))")


@dataclass(frozen=True, slots=True)
class Definition:
    """The sentence that says what the article is about, and its parts.

    `sentence` and `predicate` are spans of the document; `aside` is what stands in brackets after
    the name; `verb` links the two.
    """

    sentence: Span
    predicate: Span
    verb: str
    aside: Span | None


def definition_of(
    text: str, lead: Span, base: str, names: tuple[str, ...], language: str
) -> Definition | None:
    """The first sentence, where it says what the title is; None where the rules cannot tell."""
    first = next(sentences(text, *lead), None)
    if first is None or language not in COPULAS:
        return None
    sentence = text[first.start : first.end]
    plain = without_asides(sentence)
    for match in COPULAS[language].finditer(plain):
        before = words_of(plain[: match.start()])
        if before and before[-1].casefold() in NOT_BEFORE:
            continue
        start = PREDICATES[language].match(plain, match.end()) or _profession(plain, match.end())
        several = match[1] in SEVERAL
        if not start or not _named(base, names, plain[: match.start()], exactly=several):
            return None
        low = first.start + start.start(1)
        if match[1] == "foi" and re.match(r"a\s+[A-ZÀ-Ý]", text[low : low + 9]):
            return None  # went to a place
        high = first.end - (1 if text[first.end - 1] == "." else 0)
        aside = next(iter(_first_aside(sentence, match.start())), None)
        return Definition(
            first,
            Span(low, high),
            match[1],
            Span(first.start + aside[0], first.start + aside[1]) if aside else None,
        )
    return None


def _profession(sentence: str, place: int) -> re.Match[str] | None:
    """`foi ministro do rei`, `foi Joaquim da Silva, alferes`: what begins as only people's does."""
    match = re.compile(r"\s+((\w+)\s)").match(sentence, place)
    if match and match[2] in PERSONS:
        return match
    return FULL_NAME.match(sentence, place)


def _named(base: str, names: tuple[str, ...], before: str, *, exactly: bool) -> bool:
    """Whether a text names the title, or what redirects to it: its first word and half of all."""
    if exactly:
        return bool(re.search(rf"(?<!\w){re.escape(folded(base))}(?!\w)", folded(before)))
    held = set(words_of(folded(before)))
    for name in (base, *names):
        wanted = [word for word in words_of(folded(name)) if len(word) > 2 or word.isdigit()]
        if wanted and wanted[0] in held and sum(word in held for word in wanted) * 2 >= len(wanted):
            return True
    return False


def _first_aside(sentence: str, end: int) -> Iterator[tuple[int, int]]:
    """What stands in the first brackets before a place, without them."""
    depth, opened = 0, 0
    for place, character in enumerate(sentence[:end]):
        if character == "(":
            opened = opened if depth else place + 1
            depth += 1
        elif character == ")" and depth:
            depth -= 1
            if not depth:
                yield opened, place


def is_person(article: Article, text: str, definition: Definition | None) -> bool:
    """Whether an article is about people: its infobox has a birth, its first sentence a life."""
    for name in map(field_name, article.facts):
        if BIRTH.fullmatch(name) or DEATH.fullmatch(name):
            return True
    if definition is None:
        return False
    predicate = words_of(text[definition.predicate.start : definition.predicate.end])
    called = any(word.casefold() in PERSONS for word in predicate[:7])
    if definition.aside is not None and (aside := text[slice(*definition.aside)]):
        lived = DASH.search(aside) and len(re.findall(YEAR, aside)) >= 2
        placed = re.search(rf"[A-ZÀ-Ý][^\W\d]+, (?:\d|{'|'.join(MONTHS['en'])})", aside)
        born = re.search(r"(?i)\b(nascid[oa]|n\.|born|b\.)\s", aside)
        if (lived and (called or placed)) or (born and called):
            return True
    begins = text[definition.sentence.start :].split(maxsplit=1)[0].casefold()
    determined = any(begins in words for words in DETERMINERS.values())
    if FULL_NAME.match(f" {text[slice(*definition.predicate)]}"):
        return True
    plain = predicate[0] in ("um", "uma", "a", "an") or predicate[0] in PERSONS
    return plain and not determined and any(word.casefold() in PERSONS for word in predicate[:4])
