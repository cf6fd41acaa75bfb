"""Questions on the fields of an infobox, where a natural one is known for the field."""

from __future__ import annotations

import re
from collections.abc import Iterator

from etude.data.quiz.dating import DATES, other_forms
from etude.data.quiz.fields import FIELDS, FOR_SHOW, Field
from etude.data.quiz.question import LeftOut, Question
from etude.data.quiz.sentences import Span
from etude.data.quiz.subject import YEAR, Subject
from etude.data.quiz.words import field_name, folded, tidy

LONGEST = 100  # characters of a value; beyond that it is prose
LEFTOVERS = re.compile(r"[{}|<>=\[\]]|https?:|\.(?:jpe?g|png|svg|gif|webp)\b", re.IGNORECASE)
NUMBER = re.compile(r"(?:cerca de |c\. |circa |about |~ ?)?[-−+]?\d[\d.,\s]*")
NOTHING = frozenset("- — – ? n/a desconhecido desconhecida unknown nao sim yes no".split()) | {""}
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
        named = field_name(name)
        if named in FOR_SHOW or not named:
            continue
        field = FIELDS[subject.language].get(named)
        if field is None:
            yield LeftOut("fact", "a field of the infobox that no question is known for", name)
            continue
        if field.about != "any" and (field.about == "person") != subject.person:
            yield LeftOut("fact", "a field of the infobox that does not fit the subject", name)
            continue
        answers = values(subject.article.facts[name], field, subject.language)
        if not answers:
            detail = f"{name}: {subject.article.facts[name][:60]}"
            yield LeftOut("fact", "a value of the infobox that cannot be an answer", detail)
            continue
        yield Question("fact", asked(field, subject), answers, *span)


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
    if len(text) > LONGEST or LEFTOVERS.search(text) or folded(text) in NOTHING:
        return ()
    if field.kind == "date":
        if date := DATES[language].search(text):
            return other_forms(date[0], language)
        year = re.search(rf"(?<!\d){YEAR}(?!\d)", text)
        return (year[0],) if year and not re.search(r"[aA]\.\s?C|BC", text) else ()
    if field.kind == "number":
        return (text,) if NUMBER.match(text) else ()
    if field.kind == "any" or re.search(r"[^\W\d_]{2}", text):
        return (text,)
    return ()
