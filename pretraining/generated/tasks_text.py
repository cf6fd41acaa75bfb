# ruff: noqa: E501 - wordings in two languages are easier to compare on long lines
"""Tasks about sentences: rewrite, translate, find a part, write one."""

from __future__ import annotations

from random import Random

from pretraining.generated.lexicon_nouns import NOUN, PAIRS
from pretraining.generated.lexicon_verbs import COLOURS, agree
from pretraining.generated.sentences import Sentence, sentence
from pretraining.generated.tasks import Task
from pretraining.generated.tasks_told import fact
from pretraining.generated.words import Person, listed, say
from pretraining.generated.world import (
    day,
    person,
    persons,
    town,
)


def _of(language: str, en: str, pt: str) -> str:
    return en if language == "en" else pt


def to_portuguese(chance: Random, language: str) -> tuple[str, str]:
    one = sentence(chance)
    return one.en, one.pt


def to_english(chance: Random, language: str) -> tuple[str, str]:
    one = sentence(chance)
    return one.pt, one.en


def negative(chance: Random, language: str) -> tuple[str, str]:
    one = sentence(chance)
    return one.of(language), _of(language, one.en_not, one.pt_not)


def question(chance: Random, language: str) -> tuple[str, str]:
    one = sentence(chance)
    return one.of(language), _of(language, one.en_question, one.pt_question)


def tense(chance: Random, language: str) -> tuple[str, str]:
    """Into the past; the sentence has no time in it."""
    one = sentence(chance, past=False)
    while one.time[0]:
        one = sentence(chance, past=False)
    verb = one.verb
    if language == "en":
        return one.en, one.en.replace(f" {verb.third}", f" {verb.past}", 1)
    return one.pt, one.pt.replace(f" {verb.pt_he}", f" {verb.pt_he_past}", 1)


def _part(chance: Random, language: str) -> tuple[Sentence, int]:
    return sentence(chance, full=True), 0 if language == "en" else 1


def when(chance: Random, language: str) -> tuple[str, str]:
    one, side = _part(chance, language)
    return one.of(language), one.time[side]


def where(chance: Random, language: str) -> tuple[str, str]:
    one, side = _part(chance, language)
    while not one.place[0]:
        one, side = _part(chance, language)
    return one.of(language), one.place[side]


def who(chance: Random, language: str) -> tuple[str, str]:
    one, side = _part(chance, language)
    return one.of(language), one.subject[side]


def what(chance: Random, language: str) -> tuple[str, str]:
    one, side = _part(chance, language)
    return one.of(language), one.object[side]


def names(chance: Random, language: str) -> tuple[str, str]:
    """All names in a sentence."""
    group = persons(chance, language, chance.randint(2, 4))
    first = [one.name for one in group]
    place, when = town(chance, language), day(chance, language)
    text = say(
        chance, language,
        "{n} met in {p} on {d}. || {n} went to {p} by train. || On {d} {n} are going to {p}. || "
        "The tickets to {p} are for {n}. || I saw {n} in {p} last {d}.",
        "{n} se encontraram em {p}. || {n} foram de trem a {p}. || Os bilhetes para {p} são de {n}. "
        "|| Vi {n} em {p}. || {n} vão viajar para {p} amanhã.",
    )  # fmt: skip
    return text.format(n=listed(first, language), p=place, d=when), ", ".join(first)


def first_word(chance: Random, language: str) -> tuple[str, str]:
    text = sentence(chance).of(language)
    return text, text.rstrip(".").split()[0]


def last_word(chance: Random, language: str) -> tuple[str, str]:
    text = sentence(chance).of(language)
    return text, text.rstrip(".").split()[-1]


def count_words(chance: Random, language: str) -> tuple[str, str]:
    text = sentence(chance).of(language)
    return text, str(len(text.split()))


def copy(chance: Random, language: str) -> tuple[str, str]:
    text = fact(chance, language)[0] if chance.random() < 0.5 else sentence(chance).of(language)
    return text, text


def use_words(chance: Random, language: str) -> tuple[str, str]:
    """A sentence that holds the given words."""
    one = sentence(chance, full=True)
    side = 0 if language == "en" else 1
    place = one.place[side].split(" ")[-1]
    words = [one.object[side], place] if place else [one.object[side]]
    if chance.random() < 0.5:
        words.append(one.verb.past if language == "en" else one.verb.pt_he_past)
        one = one if one.past else sentence(chance, past=True, full=True)
        place = one.place[side].split(" ")[-1]
        words = [word for word in (one.object[side], place) if word]
    chance.shuffle(words)
    return ", ".join(words), one.of(language)


def about(chance: Random, language: str) -> tuple[str, str]:
    """A sentence about a thing: its category."""
    name = chance.choice([name for name in NOUN[language] if name not in ("object", "nature")])
    noun = chance.choice(NOUN[language][name])
    adjective = chance.choice(COLOURS)
    owner = person(chance, language)
    if language == "en":
        return noun.word, f"{owner} saw a {adjective[0]} {noun} in a shop window.".replace(
            "a orange", "an orange") if name not in ("job", "family", "place", "body") else (
            f"{owner} drew {noun.a} in a notebook.")  # fmt: skip
    colour = agree(adjective[1], noun.gender)
    if name not in ("job", "family", "place", "body"):
        return noun.word, f"{owner} viu {noun.a} {colour} na vitrine de uma loja."
    return noun.word, f"{owner} desenhou {noun.a} no caderno."


def greeting(chance: Random, language: str) -> tuple[str, str]:
    """A polite short message for an occasion."""
    one: Person = person(chance, language)
    en = {"birthday": "Happy birthday, {n}!", "new job": "Good luck with the new job, {n}!",
          "illness": "Get well soon, {n}!", "wedding": "All the best for your wedding, {n}!",
          "long journey": "Have a safe journey, {n}!", "new year": "Happy New Year, {n}!",
          "exam": "Good luck with your exam, {n}!", "new baby": "Congratulations on the baby, {n}!",
          "help": "Thank you for your help, {n}!", "late arrival": "Sorry for being late, {n}!"}  # fmt: skip
    pt = {"aniversário": "Feliz aniversário, {n}!", "novo emprego": "Boa sorte no novo emprego, {n}!",
          "doença": "Melhoras, {n}!", "casamento": "Muitas felicidades pelo casamento, {n}!",
          "viagem longa": "Boa viagem, {n}!", "ano-novo": "Feliz ano-novo, {n}!",
          "prova": "Boa sorte na prova, {n}!", "nascimento": "Parabéns pelo bebê, {n}!",
          "ajuda": "Obrigado pela ajuda, {n}!", "atraso": "Desculpe o atraso, {n}!"}  # fmt: skip
    occasion, text = chance.choice(list((en if language == "en" else pt).items()))
    return f"{occasion}, {one}", text.format(n=one)


def shuffled(chance: Random, language: str) -> tuple[str, str]:
    text = sentence(chance, past=True).of(language)
    words = text.rstrip(".").split()
    mixed = words[:]
    chance.shuffle(mixed)
    return " / ".join(mixed), text


def gloss(chance: Random, language: str) -> tuple[str, str]:
    """Pairs of words, one a line."""
    chosen = chance.sample(PAIRS, chance.randint(2, 4))
    given = ", ".join(str(pair[0 if language == "en" else 1]) for pair in chosen)
    answer = ", ".join(str(pair[1 if language == "en" else 0]) for pair in chosen)
    return given, answer


TEXT_TASKS: dict[str, Task] = {
    "to_portuguese": Task(
        "Translate the sentence into Portuguese. || Translate into Portuguese: {} || "
        "Say it in Portuguese.",
        "Traduza a frase para o português. || Traduza para o português: {} || Como fica em português?",
        to_portuguese),
    "to_english": Task(
        "Translate the sentence into English. || Translate into English: {} || Say it in English.",
        "Traduza a frase para o inglês. || Traduza para o inglês: {} || Como fica em inglês?",
        to_english),
    "gloss": Task(
        "Translate these words into Portuguese. || Portuguese for: {}",
        "Traduza estas palavras para o inglês. || Em inglês: {}", gloss),
    "negative": Task(
        "Make the sentence negative. || Rewrite with not. || Say the opposite with 'not'.",
        "Passe a frase para a negativa. || Reescreva com não. || Negue a frase.", negative),
    "question": Task(
        "Turn the sentence into a question. || Rewrite as a yes/no question. || Ask about it: {}",
        "Transforme a frase em pergunta. || Reescreva como pergunta. || Faça a pergunta: {}", question),
    "tense": Task(
        "Rewrite in the past tense. || Put the sentence in the past: {}",
        "Reescreva no passado. || Passe a frase para o pretérito: {}", tense),
    "when": Task(
        "When? Copy the words that say it. || Which words tell the time?",
        "Quando? Copie as palavras que dizem isso. || Que palavras indicam o tempo?", when),
    "where": Task(
        "Where? Copy the words that say it. || Which words tell the place?",
        "Onde? Copie as palavras que dizem isso. || Que palavras indicam o lugar?", where),
    "who": Task(
        "Who is the subject of the sentence? || Name the subject.",
        "Quem é o sujeito da frase? || Diga o sujeito.", who),
    "what": Task(
        "Which thing is mentioned? Answer with the noun. || Name the object of the sentence.",
        "Que coisa é mencionada? Responda com o substantivo. || Diga o objeto da frase.", what),
    "names": Task(
        "List all names of people. || Which people are named? || Extract the names.",
        "Liste todos os nomes de pessoas. || Que pessoas são citadas? || Extraia os nomes.", names),
    "first_word": Task("What is the first word? || Copy the first word of the sentence.",
                       "Qual é a primeira palavra? || Copie a primeira palavra da frase.", first_word),
    "last_word": Task("What is the last word? || Copy the last word of the sentence.",
                      "Qual é a última palavra? || Copie a última palavra da frase.", last_word),
    "count_words": Task("How many words are in the sentence? || Count the words.",
                        "Quantas palavras tem a frase? || Conte as palavras.", count_words),
    "copy": Task("Repeat the sentence. || Copy this exactly.",
                 "Repita a frase. || Copie exatamente.", copy),
    "use_words": Task(
        "Write one sentence with these words. || Make a sentence that uses: {}",
        "Escreva uma frase com estas palavras. || Forme uma frase que use: {}", use_words),
    "about": Task(
        "Write a sentence with the word. || Use the word '{}' in a sentence.",
        "Escreva uma frase com a palavra. || Use a palavra '{}' em uma frase.", about),
    "greeting": Task(
        "Write a short message for the occasion and the person. || A few kind words, please: {}",
        "Escreva uma mensagem curta para a ocasião e a pessoa. || Algumas palavras gentis: {}",
        greeting),
    "shuffled": Task(
        "Put the words in order. || Make a sentence from these words: {}",
        "Ponha as palavras em ordem. || Forme uma frase com estas palavras: {}", shuffled),
}  # fmt: skip
"""Name -> task on sentences."""
