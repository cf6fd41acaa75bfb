# ruff: noqa: E501 - wordings in two languages are easier to compare on long lines
"""Tasks about lists: sort, reverse, count, pick, join, odd one out, formats."""

from __future__ import annotations

from random import Random
from unicodedata import combining, normalize

from pretraining.generated.lexicon_nouns import CATEGORY, NOUN
from pretraining.generated.tasks import Task
from pretraining.generated.tasks_words import some_word
from pretraining.generated.words import listed, say
from pretraining.generated.world import LEXICON, persons


def alphabetical(word: str) -> str:
    """The key by which words are sorted: without accents or case."""
    return "".join(mark for mark in normalize("NFD", word.casefold()) if not combining(mark))


def items(chance: Random, language: str, low: int = 3, high: int = 6) -> list[str]:
    """Different words: nouns of one or of any category, names, or invented words."""
    count = chance.randint(low, high)
    roll = chance.random()
    if roll < 0.5:
        nouns = chance.sample(NOUN[language][chance.choice(list(CATEGORY))], count)
        return [noun.word for noun in nouns]
    if roll < 0.7:
        return [one.name for one in persons(chance, language, count)]
    found: list[str] = []
    while len(found) < count:
        word = some_word(chance, language)
        if word not in found:
            found.append(word)
    return found


def written(chance: Random, words: list[str]) -> str:
    """The list as a user would write it."""
    roll = chance.random()
    if roll < 0.7:
        return ", ".join(words)
    if roll < 0.85:
        return "\n".join(words)
    return "\n".join(f"- {word}" for word in words)


def _comma(words: list[str]) -> str:
    return ", ".join(words)


def sort(chance: Random, language: str) -> tuple[str, str]:
    words = items(chance, language)
    ordered = sorted(words, key=alphabetical)
    while len({alphabetical(word) for word in words}) < len(words):
        words = items(chance, language)
        ordered = sorted(words, key=alphabetical)
    return _comma(words), _comma(ordered)


def sort_numbers(chance: Random, language: str) -> tuple[str, str]:
    numbers = chance.sample(range(1, 100), chance.randint(3, 6))
    return _comma([str(one) for one in numbers]), _comma([str(one) for one in sorted(numbers)])


def largest(chance: Random, language: str) -> tuple[str, str]:
    numbers = chance.sample(range(1, 1000 if chance.random() < 0.3 else 100), chance.randint(2, 5))
    return _comma([str(one) for one in numbers]), str(max(numbers))


def smallest(chance: Random, language: str) -> tuple[str, str]:
    numbers = chance.sample(range(1, 1000 if chance.random() < 0.3 else 100), chance.randint(2, 5))
    return _comma([str(one) for one in numbers]), str(min(numbers))


def reverse(chance: Random, language: str) -> tuple[str, str]:
    words = items(chance, language, 2, 5)
    return _comma(words), _comma(words[::-1])


def count(chance: Random, language: str) -> tuple[str, str]:
    words = items(chance, language, 2, 8)
    return written(chance, words), str(len(words))


def first(chance: Random, language: str) -> tuple[str, str]:
    words = items(chance, language, 2, 6)
    return written(chance, words), words[0]


def last(chance: Random, language: str) -> tuple[str, str]:
    words = items(chance, language, 2, 6)
    return written(chance, words), words[-1]


def second(chance: Random, language: str) -> tuple[str, str]:
    words = items(chance, language, 3, 6)
    return written(chance, words), words[1]


def bullets(chance: Random, language: str) -> tuple[str, str]:
    words = items(chance, language, 2, 6)
    return listed(words, language), "\n".join(f"- {word}" for word in words)


def numbered(chance: Random, language: str) -> tuple[str, str]:
    words = items(chance, language, 2, 6)
    lines = [f"{place}. {word}" for place, word in enumerate(words, 1)]
    return _comma(words), "\n".join(lines)


def commas(chance: Random, language: str) -> tuple[str, str]:
    words = items(chance, language, 2, 6)
    if chance.random() < 0.5:
        return "\n".join(f"- {word}" for word in words), _comma(words)
    return listed(words, language), _comma(words)


def capitals(chance: Random, language: str) -> tuple[str, str]:
    words = items(chance, language, 2, 5)
    return _comma(words), _comma([word.upper() for word in words])


def odd_one(chance: Random, language: str) -> tuple[str, str]:
    one, other = chance.sample(list(CATEGORY), 2)
    words = [noun.word for noun in chance.sample(NOUN[language][one], chance.randint(3, 4))]
    odd = chance.choice(NOUN[language][other]).word
    if odd in words:
        return odd_one(chance, language)
    words.insert(chance.randint(0, len(words)), odd)
    return _comma(words), odd


def of_category(chance: Random, language: str) -> tuple[str, str]:
    """Which words of a mixed list are of the category."""
    one, other = chance.sample([name for name in CATEGORY if name != "object"], 2)
    wanted = chance.sample(NOUN[language][one], chance.randint(1, 3))
    rest = chance.sample(NOUN[language][other], chance.randint(1, 3))
    mixed = [*wanted, *rest]
    chance.shuffle(mixed)
    name = CATEGORY[one][0 if language == "en" else 1]
    answer = [noun.word for noun in mixed if noun in wanted]
    given = _comma([noun.word for noun in mixed])
    return f"{given} ({name})", _comma(answer)


def remove(chance: Random, language: str) -> tuple[str, str]:
    words = items(chance, language, 3, 6)
    gone = chance.choice(words)
    joint = say(chance, language, "without || minus", "sem || menos")
    return f"{_comma(words)}; {joint} {gone}", _comma([word for word in words if word != gone])


def add(chance: Random, language: str) -> tuple[str, str]:
    words = items(chance, language, 3, 6)
    joint = say(chance, language, "plus || and then", "mais || e depois")
    return f"{_comma(words[:-1])}; {joint} {words[-1]}", _comma(words)


def contains(chance: Random, language: str) -> tuple[str, str]:
    words = items(chance, language, 3, 6)
    inside = chance.random() < 0.5
    wanted = chance.choice(words) if inside else some_word(chance, language)
    found = wanted in words
    yes, no = ("yes", "no") if language == "en" else ("sim", "não")
    return f"{wanted}: {_comma(words)}", yes if found else no


def longest(chance: Random, language: str) -> tuple[str, str]:
    words = items(chance, language, 2, 5)
    lengths = sorted((len(word) for word in words), reverse=True)
    if lengths[0] == lengths[1]:
        return longest(chance, language)
    return _comma(words), max(words, key=len)


def complete(chance: Random, language: str) -> tuple[str, str]:
    """The rest of a known row."""
    lexicon = LEXICON[language]
    roll = chance.random()
    if roll < 0.4:
        row = [str(number) for number in range(40)]
        start, step = chance.randint(0, 9), chance.choice((1, 1, 2, 3, 5, 10))
        row = [str(start + step * place) for place in range(6)]
        return f"{_comma(row[:4])}, ...", _comma(row[4:])
    row = chance.choice(
        (lexicon.DAYS, lexicon.MONTHS, lexicon.NUMBERS, list("abcdefghijklmnopqrst"))
    )
    start = chance.randrange(len(row) - 4)
    return f"{_comma(row[start : start + 3])}, ...", _comma(row[start + 3 : start + 5])


def repeated(chance: Random, language: str) -> tuple[str, str]:
    words = items(chance, language, 2, 5)
    return _comma(words), _comma(words)


def duplicates(chance: Random, language: str) -> tuple[str, str]:
    words = items(chance, language, 2, 5)
    twice = words[:]
    for _ in range(chance.randint(1, 2)):
        word = chance.choice(words)
        twice.insert(chance.randint(twice.index(word) + 1, len(twice)), word)
    return _comma(twice), _comma(words)


LIST_TASKS: dict[str, Task] = {
    "sort": Task(
        "Sort the words alphabetically. || Put these words in alphabetical order: {} || "
        "Arrange from A to Z.",
        "Ordene as palavras em ordem alfabética. || Ponha em ordem alfabética: {} || "
        "Organize de A a Z.", sort),
    "sort_numbers": Task(
        "Sort the numbers from small to large. || Put the numbers in order: {}",
        "Ordene os números do menor para o maior. || Ponha os números em ordem crescente: {}",
        sort_numbers),
    "largest": Task(
        "Which number is the largest? || Give the largest number: {}",
        "Qual é o maior número? || Diga o maior número: {}", largest),
    "smallest": Task(
        "Which number is the smallest? || Give the smallest number: {}",
        "Qual é o menor número? || Diga o menor número: {}", smallest),
    "reverse": Task(
        "Reverse the list. || Write the list backwards: {} || Turn the order around.",
        "Inverta a lista. || Escreva a lista de trás para frente: {} || Inverta a ordem.", reverse),
    "count": Task(
        "How many items are in the list? || Count the items. || How many words are there?",
        "Quantos itens há na lista? || Conte os itens. || Quantas palavras há?", count),
    "first": Task(
        "What is the first item? || Give only the first item. || Copy the first word of the list.",
        "Qual é o primeiro item? || Dê apenas o primeiro item. || Copie a primeira palavra da lista.",
        first),
    "last": Task(
        "What is the last item? || Give only the last item. || Copy the last word of the list.",
        "Qual é o último item? || Dê apenas o último item. || Copie a última palavra da lista.",
        last),
    "second": Task(
        "What is the second item? || Give the second word.",
        "Qual é o segundo item? || Dê a segunda palavra.", second),
    "bullets": Task(
        "Turn this into a bullet list. || Write as a list with hyphens. || Make bullet points.",
        "Transforme em uma lista com hífens. || Escreva em tópicos. || Faça uma lista com marcadores.",
        bullets),
    "numbered": Task(
        "Number the items, one on each line. || Make a numbered list: {}",
        "Numere os itens, um por linha. || Faça uma lista numerada: {}", numbered),
    "commas": Task(
        "Write the items on one line, separated by commas. || Make a comma-separated list.",
        "Escreva os itens em uma linha, separados por vírgulas. || Faça uma lista com vírgulas.",
        commas),
    "capitals": Task(
        "Write every word in capital letters. || Put the list in capitals: {}",
        "Escreva todas as palavras em maiúsculas. || Passe a lista para maiúsculas: {}", capitals),
    "odd_one": Task(
        "Which word does not belong? || Find the odd one out. || Choose the word that does not fit: {}",
        "Qual palavra não pertence ao grupo? || Encontre o intruso. || "
        "Escolha a palavra que não combina: {}", odd_one),
    "of_category": Task(
        "Keep only the words of the category in brackets. || "
        "Which of these words belong to the group in brackets?",
        "Fique só com as palavras da categoria entre parênteses. || "
        "Quais destas palavras são do grupo entre parênteses?", of_category),
    "remove": Task(
        "Take the named word out of the list. || Write the list without that word.",
        "Tire da lista a palavra indicada. || Escreva a lista sem essa palavra.", remove),
    "add": Task(
        "Add the word to the end of the list. || Write the whole list.",
        "Acrescente a palavra ao fim da lista. || Escreva a lista inteira.", add),
    "contains": Task(
        "Is the first word in the list? Answer yes or no. || Does the list hold the word before the colon?",
        "A primeira palavra está na lista? Responda sim ou não. || "
        "A lista contém a palavra antes dos dois-pontos?", contains),
    "longest": Task(
        "Which word is the longest? || Give the longest word: {}",
        "Qual é a palavra mais longa? || Dê a palavra mais comprida: {}", longest),
    "complete": Task(
        "Continue with the next two. || What are the next two? || Complete the series with two more: {}",
        "Continue com os dois seguintes. || Quais são os próximos dois? || "
        "Complete a série com mais dois: {}", complete),
    "repeated": Task(
        "Repeat the list. || Copy this exactly: {}",
        "Repita a lista. || Copie exatamente: {}", repeated),
    "duplicates": Task(
        "Remove the words that come twice. || Write every word only once.",
        "Remova as palavras repetidas. || Escreva cada palavra só uma vez.", duplicates),
}  # fmt: skip
"""Name -> task on lists."""
