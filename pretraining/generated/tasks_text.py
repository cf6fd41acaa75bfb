"""Tasks about sentences: extract, rewrite, translate, fill the gap, judge, follow a format."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from generated.lexicon_nouns import ALL, NOUN, PAIRS, SMALL, category_name
from generated.lexicon_verbs import COLOURS, agree
from generated.sentences import Sentence, sentence
from generated.tasks import Draw, Task
from generated.words import Person, a, capital, listed, say
from generated.world import (
    LEXICON,
    company,
    date,
    day,
    job,
    person,
    persons,
    price,
    street,
    town,
    year,
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


_FACTS = {
    "en": (
        "{name} bought {thing_a} in {town} for {price} on {date}. || On {date}, {name} paid {price} "
        "for {thing_a} in {town}. || {name}, who works as {a_job} in {town}, was born on {date}. || "
        "The {job} {name} moved from {town} to {number} {street} in {year}. || {name} joined "
        "{company} in {town} in {year} and earns {price} an hour. || Please send {thing_a} to "
        "{name}, {number} {street}, {town}, by {date}. || In {year} {company} of {town} sold its "
        "house in {street} to {name} for {price}. || {name} lost {thing_a} in {street}, {town}, on "
        "{date}; the finder gets {price}. || {company} was founded in {town} in {year} by {name}, "
        "then a young {job}. || {name} rented a room in {town} on {date} and pays {price} a week."
    ).split(" || "),
    "pt": (
        "{name} comprou {thing_a} em {town} por {price} no dia {date}. || No dia {date}, {name} pagou "
        "{price} por {thing_a} em {town}. || {name}, que trabalha como {job} em {town}, nasceu no dia "
        "{date}. || {name}, {um} {job} de {town}, mudou-se para {street}, {number}, em {year}. || "
        "{name} entrou na {company}, em {town}, em {year}, e ganha {price} por hora. || Favor enviar "
        "{thing_a} para {name}, {street}, {number}, {town}, até {date}. || Em {year}, a {company}, de "
        "{town}, vendeu sua casa na {street} para {name} por {price}. || {name} perdeu {thing_a} na "
        "{street}, em {town}, no dia {date}; quem achar ganha {price}. || A {company} foi fundada em "
        "{town} em {year} por {name}. || {name} alugou um quarto em {town} no dia {date} e paga "
        "{price} por semana."
    ).split(" || "),
}  # fmt: skip


def fact(chance: Random, language: str, wanted: str = "name") -> tuple[str, dict[str, str]]:
    """A sentence of invented facts, the wanted one among them, and its parts by name."""
    place = "{" + wanted
    text = chance.choice([text for text in _FACTS[language] if place in text])
    one = person(chance, language)
    parts: dict[str, str] = {"name": one.full}
    extra = {"um": one.um}
    for name, draw in _PARTS.items():
        if "{" + name in text:
            parts[name] = draw(chance, language)
    if "{thing_a}" in text:
        thing = chance.choice(SMALL[language])
        parts["thing"], extra["thing_a"] = thing.word, thing.a
    if "job}" in text:
        parts["job"] = job(chance, language, one)
        extra["a_job"] = a(parts["job"])
    return text.format(**parts, **extra), parts


_PARTS: dict[str, Callable[[Random, str], str]] = {
    "town": town, "date": date, "price": price, "street": street, "company": company,
    "number": lambda chance, language: str(chance.randint(2, 99)),
    "year": lambda chance, language: str(year(chance)),
}  # fmt: skip

ASKED = {
    "en": {"name": "name", "town": "town", "date": "date", "price": "price", "street": "street",
           "job": "job", "company": "company", "year": "year", "thing": "object"},
    "pt": {"name": "nome", "town": "cidade", "date": "data", "price": "preço", "street": "rua",
           "job": "profissão", "company": "empresa", "year": "ano", "thing": "objeto"},
}  # fmt: skip


def _extract(wanted: str) -> Draw:
    def draw(chance: Random, language: str) -> tuple[str, str]:
        text, parts = fact(chance, language, wanted)
        return text, parts[wanted]

    return draw


def as_record(chance: Random, language: str) -> tuple[str, str]:
    """The facts as a JSON-like object."""
    text, parts = fact(chance, language)
    names = ASKED[language]
    fields = [f'"{names[name]}": "{value}"' for name, value in parts.items() if name in names]
    return text, "{" + ", ".join(fields) + "}"


def as_lines(chance: Random, language: str) -> tuple[str, str]:
    """The facts one a line."""
    text, parts = fact(chance, language)
    names = ASKED[language]
    lines = [f"{names[name]}: {value}" for name, value in parts.items() if name in names]
    return text, "\n".join(lines)


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
    subject = one.subject[0] if one.subject[0] in ("She", "He") else one.subject[0]
    inner = subject if subject.split()[0] not in ("The", "My", "She", "He") else subject[0].lower() + subject[1:]
    if en:
        return f"{one.en} {capital(does)} {inner} {one.verb.base} {noun.a}?", "No."
    joint = "de " if one.verb.pt == "precisar" else ""
    return f"{one.pt} {one.subject[1]} {faz} {joint}{noun.a}?", "Não."


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


def language_of(chance: Random, language: str) -> tuple[str, str]:
    one = sentence(chance)
    if chance.random() < 0.5:
        return one.en, _of(language, "English", "inglês")
    return one.pt, _of(language, "Portuguese", "português")


def gloss(chance: Random, language: str) -> tuple[str, str]:
    """Pairs of words, one a line."""
    chosen = chance.sample(PAIRS, chance.randint(2, 4))
    given = ", ".join(str(pair[0 if language == "en" else 1]) for pair in chosen)
    answer = ", ".join(str(pair[1 if language == "en" else 0]) for pair in chosen)
    return given, answer


def _extractors() -> dict[str, Task]:
    found = {}
    for wanted, en in ASKED["en"].items():
        pt = ASKED["pt"][wanted]
        the = "a" if pt in ("cidade", "data", "rua", "profissão", "empresa") else "o"
        found[f"extract_{wanted}"] = Task(
            f"Extract the {en}. || Which {en} does the sentence mention? || Find the {en} in the "
            f"sentence and copy it. || Give only the {en}.",
            f"Extraia {the} {pt}. || Qual é {the} {pt} na frase? || Encontre {the} {pt} na frase e "
            f"copie. || Dê apenas {the} {pt}.",
            _extract(wanted),
        )
    return found


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
    **_extractors(),
    "as_record": Task(
        "Write the facts as JSON. || Turn the sentence into a JSON object.",
        "Escreva os dados em JSON. || Transforme a frase em um objeto JSON.", as_record),
    "as_lines": Task(
        "List the facts, one on each line. || Write the facts as 'key: value' lines.",
        "Liste os dados, um por linha. || Escreva os dados em linhas 'chave: valor'.", as_lines),
    "names": Task(
        "List all names of people. || Which people are named? || Extract the names.",
        "Liste todos os nomes de pessoas. || Que pessoas são citadas? || Extraia os nomes.", names),
    "gap": Task(
        "Fill the gap. || Complete: {} || Which word is missing?",
        "Preencha a lacuna. || Complete: {} || O que falta?", gap),
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
    "true_false": Task("{} || Answer yes or no. || {} Answer with yes or no.",
                       "{} || Responda sim ou não. || {} Responda com sim ou não.", true_false),
    "yes_no": Task("{} || Answer yes or no.", "{} || Responda sim ou não.", yes_no),
    "greeting": Task(
        "Write a short message for the occasion and the person. || A few kind words, please: {}",
        "Escreva uma mensagem curta para a ocasião e a pessoa. || Algumas palavras gentis: {}",
        greeting),
    "shuffled": Task(
        "Put the words in order. || Make a sentence from these words: {}",
        "Ponha as palavras em ordem. || Forme uma frase com estas palavras: {}", shuffled),
    "language_of": Task(
        "Which language is this? || Is this English or Portuguese?",
        "Em que língua está? || Isto é inglês ou português?", language_of),
}  # fmt: skip
"""Name -> task on sentences."""
