"""An article as the makers of questions see it: what it is called, whether it is a person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from etude.data.articles import Article
from etude.data.quiz.defining import DEATH, Definition, definition_of, is_person
from etude.data.quiz.sentences import Span
from etude.data.quiz.words import (
    DETERMINERS,
    OF,
    PAST,
    SEVERAL,
    field_name,
)

QUALIFIER = re.compile(r"\s*\(([^()]*)\)\s*\Z")
NO_TOPIC = re.compile(
    r"(?i)\A(lista d|anexo:|list of|lists of|outline of|index of|timeline of|cronologia d"
    r"|d[eé]cada d|\d{1,4}s?\b(?!\S)|.*\((desambiguação|disambiguation)\)|s[eé]culo [ivx]+"
    r"|\d+ (de )?[a-zç]+\Z)"
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


@dataclass(frozen=True, slots=True)
class Part:
    """A section and where its text stands in the document."""

    title: str
    level: int
    span: Span


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
    definition = definition_of(text, lead, base, article.names, language)
    person = is_person(article, text, definition)
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
    match = re.search(rf"(?<!\w)(\w+)\s+{re.escape(name)}(?!\w|\s[A-Z])", sentence)
    if match is None or (match.start() and not name[:1].islower()):
        return ""
    word, common = match[1].casefold(), name[:1].islower()
    known = word in DETERMINERS.get(language, ())
    return word if known or (common and language == "en" and word in ("a", "an")) else ""


def _determiner(name: str, text: str, language: str) -> str:
    """What the text puts before a name most often; nothing where it most often puts nothing."""
    if language == "en":
        either = rf"(?<!\w){re.escape(name)}(?!\w)"
        with_article = re.findall(rf"(?<!\w)[Tt]he\s{re.escape(name)}(?!\w)", text)
        around = r"(?:\A|[.\n]\s*)", rf"{re.escape(name)}\s(?=[a-z])"
        bare, whole = (len(re.findall(word.join(around), text)) for word in ("", r"The\s"))
        if bare > whole:  # "the Samsung brand", and yet "Samsung is"
            return ""
        return "the" if len(with_article) * 2 > len(re.findall(either, text)) else ""
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
