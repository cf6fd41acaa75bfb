# ruff: noqa: E501 - wordings in two languages are easier to compare on long lines
"""Short passages about invented subjects, and what can be asked about them."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from pretraining.generated.told_facts import KINDS, Kind, value
from pretraining.generated.words import Person, a, say
from pretraining.generated.world import company, invented, person, town

ABOUT = ("person", "person", "person", "town", "company", "event", "plant")


@dataclass(frozen=True, slots=True)
class Fact:
    """One told fact."""

    kind: Kind
    value: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody or something, with what its passage tells and what it leaves out."""

    about: str
    name: str
    title: str
    told: tuple[Fact, ...]
    untold: tuple[Kind, ...]
    text: str

    def ask(self, chance: Random, kind: Kind) -> str:
        """A question about one of its facts, told or not."""
        return chance.choice(kind.questions).replace("{n}", self.name)

    def answer(self, chance: Random, fact: Fact, language: str) -> str:
        """The fact as a full sentence."""
        template = chance.choice(fact.kind.answers)
        return with_article(template, language, fact.value, self.name)


def with_article(template: str, language: str, filled: str, name: str) -> str:
    """The wording with value and name; `a` before a vowel becomes `an`."""
    if language == "en" and " a {v}" in template:
        template = template.replace("a {v}", a(filled))
    if filled in ("1h", "1h30", "1h15", "1h45"):
        template = template.replace("às {v}", "à {v}")
    text = template.replace("{v}", filled).replace("{n}", name)
    return text[:1].upper() + text[1:]


def _named(chance: Random, language: str, about: str) -> tuple[str, str, str, Person | None]:
    """Name in questions, opening with the full name, opening with a pronoun, the person."""
    en = language == "en"
    if about == "person":
        one = person(chance, language)
        name = one.full if chance.random() < 0.4 else one.name
        return name, one.full, one.He, one
    if about == "town":
        name = town(chance, language)
        return name, name, "The town" if en else "A cidade", None
    if about == "company":
        name = company(chance, language)
        return name, name if en else f"A {name}", "The company" if en else "A empresa", None
    if about == "plant":
        name = invented(chance, chance.randint(2, 3))
        return (
            name,
            f"The {name}" if en else f"A planta {name}",
            "The plant" if en else "A planta",
            None,
        )
    name = say(
        chance, language,
        "the flower show || the summer concert || the book fair || the chess tournament || the "
        "harvest feast || the boat race || the school play || the village run || the cooking contest "
        "|| the kite festival || the poetry evening || the dance night || the science fair",
        "a feira de flores || o concerto de verão || a feira do livro || o torneio de xadrez || a "
        "festa da colheita || a corrida de barcos || a peça da escola || a corrida da vila || o "
        "concurso de culinária || o festival de pipas || a noite de poesia || o baile || a mostra "
        "de ciências",
    )  # fmt: skip
    return name, name[0].upper() + name[1:], name[0].upper() + name[1:], None


def subject(chance: Random, language: str, about: str = "", low: int = 2, high: int = 5) -> Subject:
    """A subject with a passage of `low` to `high` facts."""
    about = about or chance.choice(ABOUT)
    name, opening, pronoun, one = _named(chance, language, about)
    kinds = list(KINDS[language][about].values())
    chance.shuffle(kinds)
    many = chance.randint(low, min(high, len(kinds) - 1))
    facts = []
    for place, kind in enumerate(kinds[:many]):
        filled = value(chance, language, kind.key, one)
        sentence = chance.choice(kind.sentences)
        called = opening if place == 0 or chance.random() < 0.2 else pronoun
        if called == pronoun and language == "en" and one is not None:
            sentence = sentence.replace("{S}'s", one.His)
        said = one.full if place == 0 and one is not None else one.name if one is not None else name
        if one is not None:
            sentence = sentence.replace("{his}", one.his).replace("{o}", one.o)
        if place == 0 and "{S}" not in sentence and "{n}" not in sentence:
            sentence = next((text for text in kind.sentences if "{S}" in text), sentence)
        sentence = sentence.replace("{S}", called)
        if (
            place == 0
            and "{n}" not in sentence
            and called not in sentence
            and opening not in sentence
        ):
            sentence = f"{opening}: {sentence}"
        facts.append(Fact(kind, filled, with_article(sentence, language, filled, said)))
    text = " ".join(fact.sentence for fact in facts)
    title = opening if about != "event" else name[0].upper() + name[1:]
    return Subject(about, name, title, tuple(facts), tuple(kinds[many:]), text)


def subjects(chance: Random, language: str, count: int) -> list[Subject]:
    """Subjects of different names, half of the time all of one kind."""
    about = chance.choice(ABOUT) if chance.random() < 0.5 else ""
    found: list[Subject] = []
    taken: set[str] = set()
    while len(found) < count:
        one = subject(chance, language, about)
        words = set(one.title.split()) | set(one.name.split())
        words -= {"A", "The", "planta", "O", "the", "a", "o", "de", "do", "da"}
        if taken.isdisjoint(words):
            taken |= words
            found.append(one)
        else:
            about = ""
    return found
