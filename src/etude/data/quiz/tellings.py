"""What a sentence tells, and of whom: the subject, and the words from its verb on."""

from __future__ import annotations

import re
from dataclasses import dataclass

from etude.data.quiz.dating import PLACED
from etude.data.quiz.sentences import Span
from etude.data.quiz.subject import Subject
from etude.data.quiz.verbs import (
    AUXILIARY,
    BEING,
    CLITIC,
    IMPERSONAL,
    IRREGULAR,
    feminine_participle,
    is_finite,
    proclitic,
    singular,
)
from etude.data.quiz.words import POINTING, tidy, words_of

CAPITAL = r"[A-ZÀ-ÖØ-Þ][^\W\d_]*(?:-[^\W\d_]+)*"
LINK = r"(?:de|da|do|das|dos|e|of|the)"
PROPER = {
    "pt": re.compile(
        rf"(?:(?P<article>[OAoa]s?)\s+{CAPITAL}|{CAPITAL}\s+(?:{LINK}\s+)?{CAPITAL})"
        rf"(?:\s(?:{LINK}\s)?{CAPITAL})*(?=\s)"
    ),
    "en": re.compile(rf"(?:[Tt]he\s+)?{CAPITAL}\s+(?:{LINK}\s+)?{CAPITAL}(?:\s(?:{LINK}\s)?{CAPITAL})*(?=\s)"),
}  # fmt: skip
PRONOUN = {"pt": re.compile(r"(?:Ele|Ela)\s+"), "en": re.compile(r"(?:He|She)\s+")}
END = re.compile(r"[,;:.!?—–]|\s-\s|\se\s(?=\w+(?:ou|eu|iu)\b)|\sand\s(?=\w+ed\b|was\b)")
ACCORDING = {"pt": "Segundo o artigo “{title}”, {question}", "en": "According to the article “{title}”, {question}"}  # fmt: skip
OPENED = {
    ("pt", "year"): "em que ano",
    ("pt", "month"): "quando",
    ("pt", "full"): "quando",
    ("en", "year"): "in what year",
    ("en", "month"): "when",
    ("en", "full"): "when",
}
DETERMINED = re.compile(r"(?:os?|as?|uma?|uns|umas)\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Telling:
    """A sentence whose subject is known, or not.

    `subject` is how a question names it (empty: nothing to ask), `told` the place where its verb
    begins. `own` says whether it is the article's subject; `silent` that the sentence has no
    subject of its own and goes on with that of the one before.
    """

    sentence: str
    subject: str
    told: int
    own: bool
    silent: bool = False

    @property
    def of_person(self) -> bool:
        """Whether the next sentence may go on with the article's person."""
        return self.own

    def question(self, date: Span, kind: str, subject: Subject) -> str | None:
        """The question for which the date is the answer; None where it would not be clear."""
        if not self.subject:
            return None
        phrase = self._phrase(date)
        words = words_of(phrase)
        if not words or len(phrase) > 100 or not _is_clear(phrase, words):
            return None
        asked = (_in_portuguese if subject.language == "pt" else _in_english)(
            self, phrase, words, kind, subject
        )
        if asked is None:
            return None
        if not self.own:
            template = ACCORDING[subject.language]
            return template.format(title=subject.article.title, question=asked)
        return asked[0].upper() + asked[1:]

    def _phrase(self, date: Span) -> str:
        """From the verb to the end of its clause, without the date."""
        rest = self.sentence
        if date.start < self.told:
            begun = rest[self.told :]
        else:
            before, after = rest[self.told : date.start], rest[date.end :]
            if END.search(before):
                return ""
            stop = END.search(after)
            begun = f"{before} {after[: stop.start()] if stop else after}"
            return tidy(begun)
        stop = END.search(begun)
        return tidy(begun[: stop.start()] if stop else begun)


NOTHING = ("", 0, False)


def telling_of(sentence: str, subject: Subject, *, continued: bool) -> Telling:
    """Of whom a sentence tells. `continued`: sentences before it told of the article's person.

    The sentence has spaces where brackets stood.
    """
    opened = PLACED[subject.language].match(sentence)
    start = 0
    if opened:  # In 1822, ...
        start = opened.end()
        start += len(sentence[start:]) - len(sentence[start:].lstrip(" ,"))
    rest = sentence[start:]
    if match := re.match(_own(subject), rest):
        return Telling(sentence, _said(subject), start + match.end(), own=True)
    if continued and (match := PRONOUN[subject.language].match(rest)):
        return Telling(sentence, _said(subject), start + match.end(), own=True)
    if continued and subject.language == "pt" and _goes_on(rest):
        return Telling(sentence, _said(subject), start, own=True, silent=True)
    if match := PROPER[subject.language].match(rest):
        named = match[0]
        if named.split()[0] in ("O", "A", "Os", "As", "The"):
            named = named[0].lower() + named[1:]
        return Telling(sentence, named, start + match.end(), own=False)
    return Telling(sentence, *NOTHING)


def _own(subject: Subject) -> str:
    """A pattern for the article's subject as a sentence begins with it."""
    names = {subject.base, subject.name, *subject.article.names}
    names |= {name[:1].upper() + name[1:] for name in names}
    if subject.person and len(words := subject.base.split()) > 1:
        names |= {word for word in (words[0], words[-1]) if word[0].isupper() and len(word) > 3}
        names |= {" ".join(words[:2])}
    either = "|".join(
        re.escape(name) for name in sorted(names, key=lambda name: (-len(name), name))
    )
    return rf"(?:(?:[OoAa]s?|[Tt]he|Dom|Dona)\s+)?(?:{either})(?:\s*,)?\s+(?=\w)"


def _said(subject: Subject) -> str:
    return subject.name if subject.person else subject.said


def _goes_on(rest: str) -> bool:
    """Whether a Portuguese sentence begins with its verb, and that verb has one person before it."""
    words = words_of(rest[:60])
    return bool(
        words and is_finite(words[0]) and singular(words[0])
        and words[0].casefold().removesuffix("-se") not in IMPERSONAL
    )  # fmt: skip


def _is_clear(phrase: str, words: list[str]) -> bool:
    """Whether words can be understood without the sentence before them."""
    return not (
        any(word.casefold() in POINTING for word in words)
        or any(mark in phrase for mark in '"“”«»()[]%*•')
        or CLITIC.search(phrase)
        or re.search(r"\b(?:que|não|se)\b(?!-)", phrase.casefold())
    )


def _in_portuguese(
    telling: Telling, phrase: str, words: list[str], kind: str, subject: Subject
) -> str | None:
    verb = words[0].casefold()
    opened = OPENED["pt", kind]
    if not is_finite(verb) or verb.removesuffix("-se") in IMPERSONAL:
        return None
    if telling.own and subject.person and verb in BEING:
        return f"{opened} {BEING[verb]} {telling.subject}?"
    if telling.silent:
        feminine = feminine_participle(phrase)
        if feminine is not None and feminine != _is_feminine(subject):
            return None  # the subject follows: "Foi criada em 1920 a escola"
        after = phrase[len(words[0]) :].split()
        if (
            verb == "foi"
            and len(after) > 2
            and any(DETERMINED.match(f"{word} ") for word in after[1:2])
        ):
            return None
    elif not telling.own and not singular(verb) and telling.subject.split()[0] in ("o", "a"):
        return None
    return f"{opened} {telling.subject} {proclitic(phrase)}?"


def _is_feminine(subject: Subject) -> bool:
    definition = subject.definition
    return definition is not None and (
        subject.text[definition.predicate.start :].split(maxsplit=1)[0] in ("uma", "a")
    )


def _in_english(
    telling: Telling, phrase: str, words: list[str], kind: str, subject: Subject
) -> str | None:
    opened, verb = OPENED["en", kind], words[0].casefold()
    rest = phrase[len(words[0]) :].strip()
    if verb in AUXILIARY and rest:
        return f"{opened} {verb} {telling.subject} {rest}?"
    if verb in IRREGULAR:
        return f"{opened} did {telling.subject} {IRREGULAR[verb]}{f' {rest}' if rest else ''}?"
    return None
