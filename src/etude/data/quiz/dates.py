"""`Em que ano ...?` and `When ...?`: what sentences place in time, and when people lived."""

from __future__ import annotations

import re
from collections.abc import Iterator

from etude.data.quiz.dating import ANY_YEAR, DATES, PLACED, kind_of, other_forms
from etude.data.quiz.pronouns import names_another
from etude.data.quiz.question import LeftOut, Question
from etude.data.quiz.sections import SERVING
from etude.data.quiz.sentences import Span, paragraphs, sentences, without_asides
from etude.data.quiz.subject import Subject
from etude.data.quiz.tellings import Telling, clauses, opened_by, telling_of
from etude.data.quiz.words import DASH, YEAR, folded, tidy

LIFE = {
    "pt": ("Quando nasceu {said}?", "Quando morreu {said}?"),
    "en": ("When was {said} born?", "When did {said} die?"),
}
BORN = {
    "pt": re.compile(rf",\s(?:nascido|nascida)\s[^;:()]{{0,60}}?{YEAR}(?!\d)"),
    "en": re.compile(rf",\sborn\s[^;:()]{{0,60}}?{YEAR}(?!\d)"),
}
# A participle at the end of a text, after a comma: what a date follows.
PARTICIPLE = {
    "pt": re.compile(
        r",\s((?!começad|terminad|acabad|nascid|vind|chegad)[a-zà-ÿ]+(?:ad|id|crit|bert|eit|post)[oa])\s\Z"
    ),
    "en": re.compile(
        r",\s(signed|founded|established|created|built|opened|published|released|completed|formed"
        r"|adopted|fought|held|proclaimed|abolished|launched|written|composed|discovered)\s\Z"
    ),
}
UNSURE = re.compile(
    r"(?i)\b(?:c\.|ca\.|cerca|circa|about|batizad|bapti[sz]ed|provavel|probabl|talvez)"
    r"|\b(?:ou|or)\b|\?"
)


def dates(subject: Subject) -> Iterator[Question | LeftOut]:
    """Questions on the days, months and years that sentences give.

    Asked about is what one sentence tells of the article's subject, or of something with a name
    of its own, in words that can be understood alone; other sentences are left out.
    """
    if not subject.has_topic:
        return
    yield from life(subject)
    for part in subject.parts:
        if folded(part.title) in SERVING:
            continue
        for paragraph in paragraphs(subject.text, *part.span):
            continued = meant = subject.person  # sentences go on with the subject of the one before
            for span in sentences(subject.text, *paragraph):
                sentence = without_asides(subject.text[span.start : span.end])
                telling = telling_of(sentence, subject, continued=continued, meant=meant)
                continued = telling.own
                meant = telling.own or (meant and not names_another(sentence, subject))
                if PLACED[subject.language].search(sentence):
                    yield from of_sentence(subject, telling, span)


def of_sentence(subject: Subject, telling: Telling, span: Span) -> Iterator[Question | LeftOut]:
    """The questions on the dates of a sentence; a reason where there is none."""
    asked = False
    for clause in clauses(telling, subject):
        if (held := clause.question(subject)) is None:
            continue
        question, date = held
        if len(ANY_YEAR.findall(clause.clause)) != len(ANY_YEAR.findall(date[0])):
            continue  # another year stands there, which may be what is asked for as well
        asked = True
        kind = kind_of(date)
        answers = other_forms(tidy(date[kind]), subject.language, kind)
        yield Question("date", question, answers, *span)
    if participle := made(subject) if span == _defining(subject) else None:
        asked = True
        yield participle
    if not asked:
        yield LeftOut("date", "a date whose sentence cannot be asked about", telling.clause[:80])


def made(subject: Subject) -> Question | None:
    """`..., assinado em 7 de junho de 1494`: what the first sentence says happened to a thing.

    In Portuguese the participle must go with the noun of the definition, and takes the gender of
    the name.
    """
    definition = subject.definition
    if definition is None or subject.person or subject.several:
        return None
    predicate = subject.text[slice(*definition.predicate)]
    for date in PLACED[subject.language].finditer(predicate):
        if match := PARTICIPLE[subject.language].search(predicate[: date.start()]):
            break
    else:
        return None
    verb = match[1]
    if re.search(r"\b(?:que|which|that|who)\b", predicate[: match.start()]):
        return None
    if subject.language == "pt":
        noun = predicate.split(maxsplit=1)[0]
        gender = {"um": "o", "uma": "a"}.get(noun, noun)
        if subject.determiner not in ("o", "a") or verb[-1] != gender:
            return None
        verb = verb[:-1] + subject.determiner
    opened, kind = opened_by(date, subject.language), kind_of(date)
    question = {
        "pt": f"{opened} foi {verb} {subject.said}?",
        "en": f"{opened} was {subject.said} {verb}?",
    }[subject.language]
    answers = other_forms(tidy(date[kind]), subject.language, kind)
    return Question("date", question[0].upper() + question[1:], answers, *definition.sentence)


def _defining(subject: Subject) -> Span | None:
    return subject.definition.sentence if subject.definition else None


def life(subject: Subject) -> Iterator[Question]:
    """When someone was born and died, as the first sentence has it: in brackets, or `born in`."""
    definition = subject.definition
    if not subject.person or definition is None:
        return
    born = BORN[subject.language].search(subject.text, *definition.predicate)
    if born and len(ANY_YEAR.findall(born[0])) == 1:
        date = DATES[subject.language].search(born[0]) or ANY_YEAR.search(born[0])
        answers = other_forms(date[0], subject.language) if date else ()
        question = LIFE[subject.language][0].format(said=subject.said)
        yield Question("date", question, answers, *definition.sentence)
    if definition.aside is None:
        return
    aside = subject.text[slice(*definition.aside)]
    asked = LIFE[subject.language]
    halves = [half for half in DASH.split(aside) if re.search(YEAR, half)]
    if len(halves) == 1 and re.match(r"(?i)\s*(nascid|n\.|born|b\.)", aside):
        pairs = [(asked[0], halves[0])]
    elif len(halves) == 2:
        pairs = list(zip(asked, halves, strict=True))
    else:
        return
    for question, half in pairs:
        found = DATES[subject.language].findall(half)
        years = re.findall(rf"(?<!\d){YEAR}(?!\d)", half)
        if UNSURE.search(half) or len(years) != 1:
            continue
        answers = other_forms(found[0], subject.language) if len(found) == 1 else (years[0],)
        yield Question("date", question.format(said=subject.said), answers, *definition.sentence)
