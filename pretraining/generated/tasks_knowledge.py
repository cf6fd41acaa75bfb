# ruff: noqa: E501 - wordings in two languages are easier to compare on long lines
"""Tasks about what one knows: categories, capitals, animals, colours, numbers, translation."""

from __future__ import annotations

from random import Random

from pretraining.generated.facts_known import (
    ANIMAL_SOUNDS,
    ANIMAL_YOUNG,
    CAPITALS,
    COLOUR_OF,
    DEMONYMS,
    TOOLS_OF_JOBS,
)
from pretraining.generated.lexicon_nouns import NOUN, PAIRS, category_name
from pretraining.generated.lexicon_verbs import COLOURS, OPPOSITES, VERBS
from pretraining.generated.tasks import Task
from pretraining.generated.world import LEXICON, number_word


def category(chance: Random, language: str) -> tuple[str, str]:
    name = chance.choice([name for name in NOUN[language] if name not in ("object", "nature")])
    return chance.choice(NOUN[language][name]).word, category_name(name, language)


def name_one(chance: Random, language: str) -> tuple[str, str]:
    name = chance.choice([name for name in NOUN[language] if name not in ("object", "nature")])
    return category_name(name, language), chance.choice(NOUN[language][name]).word


def capital_of(chance: Random, language: str) -> tuple[str, str]:
    return chance.choice(CAPITALS[language])


def sound(chance: Random, language: str) -> tuple[str, str]:
    return chance.choice(ANIMAL_SOUNDS[language])


def young(chance: Random, language: str) -> tuple[str, str]:
    return chance.choice(ANIMAL_YOUNG[language])


def colour(chance: Random, language: str) -> tuple[str, str]:
    return chance.choice(COLOUR_OF[language])


def demonym(chance: Random, language: str) -> tuple[str, str]:
    return chance.choice(DEMONYMS[language])


def tool_of(chance: Random, language: str) -> tuple[str, str]:
    return chance.choice(TOOLS_OF_JOBS[language])


def next_in_row(chance: Random, language: str) -> tuple[str, str]:
    lexicon = LEXICON[language]
    row = chance.choice((lexicon.DAYS, lexicon.MONTHS, lexicon.NUMBERS, list("abcdefghijklmnop")))
    place = chance.randrange(len(row) - 1)
    return row[place], row[place + 1]


def previous_in_row(chance: Random, language: str) -> tuple[str, str]:
    given, answer = next_in_row(chance, language)
    return answer, given


def to_portuguese(chance: Random, language: str) -> tuple[str, str]:
    roll = chance.random()
    if roll < 0.7:
        en, pt = chance.choice(PAIRS)
        return en.word, pt.word
    if roll < 0.8:
        verb = chance.choice(VERBS)
        return f"to {verb.base}", verb.pt
    if roll < 0.9:
        en_word, pt_word = chance.choice(chance.choice(OPPOSITES))
        return en_word, pt_word
    en_word, pt_word = chance.choice(COLOURS)
    return en_word, pt_word


def to_english(chance: Random, language: str) -> tuple[str, str]:
    given, answer = to_portuguese(chance, language)
    return answer, given


def number_translated(chance: Random, language: str) -> tuple[str, str]:
    number = chance.randint(0, 99)
    return str(number), number_word(number, language)


def number_digits(chance: Random, language: str) -> tuple[str, str]:
    number = chance.randint(0, 99)
    return number_word(number, language), str(number)


KNOWLEDGE_TASKS: dict[str, Task] = {
    "category": Task(
        "What kind of thing is this? || Which category does {} belong to? || Name the category.",
        "Que tipo de coisa é isto? || A que categoria pertence {}? || Diga a categoria.", category),
    "name_one": Task(
        "Give one example of the category. || Name one: {}",
        "Dê um exemplo da categoria. || Cite um exemplo: {}", name_one, shots=False),
    "capital_of": Task(
        "What is the capital of {}? || Name the capital. || Which city is the capital of {}?",
        "Qual é a capital: {}? || Diga a capital do país. || Que cidade é a capital? {}", capital_of),
    "sound": Task(
        "What sound does this animal make? || Complete: the {} ...",
        "Que som faz este animal? || Qual é o verbo para a voz do animal: {}?", sound),
    "young": Task(
        "What is the young of this animal called? || What do you call a young {}?",
        "Como se chama o filhote deste animal? || Filhote: {}", young),
    "colour": Task(
        "What colour is it? || Which colour: {}? || Name the usual colour.",
        "De que cor é? || Que cor: {}? || Diga a cor mais comum.", colour),
    "demonym": Task(
        "What do you call the people of {}? || Name the people of the country.",
        "Como se chama quem nasce neste país: {}? || Dê o gentílico.", demonym),
    "tool_of": Task(
        "What does a {} work with? || Name a thing that this person uses at work.",
        "Com que trabalha esta pessoa: {}? || Cite um objeto que esta pessoa usa no trabalho.",
        tool_of),
    "next": Task(
        "What comes next? || What comes right after {}? || Give the following one.",
        "O que vem depois? || O que vem logo depois de {}? || Diga o seguinte.", next_in_row),
    "previous": Task(
        "What comes right before {}? || Give the one before.",
        "O que vem logo antes de {}? || Diga o anterior.", previous_in_row),
    "to_portuguese": Task(
        "Translate into Portuguese. || How do you say '{}' in Portuguese? || "
        "What is {} in Portuguese? || Translate the English word into Portuguese.",
        "Traduza para o português. || Como se diz '{}' em português? || O que significa '{}'? || "
        "Traduza a palavra inglesa.", to_portuguese),
    "to_english": Task(
        "Translate into English. || What does '{}' mean in English? || Give the English word. || "
        "Translate the Portuguese word into English.",
        "Traduza para o inglês. || Como se diz '{}' em inglês? || Dê a palavra em inglês. || "
        "Como é {} em inglês?", to_english),
    "number_word": Task(
        "Write the number in words. || Spell out {}.",
        "Escreva o número por extenso. || Como se escreve {} por extenso?", number_translated),
    "number_digits": Task(
        "Write the number in digits. || Write {} as a numeral.",
        "Escreva o número em algarismos. || Escreva {} com algarismos.", number_digits),
}  # fmt: skip
"""Name -> task on knowledge."""
