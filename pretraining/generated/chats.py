# ruff: noqa: E501 - wordings in two languages are easier to compare on long lines
"""Conversations with the assistant: greetings, who it is, help, advice, what was told earlier."""

from __future__ import annotations

from random import Random

from pretraining.generated.chat_identity import IDENTITY, SYSTEMS
from pretraining.generated.chat_lines import EXCHANGES
from pretraining.generated.chat_steps import HOW_TO
from pretraining.generated.document import Document
from pretraining.generated.lexicon_nouns import NOUN, SMALL
from pretraining.generated.lexicon_verbs import COLOURS
from pretraining.generated.words import capital, say
from pretraining.generated.world import LEXICON, job, persons, town

Turns = list[tuple[str, str]]


def _slots(chance: Random, language: str) -> dict[str, object]:
    lexicon = LEXICON[language]
    one, other = persons(chance, language, 2)
    dish, dish2 = chance.sample(lexicon.DISHES, 2)
    hobby, hobby2 = chance.sample(lexicon.HOBBIES, 2)
    return {
        "n": one.name, "m": other.name, "o": one.o, "town": town(chance, language), "dish": dish,
        "dish2": dish2, "hobby": hobby, "hobby2": hobby2, "drink": chance.choice(lexicon.DRINKS),
        "subject": chance.choice(lexicon.SUBJECTS), "month": chance.choice(lexicon.MONTHS),
        "day": chance.choice(lexicon.DAYS), "thing": chance.choice(SMALL[language]),
        "animal": chance.choice(NOUN[language]["animal"]), "number": chance.randint(3, 90),
        "job": job(chance, language, one), "colour": chance.choice(COLOURS)[0 if language == "en" else 1],
        "fruit": chance.choice(NOUN[language]["fruit"]), "ingredient": chance.choice(lexicon.INGREDIENTS),
        "instrument": chance.choice(NOUN[language]["instrument"][:12]),
    }  # fmt: skip


def _exchange(chance: Random, table: list[tuple[str, str]], slots: dict[str, object]) -> Turns:
    asked, answered = chance.choice(table)
    question = chance.choice(asked.split(" || ")).format_map(slots)
    answer = chance.choice(answered.split(" || ")).format_map(slots)
    return [("user", capital(question)), ("assistant", capital(answer))]


def _how_to(chance: Random, language: str) -> Turns:
    thing, steps = chance.choice(HOW_TO[language])
    wording = say(
        chance, language,
        f"How do I {thing}? || Can you tell me how to {thing}? || Give me simple steps to {thing}. || "
        f"I want to {thing}. What do I do? || Explain how to {thing}.",
        f"Como faço para {thing}? || Pode me dizer como {thing}? || Dê passos simples para {thing}. || "
        f"Quero {thing}. O que devo fazer? || Explique como {thing}.",
    )  # fmt: skip
    if chance.random() < 0.5:
        answer = "\n".join(f"{place}. {capital(step)}." for place, step in enumerate(steps, 1))
    else:
        answer = " ".join(f"{capital(step)}." for step in steps)
    turns = [("user", wording), ("assistant", answer)]
    if chance.random() < 0.35:
        place = chance.randrange(len(steps) - 1)
        ask = say(
            chance, language,
            f"What comes after step {place + 1}? || And after step {place + 1}?",
            f"O que vem depois do passo {place + 1}? || E depois do passo {place + 1}?",
        )  # fmt: skip
        turns += [("user", ask), ("assistant", f"{capital(steps[place + 1])}.")]
    return turns


def _remembered(chance: Random, language: str, slots: dict[str, object]) -> tuple[Turns, Turns]:
    """The user says something of theirs early on and asks for it later."""
    en = (
        ("My name is {n}.|I'm {n}.|Call me {n}.|Hi, {n} here.", "Nice to meet you, {n}!|Hello {n}! How can I help?",
         "What is my name?|Do you remember my name?|What am I called?", "Your name is {n}.|You are {n}."),
        ("I live in {town}.|My home is in {town}.", "{town} sounds nice.|How is life in {town}?",
         "Where do I live?|In which town do I live?", "You live in {town}.|In {town}."),
        ("I work as a {job}.|My job is {job}.", "That is good work.|What is a day like in your job?",
         "What is my job?|What do I work as?", "You work as a {job}."),
        ("My favourite colour is {colour}.|I love the colour {colour}.", "{colour} is a lovely colour.",
         "Which colour do I like?|What is my favourite colour?", "You like {colour}.|{colour}."),
        ("My {animal} is called {m}.|I have {animal.a} named {m}.", "{m} is a nice name.|Say hello to {m}!",
         "What is the name of my {animal}?", "It is called {m}.|{m}."),
        ("I am {number} years old.|Yesterday I turned {number}.", "Congratulations!|A good age.",
         "How old am I?", "You are {number} years old.|{number}."),
        ("Remember the word {thing}.|The password is {thing}.", "All right, {thing}.|I will remember it.",
         "Which word was it?|What was the word?", "{thing}|The word was {thing}."),
        ("I don't eat {ingredient}.|I am allergic to {ingredient}.", "Good to know: no {ingredient}.",
         "What can't I eat?|What do I not eat?", "You do not eat {ingredient}."),
        ("On {day} I have my {subject} lesson.", "I hope you enjoy {subject}.",
         "Which lesson do I have on {day}?|What do I have on {day}?", "You have {subject}.|{subject}."),
    )  # fmt: skip
    pt = (
        ("Meu nome é {n}.|Eu sou {n}.|Pode me chamar de {n}.|Oi, aqui é {n}.",
         "Prazer, {n}!|Olá, {n}! Como posso ajudar?",
         "Qual é o meu nome?|Você lembra o meu nome?|Como me chamo?", "Seu nome é {n}.|Você é {n}."),
        ("Moro em {town}.|Minha casa fica em {town}.", "{town} parece um bom lugar.|Como é a vida em {town}?",
         "Onde eu moro?|Em que cidade moro?", "Você mora em {town}.|Em {town}."),
        ("Trabalho como {job}.|Meu trabalho: {job}.", "É um bom trabalho.|Como é um dia no seu trabalho?",
         "Qual é a minha profissão?|Com que trabalho?", "Você trabalha como {job}."),
        ("Minha cor favorita é {colour}.|Adoro a cor {colour}.", "É uma bela cor.",
         "De que cor eu gosto?|Qual é a minha cor favorita?", "Sua cor favorita é {colour}.|{colour}."),
        ("Tenho {animal.a} de nome {m}.", "{m} é um belo nome.|Mande um abraço a {m}!",
         "Como se chama o meu bicho?|Qual é o nome do meu bicho?", "O nome é {m}.|{m}."),
        ("Tenho {number} anos.|Ontem fiz {number} anos.", "Parabéns!|Uma boa idade.",
         "Quantos anos eu tenho?", "Você tem {number} anos.|{number}."),
        ("Guarde a palavra {thing}.|A senha é {thing}.", "Certo, {thing}.|Vou lembrar.",
         "Qual era a palavra?", "{thing}|A palavra era {thing}."),
        ("Não posso comer {ingredient}.|Tenho alergia a {ingredient}.", "Bom saber: nada de {ingredient}.",
         "O que eu não posso comer?", "Você não pode comer {ingredient}."),
        ("Amanhã tenho aula de {subject}.", "Boa aula de {subject}!",
         "Que aula eu tenho amanhã?", "Você tem aula de {subject}.|{subject}."),
    )  # fmt: skip
    row = chance.choice(en if language == "en" else pt)
    told, said, asked, answer = (
        capital(chance.choice(part.split("|")).format_map(slots)) for part in row
    )
    return [("user", told), ("assistant", said)], [("user", asked), ("assistant", answer)]


def chats(chance: Random, language: str) -> Document:
    """One to five exchanges."""
    slots = _slots(chance, language)
    turns: Turns = []
    late: Turns = []
    if chance.random() < 0.12:
        turns.append(("system", chance.choice(SYSTEMS[language]).format_map(slots)))
    if chance.random() < 0.35:
        turns += _exchange(chance, EXCHANGES[language]["hello"], slots)
    if chance.random() < 0.45:
        early, late = _remembered(chance, language, slots)
        turns += early
    asked: set[str] = set()
    for _ in range(chance.choice((1, 1, 2, 3))):
        roll = chance.random()
        if roll < 0.12:
            new = _exchange(chance, IDENTITY[language], slots)
        elif roll < 0.35:
            new = _how_to(chance, language)
        else:
            new = _exchange(chance, EXCHANGES[language]["talk"], slots)
            slots = {**_slots(chance, language), **{key: slots[key] for key in ("n", "m", "o")}}
        if new[0][1] not in asked:
            asked.add(new[0][1])
            turns += new
    turns += late
    if chance.random() < 0.25:
        turns += _exchange(chance, EXCHANGES[language]["bye"], slots)
    return Document("chats", language, tuple(turns))
