"""Draws of invented persons, towns, companies, dates and prices."""

from __future__ import annotations

from random import Random
from types import ModuleType

from pretraining.generated import lexicon_en, lexicon_pt
from pretraining.generated.words import Person, person_en, person_pt

LEXICON: dict[str, ModuleType] = {"en": lexicon_en, "pt": lexicon_pt}
_ONSETS = "b c d f g l m n p r s t v z br cl dr fl gr pl tr st".split()
_VOWELS = "a e i o u a e o ai ou".split()
_CODAS = ["", "", "", "n", "r", "s", "l", "x", "m"]


def female(chance: Random) -> bool:
    """Whether a person is a woman."""
    return chance.random() < 0.5


def person(chance: Random, language: str, gender: str = "") -> Person:
    """An invented person."""
    lexicon = LEXICON[language]
    woman = gender == "f" if gender else chance.random() < 0.5
    name = chance.choice(lexicon.FEMALE if woman else lexicon.MALE)
    surname = chance.choice(lexicon.SURNAMES)
    return (person_en if language == "en" else person_pt)(name, surname, woman)


def persons(chance: Random, language: str, count: int) -> list[Person]:
    """Several persons of different first names and surnames."""
    found: list[Person] = []
    taken: set[str] = set()
    while len(found) < count:
        one = person(chance, language)
        if taken.isdisjoint(one.full.split()):
            taken.update(one.full.split())
            found.append(one)
    return found


def town(chance: Random, language: str) -> str:
    """An invented town, or now and then a known one."""
    lexicon = LEXICON[language]
    if chance.random() < 0.25:
        return str(chance.choice(lexicon.CITIES))
    start = chance.choice(lexicon.TOWN_STARTS)
    if language == "en":
        return str(start + chance.choice(lexicon.TOWN_ENDS))
    if start.endswith(" de"):
        return f"{start} {chance.choice(lexicon.TOWN_ENDS['name'])}"
    if start == "Nova":
        return f"Nova {chance.choice(lexicon.TOWN_ENDS['name'])}"
    gender = "m" if start in lexicon.MASCULINE_STARTS else "f"
    end = chance.choice(lexicon.TOWN_ENDS[gender])
    return f"{start} {end}"


def towns(chance: Random, language: str, count: int) -> list[str]:
    """Several different towns."""
    found: list[str] = []
    while len(found) < count:
        one = town(chance, language)
        if one not in found:
            found.append(one)
    return found


def street(chance: Random, language: str) -> str:
    """A street's name, without a number."""
    lexicon = LEXICON[language]
    name, kind = chance.choice(lexicon.STREETS), chance.choice(lexicon.STREET_KINDS)
    return f"{name} {kind}" if language == "en" else f"{kind} {name}"


def invented(chance: Random, syllables: int = 2) -> str:
    """A word that does not exist."""
    parts = [chance.choice(_ONSETS) + chance.choice(_VOWELS) for _ in range(syllables)]
    return "".join(parts) + chance.choice(_CODAS)


def company(chance: Random, language: str) -> str:
    """An invented company."""
    lexicon = LEXICON[language]
    roll = chance.random()
    if roll < 0.35:
        return invented(chance, chance.randint(2, 3)).title()
    kind = chance.choice(lexicon.COMPANY_KINDS)
    name = chance.choice(lexicon.SURNAMES) if roll < 0.75 else invented(chance).title()
    return f"{name} {kind}"


def year(chance: Random, low: int = 1850, high: int = 2020) -> int:
    """A year of an invented event."""
    return chance.randint(low, high)


def month(chance: Random, language: str) -> str:
    """A month's name."""
    return str(chance.choice(LEXICON[language].MONTHS))


def day(chance: Random, language: str) -> str:
    """A weekday's name."""
    return str(chance.choice(LEXICON[language].DAYS))


def date(chance: Random, language: str) -> str:
    """A day of the year: `14 May`, `14 de maio`."""
    number = chance.randint(1, 28)
    joint = " " if language == "en" else " de "
    first = "1º" if number == 1 and language == "pt" else str(number)
    return f"{first}{joint}{month(chance, language)}"


def clock(chance: Random, language: str) -> str:
    """A time of day, with the word before it left to the template: `half past three`, `15h30`."""
    hour = chance.randint(1, 12)
    names = LEXICON[language].NUMBERS
    if language == "en":
        return str(
            chance.choice(
                (f"{names[hour]} o'clock", f"half past {names[hour]}",
                 f"a quarter past {names[hour]}",
                 f"{hour} pm", f"{hour}:30", f"{hour}:15", f"{hour}:45", f"{names[hour]}")
            )
        )  # fmt: skip
    late = chance.randint(7, 22)
    return str(
        chance.choice((f"{late}h", f"{late}h30", f"{late}h15", f"{late}h45", f"{late} horas"))
    )


def price(chance: Random, language: str) -> str:
    """A price in the language's everyday currency."""
    amount = chance.choice((chance.randint(2, 20), chance.randint(5, 99), chance.randint(50, 900)))
    if language == "en":
        unit = chance.choice((" pounds", " dollars", " euros", "$"))
        return f"${amount}" if unit == "$" else f"{amount}{unit}"
    unit = chance.choice((" reais", " reais", " euros", "R$"))
    return f"R$ {amount}" if unit == "R$" else f"{amount}{unit}"


def number_word(number: int, language: str) -> str:
    """A number from 0 to 99 in words."""
    lexicon = LEXICON[language]
    if number <= 20:
        return str(lexicon.NUMBERS[number])
    ten, one = divmod(number, 10)
    if not one:
        return str(lexicon.TENS[ten])
    joint = "-" if language == "en" else " e "
    return f"{lexicon.TENS[ten]}{joint}{lexicon.NUMBERS[one]}"


def job(chance: Random, language: str, someone: Person) -> str:
    """A job in the person's gender."""
    entry = str(chance.choice(LEXICON[language].JOBS))
    if language == "en":
        return entry.replace("fisherman", "fisher") if someone.gender == "f" else entry
    his, hers = entry.split("/")
    return hers if someone.gender == "f" else his
