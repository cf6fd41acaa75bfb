"""What a sentence tells, and of whom: the subject, and the words from its verb on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from etude.data.quiz.dating import OF_YEARS, PLACED, kind_of
from etude.data.quiz.phrases import is_clear, phrase_of
from etude.data.quiz.pronouns import PRONOUN, meant_by
from etude.data.quiz.subject import Subject
from etude.data.quiz.verbs import (
    ALONE,
    AUXILIARY,
    BEING,
    IMPERSONAL,
    IRREGULAR,
    feminine_participle,
    is_finite,
    proclitic,
    singular,
)
from etude.data.quiz.words import CAPITAL, POINTING, words_of

LINK = r"(?:de|da|do|das|dos|e|of|the)"
PROPER = re.compile(
    rf"(?:(?:[Tt]he)\s+)?{CAPITAL}(?:\s(?:{LINK}\s)?{CAPITAL})+(?=\s)|(?P<single>{CAPITAL})(?=\s)"
)
NOUNS = re.compile(r"(?P<determiner>[OAoa]s?)\s+(?P<rest>[^\W\d_][^,;:.()\d]{2,60})")
# `Em 1996 inaugurou-se o museu`: verbs whose subject follows, since nobody does that to himself.
DONE_TO = re.compile(
    r"(?i)(?P<verb>fundou|inaugurou|criou|construiu|realizou|celebrou|instalou|publicou|assinou"
    r"|descobriu|proclamou|aboliu|extinguiu|editou|lançou|comemorou)-se\s+(?=(?:o|a)\s)"
)
# What a side clause begins with, and where a clause may go on with another verb.
SIDE = {
    "pt": re.compile(r"\bque\b|\bonde\b"),
    "en": re.compile(r"\b(?:that|which|who|whom|whose|where)\b"),
}
FURTHER_ON = {
    "pt": re.compile(r"(?:,\s(?:e\s)?|;\s|\se\s)(?=([^\W\d_]+(?:-se)?)\s)"),
    "en": re.compile(r"(?:,\s(?:and|but)\s|\s(?:and|but)\s)(?=([a-z]+)\s)"),
}
CONJUNCTIONS = re.compile(
    r"(?:When|While|After|Before|Since|As|Although|Though|If|Because|Following|During|Until|Once"
    r"|Quando|Enquanto|Após|Depois|Antes|Desde|Como|Embora|Se|Porque|Durante|Segundo|Com)\s"
)
# After "was": what something is, which no single year can place.
STATE = re.compile(
    r"(?:an?|the|more|less|one|his|her|its|their|still|only|\w+ing)\s|\w+\Z(?<!ed|en|wn)"
)
SOMETHING = re.compile(r"(?:foi|foram|era|eram)(?:\s(?:um|uma|uns|umas|os?|as?)\s|\Z)")
ACCORDING = {
    "pt": "Segundo o artigo “{title}”, {question}",
    "en": "According to the article “{title}”, {question}",
}
OPENED = {
    "pt": {
        "year": "em que ano",
        "span": "de que ano a que ano",
        "between": "entre que anos",
        "decade": "em que década",
        "century": "em que século",
    },
    "en": {
        "year": "in what year",
        "span": "from what year to what year",
        "between": "between which years",
        "decade": "in what decade",
        "century": "in what century",
    },
}
WHEN = {"pt": "quando", "en": "when"}  # for all other kinds


def opened_by(date: re.Match[str], language: str) -> str:
    """What a question on a date begins with."""
    return OPENED[language].get(kind_of(date), WHEN[language])


@dataclass(frozen=True, slots=True)
class Telling:
    """A clause that tells something, and of whom.

    `subject` is how a question names it (empty: nothing to ask), `told` the place where its verb
    begins. `own` says whether it is the article's subject; `silent` that the clause has no subject
    of its own and goes on with that of the one before. Of a `passive` one (`inaugurou-se o museu`)
    the `subject` is the verb, and what follows it is told.
    """

    clause: str
    subject: str = ""
    told: int = 0
    own: bool = False
    silent: bool = False
    passive: bool = False

    def question(self, subject: Subject) -> tuple[str, re.Match[str]] | None:
        """The question that the clause's only date answers, with that date's match."""
        found = list(PLACED[subject.language].finditer(self.clause))
        if not self.subject or len(found) != 1:
            return None
        opened, lasting = opened_by(found[0], subject.language), kind_of(found[0]) in OF_YEARS
        verb = next(iter(words_of(self.clause[self.told :])), "").casefold()
        if self.own and subject.person and verb in BEING and subject.language == "pt":
            return _capital(f"{opened} {BEING[verb]} {self.subject}?"), found[0]
        phrase = phrase_of(self.clause, self.told, *found[0].span())
        if not is_clear(phrase):
            return None
        write = _in_portuguese if subject.language == "pt" else _in_english
        asked = write(self, phrase, opened, subject, lasting)
        if asked is None:
            return None
        if self.own:
            return _capital(asked), found[0]
        title = subject.article.title
        return ACCORDING[subject.language].format(title=title, question=asked), found[0]


def telling_of(sentence: str, subject: Subject, *, continued: bool, meant: bool = False) -> Telling:
    """Of whom a sentence, with spaces where brackets stood, tells first.

    `continued`: the sentence before it told of the article's subject. `meant`: he or she can only
    be the article's person, since no sentence after one that told of them has named another.
    """
    opened = PLACED[subject.language].match(sentence)
    start = opened.end() if opened else 0  # In 1822, ...
    start += len(sentence[start:]) - len(sentence[start:].lstrip(" ,")) if opened else 0
    rest = sentence[start:]
    if match := _own(subject).match(rest):
        return Telling(sentence, subject.said, start + match.end(), own=True)
    pronoun = PRONOUN[subject.language].match(rest) if continued or meant else None
    if (match := pronoun) and (continued or subject.person) and meant_by(match, subject):
        return Telling(sentence, subject.said, start + match.end(), own=True)
    if subject.language == "pt" and (match := DONE_TO.match(rest)):
        return Telling(sentence, f"se {match['verb'].lower()}", start + match.end(), passive=True)
    if subject.language == "pt" and _goes_on(rest, subject, continued=continued):
        return Telling(sentence, subject.said, start, own=True, silent=True)
    if found := _other(rest, subject):
        name, length = found
        return Telling(sentence, name, start + length)
    return Telling(sentence)


def clauses(telling: Telling, subject: Subject) -> Iterator[Telling]:
    """A sentence on the article's subject, cut where a further verb tells of the same.

    `Nasceu em 1604 e morreu em 1679`: both, apart. Other sentences stay whole.
    """
    sentence, language = telling.clause, subject.language
    if not telling.own or SIDE[language].search(sentence):
        yield telling
        return
    begin, first = 0, telling
    for match in FURTHER_ON[language].finditer(sentence):
        word = match[1]
        verb = is_finite(word) if language == "pt" else word in IRREGULAR or word in AUXILIARY
        if match.start() > telling.told and verb:
            yield replace(first, clause=sentence[begin : match.start()])
            begin = match.end()
            first = replace(telling, told=0, silent=True)
    yield replace(first, clause=sentence[begin:])


def _own(subject: Subject) -> re.Pattern[str]:
    """A pattern for the article's subject as a sentence begins with it."""
    return _named(subject.base, subject.name, subject.article.names, subject.person)


@lru_cache(maxsize=8)  # one article is asked about sentence by sentence
def _named(base: str, name: str, others: tuple[str, ...], person: bool) -> re.Pattern[str]:
    names = {base, name, *others}
    names |= {held[:1].upper() + held[1:] for held in names}
    if person and len(words := base.split()) > 1:
        names |= {word for word in (words[0], words[-1]) if word[0].isupper() and len(word) > 3}
        names.add(" ".join(words[:2]))
    either = "|".join(map(re.escape, sorted(names, key=lambda held: (-len(held), held))))
    return re.compile(
        rf"(?:(?:[OoAa]s?|[Tt]he|Dom|Dona)\s+)?(?:{either})(?:\s*,)?\s+(?=\w)(?!{CAPITAL})"
    )


def _goes_on(rest: str, subject: Subject, *, continued: bool) -> bool:
    """Whether a Portuguese sentence begins with its verb and goes on with the article's subject.

    Births and deaths are those of the article's person wherever they stand; of things only the
    passive shows by its gender what it belongs to.
    """
    first = next(iter(words_of(rest[:60])), "").casefold()
    if subject.person and first in BEING:
        return True
    if not continued or not is_finite(first) or not singular(first):
        return False
    if subject.person:
        return first.removesuffix("-se") not in IMPERSONAL
    return feminine_participle(rest) == _is_feminine(subject)


def _other(rest: str, subject: Subject) -> tuple[str, int] | None:
    """Another subject with its length: a name, or in Portuguese a noun with a determiner."""
    if subject.language == "pt" and (match := NOUNS.match(rest)):
        place = match.start("rest")
        for word in re.finditer(r"[^\W\d_]+(?:-[^\W\d_]+)*", match["rest"]):
            if word[0] in ("que", "onde", "cujo", "cuja", "se", "não"):
                return None
            if is_finite(word[0]) and word.start():
                end = place + word.start()
                named = rest[:end].strip()
                pointing = any(held.casefold() in POINTING for held in words_of(named))
                several = match["determiner"].casefold() in ("os", "as")
                if pointing or len(named.split()) > 7 or several == singular(word[0]):
                    return None
                return named[0].lower() + named[1:], end
        return None
    if (match := PROPER.match(rest)) and not CONJUNCTIONS.match(rest):
        name, following = match[0], next(iter(words_of(rest[match.end() :])), "")
        if match["single"] and not _is_name(name, following, subject):
            return None
        return ("t" + name[1:] if name.startswith("The ") else name), match.end() + 1
    return None


def _is_name(word: str, following: str, subject: Subject) -> bool:
    """Whether a word that begins a sentence is a name: the text has it so within sentences."""
    verb = is_finite(following) if subject.language == "pt" else following in AUXILIARY
    if not verb:
        return False
    within, small = _spellings(subject.text)
    return word in within and word.lower() not in small


@lru_cache(maxsize=8)
def _spellings(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """Words that a text has with a capital within sentences, and words without one."""
    within = re.findall(rf"(?<=[a-zà-ÿ,]\s){CAPITAL}", text)
    return frozenset(within), frozenset(re.findall(r"(?<!\w)[a-zà-ÿ]+(?!\w)", text))


def _in_portuguese(
    telling: Telling, phrase: str, opened: str, subject: Subject, lasting: bool
) -> str | None:
    if telling.passive:
        return (
            None if any(map(is_finite, phrase.split())) else f"{opened} {telling.subject} {phrase}?"
        )
    words = phrase.split()
    verb = words[0].casefold()
    if not is_finite(verb) or verb.removesuffix("-se") in IMPERSONAL - {"começou", "começaram"}:
        return None
    if not lasting and SOMETHING.match(phrase):
        return None
    if sum(map(is_finite, words)) > 1:
        return None
    if telling.silent:
        feminine = feminine_participle(phrase)
        if feminine is not None and feminine != _is_feminine(subject):
            return None  # its subject follows: "Foi criada em 1920 a escola"
        if telling.told == 0:
            phrase = phrase[0].lower() + phrase[1:]
    return f"{opened} {telling.subject} {proclitic(phrase)}?"


def _is_feminine(subject: Subject) -> bool:
    definition = subject.definition
    return definition is not None and (
        subject.text[definition.predicate.start :].split(maxsplit=1)[0] in ("uma", "a")
    )


def _in_english(
    telling: Telling, phrase: str, opened: str, subject: Subject, lasting: bool
) -> str | None:
    verb, _, rest = phrase.partition(" ")
    living = telling.own and subject.person
    if living and phrase.startswith("was born"):
        return f"{opened} was {telling.subject} born?"
    if living and verb == "died":
        return f"{opened} did {telling.subject} die?"
    if verb in AUXILIARY and rest and (lasting or not STATE.match(rest)):
        return f"{opened} {verb} {telling.subject} {rest}?"
    if verb in IRREGULAR and (rest or IRREGULAR[verb] in ALONE):
        return f"{opened} did {telling.subject} {IRREGULAR[verb]}{f' {rest}' if rest else ''}?"
    return None


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
