"""Simple sentences that exist in both languages, with their negations and questions."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from pretraining.generated.lexicon_nouns import NOUNS
from pretraining.generated.lexicon_verbs import OF_THINGS, VERBS, Verb, agree
from pretraining.generated.words import a, capital

_VERB = {verb.base: verb for verb in VERBS}

ACTIONS = [
    (_VERB[base], categories.split())
    for base, categories in (
        ("buy", "clothing object fruit food instrument"), ("eat", "food fruit"),
        ("see", "animal vehicle nature"), ("find", "object tool"), ("lose", "object clothing"),
        ("sell", "furniture vehicle instrument"), ("repair", "vehicle instrument tool"),
        ("clean", "furniture"), ("draw", "animal nature place"), ("wash", "clothing fruit"),
        ("visit", "place"), ("want", "object fruit clothing"), ("need", "tool object"),
        ("love", "animal"), ("forget", "object clothing"), ("hide", "object food"),
        ("carry", "furniture tool"), ("break", "object instrument"), ("choose", "clothing fruit"),
        ("bring", "food object"), ("paint", "furniture place"), ("use", "tool"),
        ("receive", "object food"), ("touch", "animal"), ("send", "object"), ("count", "-"),
        ("hear", "instrument animal"), ("order", "food"), ("keep", "object"),
    )
    if categories != "-"
]  # fmt: skip
_OF = {"gostar": "de", "precisar": "de"}

ALONE = [
    _VERB[base]
    for base in (
        "walk run sleep sing dance work cook study wait rest laugh cry swim smile read dream eat "
        "write listen"
    ).split()
]

PLACES = [
    pair
    for pair in NOUNS["place"]
    if pair[0].word in (
        "school hospital library market bakery museum theatre church park factory office garden "
        "garage kitchen castle hotel restaurant pharmacy cinema university bookshop"
    ).split()
]  # fmt: skip

PAST_TIMES = [
    tuple(entry.split("/"))
    for entry in (
        "yesterday/ontem,last week/na semana passada,on Monday/na segunda-feira,"
        "on Friday/na sexta-feira,on Sunday/no domingo,last night/ontem à noite,"
        "this morning/hoje de manhã,last year/no ano passado,on Saturday/no sábado,"
        "in January/em janeiro,in May/em maio,in August/em agosto,two days ago/há dois dias"
    ).split(",")
]
PRESENT_TIMES = [
    tuple(entry.split("/"))
    for entry in (
        "every day/todos os dias,on Mondays/às segundas-feiras,in the morning/de manhã,"
        "at night/à noite,on Sundays/aos domingos,today/hoje,now and then/de vez em quando,"
        "every week/toda semana,in the afternoon/à tarde,in winter/no inverno,in summer/no verão"
    ).split(",")
]
SHARED_NAMES = (
    "Maria Clara Laura Marta Sara Paula Rita Vera Diana Helena Olga Nina Daniel Bruno Hugo Oscar "
    "Igor Victor Leonardo Samuel David Rafael Gabriel Lucas Elias Simon Carlos Pedro Sofia Julia"
).split()


@dataclass(frozen=True, slots=True)
class Sentence:
    """One statement in both languages and its parts."""

    en: str
    pt: str
    en_not: str
    pt_not: str
    en_question: str
    pt_question: str
    subject: tuple[str, str]
    verb: Verb
    object: tuple[str, str]
    """Noun without article, or empty."""
    place: tuple[str, str]
    """With its preposition, or empty."""
    time: tuple[str, str]
    past: bool

    def of(self, language: str) -> str:
        """The statement itself."""
        return self.en if language == "en" else self.pt


def sentence(chance: Random, past: bool | None = None, *, full: bool = False) -> Sentence:
    """A statement about somebody who does something; `full` gives it a place and a time."""
    past = chance.random() < 0.6 if past is None else past
    subject, question_subject = _subject(chance)
    phrase_en = phrase_pt = ""
    thing = ("", "")
    if chance.random() < 0.75 or full:
        verb, categories = chance.choice(ACTIONS)
        phrase_en, phrase_pt, thing = _object(chance, verb, categories)
    else:
        verb = chance.choice(ALONE)
    place = time = ("", "")
    if full or chance.random() < 0.5:
        en, pt = chance.choice(PLACES)
        if verb.base != "visit":
            place = (f" in {en.the}", f" {pt.at}")
    if full or chance.random() < 0.5:
        en_time, pt_time = chance.choice(PAST_TIMES if past else PRESENT_TIMES)
        time = (f" {en_time}", f" {pt_time}")
    rest_en = f"{phrase_en}{place[0]}{time[0]}"
    rest_pt = f"{phrase_pt}{place[1]}{time[1]}"
    does, did = ("did", verb.past) if past else ("does", verb.third)
    faz = verb.pt_he_past if past else verb.pt_he
    asked = question_subject[0]
    return Sentence(
        en=f"{subject[0]} {did}{rest_en}.",
        pt=f"{subject[1]} {faz}{rest_pt}.",
        en_not=f"{subject[0]} {does} not {verb.base}{rest_en}.",
        pt_not=f"{subject[1]} não {faz}{rest_pt}.",
        en_question=f"{capital(does)} {asked} {verb.base}{rest_en}?",
        pt_question=f"{subject[1]} {faz}{rest_pt}?",
        subject=subject,
        verb=verb,
        object=thing,
        place=(place[0].strip(), place[1].strip()),
        time=(time[0].strip(), time[1].strip()),
        past=past,
    )


def _subject(chance: Random) -> tuple[tuple[str, str], tuple[str, str]]:
    """At the head of a statement, and inside a question."""
    roll = chance.random()
    if roll < 0.35:
        name = chance.choice(SHARED_NAMES)
        return (name, name), (name, name)
    if roll < 0.5:
        en, pt = chance.choice((("She", "Ela"), ("He", "Ele")))
        return (en, pt), (en.lower(), pt.lower())
    if roll < 0.7:
        person = chance.choice(NOUNS["family"])
        en, pt = (person[0].my, person[1].my)
        return (capital(en), capital(pt)), (en, pt)
    person = chance.choice(NOUNS["job"])
    return (capital(person[0].the), capital(person[1].the)), (person[0].the, person[1].the)


def _object(chance: Random, verb: Verb, categories: list[str]) -> tuple[str, str, tuple[str, str]]:
    en, pt = chance.choice(NOUNS[chance.choice(categories)])
    joint = f" {_OF[verb.pt]}" if verb.pt in _OF else ""
    if chance.random() < 0.3:
        adjective_en, adjective_pt = chance.choice(OF_THINGS)
        adjective_pt = agree(adjective_pt, pt.gender)
        if chance.random() < 0.5:
            the = f"{pt.of}" if joint else f"{pt.the}"
            return f" the {adjective_en} {en}", f" {the} {adjective_pt}", (en.word, pt.word)
        return f" {a(adjective_en)} {en}", f"{joint} {pt.a} {adjective_pt}", (en.word, pt.word)
    if chance.random() < 0.5:
        the = f"{pt.of}" if joint else f"{pt.the}"
        return f" {en.the}", f" {the}", (en.word, pt.word)
    return f" {en.a}", f"{joint} {pt.a}", (en.word, pt.word)
