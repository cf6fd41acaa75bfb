"""An article as the makers of questions see it: what it is called, whether it is a person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from etude.data.articles import Article
from etude.data.quiz.sentences import Span, sentences, without_asides
from etude.data.quiz.words import (
    COPULAS,
    DETERMINERS,
    MONTHS,
    NOT_BEFORE,
    OF,
    PAST,
    PERSONS,
    PREDICATES,
    SEVERAL,
    field_name,
    folded,
    words_of,
)

QUALIFIER = re.compile(r"\s*\(([^()]*)\)\s*\Z")
NO_TOPIC = re.compile(
    r"(?i)\A(lista d|anexo:|list of|lists of|outline of|index of|timeline of|cronologia d"
    r"|d[eé]cada d|\d{1,4}s?\b(?!\S)|.*\((desambiguação|disambiguation)\)|s[eé]culo [ivx]+"
    r"|\d+ (de )?[a-zç]+\Z)"
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
# What only infoboxes of places have.
PLACE = (
    r"popula|\barea\b|capital|\blat[ d]|^lat|coord|coor\b|elevation|altitude|demonym|gentilico"
    r"|time ?zone|fuso|mayor|prefeito|subdivis|moeda|currency|nascente|\bfoz\b|mouth|comprimento"
)
# People whose names have a determiner before them in Portuguese.
LORDS = ("marquês", "barão", "conde", "visconde", "duque", "padre", "frei", "marechal", "rei")
LADIES = ("marquesa", "baronesa", "condessa", "viscondessa", "duquesa", "princesa", "rainha")
TITLED = dict.fromkeys(LORDS, "o") | dict.fromkeys(LADIES, "a")
YEAR = r"(?:1\d{3}|20\d\d|[5-9]\d\d)"
FULL_NAME = re.compile(r"\s+([A-ZÀ-Ý]\w+(?:\s(?:d[aeo]s?\s|e\s)?[A-ZÀ-Ý]\w+)+(?=,\s))")
DASH = re.compile(r"\s[-–—]\s|[–—]")


@dataclass(frozen=True, slots=True)
class Part:
    """A section and where its text stands in the document."""

    title: str
    level: int
    span: Span


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


@dataclass(frozen=True, slots=True)
class Subject:
    """What an article is about.

    `name` is its title as it stands within a sentence, `determiner` what goes before it there
    (`o`, `the`; nothing for people), `base` the title without what is in brackets.
    """

    article: Article
    text: str
    language: str
    parts: tuple[Part, ...]
    name: str
    base: str
    determiner: str
    person: bool
    definition: Definition | None

    @property
    def verb(self) -> str:
        """`é` or `is`; `foi` or `was` of what is spoken of as something that was."""
        past = self.definition is not None and self.definition.verb in PAST
        past |= any(DEATH.fullmatch(field_name(name)) for name in self.article.facts)
        return {"pt": ("é", "foi")}.get(self.language, ("is", "was"))[past]

    @property
    def several(self) -> bool:
        """Whether the name is in the plural."""
        verb = self.definition.verb if self.definition else ""
        return self.determiner in ("os", "as") or verb in SEVERAL

    @property
    def place(self) -> bool:
        """Whether the infobox is one of a place: a country, a town, a river, a park."""
        named = [field_name(name) for name in self.article.facts]
        return any(re.search(PLACE, name) for name in named)

    @property
    def said(self) -> str:
        """The name with what goes before it: `o Brasil`, `the Amazon`, `Tiradentes`."""
        return f"{self.determiner} {self.name}".strip()

    @property
    def of(self) -> str:
        """`do Brasil`, `de Tiradentes`, `of the Amazon`."""
        if self.language == "en":
            return f"of {self.said}"
        return f"{OF.get(self.determiner, 'de')} {self.name}"

    @property
    def has_topic(self) -> bool:
        """False of lists, years and the like: their titles name no one thing."""
        return not NO_TOPIC.match(self.article.title)


def subject_of(article: Article) -> Subject:
    """The article, read once for all makers."""
    text = article.document.text
    language = article.language.partition("-")[0]
    parts = tuple(_parts(article))
    base = QUALIFIER.sub("", article.title).strip() or article.title
    qualifier = article.title[len(base) :]
    name = _spelling(base, text)
    lead = parts[0].span if parts else Span(0, 0)
    definition = _definition(text, lead, base, article.names, language)
    person = _is_person(article, text, definition)
    if name[:1].islower():
        person = False  # what a person may be, not a person
    if person:
        determiner = _titled(name, language)
    else:
        first = text[slice(*definition.sentence)] if definition else ""
        determiner = _begun(name, first, language) or _determiner(name, text, language)
    return Subject(
        article, text, language, parts, name + qualifier, base, determiner, person, definition
    )


def _parts(article: Article) -> Iterator[Part]:
    """Sections with where they stand, as `Article.document` puts them together."""
    place = 0
    for section in article.sections:
        if section.title:
            place += len(section.title) + 2
        if section.text:
            yield Part(section.title, section.level, Span(place, place + len(section.text)))
            place += len(section.text) + 2


def _spelling(base: str, text: str) -> str:
    """The title with a small first letter where the text writes it so within a sentence."""
    if not base[:1].isupper() or base[1:2].isupper():
        return base
    small = base[0].lower() + base[1:]
    lower = len(re.findall(rf"(?<!\w){re.escape(small)}(?!\w)", text))
    upper = len(re.findall(rf"(?<=[\w,] ){re.escape(base)}(?!\w)", text))
    return small if lower > upper else base


def _begun(name: str, sentence: str, language: str) -> str:
    """What the first sentence puts before a name; `a` and `an` go only with common nouns."""
    match = re.search(rf"(?<!\w)(\w+)\s+{re.escape(name)}(?!\w)", sentence)
    if match is None or (match.start() and not name[:1].islower()):
        return ""
    word, common = match[1].casefold(), name[:1].islower()
    known = word in DETERMINERS.get(language, ())
    return word if known or (common and language == "en" and word in ("a", "an")) else ""


def _determiner(name: str, text: str, language: str) -> str:
    """What the text puts before a name most often; nothing where it most often puts nothing."""
    if language == "en":
        named = rf"(?i:\b(the)\s+|\b\w+\s+|\A|(?<=[.\n])\s*){re.escape(name)}(?!\w)"
        found = [match[1] for match in re.finditer(named, text)]
        return "the" if sum(held is not None for held in found) * 2 > len(found) else ""
    if language != "pt":
        return ""
    counts = {}
    for determiner, forms in {
        "o": "o|do|no|ao|pelo",
        "a": "da|na|à|pela",  # "a" alone is a preposition as well
        "os": "os|dos|nos|aos|pelos",
        "as": "as|das|nas|às|pelas",
        "": "de|em|por|para|com",
    }.items():
        pattern = rf"(?<!\w)(?:{forms}) {re.escape(name)}(?!\w)"
        counts[determiner] = len(re.findall(pattern, text))
        if determiner:  # as a sentence begins it is no preposition
            begun = rf"(?:\A|[.\n]\s*){determiner.capitalize()}"
            counts[determiner] += len(re.findall(rf"{begun} {re.escape(name)}(?!\w)", text))
    best = max(counts, key=lambda held: counts[held])
    return best if counts[best] else ""


def _titled(name: str, language: str) -> str:
    """What goes before a person's name that begins with a title of nobility or the like."""
    return TITLED.get(name.split()[0].casefold(), "") if language == "pt" else ""


def _definition(
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


def _is_person(article: Article, text: str, definition: Definition | None) -> bool:
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
