# ruff: noqa: E501 - wordings in two languages are easier to compare on long lines
"""Paragraphs and questions of everyday knowledge; invented towns and persons beside them."""

from __future__ import annotations

from random import Random

from pretraining.generated.definitions import DEFINITIONS
from pretraining.generated.document import Document
from pretraining.generated.facts_known import (
    ANIMAL_SOUNDS,
    ANIMAL_YOUNG,
    CAPITALS,
    COLOUR_OF,
    TOOLS_OF_JOBS,
)
from pretraining.generated.lexicon_nouns import CATEGORY, NOUN, NOUNS, category_name
from pretraining.generated.lexicon_verbs import COLOURS, OPPOSITES
from pretraining.generated.sentences import sentence
from pretraining.generated.told import subject
from pretraining.generated.words import Noun, a, capital, listed, say
from pretraining.generated.world import LEXICON, number_word

_CATEGORY_OF = {pair[0].word: name for name, pairs in NOUNS.items() for pair in pairs}


def defined(chance: Random, language: str) -> tuple[Noun, str]:
    """A noun and its definition."""
    nouns, texts = chance.choice(DEFINITIONS)
    side = 0 if language == "en" else 1
    return nouns[side], texts[side]


def definition(chance: Random, language: str, noun: Noun, text: str) -> str:
    """The definition as a sentence."""
    return f"{capital(noun.a)} {'is' if language == 'en' else 'é'} {text}."


def statement(chance: Random, language: str) -> str:
    """One true sentence of everyday knowledge."""
    en = language == "en"
    lexicon = LEXICON[language]
    roll = chance.randrange(12)
    if roll == 0:
        country, city = chance.choice(CAPITALS[language])
        return (
            f"{city} is the capital of {country}."
            if en
            else f"{city} é uma capital; o país é {country}."
        )
    if roll == 1:
        animal, sound = chance.choice(ANIMAL_SOUNDS[language])
        if en:
            return f"A {animal} {sound}." if animal[0] not in "aeiou" else f"An {animal} {sound}."
        noun = next((one for one in NOUN["pt"]["animal"] if one.word == animal), None)
        return f"{capital(noun.the)} {sound}." if noun else f"Um animal que {sound}: {animal}."
    if roll == 2:
        animal, young = chance.choice(ANIMAL_YOUNG[language])
        return (
            f"A young {animal} is called a {young}."
            if en
            else f"{capital(young)} é o filhote: {animal}."
        )
    if roll == 3:
        thing, colour = chance.choice(COLOUR_OF[language])
        verb = "is" if en else "é"
        return f"{capital(thing)} {verb} {colour}."
    if roll == 4:
        job, tool = chance.choice(TOOLS_OF_JOBS[language])
        return (
            f"{capital(a(job))} works with {tool}."
            if en
            else f"Na profissão de {job} usa-se {tool}."
        )
    if roll == 5:
        one, two = chance.choice(OPPOSITES)
        side = 0 if en else 1
        return (
            f"The opposite of {one[side]} is {two[side]}."
            if en
            else (f"O contrário de {one[side]} é {two[side]}.")
        )
    if roll == 6:
        row = chance.choice((lexicon.DAYS, lexicon.MONTHS))
        place = chance.randrange(len(row) - 1)
        return (
            f"{row[place + 1]} comes after {row[place]}."
            if en
            else (f"Depois de {row[place]} vem {row[place + 1]}.")
        )
    if roll == 7:
        one_n, two_n = chance.randint(1, 20), chance.randint(1, 20)
        words = [number_word(number, language) for number in (one_n, two_n, one_n + two_n)]
        return (
            f"{capital(words[0])} plus {words[1]} is {words[2]}."
            if en
            else (f"{capital(words[0])} mais {words[1]} são {words[2]}.")
        )
    if roll == 8:
        name = chance.choice(list(CATEGORY)[:9])
        nouns = [noun.plural for noun in chance.sample(NOUN[language][name], chance.randint(2, 4))]
        if en:
            kind = CATEGORY[name][0] if name != "food" else "things to eat"
            return f"{capital(listed(nouns, 'en'))} are {kind}."
        return f"{capital(listed(nouns, 'pt'))} são {CATEGORY[name][1]}."
    if roll == 9:
        colours = [one[0 if en else 1] for one in chance.sample(COLOURS, 3)]
        return (
            f"{capital(listed(colours, language))} are colours."
            if en
            else (f"{capital(listed(colours, language))} são cores.")
        )
    noun, text = defined(chance, language)
    return definition(chance, language, noun, text)


def facts(chance: Random, language: str) -> Document:
    """A paragraph of plain text, or a definition asked for."""
    roll = chance.random()
    if roll < 0.3:
        about = chance.choice(("person", "town", "company", "plant"))
        found = subject(chance, language, about, 3, 6)
        text = f"{found.title}\n\n{found.text}" if chance.random() < 0.5 else found.text
        return Document("facts", language, text=text)
    if roll < 0.5:
        lines = list(
            dict.fromkeys(statement(chance, language) for _ in range(chance.randint(3, 6)))
        )
        return Document(
            "facts", language, text=(" " if chance.random() < 0.7 else "\n").join(lines)
        )
    if roll < 0.6:
        pairs = [sentence(chance) for _ in range(chance.randint(2, 5))]
        joint = chance.choice((" = ", " - ", " / ", "\n"))
        if joint == "\n":
            return Document("facts", language, text="\n".join(
                f"English: {one.en}\nPortuguês: {one.pt}" for one in pairs))  # fmt: skip
        return Document("facts", language, text="\n".join(
            f"{one.en}{joint}{one.pt}" if language == "en" else f"{one.pt}{joint}{one.en}"
            for one in pairs))  # fmt: skip
    turns: list[tuple[str, str]] = []
    asked: set[str] = set()
    for _ in range(chance.choice((1, 1, 2, 3))):
        question, answer = _question(chance, language)
        if question not in asked:
            asked.add(question)
            turns += [("user", question), ("assistant", answer)]
    return Document("facts", language, tuple(turns))


def _question(chance: Random, language: str) -> tuple[str, str]:
    noun, text = defined(chance, language)
    full = definition(chance, language, noun, text)
    roll = chance.random()
    category = _CATEGORY_OF.get(_english(noun, language), "")
    if roll < 0.6:
        wording = say(
            chance, language,
            f"What is {noun.a}? || What does the word '{noun}' mean? || Define {noun}. || Explain in one "
            f"sentence what {noun.a} is. || Tell me what {noun.a} is. || I don't know the word {noun}. "
            f"|| {capital(noun.word)}: what is that?",
            f"O que é {noun.a}? || O que significa a palavra '{noun}'? || Defina {noun}. || Explique em "
            f"uma frase o que é {noun.a}. || Diga o que é {noun.a}. || Não conheço a palavra {noun}. || "
            f"{capital(noun.word)}: o que é isso?",
        )  # fmt: skip
        return wording, full
    if roll < 0.85:
        wording = say(
            chance, language,
            f"Which word means: {text}? || What do we call {text}? || Name it: {text}. || "
            f"I am thinking of {text}. What is it?",
            f"Que palavra significa: {text}? || Como se chama {text}? || Diga o nome: {text}. || "
            f"Estou pensando nisto: {text}. O que é?",
        )  # fmt: skip
        return wording, noun.a if chance.random() < 0.5 else noun.word
    if category:
        wording = say(
            chance, language, f"What kind of thing is {noun.a}?", f"Que tipo de coisa é {noun.a}?"
        )
        return wording, category_name(category, language)
    return f"{capital(noun.a)}?", full


def _english(noun: Noun, language: str) -> str:
    return noun.word if language == "en" else _ENGLISH.get(noun.word, "")


_ENGLISH = {pair[1].word: pair[0].word for pairs in NOUNS.values() for pair in pairs}
