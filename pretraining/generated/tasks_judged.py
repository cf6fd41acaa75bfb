# ruff: noqa: E501 - wordings in two languages are easier to compare on long lines
"""Tasks of judging and completing: yes or no, which language, what is missing."""

from __future__ import annotations

from random import Random

from pretraining.generated.lexicon_nouns import ALL, NOUN, category_name
from pretraining.generated.sentences import sentence
from pretraining.generated.tasks import Task
from pretraining.generated.words import capital
from pretraining.generated.world import LEXICON


def _of(language: str, en: str, pt: str) -> str:
    return en if language == "en" else pt


def gap(chance: Random, language: str) -> tuple[str, str]:
    """A fact with its last word left out."""
    roll = chance.random()
    if roll < 0.3:
        name = chance.choice([name for name in NOUN[language] if name not in ("object", "nature")])
        noun = chance.choice(NOUN[language][name])
        if language == "en":
            return f"{capital(noun.a)} is a kind of ___.", category_name(name, language)
        return f"{capital(noun.the)} é um tipo de ___.", category_name(name, language)
    if roll < 0.65:
        days = LEXICON[language].DAYS if roll < 0.5 else LEXICON[language].MONTHS
        place = chance.randrange(len(days) - 1)
        if language == "en":
            return f"After {days[place]} comes ___.", days[place + 1]
        return f"Depois de {days[place]} vem ___.", days[place + 1]
    one = chance.randint(1, 9)
    two = chance.randint(1, 9)
    return f"{one} + {two} = ___", str(one + two)


def true_false(chance: Random, language: str) -> tuple[str, str]:
    """A simple statement that is true or false."""
    name = chance.choice([name for name in NOUN[language] if name not in ("object", "nature")])
    other = chance.choice([one for one in NOUN[language] if one not in ("object", "nature", name)])
    noun = chance.choice(NOUN[language][name])
    right = chance.random() < 0.5
    if {name, other} == {"job", "family"}:
        right = True
    if language == "en":
        said = category_name(name if right else other, language)
        said = {"furniture": "piece of furniture", "clothing": "piece of clothing", "body": "part of the body",
                "food": "kind of food", "family": "member of the family"}.get(said, said)  # fmt: skip
        said = f"an {said}" if said[0] in "aeiou" else f"a {said}"
        return f"Is {noun.a} {said}?", "Yes." if right else "No."
    said = category_name(name if right else other, language)
    said = {"comida": "um tipo de comida", "roupa": "uma peça de roupa", "família": "alguém da família",
            "ferramenta": "uma ferramenta", "fruta": "uma fruta", "profissão": "uma profissão",
            "parte do corpo": "uma parte do corpo"}.get(said, f"um {said}")  # fmt: skip
    return f"{capital(noun.a)} é {said}?", "Sim." if right else "Não."


def yes_no(chance: Random, language: str) -> tuple[str, str]:
    """A statement and a question that it answers."""
    one = sentence(chance, full=True)
    right = chance.random() < 0.5
    en = language == "en"
    if right:
        asked = one.en_question if en else one.pt_question
        return f"{one.of(language)} {asked}", "Yes." if en else "Sim."
    noun = chance.choice(ALL[language])
    side = 0 if en else 1
    if one.object[side] == noun.word or not one.object[side]:
        return yes_no(chance, language)
    does, faz = ("did", one.verb.pt_he_past) if one.past else ("does", one.verb.pt_he)
    inner = one.subject[0]
    if inner.split()[0] in ("The", "My", "She", "He"):
        inner = inner[0].lower() + inner[1:]
    if en:
        return f"{one.en} {capital(does)} {inner} {one.verb.base} {noun.a}?", "No."
    joint = "de " if one.verb.pt == "precisar" else ""
    return f"{one.pt} {one.subject[1]} {faz} {joint}{noun.a}?", "Não."


def language_of(chance: Random, language: str) -> tuple[str, str]:
    one = sentence(chance)
    if chance.random() < 0.5:
        return one.en, _of(language, "English", "inglês")
    return one.pt, _of(language, "Portuguese", "português")


JUDGED_TASKS: dict[str, Task] = {
    "gap": Task(
        "Fill the gap. || Complete: {} || Which word is missing?",
        "Preencha a lacuna. || Complete: {} || O que falta?", gap),
    "true_false": Task("{} || Answer yes or no. || {} Answer with yes or no.",
                       "{} || Responda sim ou não. || {} Responda com sim ou não.", true_false),
    "yes_no": Task("{} || Answer yes or no.", "{} || Responda sim ou não.", yes_no),
    "language_of": Task(
        "Which language is this? || Is this English or Portuguese?",
        "Em que língua está? || Isto é inglês ou português?", language_of),
}  # fmt: skip
"""Name -> task of judging."""
