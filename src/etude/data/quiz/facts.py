"""Questions on the fields of an infobox, where a natural one is known for the field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from etude.data.quiz.dating import DATES, other_forms, written
from etude.data.quiz.fields import FIELDS, NAMES, Field
from etude.data.quiz.question import LeftOut, Question
from etude.data.quiz.sentences import Span
from etude.data.quiz.subject import Subject
from etude.data.quiz.words import YEAR, field_name, folded, tidy

LONGEST = 100  # characters of a value; beyond that it is prose
LEFTOVERS = re.compile(r"[{}|<>=\[\]]|https?:|\.(?:jpe?g|png|svg|gif|webp)\b", re.IGNORECASE)
NUMBER = re.compile(r"(?:cerca de |c\. |circa |about |~ ?)?[-−+]?\d[\d.,\s]*")
NO_VALUE = re.compile(
    r"([-—–?]|n/a|desconhecid[oa]|unknown|nao|sim|no|yes|none|nenhum|capital)?\Z"
    r"|(see|ver|list of|lista d[eo]|as of)\b"
)  # what says that there is no value, or that it stands elsewhere
# `leader_title: Mayor` says what `leader_name` is.
PAIRED = re.compile(r"(.*)[ _](?:nome|name)(\d*)")
TITLES = ("título", "titulo", "tipo", "title", "type")
IN = {"o": "no", "a": "na", "os": "nos", "as": "nas"}
TO = {"o": "ao", "a": "à", "os": "aos", "as": "às"}
FORMS = re.compile(r"\[([^/\]]+)/([^/\]]+)\]")


def facts(subject: Subject) -> Iterator[Question | LeftOut]:
    """One question for each field that is known and whose value is of its kind.

    The passage is the field's line at the end of the document.
    """
    if not subject.has_topic:
        return
    lines = dict(subject.article.fact_lines)
    place = len(subject.text) - sum(len(line) + 1 for line in lines.values()) + 1
    for name, line in lines.items():
        span = Span(place, place + len(line))
        place += len(line) + 1
        named = field_name(titled(name, subject.article.facts))
        if named in NAMES or not named:
            continue
        field = FIELDS[subject.language].get(named)
        if field is None and not named.endswith(TITLES):
            yield LeftOut("fact", "a field of the infobox that no question is known for", name)
        if field is None:
            continue
        if not fits(field, subject):
            yield LeftOut("fact", "a field of the infobox that does not fit the subject", name)
            continue
        answers = values(subject.article.facts[name], field, subject.language)
        if not answers:
            detail = f"{name}: {subject.article.facts[name][:60]}"
            yield LeftOut("fact", "a value of the infobox that cannot be an answer", detail)
            continue
        yield Question("fact", asked(field, subject), answers, *span)


def fits(field: Field, subject: Subject) -> bool:
    """Whether a field says something of a subject of this kind."""
    return {
        "any": True,
        "person": subject.person,
        "thing": not subject.person,
        "place": not subject.person and subject.place,
        "work": not subject.person and not subject.place,
    }[field.about]


def titled(name: str, facts: Mapping[str, str]) -> str:
    """What a field holds: its name, or what another field says it is called."""
    if pair := PAIRED.fullmatch(name):
        for title in TITLES:
            if held := facts.get(f"{pair[1]}_{title}{pair[2]}"):
                return held
    return name


def asked(field: Field, subject: Subject) -> str:
    """The question that a field makes of a subject."""
    template = FORMS.sub(lambda forms: forms[2 if subject.several else 1], field.question)
    return template.format_map(
        {
            "said": subject.said,
            "of": subject.of,
            "to": f"{TO.get(subject.determiner, 'a')} {subject.name}",
            "in": f"{IN.get(subject.determiner, 'em')} {subject.name}",
            "is": subject.verb,
        }
    )


def values(value: str, field: Field, language: str) -> tuple[str, ...]:
    """What a field says, as answers; none where it is not of the field's kind."""
    text = tidy(", ".join(line.strip(" ,;•*") for line in value.splitlines() if line.strip()))
    if len(text) > LONGEST or LEFTOVERS.search(text) or NO_VALUE.match(folded(text)):
        return ()
    if field.kind == "date":
        text = written(text, language)
        if date := DATES[language].search(text):
            return other_forms(date[0], language)
        year = re.search(rf"(?<!\d){YEAR}(?!\d)", text)
        return (year[0],) if year and not re.search(r"[aA]\.\s?C|BC", text) else ()
    if field.kind in ("number", "measure"):
        found = NUMBER.match(text)
        has_unit = found and re.match(r"[^\W\d_]|[%°º$]", text[found.end() :])
        return (text,) if found and (has_unit or field.kind == "number") else ()
    if field.kind == "any" or re.search(r"[^\W\d_]{2}", text):
        return (text,)
    return ()
