# ruff: noqa: E501 - wordings in two languages are easier to compare on long lines
"""Small arithmetic: sums, word problems, comparisons, clock and calendar."""

from __future__ import annotations

from random import Random

from pretraining.generated.lexicon_nouns import NOUN
from pretraining.generated.tasks import Task
from pretraining.generated.words import listed, say
from pretraining.generated.world import LEXICON, persons

_AMOUNT = {"um": "uma", "dois": "duas"}


def sum_(chance: Random, language: str) -> tuple[str, str]:
    high = chance.choice((10, 20, 50))
    one, two = chance.randint(0, high), chance.randint(0, high)
    if chance.random() < 0.6:
        return f"{one} + {two}", str(one + two)
    one, two = max(one, two), min(one, two)
    return f"{one} - {two}", str(one - two)


def product(chance: Random, language: str) -> tuple[str, str]:
    one, two = chance.randint(1, 10), chance.randint(1, 10)
    if chance.random() < 0.7:
        return f"{one} x {two}", str(one * two)
    return f"{one * two} / {one}", str(two)


def in_words(chance: Random, language: str) -> tuple[str, str]:
    names = LEXICON[language].NUMBERS
    one, two = chance.randint(1, 10), chance.randint(1, 10)
    if chance.random() < 0.6:
        plus = say(chance, language, "plus || and", "mais")
        return f"{names[one]} {plus} {names[two]}", names[one + two]
    one, two = max(one, two), min(one, two)
    minus = say(chance, language, "minus", "menos")
    return f"{names[one]} {minus} {names[two]}", names[one - two]


def double(chance: Random, language: str) -> tuple[str, str]:
    number = chance.randint(1, 50)
    return str(number), str(2 * number)


def even(chance: Random, language: str) -> tuple[str, str]:
    number = chance.randint(1, 200)
    words = ("even", "odd") if language == "en" else ("par", "ímpar")
    return str(number), words[number % 2]


def greater(chance: Random, language: str) -> tuple[str, str]:
    one, two = chance.sample(range(1, 200), 2)
    return f"{one}, {two}", ">" if one > two else "<"


def story(chance: Random, language: str) -> tuple[str, str]:
    """A word problem of one step; the answer is a number or a short sentence."""
    who, other = persons(chance, language, 2)
    noun = chance.choice(NOUN[language][chance.choice(("fruit", "object", "food"))])
    one, two = chance.randint(2, 20), chance.randint(2, 9)
    en = language == "en"

    def some(number: int) -> str:
        return f"{number} {noun.word if number == 1 else noun.plural}"

    how = "How many" if en else ("Quantas" if noun.gender == "f" else "Quantos")
    roll = chance.randrange(5)
    if roll == 0:
        result = one + two
        text = say(chance, language,
            f"{who} has {some(one)} and buys {two} more. || {who} has {some(one)}. {other} gives "
            f"{who.him} {two} more. || There were {some(one)} in {who}'s basket, and {other} put in {two} more.",
            f"{who} tem {some(one)} e compra mais {two}. || {who} tem {some(one)}. {other} dá mais "
            f"{two} a {who}. || {who} juntou {some(one)} e depois achou mais {two}.")  # fmt: skip
        ask = (
            f"{how} {noun.plural} does {who} have now?"
            if en
            else f"{how} {noun.plural} {who} tem agora?"
        )
        if text.startswith("There"):
            ask = f"{how} {noun.plural} are there now?"
    elif roll == 1:
        one += two
        result = one - two
        text = say(chance, language,
            f"{who} has {some(one)} and gives {two} to {other}. || {who} had {some(one)} but lost {two}.",
            f"{who} tem {some(one)} e dá {two} a {other}. || {who} tinha {some(one)}, mas perdeu {two}.")  # fmt: skip
        ask = (
            f"{how} {noun.plural} does {who} have left?"
            if en
            else f"Com {how.lower()} {noun.plural} {who} fica?"
        )
    elif roll == 2:
        one = chance.randint(2, 9)
        result = one * two
        text = say(chance, language,
            f"{who} fills {one} boxes with {some(two)} each. || There are {one} bags, and {who} puts "
            f"{some(two)} into each of them.",
            f"{who} enche {one} caixas com {some(two)} em cada. || Há {one} sacolas, e {who} põe "
            f"{some(two)} em cada uma.")  # fmt: skip
        ask = f"{how} {noun.plural} are there in all?" if en else f"{how} {noun.plural} há ao todo?"
    elif roll == 3:
        result = chance.randint(2, 9)
        text = say(chance, language,
            f"{who} shares {some(result * two)} equally among {two} children. || {who} divides "
            f"{some(result * two)} fairly between {two} friends.",
            f"{who} reparte {some(result * two)} igualmente entre {two} crianças. || {who} divide "
            f"{some(result * two)} entre {two} amigos em partes iguais.")  # fmt: skip
        ask = (
            f"{how} {noun.plural} does each one get?"
            if en
            else f"{how} {noun.plural} cada um recebe?"
        )
        ask = ask.replace("cada um recebe", "cada criança recebe") if "crianças" in text else ask
    else:
        result = one * two
        unit = say(chance, language, "euros || pounds || dollars", "reais || euros")
        text = say(chance, language, f"One {noun} costs {one} {unit}. {who} buys {two}.",
                   f"Cada {noun} custa {one} {unit}. {who} compra {two}.")  # fmt: skip
        ask = f"How many {unit} does {who} pay?" if en else f"Quantos {unit} {who} paga?"
    return f"{text} {ask}", str(result)


def age(chance: Random, language: str) -> tuple[str, str]:
    who, other = persons(chance, language, 2)
    young, more = chance.randint(3, 40), chance.randint(1, 15)
    if language == "en":
        return (
            f"{who} is {young} years old. {other} is {more} years older. How old is {other}?",
            str(young + more),
        )
    old = f"mais velh{other.o}"
    return f"{who} tem {young} anos. {other} é {more} {'ano' if more == 1 else 'anos'} {old}. " \
           f"Quantos anos tem {other}?", str(young + more)  # fmt: skip


def older(chance: Random, language: str) -> tuple[str, str]:
    """Who of two or three is the oldest, the tallest, the fastest."""
    group = persons(chance, language, chance.randint(2, 3))
    years = chance.sample(range(8, 90), len(group))
    parts = [
        f"{one} is {many}" if language == "en" else f"{one} tem {many} anos"
        for one, many in zip(group, years, strict=True)
    ]
    oldest = max(zip(years, group, strict=True), key=lambda pair: pair[0])[1]
    youngest = min(zip(years, group, strict=True), key=lambda pair: pair[0])[1]
    text = listed(parts, language) + "."
    if chance.random() < 0.5:
        return (
            f"{text} {say(chance, language, 'Who is the oldest?', 'Quem tem mais idade?')}",
            oldest.name,
        )
    return (
        f"{text} {say(chance, language, 'Who is the youngest?', 'Quem tem menos idade?')}",
        youngest.name,
    )


def hour_later(chance: Random, language: str) -> tuple[str, str]:
    hour, minutes, more = (
        chance.randint(6, 18),
        chance.choice((0, 15, 30, 45)),
        chance.randint(1, 4),
    )
    if language == "en":
        hours = "hour" if more == 1 else "hours"
        return f"{hour}:{minutes:02} and {more} {hours}", f"{hour + more}:{minutes:02}"
    hours = "hora" if more == 1 else "horas"
    return f"{hour}h{minutes:02} mais {more} {hours}", f"{hour + more}h{minutes:02}"


def days_later(chance: Random, language: str) -> tuple[str, str]:
    days = LEXICON[language].DAYS
    start, more = chance.randrange(7), chance.randint(1, 4)
    there = days[(start + more) % 7]
    if language == "en":
        return f"{days[start]}, {more} day{'s' if more > 1 else ''} later", there
    return f"{days[start]}, {more} dia{'s' if more > 1 else ''} depois", there


SUM_TASKS: dict[str, Task] = {
    "sum": Task(
        "Calculate. || What is {}? || How much is {}? || {} = || Work out: {}",
        "Calcule. || Quanto é {}? || {} = || Qual é o resultado de {}?", sum_),
    "product": Task(
        "Calculate. || What is {}? || {} = || Work out: {}",
        "Calcule. || Quanto é {}? || {} = || Qual é o resultado de {}?", product),
    "in_words": Task(
        "What is {}? Answer in words. || Calculate and write the result in words.",
        "Quanto é {}? Responda por extenso. || Calcule e escreva o resultado por extenso.", in_words),
    "double": Task("Double the number. || What is twice {}?",
                   "Dobre o número. || Qual é o dobro de {}?", double),
    "even": Task("Is the number even or odd? || Even or odd: {}",
                 "O número é par ou ímpar? || Par ou ímpar: {}", even),
    "greater": Task("Put > or < between the two numbers. || Which sign goes between them, > or <?",
                    "Ponha > ou < entre os dois números. || Que sinal vai entre eles, > ou <?", greater),
    "story": Task("{} || {} || Answer with a number. || Solve the problem.",
                  "{} || {} || Responda com um número. || Resolva o problema.", story),
    "age": Task("{} || Answer with a number.", "{} || Responda com um número.", age),
    "older": Task("{} || Answer with a name.", "{} || Responda com um nome.", older),
    "hour_later": Task("What time is it then? || Add the time: {}",
                       "Que horas serão? || Some o tempo: {}", hour_later),
    "days_later": Task("Which day of the week is it? || Which weekday is that: {}?",
                       "Que dia da semana é? || Que dia da semana é este: {}?", days_later),
}  # fmt: skip
"""Name -> task on numbers."""
